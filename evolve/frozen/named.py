"""Which fields an index, a constraint or another element of an option of Meta names."""

from __future__ import annotations

from typing import Any

from evolve.frozen.expressions import fields_named
from evolve.frozen.source import source


def fields_of(element: Any, option: str) -> set[str]:
    """Return the fields that one element of the Meta option `option` names, without lookups."""
    return fields_named(source([element]).text, option)
