"""Markers: which revisions are applied, in Django's own table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.migrations.recorder import MigrationRecorder

from evolve.revisions.revision import Key


class Markers:
    """The rows of `django_migrations` on one database connection.

    Reading never creates the table; `prepare` does, before the first step runs.
    """

    def __init__(self, connection: Any) -> None:
        self._recorder = MigrationRecorder(connection)

    def applied(self) -> dict[Key, datetime]:
        """Return what is applied and since when, the oldest first."""
        rows = self._recorder.applied_migrations().items()
        came = sorted(rows, key=lambda pair: (pair[1].applied, pair[1].id))
        return {Key(*key): row.applied for key, row in came}

    def prepare(self) -> None:
        """Create the table where it is missing."""
        self._recorder.ensure_schema()

    def add(self, keys: Iterable[Key]) -> None:
        """Mark revisions as applied, in the transaction that is open."""
        for key in keys:
            self._recorder.record_applied(key.app, key.name)

    def remove(self, keys: Iterable[Key]) -> None:
        """Remove the marks of revisions, in the transaction that is open."""
        for key in keys:
            self._recorder.record_unapplied(key.app, key.name)
