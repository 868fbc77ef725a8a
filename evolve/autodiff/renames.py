"""Renames: pairs of what went and what came that are similar enough to ask about.

Django asks only where everything else is equal, and otherwise deletes and creates, which loses the
data. Here similar is enough, and what else changed is found after the rename.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from evolve.autodiff.questions import Questioner, RenamedField, RenamedModel
from evolve.frozen.snapshot import Definition, Snapshot

_SIMILAR_MODELS = 0.5
_SIMILAR_FIELDS = 0.6
_AUTO_PK = "auto_created=True, primary_key=True"
_TO = re.compile(r"\bto=[\"']([\w.]+)[\"']")


def find_renames(app: str, old: Snapshot, new: Snapshot, ask: Questioner) -> dict[str, str]:
    """Return the renames of `app` that `ask` confirmed, as a revision declares them.

    Models come first ("Old": "New"), then fields under their model's new name
    ("Model.old": "Model.new"). Each thing is renamed at most once.
    """
    renamed = _model_renames(app, old, new, ask)
    followed = old.following(app, renamed)
    for key in sorted(followed.of(app).keys() & new.of(app).keys()):
        renamed |= _field_renames(followed[key], new[key], ask)
    return renamed


def _model_renames(app: str, old: Snapshot, new: Snapshot, ask: Questioner) -> dict[str, str]:
    gone = {key: each for key, each in old.of(app).items() if key not in new}
    renamed: dict[str, str] = {}
    for key, came in sorted(new.of(app).items()):
        if key in old:
            continue
        for candidate in _by_likeness(came, gone.values()):
            if ask.renamed(RenamedModel(candidate.name, came.name)):
                renamed[candidate.name] = came.name
                del gone[candidate.key]
                break
    return renamed


def _by_likeness(came: Definition, gone: Iterable[Definition]) -> list[Definition]:
    rated = [(model_likeness(each, came), each) for each in gone]
    rated = [pair for pair in rated if pair[0] >= _SIMILAR_MODELS]
    return [each for _, each in sorted(rated, key=lambda pair: (-pair[0], pair[1].name))]


def model_likeness(old: Definition, new: Definition) -> float:
    """Return how alike two models are, 0 to 1: the share of fields that both have.

    A field of the same name but another definition counts half. Primary keys that Django adds
    count nothing, since all models have them. Models of one meaning in other words (the same
    field definitions under other names) count as equal, as they do for Django.
    """
    ours, theirs = _own_fields(old), _own_fields(new)
    names = ours.keys() | theirs.keys()
    if not names or (old.meta.get("proxy") != new.meta.get("proxy")):
        return 0.0
    if sorted(ours.values()) == sorted(theirs.values()):
        return 1.0
    shared = ours.keys() & theirs.keys()
    return sum(1.0 if ours[name] == theirs[name] else 0.5 for name in shared) / len(names)


def _own_fields(model: Definition) -> dict[str, str]:
    label = f"{model.app}.{model.name.lower()}"
    return {
        name: text.replace(f'"{label}"', '"self"')
        for name, text in model.fields.items()
        if _AUTO_PK not in text
    }


def _field_renames(old: Definition, new: Definition, ask: Questioner) -> dict[str, str]:
    gone = [name for name in old.fields if name not in new.fields]
    came = [name for name in new.fields if name not in old.fields]
    renamed: dict[str, str] = {}
    for new_name in came:
        rated = [
            (field_likeness(each, old.fields[each], new_name, new.fields[new_name]), each)
            for each in gone
        ]
        for rate, old_name in sorted(rated, key=lambda pair: -pair[0]):
            if rate < _SIMILAR_FIELDS:
                break
            kind = _kind(new.fields[new_name]).rpartition(".")[2]
            if ask.renamed(RenamedField(new.name, old_name, new_name, kind)):
                renamed[f"{new.name}.{old_name}"] = f"{new.name}.{new_name}"
                gone.remove(old_name)
                break
    return renamed


def field_likeness(old_name: str, old: str, new_name: str, new: str) -> float:
    """Return how alike two fields are, 0 to 1, from their definitions and names.

    The same definition is 1. Fields of one class are compared by definition and by name; of
    different classes only a telling name makes them alike. Relations to different models, and a
    relation and a plain column, are never alike.
    """
    if old == new:
        return 1.0
    if _TO.findall(old) != _TO.findall(new) or ("ManyToMany" in old) != ("ManyToMany" in new):
        return 0.0
    by_name = SequenceMatcher(None, old_name, new_name).ratio()
    if _kind(old) != _kind(new):
        return by_name * 0.9
    return max(by_name, 0.6 * SequenceMatcher(None, old, new).ratio() + 0.4 * by_name)


def _kind(text: str) -> str:
    return text.partition("(")[0]
