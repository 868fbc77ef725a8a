"""A version of two apps' models as a value: things have identities, so that a name may change.

What refers to a thing that is not there any more is left out of the text. So every version that is
drawn is one that can be loaded, and taking anything away leaves a history that can be run.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_IMPORTS = """\
import datetime
from decimal import Decimal
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import BTreeIndex, HashIndex
"""
_SLOT = re.compile(r"\$(\d)")
_LISTS = {"indexes": "[{}]", "constraints": "[{}]", "unique_together": "{{{}}}"}


@dataclass(frozen=True)
class Part:
    """A piece of source text; `$0` and so on stand for the names of the things in `refs`."""

    text: str
    refs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Field(Part):
    """A field. Fields of one `kind` have definitions that a database can alter into each other."""

    name: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Model:
    """A model: its fields by identity, and its Meta by option ("indexes:7" is one of several)."""

    app: str
    name: str
    base: Part = Part("models.Model")
    fields: Mapping[int, Field] = field(default_factory=dict)
    meta: Mapping[str, Part] = field(default_factory=dict)

    @property
    def abstract(self) -> bool:
        """Tell whether it is an abstract base."""
        return "abstract" in self.meta

    @property
    def proxy(self) -> bool:
        """Tell whether it is a proxy."""
        return "proxy" in self.meta


Version = Mapping[int, Model]
History = tuple[Version, ...]


def alive(version: Version) -> Version:
    """Return a version without what refers to things that are not in it."""
    while True:
        there = set(version) | {each for model in version.values() for each in model.fields}
        left = {
            key: replace(
                model,
                fields={each: one for each, one in model.fields.items() if there >= {*one.refs}},
                meta={each: one for each, one in model.meta.items() if there >= {*one.refs}},
            )
            for key, model in version.items()
            if there >= {*model.base.refs}
        }
        if left == version:
            return left
        version = left


def texts(version: Version) -> dict[str, str]:
    """Return the text of each app's models.py."""
    version = alive(version)
    names = {key: f"{model.app}.{model.name}" for key, model in version.items()}
    names |= {key: one.name for model in version.values() for key, one in model.fields.items()}
    parts: dict[str, list[str]] = {"law": [], "ally": []}
    for model in version.values():
        parts[model.app].append(_model_text(model, names))
    return {app: "\n".join([_IMPORTS, *each]) for app, each in parts.items()}


def _model_text(model: Model, names: Mapping[int, str]) -> str:
    def said(part: Part) -> str:
        return _SLOT.sub(lambda slot: names[part.refs[int(slot[1])]], part.text)

    base = said(model.base).replace(f"{model.app}.", "") if model.base.refs else model.base.text
    body = [f"    {one.name} = {said(one)}" for one in model.fields.values()]
    several: dict[str, list[str]] = defaultdict(list)
    for option, part in model.meta.items():
        several[option.partition(":")[0]].append(said(part))
    meta = [
        f"        {option} = {_LISTS.get(option, '{}').format(', '.join(each))}"
        for option, each in several.items()
    ]
    body += ["    class Meta:", *meta] if meta else []
    return "\n".join([f"class {model.name}({base}):", *(body or ["    pass"]), ""])


def own_fields(version: Version, key: int) -> dict[int, Field]:
    """Return a model's fields with those of its abstract base."""
    model = version[key]
    base = model.base.refs[:1]
    above = version.get(base[0]) if base else None
    inherited = above.fields if above and above.abstract else {}
    return {**inherited, **model.fields}


def _followed(before: Mapping[int, Model | Field], after: Mapping[int, Model | Field]) -> set[int]:
    """Return what can be found again by name, or as a rename.

    A thing that takes the name of one that is gone now is taken for that, and so is a new thing
    that has its old name.
    """
    were, are = ({_name(each) for each in side.values()} for side in (before, after))
    return {
        key
        for key in before.keys() & after.keys()
        if (old := _name(before[key])) == (new := _name(after[key]))
        or not (old in are or new in were)
    }


def _name(thing: Model | Field) -> tuple[str, str]:
    return (thing.app if isinstance(thing, Model) else "", thing.name)


def renames(before: Version, after: Version, app: str) -> dict[str, str]:
    """Return what was renamed, as the option --rename says it."""
    found = {}
    for key in sorted(_followed(before, after)):
        model = after[key]
        if model.app != app or model.abstract:
            continue
        if before[key].name != model.name:
            found[before[key].name] = model.name
        was, now = own_fields(before, key), own_fields(after, key)
        for each in sorted(_followed(was, now)):
            if was[each].name != now[each].name:
                found[f"{model.name}.{was[each].name}"] = now[each].name
        base = model.base.refs[0] if model.base.refs else None
        if base in before and not model.proxy and before[base].name != after[base].name:
            old, new = (f"{each[base].name.lower()}_ptr" for each in (before, after))
            found[f"{model.name}.{old}"] = new
    return found


def renamed_alone(before: Version, after: Version) -> list[Version]:
    """Return `before` with the models' names of `after`, and then with the fields' names too.

    Django asks of renames where all else is equal.
    """
    kept = _followed(before, after)
    models = {
        key: replace(model, name=after[key].name) if key in kept else model
        for key, model in before.items()
    }
    fields = {}
    for key, model in models.items():
        now = own_fields(after, key) if key in kept else {}
        same = _followed(own_fields(before, key), now)
        renamed = {
            each: replace(one, name=now[each].name) if each in same else one
            for each, one in model.fields.items()
        }
        fields[key] = replace(model, fields=renamed)
    return [alive(models), alive(fields)]


def kept_fields(before: Version, after: Version) -> set[tuple[int, int]]:
    """Return the fields (model, field) whose definitions stay, whatever they are called."""
    return {
        (key, each)
        for key in _followed(before, after)
        for each in _followed(own_fields(before, key), own_fields(after, key))
        if _text(before, key, each) == _text(after, key, each)
    }


def _text(version: Version, key: int, field: int) -> tuple[str, tuple[int, ...]]:
    one = own_fields(version, key)[field]
    return one.text, one.refs
