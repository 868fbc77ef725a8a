"""The digest in a revision file: was it edited since evolve wrote it?"""

from __future__ import annotations

import hashlib
import re

_LINE = re.compile(r"^Digest: ([0-9a-f]{16})\n", re.MULTILINE)
# What a formatter moves: it is no edit.
_LAYOUT = re.compile(r"[\s,()]+")


def with_digest(text: str, above: str) -> str:
    """Return the text of a file with its digest in a line before the first line `above`."""
    before, found, after = text.partition(above)
    return f"{before}Digest: {_digest(text)}\n{found}{after}"


def edited(text: str) -> bool | None:
    """Tell whether a file is not what evolve wrote; None where it has no digest."""
    found = _LINE.search(text)
    return found and found[1] != _digest(text[: found.start()] + text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(_LAYOUT.sub("", text).encode()).hexdigest()[:16]
