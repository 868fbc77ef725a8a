"""Secrets: what nobody may read in a message, a log or the journal, and texts without it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

from django.conf import settings

_MASK = "***"
_URL_OPTION = "--database-url"
_SECRET_NAME = re.compile(r"passw|^pwd$|secret|token", re.IGNORECASE)
# From the first colon to the last @: where it is not percent-encoded, there may be anything in it.
_IN_URL = re.compile(r"(?:[^:/]*://[^:/@]*|(?!.*://)[^:@]*):(.+)@", re.DOTALL)
_SEPARATORS = re.compile(r"[/@:?#]")
# A part of a password that is no shorter would be found in many a message.
_SHORT = 3


def without_secrets(text: str, argv: Sequence[str] | None = None) -> str:
    """Return a text, which may be a driver's, without any secret that this process was given.

    These are the passwords in the settings, in DATABASE_URL and in URLs on the command line, as
    they are and as they are encoded.
    """
    given = sys.argv if argv is None else argv
    forms = {form for secret in _known(given) for form in _forms(secret) if form}
    for form in sorted(forms, key=lambda each: (-len(each), each)):
        # A password `post` is none in `poster`.
        before = r"(?<!\w)" if form[0].isalnum() else ""
        after = r"(?!\w)" if form[-1].isalnum() else ""
        text = re.sub(f"{before}{re.escape(form)}{after}", _MASK, text)
        text = _without_cut(text, form)
    return text


def _without_cut(text: str, form: str) -> str:
    """Take out what is left of a secret where PostgreSQL cuts the line that it shows: `abc...`."""
    for size in range(len(form) - 1, _SHORT, -1) if "..." in text else ():
        text = text.replace(f"{form[:size]}...", f"{_MASK}...")
        text = text.replace(f"...{form[-size:]}", f"...{_MASK}")
    return text


def _known(argv: Sequence[str]) -> Iterator[str]:
    entries: Any = settings.DATABASES if settings.configured else {}
    for entry in entries.values():
        yield from _of_entry(entry or {})
    for url in (os.environ.get("DATABASE_URL", ""), *_given(argv)):
        yield from _of_url(url)


def _of_entry(entry: Mapping[str, Any]) -> Iterator[str]:
    yield str(entry.get("PASSWORD") or "")
    name = str(entry.get("NAME") or "")
    yield from _of_url(name) if "://" in name else re.findall(r"password\s*=\s*(\S+)", name)
    for option, value in (entry.get("OPTIONS") or {}).items():
        if isinstance(value, str) and _SECRET_NAME.search(str(option)):
            yield value


def _given(argv: Sequence[str]) -> Iterable[str]:
    """Return what is a URL on the command line: there, or in another place by mistake."""
    option = False
    for each in argv:
        name, _, value = each.partition("=")
        if option or "://" in each or name == _URL_OPTION:
            yield value if name.startswith("--") else each
        option = each == _URL_OPTION


def _of_url(url: str) -> Iterator[str]:
    if found := _IN_URL.match(url):
        yield found[1]
        yield from (part for part in _SEPARATORS.split(found[1]) if len(part) > _SHORT)
    try:
        query = parse_qsl(urlsplit(url).query)
    except ValueError:
        return
    yield from (value for name, value in query if _SECRET_NAME.search(name))


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it is written in URLs, in Python and in JSON."""
    plain = secret.strip()
    for each in (plain, unquote(plain), unquote_plus(plain)):
        yield from (each, quote(each), quote(each, safe=""), quote_plus(each))
        yield from (repr(each)[1:-1], json.dumps(each)[1:-1])


class Redacting:
    """A stream on which no secret is written."""

    def __init__(self, stream: Any, argv: Sequence[str]) -> None:
        self._stream = stream
        self._argv = argv

    def write(self, text: str) -> int:
        """Write a text without secrets."""
        self._stream.write(without_secrets(text, self._argv))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
