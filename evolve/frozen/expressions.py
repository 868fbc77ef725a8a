"""What a definition's text means: the models and fields it names, found in its parsed expression.

Definitions are text and are compared as text. Wherever their meaning is asked for, or a name in
them changes, it is asked here: each distinct text is parsed once, and only the places that name
something (see slots.py) are read or replaced; the rest of the text stays byte for byte.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from evolve.errors import BrokenRevision
from evolve.frozen.slots import (
    Kind,
    Mark,
    arguments,
    class_name,
    dotted,
    in_field,
    in_option,
    relation_of,
)

_CACHED = 1 << 16


class Slot(NamedTuple):
    """A place in a text that names something: its kind, where it is, and what is written there.

    `value` is the string, the keyword, or the name of the setting.
    """

    kind: Kind
    start: int
    end: int
    value: str

    @property
    def path(self) -> tuple[str, str, str]:
        """The sign, the field and the lookups in a field's slot: ("-", "name", "__lower")."""
        sign = "-" if self.value.startswith("-") else ""
        name, lookup, rest = self.value[len(sign) :].partition("__")
        return sign, name, lookup + rest


class Element(NamedTuple):
    """One index or constraint of a list: its name ("" where it has none) and its text."""

    name: str
    text: str


def quote(text: str) -> str:
    """Return `text` as a string literal in double quotes where that needs no more escapes."""
    literal = repr(text)
    if literal[0] == "'" and '"' not in literal:
        return f'"{literal[1:-1]}"'
    return literal


@lru_cache(maxsize=_CACHED)
def slots(text: str, option: str = "") -> tuple[Slot, ...]:
    """Return what the text of a field, or of an option of Meta, names, from left to right.

    What is no expression names nothing; evaluating it tells what is wrong with it.
    """
    try:
        body = _parsed(text)
    except (SyntaxError, ValueError):
        return ()
    marks = in_option(option, body) if option else in_field(body)
    place = _places(text)
    return tuple(sorted((_slot(text, mark, place) for mark in marks), key=lambda each: each.start))


def _parsed(text: str) -> ast.expr:
    """Parse an expression; nodes are placed as in the text without the space before it."""
    return ast.parse(text.strip(), mode="eval").body


Place = Callable[[int, int], int]


def _places(text: str) -> Place:
    """Return what turns a line and a column in UTF-8, as nodes have them, into an index."""
    margin = len(text) - len(text.lstrip())
    if text.isascii() and "\n" not in text and "\r" not in text:
        return lambda line, column: margin + column
    lines = text.strip().encode().splitlines(keepends=True)
    starts = [0]
    for each in lines:
        starts.append(starts[-1] + len(each.decode()))
    return lambda line, column: margin + starts[line - 1] + len(lines[line - 1][:column].decode())


def _slot(text: str, mark: Mark, place: Place) -> Slot:
    node = mark.node
    start = place(node.lineno, node.col_offset)
    if isinstance(node, ast.keyword):
        assert node.arg
        return Slot(mark.kind, start, start + len(node.arg), node.arg)
    assert node.end_lineno and node.end_col_offset
    end = place(node.end_lineno, node.end_col_offset)
    value = node.attr if isinstance(node, ast.Attribute) else str(node.value)
    return Slot(mark.kind, start, end, value)


def rewritten(text: str, option: str, new: Callable[[Slot], str | None]) -> str:
    """Return `text` with what `new` gives written into its slots; None leaves one as it is."""
    for slot in reversed(slots(text, option)):
        value = new(slot)
        if value is not None and value != slot.value:
            written = _written(text[slot.start : slot.end], slot.value, value)
            text = text[: slot.start] + written + text[slot.end :]
    return text


def _written(segment: str, old: str, new: str) -> str:
    """Return `new` as `old` is written: as a keyword, or a string in the same quotes."""
    if segment == old:
        return new
    mark = segment[0]
    plain = segment == f"{mark}{old}{mark}" and quote(new)[1:-1] == new
    return f"{mark}{new}{mark}" if plain else quote(new)


def with_fields(text: str, option: str, kind: Kind, names: Mapping[str, str]) -> str:
    """Return `text` with the fields that its slots of a kind name called as in `names`.

    A field is renamed with its sign and its lookups: "-old__lower" to "-new__lower".
    """

    def new(slot: Slot) -> str | None:
        sign, name, lookups = slot.path
        if slot.kind != kind or name not in names:
            return None
        return f"{sign}{names[name]}{lookups}"

    return rewritten(text, option, new)


