"""Do a schema revision's methods do what it froze? Found out on states alone, without a database.

The methods are called on a facade that changes a state and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from django.db import connections
from django.db.migrations.operations.base import Operation

from evolve.database.facade import Database
from evolve.database.lazy import LazyState
from evolve.database.verify import differences
from evolve.frozen.orm import Orm
from evolve.revisions.revision import Direction


class _NeedsRows(Exception):
    """A method reads or writes rows: what it does is known when it runs."""


class _OnStates(Database):
    """`self.db` without a database: operations change the state, statements do nothing."""

    def run(self, operation: Operation) -> None:
        """Change the state."""
        self._note(operation)
        after = self.state.clone()
        operation.state_forwards(self._app, after)
        self.state = after

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Do nothing, and find no rows."""
        return []


def disagreements(
    migration: Any,
    before: LazyState,
    after: LazyState,
    directions: Iterable[Direction],
    alias: str = "default",
) -> dict[Direction, list[str]]:
    """Return how what a SchemaMigration's methods do differs from what it froze, a line each.

    `before` and `after` are the states around it. A method that asks its `orm` for a model is not
    judged. What a method raises is a difference.
    """
    ways: dict[Direction, tuple[LazyState, LazyState]] = {
        "forwards": (before, after),
        "backwards": (after, before),
    }
    found = {way: _one(migration, way, *ways[way], alias) for way in directions}
    return {way: lines for way, lines in found.items() if lines}


def _one(migration: Any, way: Direction, start: LazyState, end: LazyState, alias: str) -> list[str]:
    app = migration.app_label

    def no_rows() -> Any:
        raise _NeedsRows

    orm = Orm(no_rows, app, alias)
    editor = SimpleNamespace(connection=connections[alias], collect_sql=False)
    db = _OnStates(app, editor, start.clone(), end.models, orm)
    migration.db = db
    try:
        getattr(migration, way)(orm)
    except _NeedsRows:
        return []
    except Exception as error:
        return [f" - calling it raised {type(error).__name__}: {error}"]
    keys = db.touched | {key for key in migration.definitions if key[0] == app}
    return differences(db.state.models, end.models, keys)
