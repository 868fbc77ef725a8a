"""Connections: opened with an error in words, never with a password in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import Error

from evolve.database.secrets import without_secrets
from evolve.errors import Refused


def connected(alias: str) -> Any:
    """Return the open connection of a database. Raises Refused where it cannot be reached."""
    try:
        connection = connections[alias]
        connection.ensure_connection()
    except (Error, ImproperlyConfigured) as error:
        reason = without_secrets(str(error).strip())
        hint = "Check DATABASES in the settings, and that the server runs. Nothing was touched."
        if isinstance(error, ImproperlyConfigured) and (others := configured()):
            reason = "the settings have nothing under that name."
            hint = f"Name one with --database: {', '.join(others)}. Nothing was touched."
        raise Refused(f"The database '{alias}' cannot be reached: {reason}", hint) from error
    return connection


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