def fields_named(text: str, option: str = "") -> set[str]:
    """Return the names of the model's own fields that a text names, without their lookups."""
    return {slot.path[1] for slot in slots(text, option) if slot.kind == "field"}


def labels(text: str, option: str = "") -> list[str]:
    """Return the models that a text names, as it names them: "app.model", "Model" or "self"."""
    return [slot.value for slot in slots(text, option) if slot.kind == "model"]


def settings_named(text: str) -> list[str]:
    """Return the settings that stand for models in a field's relation."""
    return [slot.value for slot in slots(text) if slot.kind == "setting"]


def target_and_through(text: str) -> tuple[str, str]:
    """Return the labels of the model a relation points to and of its `through`; "" for none."""
    call = _call(text)
    given = dict(arguments(call)) if call else {}
    target, through = (_string(given.get(name)) for name in ("to", "through"))
    return target, through


def target_field(text: str) -> str:
    """Return the field that a foreign key's `to_field` names; "" for the primary key."""
    call = _call(text)
    return _string(dict(arguments(call)).get("to_field")) if call else ""


def _string(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@lru_cache(maxsize=_CACHED)
def _call(text: str) -> ast.Call | None:
    try:
        body = _parsed(text)
    except (SyntaxError, ValueError):
        return None
    return body if isinstance(body, ast.Call) else None


def kind_of(text: str) -> str:
    """Return what a text calls: "models.CharField"; "" where it is no call."""
    call = _call(text)
    return dotted(call.func) if call else ""


def has_column_id(text: str) -> bool:
    """Tell whether a field is a foreign key, which `name_id` names as well as `name`."""
    call = _call(text)
    if call is None or "to" not in dict(arguments(call)):
        return False
    return relation_of(class_name(call)) not in ("ManyToManyField", "ForeignObject")


def keywords_of(text: str) -> dict[str, str]:
    """Return the keyword arguments of a field's call, each as text."""
    call = _call(text)
    return {each.arg: ast.unparse(each.value) for each in call.keywords if each.arg} if call else {}


def without_keywords(text: str, names: Iterable[str]) -> str:
    """Return a text for comparing: a field's call without some of its keyword arguments."""
    call, left_out = _call(text), set(names)
    if call is None:
        return text
    kept = [each for each in call.keywords if each.arg not in left_out]
    return ast.dump(ast.Call(call.func, call.args, kept))


@lru_cache(maxsize=_CACHED)
def elements(text: str | None) -> tuple[Element, ...]:
    """Return the elements of a list of indexes or constraints in order; none of no text.

    Raises BrokenRevision where the text is not a list.
    """
    if not text:
        return ()
    body = _parsed(text)
    if not isinstance(body, ast.List | ast.Tuple):
        raise BrokenRevision(
            f"{text[:60]!r} is frozen where a list is expected.", "Write the list out in `frozen`."
        )
    place = _places(text)
    return tuple(_element(text, node, place) for node in body.elts)


def _element(text: str, node: ast.expr, place: Place) -> Element:
    assert node.end_lineno and node.end_col_offset is not None
    start = place(node.lineno, node.col_offset)
    segment = text[start : place(node.end_lineno, node.end_col_offset)]
    given = node.keywords if isinstance(node, ast.Call) else []
    return Element(next((_string(each.value) for each in given if each.arg == "name"), ""), segment)


@lru_cache(maxsize=_CACHED)
def names_used(text: str) -> frozenset[str]:
    """Return the dotted names that an expression looks up: "models.CharField", "datetime.date"."""
    try:
        return frozenset(_looked_up(_parsed(text)))
    except (SyntaxError, ValueError):
        return frozenset()


def _looked_up(node: ast.AST) -> Iterator[str]:
    name = dotted(node) if isinstance(node, ast.expr) else ""
    if name:
        yield name
        return
    for child in ast.iter_child_nodes(node):
        yield from _looked_up(child)


@lru_cache(maxsize=1024)
def names_imported(line: str) -> frozenset[str]:
    """Return the names that an import line binds: "datetime.date" of `import datetime.date`."""
    try:
        nodes = ast.parse(line).body
    except SyntaxError:
        return frozenset()
    aliases = (each for node in nodes for each in getattr(node, "names", ()))
    return frozenset(each.asname or each.name for each in aliases)


def same_text(ours: str, theirs: str) -> bool:
    """Tell whether two expressions are the same but for layout and quotes."""
    return ours == theirs or (_dumped(ours) or ours) == (_dumped(theirs) or theirs)


@lru_cache(maxsize=_CACHED)
def _dumped(text: str) -> str:
    try:
        return ast.dump(_parsed(text))
    except (SyntaxError, ValueError):
        return ""
