"""Running a module of Django's tests in a process of its own, as it is and with evolve in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.peers.sources import tests_of_django

_ROOT = Path(__file__).parent.parent.parent


@lru_cache
def report(module: str, vendor: str, suite: str) -> dict[str, Any]:
    """Return what comes of a module of Django's tests; `suite` is "django", or a module of suites.

    The same hash seed makes sets come in the same order, on which some of Django's SQL depends.
    """
    directory = str(tests_of_django())
    path = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(path)}
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        run = [sys.executable, "-m", "tests.peers.process", directory, module, vendor, suite]
        done = subprocess.run(
            [*run, file.name],
            check=False,
            capture_output=True,
            text=True,
            cwd=_ROOT,
            env=environment,
        )
        text = Path(file.name).read_text()
    if not text:
        pytest.fail(f"Django's tests did not come to an end:\n{done.stdout}\n{done.stderr}")
    found: dict[str, Any] = json.loads(text)
    return found


def unlike(module: str, vendor: str, suite: str) -> tuple[dict[str, str], set[str]]:
    """Return the tests that pass with Django and not with evolve, and why; and all that pass."""
    django, evolve = (report(module, vendor, each)["outcomes"] for each in ("django", suite))
    passed = {name for name, outcome in django.items() if outcome == "passed"}
    outcomes = {name: evolve.get(name, "It was not run.") for name in sorted(passed)}
    return {name: outcome for name, outcome in outcomes.items() if outcome != "passed"}, passed
