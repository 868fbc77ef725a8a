"""What models of the tests use and migrations have to import: fields, validators, managers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.deconstruct import deconstructible


class HandField(models.CharField):
    """A field of a project's own, with one argument less and one more than its base."""

    def __init__(self, *args: Any, cards: int = 13, **kwargs: Any) -> None:
        kwargs["max_length"] = cards * 2
        self.cards = cards
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        if self.cards != 13:
            kwargs["cards"] = self.cards
        return name, path, args, kwargs


@deconstructible
class Below:
    """A validator with a value, as third-party packages have them."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, value: int) -> None:
        if value >= self.limit:
            raise ValidationError(f"{value} is not below {self.limit}.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Below) and other.limit == self.limit

    def __hash__(self) -> int:
        return hash(self.limit)


def seventeen() -> int:
    """A default that has to be called."""
    return 17


def one_uuid() -> UUID:
    """A default of UUIDs, the same for all."""
    return UUID(int=7)


def even(value: int) -> None:
    """A validator that is a function."""
    if value % 2:
        raise ValidationError(f"{value} is odd.")


class Living(models.Manager):
    """A manager that migrations may use."""

    use_in_migrations = True

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(alive=True)


class Named(models.Model):
    """An abstract base."""

    name = models.CharField(max_length=30)

    class Meta:
        abstract = True


class Speaking:
    """A base that is no model."""

    def speak(self) -> str:
        return f"I am {self}"
