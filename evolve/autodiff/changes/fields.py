"""Changes to fields: added, removed, altered, renamed."""

from __future__ import annotations

from typing import Any

from django.db.migrations import operations

from evolve.autodiff.changes.base import Change, Definitions, db_call
from evolve.frozen.renames import RenameField as RenameFieldOperation
from evolve.frozen.source import Source


class FieldChange(Change):
    """What the changes of one field have in common."""

    @property
    def field(self) -> str:
        """The field's name."""
        return str(self.operation.name)

    def is_m2m(self) -> bool:
        """Tell whether a table of its own holds the field."""
        states = (state for state in (self.after, self.before) if state)
        fields = (state.fields.get(self.field) for state in states)
        field = next((each for each in fields if each is not None), None)
        return bool(field is not None and field.many_to_many)

    def with_definition(self, method: str, field: Any, keep_default: bool) -> Source:
        """Return a call that writes the field's definition out, for a reviewer to see."""
        keep = {} if keep_default else {"preserve_default": False}
        return db_call(method, self.model, self.field, field, **keep)


class AddField(FieldChange):
    """A field that is new."""

    handles = (operations.AddField,)

    def lines(self) -> list[str]:
        """South's line; a many-to-many field is a table there."""
        if self.is_m2m():
            return [f" + Added M2M table for {self.field} on {self.label}"]
        return [f" + Added field {self.field} on {self.label}"]

    def slug(self) -> str:
        """South's part."""
        return f"add_field_{self.model.lower()}_{self.field}"

    def comment(self) -> str:
        """South's comment."""
        return (
            f"Adding {'M2M table for ' if self.is_m2m() else ''}field '{self.model}.{self.field}'"
        )

    def code(self, target: Definitions) -> Source:
        """`add_field("User", "name", models…)`."""
        return self.with_definition(
            "add_field", self.operation.field, self.operation.preserve_default
        )

    def inverse(self) -> Any:
        """Remove it."""
        return operations.RemoveField(self.model, self.field)


class RemoveField(FieldChange):
    """A field that is gone."""

    handles = (operations.RemoveField,)

    def lines(self) -> list[str]:
        """South's line; a many-to-many field is a table there."""
        if self.is_m2m():
            return [f" - Deleted M2M table for {self.field} on {self.label}"]
        return [f" - Deleted field {self.field} on {self.label}"]

    def slug(self) -> str:
        """South's part."""
        return f"del_field_{self.model.lower()}_{self.field}"

    def comment(self) -> str:
        """South's comment."""
        what = "M2M table for field" if self.is_m2m() else "field"
        return f"Deleting {what} '{self.model}.{self.field}'"

    def code(self, target: Definitions) -> Source:
        """`remove_field("User", "name")`."""
        return db_call("remove_field", self.model, self.field)

    def inverse(self) -> Any:
        """Add it as it was."""
        assert self.before is not None
        return operations.AddField(self.model, self.field, self.before.fields[self.field])


class AlterField(FieldChange):
    """A field with another definition."""

    handles = (operations.AlterField,)

    def lines(self) -> list[str]:
        """South's line."""
        return [f" ~ Changed field {self.field} on {self.label}"]

    def slug(self) -> str:
        """South's part."""
        return f"chg_field_{self.model.lower()}_{self.field}"

    def comment(self) -> str:
        """South's comment."""
        return f"Changing field '{self.model}.{self.field}'"

    def code(self, target: Definitions) -> Source:
        """`alter_field("User", "name", models…)`."""
        return self.with_definition(
            "alter_field", self.operation.field, self.operation.preserve_default
        )

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_field("User", "name")`."""
        return (
            db_call("alter_field", self.model, self.field)
            if self.operation.preserve_default
            else None
        )

    def inverse(self) -> Any:
        """Make it what it was."""
        assert self.before is not None
        return operations.AlterField(self.model, self.field, self.before.fields[self.field])


class RenameField(Change):
    """A field under another name."""

    handles = (operations.RenameField, RenameFieldOperation)

    def lines(self) -> list[str]:
        """In South's manner; South had no renames."""
        names = f"{self.operation.old_name} to {self.operation.new_name}"
        return [f" ~ Renamed field {names} on {self.label}"]

    def slug(self) -> str:
        """In South's manner."""
        return (
            f"rename_field_{self.model.lower()}_{self.operation.old_name}_{self.operation.new_name}"
        )

    def comment(self) -> str:
        """In South's manner."""
        old, new = self.operation.old_name, self.operation.new_name
        return f"Renaming field '{self.model}.{old}' to '{new}'"

    def code(self, target: Definitions) -> Source:
        """`rename_field("User", "old", "new")`."""
        return db_call("rename_field", self.model, self.operation.old_name, self.operation.new_name)

    def inverse(self) -> Any:
        """Rename it back."""
        return RenameFieldOperation(self.model, self.operation.new_name, self.operation.old_name)
