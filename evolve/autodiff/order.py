"""The order of operations: what must come first does, and the rest is as in models.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.migrations.utils import resolve_relation

_REMOVES_PART = (operations.RemoveIndex, operations.RemoveConstraint)


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

    Django does so from 6.0; 5.2 fails on every database.
    """

    def removes_generated(op: Any) -> bool:
        if not isinstance(op, operations.RemoveField):
            return False
        field = before.models[app, op.model_name_lower].fields[op.name]
        return bool(getattr(field, "generated", False))

    return sorted(ops, key=lambda op: not removes_generated(op))


def in_order(renames: list[Operation], ops: list[Operation]) -> list[Operation]:
    """Put first what must come first, whatever order Django's version has.

    Indexes and constraints go before the fields in them are removed (Django 5.2 fails on SQLite)
    or renamed (MariaDB refuses while a CHECK names the column).
    """
    first = [op for op in renames if isinstance(op, operations.RenameModel)]
    parts = [op for op in ops if isinstance(op, _REMOVES_PART)]
    fields = [op for op in renames if not isinstance(op, operations.RenameModel)]
    return [*first, *parts, *fields, *(op for op in ops if op not in parts)]


def with_whole_deletions(app: str, ops: list[Operation], before: ProjectState) -> list[Operation]:
    """Delete models as a whole, those that point to others first.

    Django takes relations, and from 6.0 indexes and constraints, off a model one by one before it
    deletes it. That stays so only where models in a circle of foreign keys are deleted.
    """
    deletions = {op.name_lower: op for op in ops if isinstance(op, operations.DeleteModel)}
    if not deletions:
        return ops
    points_to = {
        name: _targets(app, name, before) & deletions.keys() - {name} for name in deletions
    }
    try:
        order = list(TopologicalSorter(_inverted(points_to)).static_order())
    except CycleError:
        return ops
    deleted = iter(deletions[name] for name in order if name in deletions)
    kept = [op for op in ops if not _takes_off(op, deletions.keys())]
    return [next(deleted) if isinstance(op, operations.DeleteModel) else op for op in kept]


def _takes_off(op: Any, models: Iterable[str]) -> bool:
    if isinstance(op, operations.AlterUniqueTogether):  # from 6.1
        return op.name_lower in models
    taking = (operations.RemoveField, *_REMOVES_PART)
    return isinstance(op, taking) and op.model_name_lower in models


def _targets(app: str, model: str, state: ProjectState) -> set[str]:
    """Return the models of the app that a model points to, or is a child of."""
    fields = state.models[app, model].fields.values()
    related = [
        resolve_relation(each.remote_field.model, app, model)
        for each in fields
        if each.remote_field
    ]
    return {name for label, name in related if label == app}


def _inverted(points_to: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return which models have to be gone before each: those that point to it."""
    before: dict[str, set[str]] = defaultdict(set, {name: set() for name in sorted(points_to)})
    for name, targets in sorted(points_to.items()):
        for target in sorted(targets):
            before[target].add(name)
    return before
