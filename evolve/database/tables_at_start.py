"""The live tables when a run begins, and what they have that no model says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from evolve.database.lazy import LazyState
from evolve.database.unsaid import Unsaid, unsaid
from evolve.frozen.snapshot import ModelKey


class TablesAtStart:
    """The tables of a database when a run begins, and what they have that no model says then.

    Nothing runs while this is asked, so that each table is looked at once.
    """

    def __init__(self, connection: Any, state: LazyState) -> None:
        self.connection = connection
        self._state = state
        self._unsaid: dict[str, list[Unsaid]] = {}

    @cached_property
    def names(self) -> set[str]:
        """The tables."""
        with self.connection.cursor() as cursor:
            return set(self.connection.introspection.table_names(cursor))

    @cached_property
    def _models(self) -> Mapping[str, list[ModelKey]]:
        """The models of the state by their tables."""
        found: dict[str, list[ModelKey]] = {}
        for key, model in self._state.models.items():
            if model.options.get("managed", True) and not model.options.get("proxy"):
                found.setdefault(_table_named(*key, model), []).append(key)
        return found

    @cached_property
    def _known(self) -> set[str]:
        return tables_of(self._state)

    def unsaid(self, model: Any, state: LazyState | None = None) -> list[Unsaid]:
        """Return what a model's table has that neither it nor a model of the beginning says.

        References of `state`'s tables are known: an earlier step may drop what one refers to.
        """
        table = model._meta.db_table
        if table not in self.names:
            return []
        if table not in self._unsaid:
            keys = self._models.get(table, ())
            begun = [self._state.apps.get_model(*key) for key in keys] or [model]
            self._unsaid[table] = self._common(begun)
        if not self._unsaid[table]:
            return []
        found = [each for each in self._common([model]) if each in self._unsaid[table]]
        known = self._known | (tables_of(state) if state else set())
        return [each for each in found if each.kind != "reference" or each.name not in known]

    def _common(self, models: Iterable[Any]) -> list[Unsaid]:
        with self.connection.cursor() as cursor:
            first, *more = [unsaid(self.connection, cursor, each) for each in models]
        return [each for each in first if all(each in others for others in more)]


def tables_of(state: LazyState) -> set[str]:
    """Return the tables that a state knows, those between two models included."""
    found = set()
    for (app, name), model in state.models.items():
        table = _table_named(app, name, model)
        found.add(table)
        between = (each for each in model.fields.items() if each[1].many_to_many)
        found |= {getattr(each, "db_table", None) or f"{table}_{field}" for field, each in between}
    return found


def _table_named(app: str, name: str, model: Any) -> str:
    return str(model.options.get("db_table") or f"{app}_{name}")
