"""`self.db`: the schema operations that a revision calls, run by Django's schema editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from types import EllipsisType
from typing import Any

from django.db import models, router
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from evolve.database import vendor
from evolve.database.lazy import LazyState, prerender
from evolve.database.shared_models import copy_of
from evolve.database.target import FROZEN, Target
from evolve.frozen.orm import Orm
from evolve.frozen.renames import RenameField, RenameModel
from evolve.frozen.snapshot import ModelKey

Told = Callable[[str, float], None]


class Database:
    """The database a revision runs on, with Django's operations under Django's names.

    Model names are those of the revision's own app. Definitions that are left out are the frozen
    ones of the state that is being moved to. `alias` and `vendor` name the database.
    `beside` is as Target has it.
    """

    def __init__(
        self,
        app: str,
        editor: Any,
        state: LazyState,
        target: Mapping[ModelKey, ModelState],
        orm: Orm,
        told: Told | None = None,
        beside: bool = False,
    ) -> None:
        self._app = app
        self._editor = editor
        self._target = Target(app, target, beside)
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

    def undo(self, operation: Operation) -> None:
        """Run the way back of any Django operation, towards the state that is being moved to."""
        begun = monotonic()
        before, after = self.state, self._without(operation)
        prerender(operation, self._app, before)
        operation.database_backwards(self._app, self._editor, before, after)
        self.state = after
        if self._told:
            self._told(f"Undo {operation.describe()}", monotonic() - begun)

    def _without(self, operation: Operation) -> LazyState:
        """Return the state without an operation: the models it names as they are moved to."""
        self._note(operation)
        after = self.state.clone()
        for key in self._named(operation):
            if key in self._target.models:
                after.models[key] = copy_of(self._target.models[key])
            elif key in after.models:
                after.remove_model(*key)
        return after

    def _note(self, operation: Any) -> None:
        self.touched |= self._named(operation)

    def _named(self, operation: Any) -> set[ModelKey]:
        attributes = ("name", "model_name", "old_name", "new_name")
        names = (getattr(operation, each, None) for each in attributes)
        return {(self._app, name.lower()) for name in names if isinstance(name, str)}

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
        frozen = None if fields is not None else self._target.model(name)
        left_out = set(without)
        if frozen is not None:
            pairs = [pair for pair in frozen.fields.items() if pair[0] not in left_out]
            kept = {key: each for key, each in frozen.options.items() if key not in left_out}
            options = kept if options is None else options
            bases = frozen.bases if bases is None else bases
            managers = frozen.managers if managers is None else managers
        else:
            pairs = list(fields or ())
        self.run(
            operations.CreateModel(
                name, pairs, dict(options or {}), tuple(bases or (models.Model,)), managers
            )
        )

    def delete_model(self, name: str) -> None:
        """Drop a model's table."""
        self.run(operations.DeleteModel(name))

    def rename_model(self, old_name: str, new_name: str) -> None:
        """Rename a model, its table and what points to it."""
        self.run(RenameModel(old_name, new_name))

    def alter_model_table(self, name: str, table: str | EllipsisType | None = FROZEN) -> None:
        """Give a model another table name; None: Django's own."""
        table = self._target.option(name, "db_table", table)
        self.run(operations.AlterModelTable(name, table))

    def alter_model_table_comment(
        self, name: str, table_comment: str | EllipsisType | None = FROZEN
    ) -> None:
        """Give a model's table another comment."""
        comment = self._target.option(name, "db_table_comment", table_comment)
        self.run(operations.AlterModelTableComment(name, comment))

    def alter_model_options(
        self, name: str, options: Mapping[str, Any] | EllipsisType = FROZEN
    ) -> None:
        """Give a model other options that the database does not see.

        What a parallel branch has set in the meantime, and is frozen so, stays.
        """
        key = self._app, name.lower()
        keys = operations.AlterModelOptions.ALTER_OPTION_KEYS
        now, then = self.state.models.get(key), self._target.models.get(key)
        here = {each: now.options[each] for each in keys if now and each in now.options}
        there = then.options if then else {}
        kept = {each: here[each] for each in here if each in there and there[each] == here[each]}
        chosen = self._target.options(name, keys, options)
        self.run(operations.AlterModelOptions(name, {**kept, **chosen}))

    def alter_model_managers(
        self, name: str, managers: Sequence[tuple[str, Any]] | EllipsisType = FROZEN
    ) -> None:
        """Give a model other managers."""
        chosen = self._target.managers(name, managers)
        self.run(operations.AlterModelManagers(name, chosen))

    def alter_order_with_respect_to(
        self, name: str, order_with_respect_to: str | EllipsisType | None = FROZEN
    ) -> None:
        """Add or drop the order column of a model."""
        field = self._target.option(name, "order_with_respect_to", order_with_respect_to)
        self.run(operations.AlterOrderWithRespectTo(name, field))

    def alter_unique_together(
        self, name: str, unique_together: Iterable[Sequence[str]] | EllipsisType = FROZEN
    ) -> None:
        """Give a model another unique_together."""
        sets = self._target.option(name, "unique_together", unique_together)
        self.run(operations.AlterUniqueTogether(name, {tuple(each) for each in sets or ()}))

    def add_field(
        self,
        model_name: str,
        name: str,
        field: models.Field | None = None,
        *,
        preserve_default: bool = True,
    ) -> None:
        """Add a field; without `preserve_default` its default is for the existing rows alone."""
        field = field or self._target.model(model_name).fields[name]
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
        field = self._target.field(model_name, name, field, preserve_default)
        self.run(operations.AlterField(model_name, name, field, preserve_default))

    def rename_field(self, model_name: str, old_name: str, new_name: str) -> None:
        """Rename a field, also where indexes, constraints and options name it."""
        self.run(RenameField(model_name, old_name, new_name))

    def add_index(self, model_name: str, index: models.Index | str) -> None:
        """Add an index: its definition, or the name of a frozen one."""
        self.run(
            operations.AddIndex(model_name, self._target.element(model_name, "indexes", index))
        )

    def remove_index(self, model_name: str, name: str) -> None:
        """Remove an index."""
        self.run(operations.RemoveIndex(model_name, name))

    def rename_index(self, model_name: str, old_name: str, new_name: str) -> None:
        """Rename an index."""
        self.run(operations.RenameIndex(model_name, new_name=new_name, old_name=old_name))

    def add_constraint(self, model_name: str, constraint: models.BaseConstraint | str) -> None:
        """Add a constraint: its definition, or the name of a frozen one."""
        found = self._target.element(model_name, "constraints", constraint)
        self.run(operations.AddConstraint(model_name, found))

    def remove_constraint(self, model_name: str, name: str) -> None:
        """Remove a constraint."""
        self.run(operations.RemoveConstraint(model_name, name))

    def alter_constraint(
        self, model_name: str, name: str, constraint: models.BaseConstraint | None = None
    ) -> None:
        """Change what of a constraint the database does not see."""
        found = self._target.element(model_name, "constraints", constraint or name)
        self.run(operations.AlterConstraint(model_name, name, found))
