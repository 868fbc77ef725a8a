"""`self.db`: the schema operations that a revision calls, run by Django's schema editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

from django.db import models, router
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from evolve.database import vendor
from evolve.database.lazy import LazyState, prerender
from evolve.errors import EvolveError
from evolve.frozen.orm import Orm
from evolve.frozen.renames import RenameField, RenameModel
from evolve.frozen.snapshot import ModelKey

Told = Callable[[str, float], None]


class Database:
    """The database a revision runs on, with Django's operations under Django's names.

    Model names are those of the revision's own app. Definitions that are left out are the frozen
    ones of the state that is being moved to. `alias` and `vendor` name the database.
    """

    def __init__(
        self,
        app: str,
        editor: Any,
        state: LazyState,
        target: Mapping[ModelKey, ModelState],
        orm: Orm,
        told: Told | None = None,
    ) -> None:
        self._app = app
        self._editor = editor
        self._target = target
        self._orm = orm
        self._executed = False
        self._told = told
        self.state = state
        self.touched: set[ModelKey] = set()

    @property
    def alias(self) -> str:
        """Django's name of the database."""
        return str(self._editor.connection.alias)

    @property
    def vendor(self) -> str:
        """Django's name of the kind of database: "sqlite", "postgresql", "mysql", …."""
        return str(self._editor.connection.vendor)

    def run(self, operation: Operation) -> None:
        """Run any Django operation: contrib.postgres, third party, your own."""
        begun = monotonic()
        if self._executed or self._orm.used:
            vendor.settle_constraints(self._editor)
        self._note(operation)
        before, after = self.state, self.state.clone()
        operation.state_forwards(self._app, after)
        prerender(operation, self._app, before)
        operation.database_forwards(self._app, self._editor, before, after)
        self.state = after
        if self._told:
            self._told(operation.describe(), monotonic() - begun)

    def _note(self, operation: Any) -> None:
        for attribute in ("name", "model_name", "old_name", "new_name"):
            name = getattr(operation, attribute, None)
            if isinstance(name, str):
                self.touched.add((self._app, name.lower()))

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run SQL where the routers allow the app; return the rows, where there are any.

        Without `params` a `%` in the text is a per cent sign, and the text may hold several
        statements, as in Django's RunSQL; the rows are those of the last.
        """
        if not router.allow_migrate(self.alias, self._app):
            return []
        begun = monotonic()
        rows: list[tuple[Any, ...]] = []
        script = self._editor.connection.ops.prepare_sql_script
        for statement in script(sql) if params is None else [sql]:
            if self._editor.collect_sql:
                self._editor.execute(statement, params)
                continue
            with self._editor.connection.cursor() as cursor:
                cursor.execute(statement, params)
                rows = list(cursor.fetchall()) if cursor.description else []
        self._executed = True
        if self._told:
            self._told(f"Execute {' '.join(sql.split())[:70]}", monotonic() - begun)
        return rows

    def create_model(
        self,
        name: str,
        *,
        without: Iterable[str] = (),
        fields: Sequence[tuple[str, models.Field]] | None = None,
        options: Mapping[str, Any] | None = None,
        bases: Sequence[Any] | None = None,
        managers: Sequence[tuple[str, Any]] | None = None,
    ) -> None:
        """Create a model's table; what is not given is as it is frozen.

        `without` leaves out fields and Meta options that a later call adds.
        """
        frozen = None if fields is not None else self._frozen(name)
        left_out = set(without)
        if frozen is not None:
            pairs = [pair for pair in frozen.fields.items() if pair[0] not in left_out]
            options = {key: each for key, each in frozen.options.items() if key not in left_out}
            bases, managers = frozen.bases, frozen.managers
        else:
            pairs = list(fields or ())
        self.run(
            operations.CreateModel(
                name, pairs, dict(options or {}), tuple(bases or (models.Model,)), managers
            )
        )

    def _frozen(self, name: str) -> ModelState:
        state = self._target.get((self._app, name.lower()))
        if state is None:
            raise EvolveError(
                f"{self._app}.{name} is not in the state that is being moved to, so its definition "
                "is not known.",
                "Freeze it in the revision, or give fields=[…].",
            )
        return state

    def delete_model(self, name: str) -> None:
        """Drop a model's table."""
        self.run(operations.DeleteModel(name))

    def rename_model(self, old_name: str, new_name: str) -> None:
        """Rename a model, its table and what points to it."""
        self.run(RenameModel(old_name, new_name))

    def alter_model_table(self, name: str, table: str | None) -> None:
        """Give a model another table name; None: Django's own."""
        self.run(operations.AlterModelTable(name, table))

    def alter_model_table_comment(self, name: str, table_comment: str | None) -> None:
        """Give a model's table another comment."""
        self.run(operations.AlterModelTableComment(name, table_comment))

    def alter_model_options(self, name: str, options: Mapping[str, Any]) -> None:
        """Give a model other options that the database does not see.

        What a parallel branch has set in the meantime, and is frozen so, stays.
        """
        key = self._app, name.lower()
        now, then = self.state.models.get(key), self._target.get(key)
        here, there = now.options if now else {}, then.options if then else {}
        kept = {
            each: value
            for each, value in here.items()
            if each in operations.AlterModelOptions.ALTER_OPTION_KEYS
            and each in there
            and there[each] == value
        }
        self.run(operations.AlterModelOptions(name, {**kept, **options}))

    def alter_model_managers(self, name: str, managers: Sequence[tuple[str, Any]]) -> None:
        """Give a model other managers."""
        self.run(operations.AlterModelManagers(name, list(managers)))

    def alter_order_with_respect_to(self, name: str, order_with_respect_to: str | None) -> None:
        """Add or drop the order column of a model."""
        self.run(operations.AlterOrderWithRespectTo(name, order_with_respect_to))

    def alter_unique_together(self, name: str, unique_together: Iterable[Sequence[str]]) -> None:
        """Give a model another unique_together."""
        self.run(operations.AlterUniqueTogether(name, {tuple(each) for each in unique_together}))

    def add_field(
        self,
        model_name: str,
        name: str,
        field: models.Field | None = None,
        *,
        preserve_default: bool = True,
    ) -> None:
        """Add a field; without `preserve_default` its default is for the existing rows alone."""
        field = field or self._frozen(model_name).fields[name]
        self.run(operations.AddField(model_name, name, field, preserve_default))

    def remove_field(self, model_name: str, name: str) -> None:
        """Remove a field."""
        self.run(operations.RemoveField(model_name, name))

    def alter_field(
        self,
        model_name: str,
        name: str,
        field: models.Field | None = None,
        *,
        preserve_default: bool = True,
    ) -> None:
        """Alter a field; without `preserve_default` its default is for the existing rows alone."""
        field = field or self._frozen(model_name).fields[name]
        self.run(operations.AlterField(model_name, name, field, preserve_default))

    def rename_field(self, model_name: str, old_name: str, new_name: str) -> None:
        """Rename a field, also where indexes, constraints and options name it."""
        self.run(RenameField(model_name, old_name, new_name))

    def add_index(self, model_name: str, index: models.Index) -> None:
        """Add an index."""
        self.run(operations.AddIndex(model_name, index))

    def remove_index(self, model_name: str, name: str) -> None:
        """Remove an index."""
        self.run(operations.RemoveIndex(model_name, name))

    def rename_index(self, model_name: str, old_name: str, new_name: str) -> None:
        """Rename an index."""
        self.run(operations.RenameIndex(model_name, new_name=new_name, old_name=old_name))

    def add_constraint(self, model_name: str, constraint: models.BaseConstraint) -> None:
        """Add a constraint."""
        self.run(operations.AddConstraint(model_name, constraint))

    def remove_constraint(self, model_name: str, name: str) -> None:
        """Remove a constraint."""
        self.run(operations.RemoveConstraint(model_name, name))

    def alter_constraint(
        self, model_name: str, name: str, constraint: models.BaseConstraint
    ) -> None:
        """Change what of a constraint the database does not see."""
        self.run(operations.AlterConstraint(model_name, name, constraint))
