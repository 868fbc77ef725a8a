"""Values of existing rows: where a change needs a default, and where it loses what was there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from evolve.autodiff.changes import Change, change_for
from evolve.autodiff.questions import DefaultNeeded, Doing, GiveUpReversing, Questioner

_TIMES = (models.DateField, models.DateTimeField, models.TimeField)


def needs_default(field: Any) -> bool:
    """Tell whether a column that is added for `field` needs a value for the rows that exist.

    The rule of Django's autodetector (5.2 to 6.1), and what a generated column or a primary key
    gets by itself.
    """
    return not (
        field.null
        or field.has_default()
        or field.has_db_default()
        or field.many_to_many
        or (field.blank and field.empty_strings_allowed)
        or (isinstance(field, _TIMES) and field.auto_now)
        or getattr(field, "generated", False)
        or field.primary_key
    )


def possible(
    app: str, ops: Iterable[Operation], before: ProjectState, ask: Questioner
) -> list[Operation]:
    """Return `ops` with fields that no database can alter removed and added again."""
    result: list[Any] = []
    op: Any
    for op in ops:
        model = before.models.get((app, op.model_name_lower)) if _alters(op) else None
        if model is None or not _cannot_alter(model.fields[op.name], op.field):
            result.append(op)
            continue
        result.append(operations.RemoveField(op.model_name, op.name))
        added = _with_default(operations.AddField(model.name, op.name, op.field), "adding", ask)
        result.append(added)
    return result


def _alters(op: Operation) -> bool:
    return isinstance(op, operations.AlterField)


def _cannot_alter(old: Any, new: Any) -> bool:
    """Tell whether the schema editor refuses the change: another M2M table, a generated column."""
    if old.many_to_many:
        return _table(old) != _table(new)
    return bool(getattr(old, "generated", False) or getattr(new, "generated", False))


def _table(field: Any) -> tuple[Any, ...]:
    names = (field.remote_field.model, getattr(field.remote_field, "through", None))
    return tuple(name and str(name).lower() for name in names)


def undone(forwards: Iterable[Change], ask: Questioner) -> tuple[tuple[Change, ...], str | None]:
    """Return the changes of the way back, in the order in which they run, or why there is none."""
    changes: list[Change] = []
    lost: list[str] = []
    forwards = tuple(forwards)
    # On the way back a deleted model is created without rows: nothing to ask about its fields.
    deleted = {
        each.model for each in forwards if isinstance(each.operation, operations.DeleteModel)
    }
    for change in forwards:
        inverse: Any = change.inverse()
        doing = _loses_values(change, inverse)
        if doing and change.model not in deleted:
            inverse = _with_default(inverse, doing, ask)
        if inverse is None:
            lost.append(f"'{change.model}.{change.operation.name}'")
            continue
        changes.insert(0, change_for(change.app, inverse, change.after, change.before))
    if lost:
        return (), f"{', '.join(lost)} and its values cannot be restored."
    return tuple(changes), None


def _loses_values(change: Change, inverse: Any) -> Doing | None:
    """Tell what the change does to a column whose values the way back cannot know."""
    if isinstance(inverse, operations.AddField):
        return "removing"
    if isinstance(inverse, operations.AlterField):
        assert change.after is not None
        if change.after.fields[inverse.name].null and not inverse.field.null:
            return "making nullable"
    return None


def _with_default(op: Any, doing: Doing, ask: Questioner) -> Any:
    """Return `op` with the one-off default that the user gives; None: not to be reversed."""
    if not needs_default(op.field):
        return op
    answer = ask.default(DefaultNeeded(op.model_name, op.name, doing))
    if isinstance(answer, GiveUpReversing):
        return None
    field = op.field.clone()
    field.default = answer.value
    return type(op)(op.model_name, op.name, field, preserve_default=False)
