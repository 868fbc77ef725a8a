"""Changes to indexes, constraints and unique_together."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import operations
from django.db.migrations.state import ModelState

from evolve.autodiff.changes.base import Change, Definitions, db_call
from evolve.frozen.source import Source

_SIGNS = {"Added": "+", "Deleted": "-", "Renamed": "~", "Changed": "~"}


def _described(thing: Any) -> tuple[str, list[str]]:
    """Return what an index or constraint is, and its fields, or its name where it has none."""
    kind = "index"
    if isinstance(thing, models.UniqueConstraint):
        kind = "unique constraint"
    elif isinstance(thing, models.BaseConstraint):
        kind = "constraint"
    fields = list(getattr(thing, "fields", ()))
    return kind, fields or [thing.name]


class NamedChange(Change):
    """What the changes of one index or constraint have in common."""

    verb = "Added"

    def thing(self) -> Any:
        """Return the index or constraint."""
        raise NotImplementedError

    def lines(self) -> list[str]:
        """South's line, with the right sign (South printed + for a deleted index)."""
        kind, fields = _described(self.thing())
        return [f" {_SIGNS[self.verb]} {self.verb} {kind} for {fields} on {self.label}"]

    def slug(self) -> str:
        """South's part."""
        kind, fields = _described(self.thing())
        verb = {"Added": "add", "Deleted": "del", "Changed": "chg", "Renamed": "rename"}[self.verb]
        return "_".join([verb, kind.split()[0], self.model.lower(), *fields])

    def comment(self) -> str:
        """South's comment."""
        kind, fields = _described(self.thing())
        verb = {
            "Added": "Adding",
            "Deleted": "Removing",
            "Changed": "Changing",
            "Renamed": "Renaming",
        }
        return f"{verb[self.verb]} {kind} on '{self.model}', fields {fields}"


def _named(state: ModelState | None, option: str, name: str) -> Any:
    assert state is not None
    return next(each for each in state.options[option] if each.name == name)


class AddIndex(NamedChange):
    """An index that is new."""

    handles = (operations.AddIndex,)

    def thing(self) -> Any:
        """The index of the operation."""
        return self.operation.index

    def code(self, target: Definitions) -> Source:
        """`add_index("User", models.Index(…))`."""
        return db_call("add_index", self.model, self.operation.index)

    def bare_code(self, target: Definitions) -> Source | None:
        """`add_index("User", "name")`."""
        return db_call("add_index", self.model, self.operation.index.name)

    def inverse(self) -> Any:
        """Remove it."""
        return operations.RemoveIndex(self.model, self.operation.index.name)


class RemoveIndex(NamedChange):
    """An index that is gone."""

    handles = (operations.RemoveIndex,)
    verb = "Deleted"

    def thing(self) -> Any:
        """The index as it was."""
        return _named(self.before, "indexes", self.operation.name)

    def code(self, target: Definitions) -> Source:
        """`remove_index("User", "name")`."""
        return db_call("remove_index", self.model, self.operation.name)

    def bare_code(self, target: Definitions) -> Source | None:
        """The same: it has no definition."""
        return self.code(target)

    def inverse(self) -> Any:
        """Add it as it was."""
        return operations.AddIndex(self.model, self.thing())


class RenameIndex(NamedChange):
    """An index under another name."""

    handles = (operations.RenameIndex,)
    verb = "Renamed"

    def thing(self) -> Any:
        """The index under its new name."""
        return _named(self.after, "indexes", self.operation.new_name)

    def code(self, target: Definitions) -> Source:
        """`rename_index("User", "old", "new")`."""
        return db_call("rename_index", self.model, self.operation.old_name, self.operation.new_name)

    def inverse(self) -> Any:
        """Rename it back."""
        operation = self.operation
        return operations.RenameIndex(
            self.model, new_name=operation.old_name, old_name=operation.new_name
        )


