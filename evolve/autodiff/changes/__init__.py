"""Kinds of change. Each knows its console line, its name part and its code, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from evolve.autodiff.changes import fields, indexes, models, options
from evolve.autodiff.changes.base import Change, Definitions

__all__ = ["Change", "Definitions", "change_for", "changes_for"]

_KINDS: dict[type[Operation], type[Change]] = {
    operation: kind
    for module in (models, fields, indexes, options)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Change)
    for operation in kind.handles
}


def changes_for(app: str, state: ProjectState, ops: Iterable[Operation]) -> Iterator[Change]:
    """Yield the change that each operation makes; `state` is moved along, in place."""
    for operation in ops:
        old, new = _names(operation)
        before = _copy(state, app, old)
        operation.state_forwards(app, state)
        yield change_for(app, operation, before, _copy(state, app, new))


def change_for(
    app: str, operation: Operation, before: ModelState | None, after: ModelState | None
) -> Change:
    """Return the change that one operation makes."""
    return _KINDS[type(operation)](app, operation, before, after)


def _names(operation: Any) -> tuple[str, str]:
    """Return the name of an operation's model before and after it."""
    if hasattr(operation, "model_name"):
        return operation.model_name, operation.model_name
    if type(operation).__name__ == "RenameModel":
        return operation.old_name, operation.new_name
    return operation.name, operation.name


def _copy(state: ProjectState, app: str, name: str) -> ModelState | None:
    model = state.models.get((app, name.lower()))
    return model.clone() if model else None
