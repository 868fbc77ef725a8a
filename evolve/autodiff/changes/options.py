"""Changes to a model's Meta: table, comment, options, managers, order_with_respect_to."""

from __future__ import annotations

from typing import Any

from django.db.migrations import operations

from evolve.autodiff.changes.base import Change, Definitions, db_call
from evolve.frozen.source import Source


class MetaChange(Change):
    """What the changes of one part of Meta have in common."""

    what = ""
    part = ""

    def lines(self) -> list[str]:
        """In South's manner; South saw none of these."""
        return [f" ~ Changed {self.what} of {self.label}"]

    def slug(self) -> str:
        """In South's manner."""
        return f"chg_{self.part}_{self.model.lower()}"

    def comment(self) -> str:
        """In South's manner."""
        return f"Changing {self.what} of '{self.model}'"

    def was(self, option: str, default: Any = None) -> Any:
        """Return an option as it was before."""
        assert self.before is not None
        return self.before.options.get(option, default)


class AlterModelTable(MetaChange):
    """Another table name."""

    handles = (operations.AlterModelTable,)
    what = "the table name"
    part = "table"

    def code(self, target: Definitions) -> Source:
        """`alter_model_table("User", "table")`."""
        return db_call("alter_model_table", self.model, self.operation.table)

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_model_table("User")`."""
        return db_call("alter_model_table", self.model)

    def inverse(self) -> Any:
        """Make it what it was."""
        return operations.AlterModelTable(self.model, self.was("db_table"))


class AlterModelTableComment(MetaChange):
    """Another comment on the table."""

    handles = (operations.AlterModelTableComment,)
    what = "the table comment"
    part = "comment"

    def code(self, target: Definitions) -> Source:
        """`alter_model_table_comment("User", "comment")`."""
        return db_call("alter_model_table_comment", self.model, self.operation.table_comment)

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_model_table_comment("User")`."""
        return db_call("alter_model_table_comment", self.model)

    def inverse(self) -> Any:
        """Make it what it was."""
        return operations.AlterModelTableComment(self.model, self.was("db_table_comment"))


class AlterModelOptions(MetaChange):
    """Other options that the database does not see."""

    handles = (operations.AlterModelOptions,)
    what = "options"
    part = "options"

    def code(self, target: Definitions) -> Source:
        """`alter_model_options("User", {…})`."""
        return db_call("alter_model_options", self.model, dict(self.operation.options))

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_model_options("User")`."""
        return db_call("alter_model_options", self.model)

    def inverse(self) -> Any:
        """Make them what they were."""
        assert self.before is not None
        keys = operations.AlterModelOptions.ALTER_OPTION_KEYS
        were = {key: value for key, value in self.before.options.items() if key in keys}
        return operations.AlterModelOptions(self.model, were)


class AlterModelManagers(MetaChange):
    """Other managers."""

    handles = (operations.AlterModelManagers,)
    what = "managers"
    part = "managers"

    def code(self, target: Definitions) -> Source:
        """`alter_model_managers("User", […])`."""
        managers = [tuple(each) for each in self.operation.managers]
        return db_call("alter_model_managers", self.model, managers)

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_model_managers("User")`."""
        return db_call("alter_model_managers", self.model)

    def inverse(self) -> Any:
        """Make them what they were."""
        assert self.before is not None
        return operations.AlterModelManagers(self.model, self.before.managers)


class AlterOrderWithRespectTo(MetaChange):
    """Another order_with_respect_to: the column `_order` comes or goes."""

    handles = (operations.AlterOrderWithRespectTo,)
    what = "order_with_respect_to"
    part = "order"

    def code(self, target: Definitions) -> Source:
        """`alter_order_with_respect_to("User", "field")`."""
        field = self.operation.order_with_respect_to
        return db_call("alter_order_with_respect_to", self.model, field)

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_order_with_respect_to("User")`."""
        return db_call("alter_order_with_respect_to", self.model)

    def inverse(self) -> Any:
        """Make it what it was."""
        was = self.was("order_with_respect_to")
        return operations.AlterOrderWithRespectTo(self.model, was)
