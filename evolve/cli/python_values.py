"""Python that a user gives as a value: typed at a prompt, or in an option."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

from django.utils import timezone

_AT_HAND = {"datetime": datetime, "decimal": decimal, "timezone": timezone, "uuid": uuid}


def python_value(text: str) -> Any:
    """Return what the expression `text` evaluates to. Whatever it raises comes out."""
    return eval(text, dict(_AT_HAND))
