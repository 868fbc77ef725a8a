"""Three-way merge of definitions: what a revision changed, on top of a parallel branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evolve.frozen.snapshot import Definition, same_text


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
    return replace(
        theirs,
        fields=_merged(base.fields, ours.fields, theirs.fields),
        meta=_merged(base.meta, ours.meta, theirs.meta),
        imports=ours.imports | theirs.imports,
    )


def _merged(
    base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]
) -> dict[str, str]:
    names = dict.fromkeys([*theirs, *ours])
    chosen = {name: _chosen(base.get(name), ours.get(name), theirs.get(name)) for name in names}
    return {name: text for name, text in chosen.items() if text is not None}


def _chosen(base: str | None, ours: str | None, theirs: str | None) -> str | None:
    untouched = base is theirs or (
        base is not None and theirs is not None and same_text(base, theirs)
    )
    return ours if untouched else theirs
