"""A model like the user's: swappable, and named by a setting that the files refer to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.apps import apps
from django.test.utils import override_settings

KEEPER = "Keeper"
SETTING = "HISTORIES_KEEPER_MODEL"
_IN = f"law.{KEEPER}"


@contextmanager
def swapped_in() -> Iterator[None]:
    """Have the setting name the model of `law`, and relations to it deconstruct to the setting.

    Django looks for swappable models among the installed ones, which drawn models are not.
    """

    def setting(to: str) -> str | None:
        return SETTING if to.lower() == _IN.lower() else named(to)

    named = apps.get_swappable_settings_name
    with (
        override_settings(**{SETTING: _IN}),
        mock.patch.object(apps, "get_swappable_settings_name", setting),
    ):
        yield
