"""The order of operations: what must come first does, and the rest is as in models.py."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_REMOVES_PART = (operations.RemoveIndex, operations.RemoveConstraint)
_ADDS_PART = (operations.AddIndex, operations.AddConstraint, operations.AlterUniqueTogether)


def as_declared(app: str, ops: Iterable[Operation], after: ProjectState) -> list[Operation]:
    """Return fields that are added in a row in the order of models.py; Django has them by name.

    Generated fields end a row: they need the fields that they are computed from.
    """

    def row(op: Any) -> str | int:
        plain = isinstance(op, operations.AddField) and not getattr(op.field, "generated", False)
        return op.model_name_lower if plain else id(op)

    def place(op: Any) -> int:
        return list(after.models[app, op.model_name_lower].fields).index(op.name)

    rows = [(key, list(group)) for key, group in groupby(ops, row)]
    return [
        op
        for key, group in rows
        for op in (sorted(group, key=place) if isinstance(key, str) else group)
    ]


def generated_first(app: str, ops: Iterable[Operation], before: ProjectState) -> list[Operation]:
    """Remove generated fields before the fields that they are computed from.

    Django does so from 6.0; 5.2 fails on every database. What else there is stays at its place.
    """

    def removes_plain(op: Any) -> bool:
        field = before.models[app, op.model_name_lower].fields[op.name]
        return not getattr(field, "generated", False)

    ops = list(ops)
    removals = [op for op in ops if isinstance(op, operations.RemoveField)]
    in_turn = iter(sorted(removals, key=removes_plain))
    return [next(in_turn) if isinstance(op, operations.RemoveField) else op for op in ops]


def apart(app: str, ops: Iterable[Operation], after: ProjectState) -> list[Operation]:
    """Drop and create indexes that pass their names on to each other, which Django renames.

    The name is taken meanwhile, two indexes of a model have one name in its state, and joining the
    operations makes one rename of two indexes' (to 6.1).
    """
    ops = list(ops)
    renames = [op for op in ops if isinstance(op, operations.RenameIndex)]
    both = {op.old_name for op in renames} & {op.new_name for op in renames}
    tangled = [op for op in renames if both & {op.old_name, op.new_name}]
    result: list[Operation] = []
    created: list[Operation] = []
    for op in ops:
        if op not in tangled:
            result.append(op)
            continue
        result.append(operations.RemoveIndex(op.model_name, op.old_name))
        indexes = after.models[app, op.model_name_lower].options["indexes"]
        index = next(each for each in indexes if each.name == op.new_name)
        created.append(operations.AddIndex(op.model_name, index))
    return [*result, *created]


def in_order(renames: list[Operation], ops: list[Operation]) -> list[Operation]:
    """Put first what must come first, whatever order Django's version has.

    Indexes and constraints go before the fields in them are removed (Django 5.2 fails on SQLite)
    or renamed (MariaDB refuses while a CHECK names the column). Indexes are renamed among them: one
    that is renamed may be taken off its field afterwards. Generated fields that come again after a
    rename go before it, so that each of their expressions finds the columns that it names: what is
    in a RawSQL follows no rename.
    """
    first = [op for op in renames if isinstance(op, operations.RenameModel)]
    parts = [op for op in ops if isinstance(op, (*_REMOVES_PART, operations.RenameIndex))]
    fields = [op for op in renames if not isinstance(op, operations.RenameModel)]
    parts += _generated_again(fields, ops)
    return [*first, *parts, *fields, *order_columns_first(op for op in ops if op not in parts)]


def _generated_again(renames: Iterable[Any], ops: Iterable[Any]) -> list[Operation]:
    """Return the removals of generated fields that are added again to models with renamed fields.

    One that is renamed itself, or is in unique_together, has its removal after others.
    """
    ops = list(ops)
    renamed = {(op.model_name_lower, op.new_name) for op in renames}
    again = {
        (op.model_name_lower, op.name)
        for op in ops
        if isinstance(op, operations.AddField) and getattr(op.field, "generated", False)
    }
    altered = {op.name_lower for op in ops if isinstance(op, operations.AlterUniqueTogether)}
    again = {each for each in again - renamed if each[0] in {model for model, _ in renamed}}
    removals = [op for op in ops if isinstance(op, operations.RemoveField)]
    return [
        op
        for op in removals
        if (op.model_name_lower, op.name) in again and op.model_name_lower not in altered
    ]


def order_columns_first(ops: Iterable[Operation]) -> list[Operation]:
    """Add the column `_order` before the indexes and constraints that are added: they may name it.

    Django (to 6.1) adds it last, and fails where one does.
    """
    ops = list(ops)
    ordered = [
        op
        for op in ops
        if isinstance(op, operations.AlterOrderWithRespectTo) and op.order_with_respect_to
    ]
    parts = (place for place, op in enumerate(ops) if isinstance(op, _ADDS_PART))
    first = next(parts, len(ops))
    late = [op for op in ops[first:] if op in ordered]
    return [*ops[:first], *late, *(op for op in ops[first:] if op not in late)]
