"""Connections: opened with an error in words, never with a password in it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import Error

from evolve.errors import Refused


def connected(alias: str) -> Any:
    """Return the open connection of a database. Raises Refused where it cannot be reached."""
    try:
        connection = connections[alias]
        connection.ensure_connection()
    except (Error, ImproperlyConfigured) as error:
        raise Refused(
            f"The database '{alias}' cannot be reached: {_without_secrets(alias, str(error))}",
            "Check DATABASES in the settings, and that the server runs. Nothing was touched.",
        ) from error
    return connection


def _without_secrets(alias: str, text: str) -> str:
    password = str(connections.settings[alias].get("PASSWORD") or "")
    return (text.replace(password, "***") if password else text).strip()
