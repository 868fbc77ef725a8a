"""Do a schema revision's methods do what it froze? Found out on states alone, without a database.

The methods are called on a facade that changes a state and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, TypeVar

from django.core.exceptions import FieldError
from django.db import connections
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import StateApps

from evolve.database.bases import leave_bases
from evolve.database.facade import Database
from evolve.database.lazy import LazyState
from evolve.database.verify import differences
from evolve.frozen.named import fields_of
from evolve.frozen.orm import Orm
from evolve.revisions.revision import Direction


class NeedsRows(Exception):
    """A method reads or writes rows: what it does is known when it runs."""


class OnStates(Database):
    """`self.db` without a database: operations change the state, statements do nothing."""

    def run(self, operation: Operation) -> None:
        """Change the state."""
        self._note(operation)
        after = self.state.clone()
        operation.state_forwards(self._app, after)
        self.state = after

    def undo(self, operation: Operation) -> None:
        """Change the state back."""
        self.state = self._without(operation)

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Do nothing, and find no rows."""
        return []


Facade = TypeVar("Facade", bound=OnStates)


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


def called(
    facade: type[Facade],
    migration: Any,
    way: Direction,
    start: LazyState,
    end: LazyState,
    alias: str = "default",
) -> Facade:
    """Call one of a migration's methods on a facade that goes from a state to another; return it.

    Raises NeedsRows where the method asks its `orm` for a model, and whatever else it raises.
    """

    def no_rows() -> Any:
        raise NeedsRows

    app = migration.app_label
    orm = Orm(no_rows, app, alias)
    editor = SimpleNamespace(connection=connections[alias], collect_sql=False)
    state = start.clone()
    leave_bases(state, end.models, migration.definitions, migration.renamed_models)
    migration.db = db = facade(app, editor, state, end.models, orm)
    getattr(migration, way)(orm)
    return db


def _one(migration: Any, way: Direction, start: LazyState, end: LazyState, alias: str) -> list[str]:
    try:
        db = called(OnStates, migration, way, start, end, alias)
    except NeedsRows:
        return []
    except Exception as error:
        return [f" - calling it raised {type(error).__name__}: {error}"]
    app = migration.app_label
    keys = db.touched | {key for key in migration.definitions if key[0] == app}
    return differences(db.state.models, end.models, keys)


def unusable(state: LazyState, app: str) -> list[str]:
    """Return why an app's models in a state cannot be loaded or made, a line each.

    Rendering finds what is referred to and is not there, and names that clash; Django's own checks
    find indexes, constraints and options of fields that are not there.
    """
    try:
        registry = StateApps(set(state.real_apps), dict(state.models))
    except Exception as error:
        return [f" - {' '.join(str(error).split())}"]
    # Private API (5.2 to 6.1): these are parts of Model.check, which historical models have too.
    # Those of indexes and constraints ask a database from 6.1 on.
    found: list[str] = []
    for model in registry.get_models():
        if model._meta.app_label == app:
            errors = [
                *(
                    each
                    for option, names in _named(model)
                    for each in _missing(model, option, names)
                ),
                *model._check_field_name_clashes(),
            ]
            found += [f" - {model._meta.label}: {error.msg}" for error in errors]
            found += _generated(model)
    return list(dict.fromkeys(found))


def _named(model: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield the fields that Meta options name, each list with its option."""
    meta = model._meta
    for names in meta.unique_together:
        yield "unique_together", list(names)
    for option, each in (
        *(("indexes", index) for index in meta.indexes),
        *(("constraints", constraint) for constraint in meta.constraints),
    ):
        yield option, list(fields_of(each, option))


def _missing(model: Any, option: str, names: list[str]) -> list[Any]:
    known = [name for name in names if name != "pk"]
    errors: list[Any] = model._check_local_fields(known, option)
    return errors


def _generated(model: Any) -> list[str]:
    """Return the generated fields of a model that are made of what is not there."""
    found = []
    for field in model._meta.local_fields:
        try:
            getattr(field, "referenced_fields", None)
        except FieldError as error:
            found.append(f" - {model._meta.label}.{field.name}: {error}")
    return found
