"""What only the text of an SQLite table says: its checks, and the collations of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]"
_COMMENT = re.compile(rf"({_QUOTED})|--[^\n]*|/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(rf"{_QUOTED}|\w+|\s+|.", re.DOTALL)
_NAME = rf"({_QUOTED}|\w+)"


def sqlite_text(cursor: object, table: str) -> str:
    """Return the statement that makes a table, without comments."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND LOWER(name) = LOWER(%s)", [table]
    )
    found = cursor.fetchone()  # type: ignore[attr-defined]
    return _COMMENT.sub(lambda each: each[1] or " ", str(found[0])) if found else ""


_AFFINITIES = (
    ("INTEGER", r"INT"),
    ("TEXT", r"CHAR|CLOB|TEXT"),
    ("BLOB", r"BLOB|^$"),
    ("REAL", r"REAL|FLOA|DOUB"),
)


def affinity(type_: str) -> str:
    """Return what SQLite makes of a column's type: all that it means there."""
    found = (name for name, words in _AFFINITIES if re.search(words, type_, re.IGNORECASE))
    return next(found, "NUMERIC")


def collations(text: str) -> dict[str, str]:
    """Return the columns that say a collation."""
    found = {}
    for part in _parts(text):
        outside = "".join(_outside(part))
        said = re.search(rf"\bCOLLATE\s+{_NAME}", outside, re.IGNORECASE)
        name = re.match(rf"\s*{_NAME}", part)
        if said and name:
            found[_plain(name[1])] = _plain(said[1])
    return found


def checks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name, or none, and the text of each check."""
    tokens = [each[0] for each in _TOKEN.finditer(text)]
    words = [(at, each) for at, each in enumerate(tokens) if not each.isspace()]
    for place, (at, word) in enumerate(words):
        if word.upper() != "CHECK":
            continue
        before = [each for _, each in words[max(0, place - 2) : place]]
        named = len(before) == 2 and before[0].upper() == "CONSTRAINT"
        yield _plain(before[1]) if named else "", f"CHECK {_bracket(tokens[at + 1 :])}"


def _bracket(tokens: list[str]) -> str:
    """Return the tokens up to the bracket that closes the first one."""
    depth, found = 0, ""
    for each in tokens:
        depth += {"(": 1, ")": -1}.get(each, 0)
        found += each
        if each == ")" and not depth:
            break
    return found.strip()


def _parts(text: str) -> Iterator[str]:
    """Yield the definitions of a table: what is between its commas."""
    depth, part = 0, ""
    for each in _TOKEN.finditer(text):
        token = each[0]
        if token == ")":
            depth -= 1
        if token == "," and depth == 1:
            yield part
            part = ""
        elif depth:
            part += token
        if token == "(":
            depth += 1
    yield part


def _outside(part: str) -> Iterator[str]:
    """Yield the tokens of a definition that are in no brackets."""
    depth = 0
    for each in _TOKEN.finditer(part):
        depth += {"(": 1, ")": -1}.get(each[0], 0)
        if not depth:
            yield each[0]


def _plain(name: str) -> str:
    return name[1:-1] if name[0] in "\"`['" else name
