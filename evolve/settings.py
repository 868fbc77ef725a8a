"""evolve's settings: `EVOLVE = {…}` in a project's settings module."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings

from evolve.errors import Refused, UnknownName


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project can set.

    FREEZE: labels of apps that every data migration freezes, beside its own.
    FILE_NAME: how a revision file is called, with `number` and `slug`.
    INITIAL_DATA: the name of the fixture that is loaded at an app's last revision; None for none.
    TESTS_MIGRATE: whether tests migrate; without, the test database is made from the models.
    HEAD_FILE: whether an app's heads are written into the file HEAD beside its revisions.
    """

    FREEZE: tuple[str, ...] = ()
    FILE_NAME: str = "{number:04d}_{slug}"
    INITIAL_DATA: str | None = "initial_data"
    TESTS_MIGRATE: bool = True
    HEAD_FILE: bool = True


def evolve_settings() -> Settings:
    """Return the settings of the project. Raises Refused where `EVOLVE` cannot be used."""
    given = getattr(settings, "EVOLVE", {})
    if not isinstance(given, dict):
        raise Refused(f"The setting EVOLVE is {given!r}.", "It has to be a dictionary.")
    known = [each.name for each in fields(Settings)]
    for name in given:
        if name not in known:
            raise UnknownName.among("setting in EVOLVE called", str(name), known)
    return _checked(Settings(**given))


def _checked(values: Settings) -> Settings:
    wrong = {
        "FREEZE": not isinstance(values.FREEZE, list | tuple)
        or not all(isinstance(each, str) for each in values.FREEZE),
        "FILE_NAME": not re.fullmatch(r"\{number(:\d*d)?\}_\{slug\}", str(values.FILE_NAME)),
        "INITIAL_DATA": values.INITIAL_DATA is not None
        and not re.fullmatch(r"[\w-]+", str(values.INITIAL_DATA)),
        "TESTS_MIGRATE": not isinstance(values.TESTS_MIGRATE, bool),
        "HEAD_FILE": not isinstance(values.HEAD_FILE, bool),
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            value: Any = getattr(values, name)
            raise Refused(f"EVOLVE[{name!r}] is {value!r}.", f"It has to be {_KINDS[name]}.")
    return values


_KINDS = {
    "FREEZE": "a list of app labels",
    "FILE_NAME": 'the number with its width, and the slug: "{number:04d}_{slug}"',
    "INITIAL_DATA": "the name of a fixture without directory and ending, or None",
    "TESTS_MIGRATE": "True or False",
    "HEAD_FILE": "True or False",
}
