"""What has to be equal of two databases, and how a difference is said."""

from __future__ import annotations

from typing import Any

from evolve.errors import EvolveError
from tests.contract.engine import rendered
from tests.histories.version import Version, kept_fields, own_fields, texts


class Failed(AssertionError):
    """evolve does what Django does not. `where` says at which stage; the same for one cause."""

    def __init__(self, stage: str, step: int, found: str) -> None:
        super().__init__(f"{stage} at version {step}: {found}")
        self.stage = stage
        self.step = step
        self.found = found


def columns(before: Version, after: Version) -> dict[str, set[str]]:
    """Return the columns, by table, whose values the way back has to restore."""
    registry = rendered(texts(before))
    found: dict[str, set[str]] = {}
    for key, number in kept_fields(before, after):
        model = before[key]
        if model.abstract or model.proxy:
            continue
        drawn = own_fields(before, key)[number]
        try:
            made = registry.get_model(model.app, model.name)._meta
            one = made.get_field(drawn.name)
        except Exception:
            continue
        if made.swapped:
            continue
        if one in made.local_concrete_fields and made.managed:
            found.setdefault(made.db_table, set()).add(one.column)
        if one.many_to_many and one.remote_field.through._meta.auto_created:
            through = one.remote_field.through._meta
            if {*drawn.refs} <= after.keys():
                found[through.db_table] = {each.column for each in through.local_fields}
    return found


def equal(stage: str, number: int, ours: Any, theirs: Any) -> None:
    if ours == theirs:
        return
    lines = []
    for table in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(table, []), theirs.get(table, [])
        lines += [f"  + {table}: {each}" for each in mine if each not in other]
        lines += [f"  - {table}: {each}" for each in other if each not in mine]
        if (table in ours) != (table in theirs):
            lines.append(f"  {'+' if table in ours else '-'} {table}")
        elif not lines and len(mine) != len(other):
            lines.append(f"  {table}: {len(mine)} and {len(other)} lines")
    raise Failed(stage, number, "\n" + "\n".join(lines[:12]))


def words(error: BaseException) -> str:
    hint = f" {error.hint}" if isinstance(error, EvolveError) and error.hint else ""
    cause = f" <- {type(error.__cause__).__name__}: {error.__cause__}" if error.__cause__ else ""
    return f"{type(error).__name__}: {error}{hint}{cause}"
