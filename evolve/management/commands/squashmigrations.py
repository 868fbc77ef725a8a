"""Django's `squashmigrations`, which leaves no empty file where it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.commands import squashmigrations

from evolve.revisions.files import package_of


class Command(squashmigrations.Command):
    """Django's command.

    It opens the new file before it asks the operations for their text (5.2 to 6.1), and evolve's
    have none: with `--no-optimize` an empty file stayed, with which no command runs.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it; where that fails, remove the file that it began."""
        before = _files(options["app_label"])
        try:
            super().handle(*args, **options)
        except BaseException:
            for each in _files(options["app_label"]) - before:
                if not each.stat().st_size:
                    each.unlink()
            raise


def _files(app: str) -> set[Path]:
    config = apps.app_configs.get(app)
    package = package_of(config) if config else None
    return set(package.directory.glob("*.py")) if package else set()
