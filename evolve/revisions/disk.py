"""Writing revision files: whole or not at all, and never over one that somebody edited."""

from __future__ import annotations

import importlib
import itertools
import os
from pathlib import Path

from evolve.errors import Refused
from evolve.revisions.files import Package


def make_package(package: Package) -> list[Path]:
    """Make a migrations package where it is missing; return what was made, outermost first."""
    made: list[Path] = []
    if not package.directory.exists():
        package.directory.mkdir()
        made.append(package.directory)
    marker = package.directory / "__init__.py"
    if not marker.exists():
        marker.touch()
        made.append(marker)
    importlib.invalidate_caches()
    return made


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all: temporary file, fsync, rename.

    Raises Refused where the file already exists or cannot be written.
    """
    if path.exists():
        raise Refused(
            f"{path} already exists.", "evolve never overwrites a revision: move it away."
        )
    os.replace(_temporary(path, text), path)
    _sync(path.parent)
    importlib.invalidate_caches()


def replace_whole(path: Path, text: str) -> None:
    """Write a file that evolve alone writes, over the one that is there."""
    os.replace(_temporary(path, text), path)
    _sync(path.parent)


class Replacement:
    """A file that is to take another one's place, written already under a name of its own.

    `new` None: the old one goes and nothing comes. `keep`: the old text stays beside, as
    NAME.py.orig. Raises Refused where the file cannot be written or another has its name.
    """

    def __init__(self, old: Path, new: Path | None, text: str, keep: bool) -> None:
        self._old = old
        self._new = new
        self._keep = keep
        if new and new != old and new.exists():
            raise Refused(f"{new} already exists.", "evolve never overwrites a revision.")
        self._temporary = _temporary(new, text) if new else None

    def put(self) -> Path | None:
        """Let it take the place; return where the old text is kept."""
        kept = _free(self._old.with_name(f"{self._old.name}.orig")) if self._keep else None
        if kept:
            os.link(self._old, kept)
        if self._temporary and self._new:
            os.replace(self._temporary, self._new)
        if self._new != self._old:
            self._old.unlink()
        _sync(self._old.parent)
        return kept

    def drop(self) -> None:
        """Leave everything as it was."""
        if self._temporary:
            self._temporary.unlink(missing_ok=True)


def _free(path: Path) -> Path:
    """Return a name that no file has: the path, or the path and a number."""
    paths = (path.with_name(f"{path.name}{number or ''}") for number in itertools.count())
    return next(each for each in paths if not each.exists())


def _temporary(path: Path, text: str) -> Path:
    """Write the text to a file beside `path`, onto the disk."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error
    return temporary


def _sync(directory: Path) -> None:
    """Have the directory's entries on the disk as well."""
    if os.name == "nt":  # where a directory cannot be opened
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
