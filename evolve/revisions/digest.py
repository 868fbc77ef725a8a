"""The digest in a revision file: was it edited since evolve wrote it?"""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections.abc import Iterator

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
    return found and found[1] != _digest(text[: found.start()] + text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256("\n".join(_tokens(text)).encode()).hexdigest()[:16]


def _tokens(text: str) -> Iterator[str]:
    """Yield what a file says, without its layout: no blank lines, no comma before a bracket."""
    comma = False
    try:
        for kind, string, *_ in tokenize.generate_tokens(io.StringIO(text).readline):
            if kind in _LAYOUT:
                continue
            if comma and string not in (")", "]", "}"):
                yield ","
            comma = string == ","
            if not comma:
                yield tokenize.tok_name[kind] if kind in _NAMED else string
    except (tokenize.TokenError, SyntaxError):
        yield text
