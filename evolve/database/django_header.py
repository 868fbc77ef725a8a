"""A revision's header in the words of Django's loader, which knows neither ids nor settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django
from django.apps import apps as live_apps
from django.conf import settings
from django.db import migrations

from evolve.errors import BrokenRevision
from evolve.revisions.files import key_named, revisions_of
from evolve.revisions.header import SETTING
from evolve.revisions.revision import Key


def dependencies(revised: Any, app: str) -> list[Any]:
    """Return a revision class's parents and dependencies as Django names them: (app, name).

    Raises BrokenRevision where there is nothing of such a name.
    """
    down = revised.down_revision
    parents = [down] if isinstance(down, str) else list(down or ())
    own = live_apps.get_app_config(app)
    found: list[Any] = [tuple(key_named(own, parent)) for parent in parents]
    for entry in revised.depends_on or ():
        try:
            found.append(_dependency(entry))
        except (LookupError, AttributeError) as error:
            raise BrokenRevision(f"The dependency '{entry}' of '{app}' does not exist.") from error
    return found


def _dependency(entry: str) -> Any:
    if entry.startswith(SETTING):
        return migrations.swappable_dependency(getattr(settings, entry.removeprefix(SETTING)))
    label, _, reference = entry.partition(":")
    config = live_apps.get_app_config(label)
    return (label, reference) if reference.startswith("__") else tuple(key_named(config, reference))


def is_replaced(name: str, app: str) -> bool:
    """Tell whether a squash is replaced by another one, which Django 5.2 cannot have."""
    if django.VERSION >= (6, 0):
        return False
    key = Key(app, name)
    return any(key in each.replaced for each in revisions_of(live_apps.get_app_config(app)))


def replaced(given: Any, app: str) -> list[tuple[str, str]]:
    """Return what a squash replaces as Django names it: evolve writes ids with their names."""
    if isinstance(given, Mapping):
        return [(app, name) for name in given.values()]
    return [pair_of(entry) for entry in given]


def pair_of(entry: str) -> tuple[str, str]:
    """Return what "app:reference" names as Django names it; the file may be gone."""
    label, _, reference = entry.partition(":")
    try:
        return label, key_named(live_apps.get_app_config(label), reference).name
    except (BrokenRevision, LookupError):
        return label, reference
