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


def in_order(renames: list[Operation], ops: list[Operation]) -> list[Operation]:
    """Put first what must come first, whatever order Django's version has.

    Indexes and constraints go before the fields in them are removed (Django 5.2 fails on SQLite)
    or renamed (MariaDB refuses while a CHECK names the column). Indexes are renamed among them: one
    that is renamed may be taken off its field afterwards.
    """
    first = [op for op in renames if isinstance(op, operations.RenameModel)]
    parts = [op for op in ops if isinstance(op, (*_REMOVES_PART, operations.RenameIndex))]
    fields = [op for op in renames if not isinstance(op, operations.RenameModel)]
    return [*first, *parts, *fields, *order_columns_first(op for op in ops if op not in parts)]


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
