"""Kinds of change. Each knows its console line, its name part and its code, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from evolve.autodiff.changes import fields, indexes, models, options
from evolve.autodiff.changes.base import Change, Definitions
from evolve.autodiff.changes.other import OtherChange

__all__ = ["Change", "Definitions", "change_for", "changes_for", "names_of"]

_KINDS: dict[type[Operation], type[Change]] = {
    handled: kind
    for module in (models, fields, indexes, options)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Change)
    for handled in kind.handles
}


def changes_for(app: str, state: ProjectState, ops: Iterable[Operation]) -> Iterator[Change]:
    """Yield the change that each operation makes; `state` is moved along, in place."""
    for operation in ops:
        old, new = names_of(operation)
        before = _copy(state, app, old)
        operation.state_forwards(app, state)
        yield change_for(app, operation, before, _copy(state, app, new))


def change_for(
    app: str, operation: Operation, before: ModelState | None, after: ModelState | None
) -> Change:
    """Return the change that one operation makes."""
    return _KINDS.get(type(operation), OtherChange)(app, operation, before, after)


def names_of(operation: Any) -> tuple[str, str]:
    """Return the name of an operation's model before and after it; "" where it has none."""
    if isinstance(operation, operations.RenameModel):
        return operation.old_name, operation.new_name
    name = getattr(operation, "model_name", None) or getattr(operation, "name", None) or ""
    return name, name


def _copy(state: ProjectState, app: str, name: str) -> ModelState | None:
    model = state.models.get((app, name.lower()))
    return model.clone() if model else None
