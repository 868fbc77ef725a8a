"""A revision as text, and what was made when it was written."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.apps import AppConfig
from django.apps import apps as live_apps

from evolve.authoring.head_file import refresh
from evolve.autodiff.changes import Change
from evolve.errors import EvolveError
from evolve.revisions.disk import make_package, write_whole
from evolve.revisions.files import Package


@dataclass(frozen=True)
class Written:
    """What was made for a revision: directory and `__init__.py` where there were none, and file."""

    config: AppConfig
    made: list[Path]

    def undo(self) -> None:
        """Take it away again."""
        for each in reversed(self.made):
            if each.is_dir():
                each.rmdir()
                return
            each.unlink()
            # It may be what failed.
            with suppress(OSError, EvolveError):
                refresh(self.config)


@dataclass(frozen=True)
class NewRevision:
    """A revision file as text, and where it goes; `changes` are empty for one written by hand.

    `notes` tell the user what is still to be done.
    """

    package: Package
    name: str
    text: str
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file."""
        return self.package.directory / f"{self.name}.py"

    @property
    def lines(self) -> list[str]:
        """What it changes, in the console's words."""
        return [line for change in self.changes for line in change.lines()]

    def write(self) -> Written:
        """Write the file whole; where that fails, nothing that was made for it stays."""
        config = live_apps.get_app_config(self.package.app)
        written = Written(config, make_package(self.package))
        try:
            write_whole(self.path, self.text)
            written.made.append(self.path)
            refresh(config)
        except BaseException:
            written.undo()
            raise
        return written
