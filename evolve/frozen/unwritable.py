"""Values that no source text makes: names that stand for them while the process runs.

A model may be compared, or referred to, although one of its values (a lambda, an object of a class
without `deconstruct`) cannot be written. As in Django, only what has to be written is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from evolve.errors import NotWritable

_MODULE = "evolve.frozen.unwritable"
_NAME = re.compile(r"\bunwritable_(\d+)\b")

_values: list[tuple[Any, NotWritable]] = []
_places: dict[int, int] = {}


def stand_in(value: Any, error: NotWritable) -> tuple[str, str]:
    """Return the name that stands for a value, and the line that imports it.

    `error` is what writing the value raised. The same object has the same name each time.
    """
    if id(value) not in _places:
        _places[id(value)] = len(_values)
        _values.append((value, error))
    name = f"unwritable_{_places[id(value)]}"
    return name, f"from {_MODULE} import {name}"


def stands_in(text: str) -> bool:
    """Tell whether a name in an expression stands for a value."""
    return bool(_NAME.search(text))


def check_writable(where: str, texts: Iterable[str], imports: Iterable[str]) -> None:
    """Raise NotWritable, naming the place `where`, if a name in `texts` stands for a value."""
    if not any(line.startswith(f"from {_MODULE} ") for line in imports):
        return
    for text in texts:
        if found := _NAME.search(text):
            error = _values[int(found[1])][1]
            raise NotWritable(f"{where}: {error.found}", error.hint)


def __getattr__(name: str) -> Any:
    """Return the value that a name stands for."""
    if found := _NAME.fullmatch(name):
        return _values[int(found[1])][0]
    raise AttributeError(name)
