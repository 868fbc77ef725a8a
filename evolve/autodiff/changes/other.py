"""Any other operation: what a package's or a project's own autodetector finds."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from evolve.autodiff.changes.base import Change, Definitions, db_call
from evolve.frozen.source import Source


class Undo(Operation):
    """The way back of an operation, run as an operation."""

    def __init__(self, operation: Any) -> None:
        self.operation = operation
        self.name = getattr(operation, "model_name", None) or getattr(operation, "name", "")

    def describe(self) -> str:
        """Return the operation in words."""
        return f"Undo: {self.operation.describe()}"


class OtherChange(Change):
    """An operation that evolve has no method for: `self.db.run` and `self.db.undo` take it."""

    @property
    def _undone(self) -> Any:
        return self.operation.operation if isinstance(self.operation, Undo) else None

    def lines(self) -> list[str]:
        """Django's words."""
        return [f" ~ Changed {self.label}: {self.operation.describe()}"]

    def slug(self) -> str:
        """Django's part of a name."""
        return f"chg_{self.operation.migration_name_fragment or self.model.lower()}"

    def comment(self) -> str:
        """Django's words."""
        return str(self.operation.describe())

    def code(self, target: Definitions) -> Source:
        """`run(package.Operation(…))`."""
        if self._undone is not None:
            return db_call("undo", self._undone)
        return db_call("run", self.operation)

    def inverse(self) -> Any:
        """Undo it, where that is possible."""
        return Undo(self.operation) if self.operation.reversible else None
