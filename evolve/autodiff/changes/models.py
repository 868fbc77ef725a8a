"""Changes to whole models: created, deleted, renamed."""

from __future__ import annotations

from typing import Any

from django.db.migrations import operations
from django.db.migrations.state import ModelState

from evolve.autodiff.changes.base import Change, Definitions, db_call
from evolve.frozen.capture import capture_state
from evolve.frozen.renames import RenameModel as RenameModelOperation
from evolve.frozen.snapshot import Definition
from evolve.frozen.source import Source, source


class CreateModel(Change):
    """A model that is new."""

    handles = (operations.CreateModel,)

    def lines(self) -> list[str]:
        """South's line."""
        return [f" + Added model {self.label}"]

    def slug(self) -> str:
        """South's part."""
        return f"add_{self.model.lower()}"

    def comment(self) -> str:
        """South's comment."""
        return f"Adding model '{self.model}'"

    def code(self, target: Definitions) -> Source:
        """`create_model("User")`, without what later operations of the revision add."""
        operation = self.operation
        made = capture_state(
            ModelState(
                self.app,
                operation.name,
                operation.fields,
                dict(operation.options),
                operation.bases,
                operation.managers,
            )
        )
        frozen = target.get(made.key)
        if frozen is None or not _is_part(made, frozen):
            return _spelled_out(operation)
        left_out = [name for name in frozen.fields if name not in made.fields]
        left_out += [name for name in frozen.meta if name not in made.meta]
        return db_call(
            "create_model", operation.name, **({"without": left_out} if left_out else {})
        )

    def inverse(self) -> Any:
        """Delete it."""
        return operations.DeleteModel(self.operation.name)


def _is_part(made: Definition, frozen: Definition) -> bool:
    """Tell whether all that an operation creates is as the frozen definition has it."""
    return all(frozen.fields.get(name) == text for name, text in made.fields.items()) and all(
        frozen.meta.get(name) == text for name, text in made.meta.items()
    )


def _spelled_out(operation: Any) -> Source:
    given: dict[str, Any] = {"fields": _pairs(operation.fields)}
    options = {name: value for name, value in operation.options.items() if value or value is False}
    if options:
        given["options"] = options
    if len(operation.bases) != 1 or isinstance(operation.bases[0], str):
        given["bases"] = tuple(operation.bases)
    if operation.managers:
        given["managers"] = _pairs(operation.managers)
    return db_call("create_model", operation.name, **given)


def _pairs(pairs: Any) -> Source:
    return source([(name, value) for name, value in pairs])


class DeleteModel(Change):
    """A model that is gone."""

    handles = (operations.DeleteModel,)

    def lines(self) -> list[str]:
        """South's line."""
        return [f" - Deleted model {self.label}"]

    def slug(self) -> str:
        """South's part."""
        return f"del_{self.model.lower()}"

    def comment(self) -> str:
        """South's comment."""
        return f"Deleting model '{self.model}'"

    def code(self, target: Definitions) -> Source:
        """`delete_model("User")`."""
        return db_call("delete_model", self.model)

    def inverse(self) -> Any:
        """Create it as it was."""
        was = self.before
        assert was is not None
        return operations.CreateModel(
            was.name, list(was.fields.items()), dict(was.options), was.bases, was.managers
        )


class RenameModel(Change):
    """A model under another name."""

    handles = (operations.RenameModel, RenameModelOperation)

    def lines(self) -> list[str]:
        """In South's manner; South had no renames."""
        new = self.operation.new_name
        return [f" ~ Renamed model {self.app}.{self.operation.old_name} to {self.app}.{new}"]

    def slug(self) -> str:
        """In South's manner."""
        return f"rename_{self.operation.old_name_lower}_{self.operation.new_name_lower}"

    def comment(self) -> str:
        """In South's manner."""
        return f"Renaming model '{self.operation.old_name}' to '{self.operation.new_name}'"

    def code(self, target: Definitions) -> Source:
        """`rename_model("Old", "New")`."""
        return db_call("rename_model", self.operation.old_name, self.operation.new_name)

    def inverse(self) -> Any:
        """Rename it back."""
        return RenameModelOperation(self.operation.new_name, self.operation.old_name)
