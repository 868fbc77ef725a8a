"""Renames: pairs of what went and what came that are similar enough to ask about.

Django asks only where everything else is equal and the old name is free, and otherwise deletes and
creates, or alters what took the name, which loses the data. Here similar is enough, a name may be
taken at once by something of another kind, and what else changed is found after the rename.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from difflib import SequenceMatcher

from evolve.autodiff.questions import Questioner, RenamedField, RenamedModel
from evolve.frozen.expressions import keywords_of, kind_of, labels
from evolve.frozen.snapshot import Definition, Snapshot

_SIMILAR_MODELS = 0.5
_SIMILAR_FIELDS = 0.6
_AUTO_PK = {"auto_created": "True", "primary_key": "True"}
# Fields of one family can be altered into each other, with their values.
_FAMILIES: Mapping[str, str] = {
    **dict.fromkeys(("CharField", "TextField", "SlugField", "EmailField", "URLField"), "text"),
    **dict.fromkeys(("DecimalField", "FloatField"), "number"),
    **dict.fromkeys(("DateField", "DateTimeField"), "date"),
    **dict.fromkeys(("ForeignKey", "OneToOneField"), "relation"),
    **dict.fromkeys(("FileField", "ImageField", "FilePathField"), "file"),
}


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
    gone = {key: each for key, each in old.of(app).items() if _left(each, new.get(key), ask)}
    renamed: dict[str, str] = {}
    came = [each for key, each in sorted(new.of(app).items()) if key not in old]
    for model in came:
        for candidate in _by_likeness(model, gone.values(), ask):
            if ask.renamed(RenamedModel(candidate.name, model.name)):
                renamed[candidate.name] = model.name
                del gone[candidate.key]
                # What has the name that it left may be a renamed model itself.
                came += [new[candidate.key]] if candidate.key in new else []
                break
    return renamed


def _left(was: Definition, now: Definition | None, ask: Questioner) -> bool:
    """Tell whether a model may have left its name, also where another one has that name now."""
    return now is None or was.name in ask.renames or model_likeness(was, now) < _SIMILAR_MODELS


def _by_likeness(
    came: Definition, gone: Collection[Definition], ask: Questioner
) -> list[Definition]:
    """Return what a new model may have been called, the most alike first.

    What the user has said beforehand needs no likeness, nor does a model with the same `db_table`.
    """
    said = {old for old, new in ask.renames.items() if new == came.name}
    table = came.meta.get("db_table")
    said |= {each.name for each in gone if table and each.meta.get("db_table") == table}
    rated = [(1.0 if each.name in said else model_likeness(each, came), each) for each in gone]
    rated = [pair for pair in rated if pair[0] >= _SIMILAR_MODELS]
    return [each for _, each in sorted(rated, key=lambda pair: (-pair[0], pair[1].name))]


def model_likeness(old: Definition, new: Definition) -> float:
    """Return how alike two models are, 0 to 1: the share of fields that both have.

    A field of the same name but another definition counts half, and so does one that may have been
    renamed itself. Primary keys that Django adds count nothing, since all models have them. Models
    of one meaning in other words (the same field definitions under other names) count as equal, as
    they do for Django.
    """
    ours, theirs = _own_fields(old), _own_fields(new)
    if not (ours or theirs) or old.meta.get("proxy") != new.meta.get("proxy"):
        return 0.0
    if sorted(ours.values()) == sorted(theirs.values()):
        return 1.0
    shared = ours.keys() & theirs.keys()
    renamed = _pairs(ours, theirs, shared)
    score = sum(1.0 if ours[name] == theirs[name] else 0.5 for name in shared) + 0.5 * renamed
    return score / (len(ours.keys() | theirs.keys()) - renamed)


def _pairs(ours: Mapping[str, str], theirs: Mapping[str, str], shared: Set[str]) -> int:
    """Return how many fields of one model may be fields of the other under another name."""
    left = [name for name in theirs if name not in shared]
    found = 0
    for name in sorted(ours.keys() - shared):
        alike = [each for each in left if _alike(name, ours[name], each, theirs[each])]
        left = [each for each in left if each not in alike[:1]]
        found += bool(alike)
    return found


def _alike(old_name: str, old: str, new_name: str, new: str) -> bool:
    return field_likeness(old_name, old, new_name, new) >= _SIMILAR_FIELDS


def _own_fields(model: Definition) -> dict[str, str]:
    return {
        name: model.spelled_out(text, own="self")
        for name, text in model.fields.items()
        if "auto_created" not in text or not _AUTO_PK.items() <= keywords_of(text).items()
    }


def _field_renames(old: Definition, new: Definition, ask: Questioner) -> dict[str, str]:
    gone = [name for name in old.fields if _left_field(name, old, new, ask)]
    came = [name for name in new.fields if name not in old.fields]
    renamed: dict[str, str] = {}
    for new_name in came:
        rated = [(_rate(old, each, new, new_name, ask), each) for each in gone]
        kind = kind_of(new.fields[new_name]).rpartition(".")[2]
        for rate, old_name in sorted(rated, key=lambda pair: -pair[0]):
            if rate < _SIMILAR_FIELDS:
                break
            if ask.renamed(RenamedField(new.name, old_name, new_name, kind)):
                renamed[f"{new.name}.{old_name}"] = f"{new.name}.{new_name}"
                gone.remove(old_name)
                # What has the name that it left may be a renamed field itself.
                came += [old_name] if old_name in new.fields else []
                break
    return renamed


def _left_field(name: str, old: Definition, new: Definition, ask: Questioner) -> bool:
    """Tell whether a field may have left its name, also where another kind of field has it now."""
    if name not in new.fields or f"{new.name}.{name}" in ask.renames:
        return True
    was, now = old.fields[name], new.fields[name]
    return was != now and _family(was) != _family(now)


def _family(field: str) -> str:
    kind = kind_of(field).rpartition(".")[2]
    whole = kind.endswith(("IntegerField", "AutoField"))
    return "number" if whole else _FAMILIES.get(kind, kind)


def _rate(old: Definition, name: str, new: Definition, new_name: str, ask: Questioner) -> float:
    if ask.renames.get(f"{new.name}.{name}") == new_name:
        return 1.0
    return field_likeness(name, old.fields[name], new_name, new.fields[new_name])


def field_likeness(old_name: str, old: str, new_name: str, new: str) -> float:
    """Return how alike two fields are, 0 to 1, from their definitions and names.

    The same definition is 1. Fields of one class are compared by definition and by name; of
    different classes only a telling name makes them alike. Relations to different models, and a
    relation and a plain column, are never alike.
    """
    if old == new:
        return 1.0
    kinds = kind_of(old), kind_of(new)
    if labels(old) != labels(new) or len({"ManyToMany" in each for each in kinds}) > 1:
        return 0.0
    by_name = SequenceMatcher(None, old_name, new_name).ratio()
    if kinds[0] != kinds[1]:
        return by_name * 0.9
    return max(by_name, 0.6 * SequenceMatcher(None, old, new).ratio() + 0.4 * by_name)
