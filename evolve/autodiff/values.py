"""Values of existing rows: where a change needs a default, and where it loses what was there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from evolve.autodiff.changes import Change, change_for
from evolve.autodiff.changes.other import OtherChange
from evolve.autodiff.named_parts import parts_around
from evolve.autodiff.questions import (
    DefaultNeeded,
    Doing,
    GiveUpReversing,
    Questioner,
    SharedDefault,
)
from evolve.errors import Refused

_ADDS_PART = (operations.AddIndex, operations.AddConstraint)
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


def shares_one(field: Any) -> bool:
    """Tell whether rows that exist would all get one value in a column where no two may have one.

    A default that the database computes is another one for each row, or is taken to be.
    """
    if not field.unique or field.primary_key or getattr(field, "generated", False):
        return False
    if field.has_default():
        return field.default is not None
    if field.has_db_default():
        computed = hasattr(field.db_default, "resolve_expression")
        return not computed or isinstance(field.db_default, models.Value)
    return not field.null


def possible(
    app: str,
    ops: Iterable[Operation],
    before: ProjectState,
    after: ProjectState,
    ask: Questioner,
) -> list[Operation]:
    """Return `ops` with fields that no database can alter removed and added again.

    Of what gives existing rows a value that they may not share, it is asked.
    """
    result: list[Any] = []
    op: Any
    ops = list(ops)
    added = {_name_of(op) for op in ops if isinstance(op, _ADDS_PART)}
    for op in ops:
        model = before.models.get((app, op.model_name_lower)) if _alters(op) else None
        if model is None or not _cannot_alter(model.fields[op.name], op.field):
            _ask_of_sharing(op, before.models.get((app, getattr(op, "model_name_lower", ""))), ask)
            result.append(op)
            continue
        off, on = parts_around(model, after.models[app, op.model_name_lower], op.name, added)
        field = _with_default(operations.AddField(model.name, op.name, op.field), "adding", ask)
        result += [*off, operations.RemoveField(op.model_name, op.name), field, *on]
    return result


def _ask_of_sharing(op: Any, model: ModelState | None, ask: Questioner) -> None:
    """Ask whether an operation may give existing rows of a model one value in a unique field."""
    if model is None:
        return
    adds = isinstance(op, operations.AddField)
    fills = _alters(op) and model.fields[op.name].null and not op.field.null
    if (adds or fills) and shares_one(op.field):
        ask.shared_default(
            SharedDefault(model.name, op.name, "adding" if adds else "making non-nullable")
        )


def _name_of(op: Any) -> str:
    part = op.index if isinstance(op, operations.AddIndex) else op.constraint
    return str(part.name)


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


def check_keys(forwards: Iterable[Change]) -> None:
    """Refuse a composite primary key for a table that exists."""
    for change in forwards:
        if _adds_composite_key(change.operation):
            raise Refused(
                f"{change.label} has a table with another primary key, which Django's schema "
                "editors cannot change to a composite one.",
                "Create another model with the new key, copy the rows in a data migration, and "
                "delete this one.",
            )


def _adds_composite_key(op: Operation) -> bool:
    """Tell whether an operation adds a primary key of several columns to a table that exists.

    Django's schema editor (5.2 to 6.1) does nothing for it, and the table stays without.
    """
    return isinstance(op, operations.AddField) and isinstance(op.field, models.CompositePrimaryKey)


def undone(forwards: Iterable[Change], ask: Questioner) -> tuple[tuple[Change, ...], str | None]:
    """Return the changes of the way back, in the order in which they run, or why there is none."""
    changes: list[Change] = []
    lost: list[Change] = []
    forwards = tuple(forwards)
    # On the way back a deleted model is created without rows: nothing to ask about its fields.
    deleted = {
        each.model for each in forwards if isinstance(each.operation, operations.DeleteModel)
    }
    for change in forwards:
        inverse: Any = change.inverse()
        doing = _loses_values(change, inverse)
        if _adds_composite_key(inverse) and change.model not in deleted:
            inverse = None
        elif doing and change.model not in deleted:
            inverse = _with_default(inverse, doing, ask)
        if inverse is None:
            lost.append(change)
            continue
        changes.insert(0, change_for(change.app, inverse, change.after, change.before))
    if lost:
        return (), _reason(lost)
    return tuple(changes), None


def _reason(lost: Iterable[Change]) -> str:
    """Say why changes cannot be undone."""
    others = [each for each in lost if isinstance(each, OtherChange)]
    fields = [f"'{each.model}.{each.operation.name}'" for each in lost if each not in others]
    reasons = [f"{', '.join(fields)} and its values cannot be restored."] if fields else []
    reasons += [
        f"{each.operation.describe()}: the operation cannot be reversed." for each in others
    ]
    return " ".join(reasons)


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
    if needs_default(op.field):
        answer = ask.default(DefaultNeeded(op.model_name, op.name, doing))
        if isinstance(answer, GiveUpReversing):
            return None
        field = op.field.clone()
        field.default = answer.value
        op = type(op)(op.model_name, op.name, field, preserve_default=False)
    if shares_one(op.field) and ask.shared_default(SharedDefault(op.model_name, op.name, doing)):
        return None
    return op