class AddConstraint(NamedChange):
    """A constraint that is new."""

    handles = (operations.AddConstraint,)

    def thing(self) -> Any:
        """The constraint of the operation."""
        return self.operation.constraint

    def code(self, target: Definitions) -> Source:
        """`add_constraint("User", models.…Constraint(…))`."""
        return db_call("add_constraint", self.model, self.operation.constraint)

    def bare_code(self, target: Definitions) -> Source | None:
        """`add_constraint("User", "name")`."""
        return db_call("add_constraint", self.model, self.operation.constraint.name)

    def inverse(self) -> Any:
        """Remove it."""
        return operations.RemoveConstraint(self.model, self.operation.constraint.name)


class RemoveConstraint(NamedChange):
    """A constraint that is gone."""

    handles = (operations.RemoveConstraint,)
    verb = "Deleted"

    def thing(self) -> Any:
        """The constraint as it was."""
        return _named(self.before, "constraints", self.operation.name)

    def code(self, target: Definitions) -> Source:
        """`remove_constraint("User", "name")`."""
        return db_call("remove_constraint", self.model, self.operation.name)

    def bare_code(self, target: Definitions) -> Source | None:
        """The same: it has no definition."""
        return self.code(target)

    def inverse(self) -> Any:
        """Add it as it was."""
        return operations.AddConstraint(self.model, self.thing())


class AlterConstraint(NamedChange):
    """A constraint of which only what the database does not see has changed."""

    handles = (operations.AlterConstraint,)
    verb = "Changed"

    def thing(self) -> Any:
        """The constraint of the operation."""
        return self.operation.constraint

    def code(self, target: Definitions) -> Source:
        """`alter_constraint("User", "name", models.…Constraint(…))`."""
        return db_call("alter_constraint", self.model, self.operation.name, self.thing())

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_constraint("User", "name")`."""
        return db_call("alter_constraint", self.model, self.operation.name)

    def inverse(self) -> Any:
        """Make it what it was."""
        was = _named(self.before, "constraints", self.operation.name)
        return operations.AlterConstraint(self.model, self.operation.name, was)


class AlterUniqueTogether(Change):
    """Another set of unique_together."""

    handles = (operations.AlterUniqueTogether,)

    def _sets(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return the field lists that came and those that went, sorted."""
        was = _together(self.before)
        now = {tuple(each) for each in self.operation.option_value or ()}
        return sorted(map(list, now - was)), sorted(map(list, was - now))

    def lines(self) -> list[str]:
        """South's lines, one for each set."""
        came, went = self._sets()
        added = [f" + Added unique constraint for {each} on {self.label}" for each in came]
        return [f" - Deleted unique constraint for {each} on {self.label}" for each in went] + added

    def slug(self) -> str:
        """South's parts."""
        came, went = self._sets()
        parts = ["_".join(["del_unique", self.model.lower(), *each]) for each in went]
        return "__".join(
            parts + ["_".join(["add_unique", self.model.lower(), *each]) for each in came]
        )

    def comment(self) -> str:
        """South's comment."""
        came, went = self._sets()
        parts = [f"removing {each}" for each in went] + [f"adding {each}" for each in came]
        return f"Changing unique constraints on '{self.model}': {', '.join(parts)}"

    def code(self, target: Definitions) -> Source:
        """`alter_unique_together("User", {…})`."""
        value = {tuple(each) for each in self.operation.option_value or ()}
        return db_call("alter_unique_together", self.model, value)

    def bare_code(self, target: Definitions) -> Source | None:
        """`alter_unique_together("User")`."""
        return db_call("alter_unique_together", self.model)

    def inverse(self) -> Any:
        """Make it what it was."""
        return operations.AlterUniqueTogether(self.model, _together(self.before))


def _together(state: ModelState | None) -> set[tuple[str, ...]]:
    assert state is not None
    return {tuple(each) for each in state.options.get("unique_together") or ()}
