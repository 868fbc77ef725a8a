"""Change: one difference between two snapshots, as Django's operation and in evolve's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from evolve.frozen.snapshot import Definition, ModelKey
from evolve.frozen.source import Source, source

Definitions = Mapping[ModelKey, Definition]


@dataclass(frozen=True)
class Change:
    """One operation with its model before and after it (None: the model is not there then).

    A kind of change is a subclass: it knows its console line, its part of the file name, its code,
    and the operation that undoes it. The code of the way back is that of the undoing change.
    """

    app: str
    operation: Any
    before: ModelState | None
    after: ModelState | None

    handles: ClassVar[tuple[type[Operation], ...]] = ()

    @property
    def model(self) -> str:
        """The model's name with its capitals; "" for an operation that names no model."""
        state = self.before or self.after
        return state.name if state else ""

    @property
    def label(self) -> str:
        """The model as South names it: "app.Model"."""
        return f"{self.app}.{self.model}".rstrip(".")

    def lines(self) -> list[str]:
        """Return what the console says, a line each, from the sign on."""
        raise NotImplementedError

    def slug(self) -> str:
        """Return the part of an automatic file name, or "" where it has none."""
        raise NotImplementedError

    def comment(self) -> str:
        """Return the comment above the code."""
        raise NotImplementedError

    def code(self, target: Definitions) -> Source:
        """Return the call on `self.db`; `target` is the state being moved to."""
        raise NotImplementedError

    def bare_code(self, target: Definitions) -> Source | None:
        """Return the call with definitions left to the frozen ones; None where it needs its own."""
        return None

    def inverse(self) -> Operation:
        """Return the operation that undoes this one."""
        raise NotImplementedError


def db_call(method: str, *args: Any, **kwargs: Any) -> Source:
    """Return `self.db.method(…)`; arguments are values, or Source for text as it is."""
    written = [_as_source(arg) for arg in args]
    named = {name: _as_source(arg) for name, arg in kwargs.items()}
    parts = [each.text for each in written] + [
        f"{name}={each.text}" for name, each in named.items()
    ]
    imports = frozenset().union(*(each.imports for each in (*written, *named.values())))
    return Source(f"self.db.{method}({', '.join(parts)})", imports)


def _as_source(value: Any) -> Source:
    return value if isinstance(value, Source) else source(value)
