"""The autodetector of the project: Django's, or the one that its makemigrations command names."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.management import get_commands, load_command_class
from django.db.migrations.autodetector import MigrationAutodetector

from evolve.autodiff.initial import fold_created
from evolve.autodiff.order import apart


@cache
def project_detector() -> type[MigrationAutodetector]:
    """Return the autodetector class of `makemigrations`, as packages and projects replace it.

    They do so by `Command.autodetector` (from Django 5.2). Importing the command also brings in
    what its module patches, a field's `deconstruct` for one: call this before models are read.
    """
    app = get_commands()["makemigrations"]
    command = load_command_class(app, "makemigrations") if isinstance(app, str) else app
    return getattr(command, "autodetector", MigrationAutodetector)


@cache
def narrowed_detector() -> type[Any]:
    """Return the project's autodetector, joining operations faster where all of them create."""
    return type("NarrowedDetector", (_Folding, project_detector()), {})


class _Folding:
    """Replaces the last step of an autodetector's detection."""

    migrations: dict[str, list[Any]]
    to_state: Any

    def _optimize_migrations(self) -> None:
        # Private API (5.2 to 6.1): the last step of _detect_changes.
        whole, mixed = dict(self.migrations), {}
        for app, migrations in whole.items():
            for migration in migrations:
                migration.operations = apart(app, migration.operations, self.to_state)
            ops = [op for migration in migrations for op in migration.operations]
            folded = fold_created(app, ops, self.to_state)
            if folded is None:
                mixed[app] = migrations
            else:
                migrations[0].operations = folded
                del migrations[1:]
        self.migrations = mixed
        super()._optimize_migrations()  # type: ignore[misc]
        self.migrations = whole
