"""What a schema revision's methods do, as Django's operations: recorded on states alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation

from evolve.database.agreement import NeedsRows, OnStates, called
from evolve.database.lazy import LazyState
from evolve.errors import Refused
from evolve.frozen.renames import RenameField, RenameModel
from evolve.revisions.revision import Direction

Statement = tuple[str, Sequence[Any] | None]


class Recording(OnStates):
    """`self.db` that notes what it is asked to do."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.done: list[Operation | Statement] = []

    def run(self, operation: Operation) -> None:
        """Note an operation."""
        super().run(operation)
        self.done.append(_djangos(operation))

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Note a statement, and find no rows."""
        self.done.append((sql, params))
        return []


def _djangos(operation: Operation) -> Operation:
    """Return Django's own operation for one of evolve's."""
    if isinstance(operation, RenameField):
        return migrations.RenameField(operation.model_name, operation.old_name, operation.new_name)
    if isinstance(operation, RenameModel):
        return migrations.RenameModel(operation.old_name, operation.new_name)
    return operation


def operations_of(
    migration: Any, before: LazyState, after: LazyState, reversible: bool
) -> list[Operation]:
    """Return Django operations that do what a SchemaMigration does, both ways.

    `before` and `after` are the states around it. SQL becomes RunSQL; that of the way back has to
    come before or after all of its schema operations. Raises Refused where a method reads rows, or
    mixes SQL and schema operations on the way back.
    """
    forwards = _recorded(migration, "forwards", before, after)
    found: list[Operation] = [_there(each) for each in forwards]
    if not reversible:
        # Django's own way to say it: code without a way back.
        return [*found, migrations.RunPython(migrations.RunPython.noop)]
    backwards = _recorded(migration, "backwards", after, before)
    first, last = _ends(migration, backwards)
    # Operations are undone from the last to the first.
    return [*map(_back, reversed(last)), *found, *map(_back, reversed(first))]


def _recorded(
    migration: Any, way: Direction, start: LazyState, end: LazyState
) -> list[Operation | Statement]:
    try:
        return called(Recording, migration, way, start, end).done
    except NeedsRows as error:
        raise Refused(
            f"{migration.app_label}:{migration.name}: its {way} reads rows, so that it cannot be "
            "written as Django's operations.",
            "Nothing was written. Move that into a data migration.",
        ) from error


def _ends(
    migration: Any, done: list[Operation | Statement]
) -> tuple[list[Statement], list[Statement]]:
    """Return the statements before and after the operations of a way back."""
    places = [at for at, each in enumerate(done) if not isinstance(each, tuple)]
    start, end = (places[0], places[-1] + 1) if places else (len(done), len(done))
    if any(isinstance(each, tuple) for each in done[start:end]):
        raise Refused(
            f"{migration.app_label}:{migration.name}: its backwards has SQL between schema "
            "operations, which Django's operations cannot say.",
            "Nothing was written. Put the SQL before or after them, or in a revision of its own.",
        )
    first = [each for each in done[:start] if isinstance(each, tuple)]
    last = [each for each in done[end:] if isinstance(each, tuple)]
    return first, last


def _there(each: Operation | Statement) -> Operation:
    return _sql(each, back=False) if isinstance(each, tuple) else each


def _back(statement: Statement) -> Operation:
    return _sql(statement, back=True)


def _sql(statement: Statement, back: bool) -> Operation:
    """Return RunSQL for one way, doing nothing the other way."""
    sql, params = statement
    said: Any = sql if params is None else [(sql, list(params))]
    noop = migrations.RunSQL.noop
    return migrations.RunSQL(noop, said) if back else migrations.RunSQL(said, noop)
