"""What an inspection finds: tables as models that have not been written yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FoundField:
    """A field: its name, its class by path, its arguments.

    `said` is what the field does not say of its column, a sentence each.
    """

    name: str
    path: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    said: Sequence[str] = ()


@dataclass(frozen=True)
class FoundModel:
    """A model: its name, its fields in the table's order, its Meta.

    `said` is what the model does not say of its table, a sentence each.
    """

    name: str
    table: str
    fields: Sequence[FoundField]
    options: Mapping[str, Any]
    said: Sequence[str] = ()
