"""A model like the user's: swappable, and named by a setting that the files refer to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db.models.fields.related import RelatedField
from django.test.utils import override_settings

KEEPER = "Keeper"
SETTING = "HISTORIES_KEEPER_MODEL"
_IN = f"law.{KEEPER}"


@contextmanager
def swapped_in() -> Iterator[None]:
    """Have the setting name the model of `law`, and relations to it deconstruct to the setting.

    Django looks for swappable models among the installed ones, which drawn models are not.
    """
    plain = RelatedField.swappable_setting.fget

    def setting(field: Any) -> str | None:
        to = field.remote_field.model
        label = to if isinstance(to, str) else to._meta.label
        return SETTING if field.swappable and label.lower() == _IN.lower() else plain(field)

    with (
        override_settings(**{SETTING: _IN}),
        mock.patch.object(RelatedField, "swappable_setting", property(setting)),
    ):
        yield
