"""Connections: opened with an error in words, never with a password in it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import Error

from evolve.database.vendor import without_secrets
from evolve.errors import Refused


def connected(alias: str) -> Any:
    """Return the open connection of a database. Raises Refused where it cannot be reached."""
    try:
        connection = connections[alias]
        connection.ensure_connection()
    except (Error, ImproperlyConfigured) as error:
        reason = without_secrets(connections.settings[alias], str(error))
        raise Refused(
            f"The database '{alias}' cannot be reached: {reason}",
            "Check DATABASES in the settings, and that the server runs. Nothing was touched.",
        ) from error
    return connection
