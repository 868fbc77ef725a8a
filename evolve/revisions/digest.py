"""The digest in a revision file: was it edited since evolve wrote it?"""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from keyword import iskeyword

_LINE = re.compile(r"^Digest: ([0-9a-f]{16})\n", re.MULTILINE)
# What a formatter moves or adds: it is no edit.
_LAYOUT = {tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
_NAMED = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


def with_digest(text: str, above: str) -> str:
    """Return the text of a file with its digest in a line before the first line `above`."""
    before, found, after = text.partition(above)
    return f"{before}Digest: {_digest(text)}\n{found}{after}"


def without(text: str) -> str:
    """Return the text of a file without its digest."""
    return _LINE.sub("", text, count=1)


def edited(text: str) -> bool | None:
    """Tell whether a file is not what evolve wrote; None where it has no digest."""
    found = _LINE.search(text)
    if not found:
        return None
    plain = text[: found.start()] + text[found.end() :]
    return found[1] not in (_digest(plain), _digest(plain, _first_tokens))


Tokens = Iterator[tuple[int, str]]


def _digest(text: str, read: Callable[[str], Tokens] | None = None) -> str:
    tokens = "\n".join(_said(text, read or _tokens))
    return hashlib.sha256(tokens.encode()).hexdigest()[:16]


def _said(text: str, read: Callable[[str], Tokens]) -> Iterator[str]:
    """Yield what a file says, without its layout: no blank lines, no comma before a bracket."""
    comma = False
    try:
        for kind, string in read(text):
            if kind in _LAYOUT:
                continue
            if comma and string not in (")", "]", "}"):
                yield ","
            comma = string == ","
            if not comma:
                yield tokenize.tok_name[kind] if kind in _NAMED else string
    except (tokenize.TokenError, SyntaxError):
        yield text


def _first_tokens(text: str) -> Tokens:
    """Yield the tokens as digests were first made of them, which files may still have."""
    for kind, string, *_ in tokenize.generate_tokens(io.StringIO(text).readline):
        yield kind, string


def _tokens(text: str) -> Tokens:
    """Yield the tokens, an f-string as one, and `(,)` after the comma that makes a tuple of one.

    From Python 3.12 on an f-string is many tokens.
    """
    lines = list(io.StringIO(text))
    begun: list[tuple[int, int]] = []
    brackets = _Brackets()
    for kind, string, start, end, _ in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[kind]
        if name.endswith("STRING_START"):
            begun.append(start)
        elif name.endswith("STRING_END"):
            first = begun.pop()
            if not begun:
                yield tokenize.STRING, _between(lines, first, end)
        elif not begun:
            yield from brackets.marked(kind, string)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    inner = lines[start[0] : end[0] - 1]
    return "".join([lines[start[0] - 1][start[1] :], *inner, lines[end[0] - 1][: end[1]]])


class _Brackets:
    """Counts the commas in each open parenthesis that may be a tuple's; None stands for others."""

    def __init__(self) -> None:
        self._commas: list[int | None] = []
        self._calls = False
        self._last = ""

    def marked(self, kind: int, string: str) -> Tokens:
        """Yield a token; before the bracket that closes a tuple of one its comma, which counts."""
        if kind == tokenize.OP and string in ("(", "[", "{"):
            self._commas.append(None if self._calls or string != "(" else 0)
        elif kind == tokenize.OP and string in (")", "]", "}") and self._commas:
            if self._commas.pop() == 1 and self._last == ",":
                yield tokenize.OP, "(,)"
        elif string == "," and self._commas and self._commas[-1] is not None:
            self._commas[-1] += 1
        if kind not in _LAYOUT and kind != tokenize.COMMENT:
            self._last = string
            is_name = kind == tokenize.NAME and (not iskeyword(string) or string == "import")
            self._calls = is_name or string in (")", "]")
        yield kind, string
