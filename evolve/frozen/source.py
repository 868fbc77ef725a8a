"""Values to source text and back: the expressions in which definitions are kept.

Django's serializer knows every value a migration may hold. It is asked for all but the plain ones,
which are most of a project and which a diff of 1000 models has no time to ask about one by one;
and its single quotes are turned into the double quotes that evolve's files use.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import FunctionType
from typing import Any, NamedTuple

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.migrations.serializer import serializer_factory
from django.db.models.manager import BaseManager

from evolve.errors import BrokenRevision, NotWritable
from evolve.frozen.expressions import quote
from evolve.frozen.unwritable import stand_in

MODELS_IMPORT = "from django.db import models"


class Source(NamedTuple):
    """An expression and the import lines that it needs."""

    text: str
    imports: frozenset[str] = frozenset()


_MODELS = frozenset({MODELS_IMPORT})


def source(value: Any) -> Source:
    """Return the expression that makes `value`.

    Where there is none (a lambda, a local function, an object of a class without `deconstruct`) a
    name stands for the value, which can be evaluated and compared and not be written to a file.
    """
    try:
        return _written(value)
    except NotWritable as error:
        name, line = stand_in(value, error)
        return Source(name, frozenset({line}))


def _written(value: Any) -> Source:
    write = _WRITERS.get(type(value))
    if write:
        return write(value)
    if _is_exported(value):
        return Source(f"models.{value.__name__}", _MODELS)
    if isinstance(value, Operation):
        _, args, kwargs = value.deconstruct()
        return call(f"{type(value).__module__}.{type(value).__qualname__}", args, kwargs, value)
    if hasattr(value, "deconstruct") and not isinstance(value, type | BaseManager):
        return _deconstructed(value)
    return _by_django(value)


def _is_exported(value: Any) -> bool:
    """Tell whether `value` is a function or class that django.db.models exports: models.CASCADE."""
    if not isinstance(value, FunctionType | type):
        return False
    return getattr(models, value.__name__, None) is value


def _deconstructed(value: Any) -> Source:
    path, args, kwargs = value.deconstruct()[-3:]
    return call(path, args, kwargs, value)


def call(path: str, args: Iterable[Any], kwargs: dict[str, Any], value: Any = None) -> Source:
    """Return `path(*args, **kwargs)`, keyword arguments in alphabetical order."""
    name, imports = _importable(path, value)
    parts: list[str] = []
    for arg in args:
        written = source(arg)
        parts.append(written.text)
        imports |= written.imports
    for keyword, arg in sorted(kwargs.items()):
        plain = _PLAIN.get(type(arg))
        if plain:
            parts.append(f"{keyword}={plain(arg)}")
            continue
        if not keyword.isidentifier():
            return _by_django(value)
        written = source(arg)
        parts.append(f"{keyword}={written.text}")
        imports |= written.imports
    return Source(f"{name}({', '.join(parts)})", imports)


@lru_cache(maxsize=512)
def _importable_path(path: str) -> tuple[str, frozenset[str]]:
    module, _, name = path.rpartition(".")
    if module == "django.db.models":
        return f"models.{name}", _MODELS
    return path, frozenset({f"import {module}"})


def _importable(path: str, value: Any) -> tuple[str, frozenset[str]]:
    if "<locals>" in path:
        raise _not_importable(value)
    return _importable_path(path)


def _not_importable(value: Any) -> NotWritable:
    return NotWritable(
        f"{value!r} is, or needs, a class or function inside a function, which cannot be imported.",
        "Move that to the top of its module.",
    )


def _by_django(value: Any) -> Source:
    # Private API: serializer_factory(value).serialize() -> (text, imports), tried on 5.2 and 6.1.
    try:
        text, imports = serializer_factory(value).serialize()
    except (ValueError, TypeError, AttributeError) as error:
        raise NotWritable(
            f"{value!r} cannot be written as source text: {str(error).splitlines()[0]}",
            "Give it a module-level function or a class with deconstruct().",
        ) from error
    if "<locals>" in text:
        raise _not_importable(value)
    return Source(_double_quoted(text), frozenset(imports))


def _double_quoted(text: str) -> str:
    """Return `text` with its plain single-quoted strings in double quotes."""
    if "'" not in text:
        return text
    lines = text.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        if (
            token.type == tokenize.STRING
            and token.string[0] == "'"
            and token.start[0] == token.end[0]
        ):
            row, (start, end) = token.start[0] - 1, (token.start[1], token.end[1])
            lines[row] = (
                lines[row][:start] + quote(ast.literal_eval(token.string)) + lines[row][end:]
            )
    return "".join(lines)


def _sequence(opening: str, closing: str) -> Callable[[Iterable[Any]], Source]:
    def write(values: Iterable[Any]) -> Source:
        parts = [source(value) for value in values]
        return _joined(opening, [part.text for part in parts], closing, parts)

    return write


def _joined(opening: str, texts: list[str], closing: str, parts: Iterable[Source]) -> Source:
    comma = "," if opening == "(" and len(texts) == 1 else ""
    imports = frozenset().union(*(part.imports for part in parts))
    return Source(f"{opening}{', '.join(texts)}{comma}{closing}", imports)


def _set(values: Iterable[Any]) -> Source:
    """Write a set in the order of its texts: the order in memory depends on the hash seed."""
    parts = sorted((source(value) for value in values), key=lambda part: part.text)
    if not parts:
        return Source("set()")
    return _joined("{", [part.text for part in parts], "}", parts)


def _dict(values: dict[Any, Any]) -> Source:
    pairs = [(source(key), source(value)) for key, value in values.items()]
    texts = [f"{key.text}: {value.text}" for key, value in pairs]
    return _joined("{", texts, "}", [part for pair in pairs for part in pair])


_PLAIN: dict[type, Callable[[Any], str]] = {str: quote, bool: repr, int: repr, type(None): repr}

_WRITERS: dict[type, Callable[[Any], Source]] = {
    **{kind: lambda value: Source(_PLAIN[type(value)](value)) for kind in _PLAIN},
    list: _sequence("[", "]"),
    tuple: _sequence("(", ")"),
    set: _set,
    dict: _dict,
}


@lru_cache(maxsize=256)
def _namespace(imports: frozenset[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec("\n".join(sorted(imports, key=lambda line: not line.startswith("from __future__"))), names)
    return names


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Any:
    return compile(text, "<frozen>", "eval")


def value_of(text: str, imports: frozenset[str], where: str) -> Any:
    """Return the value that the expression `text` makes; `where` names it in errors.

    Raises BrokenRevision where the expression or one of its imports fails.
    """
    try:
        return eval(_compiled(text.strip()), _namespace(imports))
    except Exception as error:
        raise BrokenRevision(
            f"The frozen definition of {where} cannot be read: {type(error).__name__}: {error}",
            f"It is written as {text!r}. What it names must stay importable.",
        ) from error
