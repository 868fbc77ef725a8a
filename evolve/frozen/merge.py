"""Three-way merge of definitions: field by field, option by option, index by index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from evolve.frozen import expressions
from evolve.frozen.expressions import same_text
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot

# Options whose elements are added and removed one by one; every other option is set as a whole.
_LISTS = frozenset({"indexes", "constraints"})

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What two sides made of one thing, where no merge can have both.

    `label` is "Model.field", "Model.Meta.option" or "Model". A text is None where the thing is not
    there. `answerable`: one side's text can be taken. Otherwise both sides cannot even be applied
    one after the other: both add it, or one removes or renames what the other changes. `renamed`
    says of a rename whether it is a field's or a model's.
    """

    label: str
    base: str | None
    ours: str | None
    theirs: str | None
    renamed: Literal["", "field", "model"] = ""

    @property
    def answerable(self) -> bool:
        """Tell whether taking one of the two texts solves it."""
        return not self.renamed and None not in (self.base, self.ours, self.theirs)


def carried_over(
    base: Definition | None, ours: Definition | None, theirs: Definition | None
) -> Definition | None:
    """Return `ours` with what changed from `base` to `theirs`.

    This is what running a revision (`base` to `theirs`) does to a model that a parallel branch has
    already made `ours`; where both changed the same thing, the one that runs last holds. None
    stands for a model that is not there.
    """
    if base is None or ours is None or theirs is None:
        return theirs
    merged, conflicts = _definitions(base, ours, theirs)
    answers = {each.label: each.theirs for each in conflicts}
    return _answered(merged, answers)


def merged_snapshots(
    base: Snapshot, ours: Snapshot, theirs: Snapshot, answers: Mapping[str, str] | None = None
) -> tuple[Snapshot, list[Conflict]]:
    """Return what both sides made of `base`, and what they cannot both have.

    `answers` maps the labels of conflicts to "ours" or "theirs". Conflicts that have no answer, or
    need more than one, are returned and stand in the result as ours.
    """
    given = dict(answers or {})
    models: dict[ModelKey, Definition] = {}
    left: list[Conflict] = []
    for key in sorted({*base, *ours, *theirs}):
        definition, conflicts = _models(base.get(key), ours.get(key), theirs.get(key))
        texts = {
            each.label: getattr(each, given[each.label])
            for each in conflicts
            if each.answerable and each.label in given
        }
        left += [each for each in conflicts if each.label not in texts]
        if definition:
            models[key] = _answered(definition, texts)
    return Snapshot(models), left


def _models(
    base: Definition | None, ours: Definition | None, theirs: Definition | None
) -> tuple[Definition | None, list[Conflict]]:
    """Merge one model, which a side may have created or deleted."""
    if base and ours and theirs:
        return _definitions(base, ours, theirs)
    if _same(base, ours) and not _same(base, theirs):
        return theirs, []
    if _same(base, theirs):
        return ours, []
    some = ours or theirs or base
    assert some
    present = [None if each is None else "…" for each in (base, ours, theirs)]
    return ours, [Conflict(some.name, present[0], present[1], present[2])]


def _same(one: Definition | None, other: Definition | None) -> bool:
    return one is other or (one is not None and one.same_as(other))


def _definitions(
    base: Definition, ours: Definition, theirs: Definition
) -> tuple[Definition, list[Conflict]]:
    conflicts: list[Conflict] = []
    fields = _texts(f"{ours.name}.", base.fields, ours.fields, theirs.fields, conflicts)
    meta: dict[str, str] = {}
    for option in dict.fromkeys([*theirs.meta, *ours.meta, *base.meta]):
        sides = (base.meta.get(option), ours.meta.get(option), theirs.meta.get(option))
        if text := _option(ours.name, option, sides, conflicts):
            meta[option] = text
    imports = ours.imports | theirs.imports
    return replace(theirs, fields=fields, meta=meta, imports=imports), conflicts


