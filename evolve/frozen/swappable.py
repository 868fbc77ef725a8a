"""The settings that swappable models are named by, for many fields at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.apps import apps

_METHOD = "get_swappable_settings_name"


@contextmanager
def swappables_looked_up() -> Iterator[None]:
    """Have the registry find the settings of swappable models in one dict for a while.

    For each model that a relation names it asks every model there is (5.2, 6.1): of a diff or a run
    over 1000 models that is a third. The first model that answers counts, as there.
    """
    if _METHOD in vars(apps):
        yield
        return
    settings: dict[str, str] = {}
    for model in apps.get_models(include_swapped=True):
        for label in filter(None, (model._meta.swapped, model._meta.label)):
            if model._meta.swappable:
                settings.setdefault(label.lower(), model._meta.swappable)
    # A cache like the one it stands for, which the registry may clear.
    vars(apps)[_METHOD] = cache(lambda label: settings.get(label.lower()))
    try:
        yield
    finally:
        del vars(apps)[_METHOD]
