"""Revision: what the graph knows of one migration file, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

RESERVED = frozenset({"head", "heads", "base", "zero", "current"})
"""What names places in the graph, and can name no revision and no branch."""

Kind = Literal["schema", "data", "django"]
Direction = Literal["forwards", "backwards"]


class Key(NamedTuple):
    """A revision's place in the history table: app label and file name without `.py`."""

    app: str
    name: str

    def __str__(self) -> str:
        return f"{self.app}:{self.name}"


@dataclass(frozen=True, slots=True)
class Revision:
    """The header of one revision file.

    References are as written: `down` holds ids, names or unique prefixes of them within the app;
    `depends_on`, `run_before` and `replaces` hold "app:reference", where the reference may also be
    `__first__` or `__latest__`. For a Django-format migration `id` is its name. `renamed` maps
    "Old" to "New" (models) and "Model.old" to "Model.new" (fields). `supersedes` maps the ids to
    the names of the revisions that `--update` rewrote into this one: references to them mean it.
    `replaced_ids` maps the ids of what a squash of evolve's replaces to their names; an `elidable`
    revision may be left out of a squash. `lines` are those of the header's names in the file.
    """

    app: str
    name: str
    id: str
    down: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    run_before: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    branch_labels: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    supersedes: Mapping[str, str] = field(default_factory=dict)
    replaced_ids: Mapping[str, str] = field(default_factory=dict)
    elidable: bool = False
    kind: Kind = "schema"
    path: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def place(self, *names: str) -> str:
        """Return where the file says something: the path with the line of the first name in it."""
        line = next((self.lines[name] for name in names if name in self.lines), None)
        where = self.path or str(self)
        return f"{where}:{line}" if line and self.path else where

    @property
    def key(self) -> Key:
        """The row that marks this revision as applied."""
        return Key(self.app, self.name)

    @property
    def replaced(self) -> tuple[Key, ...]:
        """The rows of what a squash replaces."""
        return tuple(Key(*each.split(":", 1)) for each in self.replaces)

    @property
    def number(self) -> int | None:
        """The number in front of the file name, None where there is none."""
        digits = self.name.split("_", 1)[0]
        return int(digits) if digits.isdigit() else None

    def __str__(self) -> str:
        return str(self.key)