def _option(
    model: str, option: str, sides: tuple[str | None, ...], conflicts: list[Conflict]
) -> str | None:
    """Merge a Meta option: a list of things by its elements, any other as a whole."""
    base, ours, theirs = sides
    if option in _LISTS:
        texts = (_elements(base), _elements(ours), _elements(theirs))
        return _listed(_texts(f"{model}.Meta.{option}.", *texts, conflicts))
    if _same_text(base, theirs) or _same_text(ours, theirs):
        return ours
    if _same_text(base, ours):
        return theirs
    # One that a side adds or takes off can be set again: an empty text stands for none.
    conflicts.append(Conflict(f"{model}.Meta.{option}", base or "", ours or "", theirs or ""))
    return ours


def _listed(merged: Texts) -> str | None:
    return f"[{', '.join(merged.values())}]" if merged else None


def _elements(text: str | None) -> Mapping[str, str]:
    """Return the elements of a list by their names, or by their text."""
    return {each.name or each.text: each.text for each in expressions.elements(text)}


def _texts(
    prefix: str, base: Texts, ours: Texts, theirs: Texts, conflicts: list[Conflict]
) -> dict[str, str]:
    """Merge what is named: the names of theirs in their order, then those of ours alone."""
    names = dict.fromkeys([*theirs, *ours, *base])
    merged = {
        name: _chosen(
            f"{prefix}{name}", base.get(name), ours.get(name), theirs.get(name), conflicts
        )
        for name in names
    }
    return {name: text for name, text in merged.items() if text is not None}


def _chosen(
    label: str, base: str | None, ours: str | None, theirs: str | None, conflicts: list[Conflict]
) -> str | None:
    if _same_text(base, theirs):
        return ours
    if _same_text(base, ours):
        return theirs
    if not _same_text(ours, theirs) or None in (base, ours):
        # Where both add a thing, or both remove it, the second of them fails on any database.
        conflicts.append(Conflict(label, base, ours, theirs))
    return ours


def _same_text(one: str | None, other: str | None) -> bool:
    return one is other or (one is not None and other is not None and same_text(one, other))


def _answered(definition: Definition, answers: Mapping[str, str | None]) -> Definition:
    """Return a merged definition with the texts of `answers`, by the labels of conflicts."""
    fields, meta = dict(definition.fields), dict(definition.meta)
    for label, text in answers.items():
        where, name, element = _place(label)
        if element:
            elements = {**_elements(meta.get(name)), element: text}
            kept = {each: own for each, own in elements.items() if own is not None}
            _put(meta, name, _listed(kept))
        else:
            _put(fields if where == "field" else meta, name, text or None)
    return replace(definition, fields=fields, meta=meta)


def _place(label: str) -> tuple[str, str, str]:
    """Return whether a label names a field or an option, its name, and that of an element."""
    _, _, rest = label.partition(".")
    if not rest.startswith("Meta."):
        return "field", rest, ""
    _, name, element = (*rest.split(".", 2), "")[:3]
    return "meta", name, element


def _put(texts: dict[str, str], name: str, text: str | None) -> None:
    if text is None:
        texts.pop(name, None)
    else:
        texts[name] = text


def differing(one: Snapshot, other: Snapshot) -> Iterator[ModelKey]:
    """Yield the keys of the models on which two snapshots differ, sorted."""
    for key in sorted({*one, *other}):
        if not _same(one.get(key), other.get(key)):
            yield key


def changed_labels(base: Definition | None, theirs: Definition | None) -> Iterator[str]:
    """Yield the labels, as conflicts have them, of what differs between two of a model."""
    if base is None or theirs is None:
        some = base or theirs
        yield from [some.name] if some else []
        return
    name = theirs.name
    yield from (f"{name}.{each}" for each in _unlike(base.fields, theirs.fields))
    for option in _unlike(base.meta, theirs.meta):
        if option not in _LISTS:
            yield f"{name}.Meta.{option}"
            continue
        elements = _elements(base.meta.get(option)), _elements(theirs.meta.get(option))
        yield from (f"{name}.Meta.{option}.{each}" for each in _unlike(*elements))


def _unlike(one: Texts, other: Texts) -> Iterator[str]:
    for name in {**one, **other}:
        if not _same_text(one.get(name), other.get(name)):
            yield name
