"""Databases by URL, as Heroku and other hosts give them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
from django.conf import settings
from django.db import connections

from evolve.errors import Refused

_VARIABLE = "DATABASE_URL"
# What a URL says; what else an entry in DATABASES has stays as it is in the settings.
_SAID = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
# What means the same to every engine, and stays where the URL is for another one than the entry.
_OF_ANY_ENGINE = (
    *("ATOMIC_REQUESTS", "AUTOCOMMIT", "CONN_MAX_AGE", "CONN_HEALTH_CHECKS", "TIME_ZONE"),
)


def use_url(alias: str, url: str) -> None:
    """Have an alias mean the database of a URL, for this process.

    `postgres://user:password@host:port/name?sslmode=require`, `postgresql://`, `mysql://`,
    `sqlite:///path` and what else dj-database-url knows; a password is percent-encoded. Raises
    Refused for a URL that is none, without showing it: there may be a password in it.
    """
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise Refused(
            f"The database URL cannot be used: {_reason(url, error)}",
            "Write postgres://user:password@host:port/name, mysql://… or sqlite:///path, with "
            "what is special in the password percent-encoded (@ is %40).",
        ) from error
    before = settings.DATABASES.get(alias) or {}
    if before.get("ENGINE") != found["ENGINE"]:
        before = {name: before[name] for name in _OF_ANY_ENGINE if name in before}
    options = {**(before.get("OPTIONS") or {}), **found.get("OPTIONS", {})}
    said = {name: found.get(name, "") for name in _SAID}
    settings.DATABASES = {**settings.DATABASES, alias: {**before, **said, "OPTIONS": options}}
    _forget(alias)


@contextmanager
def databases_kept() -> Iterator[None]:
    """Put back at the end what `use_url` changes inside: settings, and the open connections.

    Whoever calls a command from Python goes on with them, in a transaction perhaps.
    """
    databases, given = settings.DATABASES, connections._settings
    cached = connections.__dict__.get("settings")
    opened = {alias: _opened(alias) for alias in databases}
    try:
        yield
    finally:
        for alias in settings.DATABASES:
            now, before = _opened(alias), opened.get(alias)
            if now is not None and now is not before:
                now.close()
                delattr(connections._connections, alias)
            if before is not None:
                setattr(connections._connections, alias, before)
        settings.DATABASES, connections._settings = databases, given
        if cached is None:
            connections.__dict__.pop("settings", None)
        else:
            connections.__dict__["settings"] = cached


def _opened(alias: str) -> Any:
    return getattr(connections._connections, alias, None)


def use_environment() -> None:
    """Have `default` mean what DATABASE_URL says, where the settings have no database there."""
    url = os.environ.get(_VARIABLE)
    # Django itself puts its dummy backend where the settings have nothing.
    engines = (str(entry.get("ENGINE") or ".dummy") for entry in settings.DATABASES.values())
    if url and all(engine.endswith(".dummy") for engine in engines):
        use_url("default", url)


def _forget(alias: str) -> None:
    """Have Django read its settings again. Private API (5.2 to 6.1): `settings` is cached."""
    connections._settings = settings.DATABASES
    connections.__dict__.pop("settings", None)
    if hasattr(connections._connections, alias):
        delattr(connections._connections, alias)


def _reason(url: str, error: ValueError) -> str:
    scheme, colon, _ = url.partition("://")
    if not colon:
        return "there is no '://' in it."
    if isinstance(error, dj_database_url.UnknownSchemeError):
        return f"'{scheme}://' is no kind of database that is known."
    return "a part of it is not percent-encoded as it has to be, or its port is no number."
