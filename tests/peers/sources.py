"""Django's tests, which no wheel contains: from the source package of the installed version."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import django
import pytest

from tests.databases import REQUIRED

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "evolve-tests"


def tests_of_django() -> Path:
    """Return the directory `tests` of Django's source package; skip, or fail, where it is missing.

    It is downloaded once and kept in the user's cache.
    """
    unpacked = CACHE / f"django-{django.__version__}"
    if not unpacked.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as directory:
            _unpack(_downloaded(Path(directory)), Path(directory), unpacked)
    return unpacked / "tests"


def _downloaded(directory: Path) -> Path:
    package = f"django=={django.__version__}"
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
    done = subprocess.run(
        [*pip, "--quiet", "--dest", str(directory), package],
        check=False,
        capture_output=True,
        text=True,
    )
    found = list(directory.glob("*.tar.gz"))
    if done.returncode or not found:
        reason = f"the source package of {package} cannot be downloaded: {done.stderr.strip()}"
        if REQUIRED:
            pytest.fail(f"EVOLVE_REQUIRE_DATABASES=1, but {reason}")
        pytest.skip(reason)
    return found[0]


def _unpack(package: Path, directory: Path, target: Path) -> None:
    """Unpack a package and move it to its place; another test process may have been faster."""
    with tarfile.open(package) as archive:
        archive.extractall(directory, filter="data")
    (top,) = (each for each in directory.iterdir() if each.is_dir())
    try:
        top.rename(target)
    except OSError:
        if not target.exists():
            raise
