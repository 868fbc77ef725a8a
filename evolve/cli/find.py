"""Finds the Django project that a command is for, and sets Django up."""

from __future__ import annotations

import importlib
import os
import re
import sys
import traceback
from pathlib import Path

import django
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from evolve.errors import EvolveError, ProjectNotFound

_VARIABLE = "DJANGO_SETTINGS_MODULE"
_SETS = re.compile(rf"[\"']{_VARIABLE}[\"']\s*(?:,|\]\s*=)\s*[\"']([\w.]+)[\"']")


def set_up_project(settings: str | None, pythonpath: str | None, start: Path) -> None:
    """Set Django up: `settings`, else the environment, else the nearest manage.py above `start`.

    The directory of that manage.py goes on sys.path in every case, so that the project's modules
    can be imported. Raises ProjectNotFound.
    """
    if apps.ready:
        return
    manage = _manage_py(start)
    for path in (manage and str(manage.parent), pythonpath):
        if path and path not in sys.path:
            sys.path.insert(0, path)
    named = settings or os.environ.get(_VARIABLE) or (manage and _settings_in(manage))
    if not named:
        raise _not_found(manage, start)
    os.environ[_VARIABLE] = named
    try:
        django.setup()
    except EvolveError:
        raise
    except Exception as error:
        place = _place(error)
        if place or not isinstance(error, ImportError | ImproperlyConfigured):
            raise ProjectNotFound(
                f"The project's own code fails while it is imported{place}: "
                f"{type(error).__name__}: {error}",
                "Correct it; --traceback shows where. Nothing was touched.",
            ) from error
        raise ProjectNotFound(
            f"The settings '{named}' cannot be used: {error}",
            "Check --settings, DJANGO_SETTINGS_MODULE and the apps in INSTALLED_APPS.",
        ) from error


def _place(error: Exception) -> str:
    """Return the line of the project's or a package's code that failed; "" for Django's own."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if _is_foreign(each[0])]
    return f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _is_foreign(filename: str) -> bool:
    ours = (os.path.dirname(django.__file__), str(Path(__file__).parent.parent))
    return not filename.startswith(("<frozen", os.path.dirname(importlib.__file__), *ours))


def command() -> str:
    """Return how evolve was called, for hints that can be pasted."""
    called = os.path.basename(sys.argv[0])
    return "./manage.py evolve" if called == "manage.py" else "evolve"


def _manage_py(start: Path) -> Path | None:
    places = (directory / "manage.py" for directory in (start, *start.parents))
    return next((path for path in places if path.is_file()), None)


def _settings_in(manage: Path) -> str | None:
    found = _SETS.search(manage.read_text(encoding="utf-8", errors="replace"))
    return found[1] if found else None


def _not_found(manage: Path | None, start: Path) -> ProjectNotFound:
    where = (
        f"{manage} names no settings" if manage else f"there is no manage.py in {start} or above it"
    )
    return ProjectNotFound(
        f"No Django project found: no --settings, no {_VARIABLE}, and {where}.",
        "Run evolve in a project's directory, or give --settings MODULE.",
    )
