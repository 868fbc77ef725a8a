"""Connections: opened with an error in words, never with a password in it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import Error

from evolve.database.secrets import without_secrets
from evolve.errors import Refused

_HINT = "Check DATABASES in the settings, and that the server runs. Nothing was touched."


def connected(alias: str) -> Any:
    """Return the open connection of a database. Raises Refused where it cannot be reached."""
    try:
        connection = connections[alias]
        connection.ensure_connection()
    except (Error, ImproperlyConfigured, ImportError, TypeError, ValueError) as error:
        _close(alias)
        reason, hint = _in_words(alias, error)
        raise Refused(
            f"The database '{alias}' cannot be reached: {without_secrets(reason)}", hint
        ) from error
    return connection


def _close(alias: str) -> None:
    """Close what is half open: Django would take it for a connection that is set up.

    With `assume_role`, for one, it would go on as the role that logged in.
    """
    with suppress(Exception):
        connections[alias].close()


def _in_words(alias: str, error: Exception) -> tuple[str, str]:
    """Return why a connection cannot be opened, and what to do.

    Drivers raise TypeError or ValueError for an option that they do not know, or its value.
    """
    said = str(error).strip()
    others = configured()
    if isinstance(error, ImproperlyConfigured) and others and alias not in others:
        hint = f"Name one with --database: {', '.join(others)}. Nothing was touched."
        return "the settings have nothing under that name.", hint
    if isinstance(error, ImportError):
        return f"its driver is not installed: {said}", "Install it. Nothing was touched."
    if isinstance(error, TypeError | ValueError):
        return f"its driver refuses an option: {said}", (
            "Check OPTIONS of DATABASES in the settings, and what follows the question mark in a "
            "database URL. Nothing was touched."
        )
    return said, _HINT


def twin_of(alias: str, aliases: Iterable[str]) -> str:
    """Return the first of `aliases` that stands for the same database as `alias`.

    That is itself, or for instance the primary of a replica that a test's settings point there.
    """
    return next((each for each in aliases if _place(each) == _place(alias)), alias)


def _place(alias: str) -> tuple[Any, ...]:
    entry = settings.DATABASES.get(alias)
    if entry is None:
        return (alias,)
    service = (entry.get("OPTIONS") or {}).get("service")
    return (*(entry.get(name) for name in ("ENGINE", "HOST", "PORT", "NAME")), service)


def configured() -> list[str]:
    """Return the aliases that stand for a database: `default` may be empty."""
    entries = connections.settings.items()
    return [alias for alias, each in entries if not str(each["ENGINE"]).endswith(".dummy")]
