"""Defaults of columns as `db_default`: plain values, now, and whatever else as it is written."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from evolve import fields

_CAST = r"(?:::[\w\s\".\[\](),]+)?"
_STRING = re.compile(rf"\(?'((?:[^'\\]|'')*)'{_CAST}\)?", re.DOTALL)
_NUMBER = re.compile(rf"\(?(-?\d+(?:\.\d+)?|true|false)\)?{_CAST}", re.IGNORECASE)
_NOW = re.compile(
    r"\(?(now\(\)|(?:current_timestamp|localtimestamp)(?:\(\d*\))?|statement_timestamp\(\))\)?",
    re.IGNORECASE,
)
_PLAIN = (
    *(models.CharField, models.TextField, models.IntegerField, models.FloatField),
    *(models.DecimalField, models.BooleanField, models.UUIDField),
)


def db_default(text: str, field: models.Field) -> tuple[Any, str]:
    """Return what a default that is written as `text` in SQL is for a field, and what to say of it.

    What is neither a plain value nor now stays SQL: Django passes it on and does not know it.
    """
    if _NOW.fullmatch(text) and type(field) is models.DateTimeField:
        return Now(), ""
    string, number = _STRING.fullmatch(text), _NUMBER.fullmatch(text)
    if isinstance(field, _PLAIN) and (string or number):
        plain = string[1].replace("''", "'") if string else number[1] if number else ""
        try:
            return _value(field, plain), ""
        except (ValidationError, ValueError):
            pass
    shown = " ".join(text.split())
    return RawSQL(text, []), (
        "" if _is_known(text) else f"Its default is the database's own: {shown}"
    )


def _is_known(text: str) -> bool:
    return bool(_NOW.fullmatch(text) or _STRING.fullmatch(text) or _NUMBER.fullmatch(text))


def _value(field: models.Field, text: str) -> Any:
    if isinstance(field, models.BooleanField):
        return field.to_python({"true": "True", "false": "False"}.get(text.lower(), text))
    if isinstance(field, fields.FixedCharField):
        return text.rstrip(" ")
    return field.to_python(text)
