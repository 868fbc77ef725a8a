"""Fields and indexes for tables that Django did not make: what `evolve inspect` writes beside
Django's own.

They are as much a part of models.py as Django's, and revision files name them: they stay
importable from here.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone


class FixedCharField(models.CharField):
    """A column char(n), where `models.CharField` has varchar(n).

    The blanks that the database pads values with are no part of them, in SQL as here.
    """

    def db_type(self, connection: Any) -> str:
        """Return char(n)."""
        return f"char({self.max_length})"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Take the padding off, which MariaDB does itself."""
        return value.rstrip(" ") if isinstance(value, str) else value


class InternalCharField(models.CharField):
    """A column "char" of PostgreSQL, with the quotes: one byte. Elsewhere it is char(1)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 1
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out the length, which is always one."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        """Return the type, in PostgreSQL's quotes where it has them."""
        return '"char"' if connection.vendor == "postgresql" else "char(1)"


class TypedField(models.Field):
    """A column of any type, by the database's own name for it: `TypedField(column_type="money")`.

    Values are what the driver gives and takes. The classes below are for types that hold what one
    of Django's fields does and have another name than Django would give them: they behave as
    that field.
    """

    def __init__(self, *args: Any, column_type: str, **kwargs: Any) -> None:
        self.column_type = column_type
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep the type."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "column_type": self.column_type}

    def db_type(self, connection: Any) -> str:
        """Return the type as it was given."""
        return self.column_type

    def rel_db_type(self, connection: Any) -> str:
        """Return the type of the columns that refer to this one."""
        return self.column_type


class TypedTextField(TypedField, models.TextField):
    """Text of another type: an enum, MariaDB's mediumtext."""


class TypedIntegerField(TypedField, models.BigIntegerField):
    """Integers of another type: MariaDB's mediumint, `int` on SQLite."""


class TypedAutoField(TypedField, models.AutoField):
    """Numbered rows, by a column of another type: MariaDB's `int unsigned`."""

    def db_type(self, connection: Any) -> str:
        """Return the type with MariaDB's word for it; elsewhere Django adds the suffix."""
        suffix = " AUTO_INCREMENT" if connection.vendor == "mysql" else ""
        return f"{self.column_type}{suffix}"


class TypedBooleanField(TypedField, models.BooleanField):
    """Truth of another type: `boolean` on SQLite, where Django has `bool`."""


class TypedFloatField(TypedField, models.FloatField):
    """Floats of another type: `real` on PostgreSQL."""


class TypedDecimalField(TypedField, models.DecimalField):
    """Decimals of another type: `decimal(8,2) unsigned` on MariaDB."""


class TypedBinaryField(TypedField, models.BinaryField):
    """Bytes of another type: MariaDB's binary(16)."""


class TypedTimeField(TypedField, models.TimeField):
    """Times of another type: `time(0) without time zone`."""


class TypedDateTimeField(TypedField, models.DateTimeField):
    """Moments of another type: `timestamp without time zone`, MariaDB's `datetime`.

    With USE_TZ they are read as being in the connection's time zone.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Make aware what PostgreSQL gives without a zone; the other backends have done it."""
        if settings.USE_TZ and value is not None and timezone.is_naive(value):
            return timezone.make_aware(value, connection.timezone)
        return value


class UnwritableDefault:
    """In a data revision's frozen models: a default that could not be written as source text."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __call__(self) -> NoReturn:
        """Raise RuntimeError: a row was made without a value for the field."""
        raise RuntimeError(
            f"The default of {self.field} could not be written into this revision. "
            "Give a value for the field where the row is created."
        )

    def deconstruct(self) -> Any:
        """Return the call that makes this."""
        return f"evolve.fields.{type(self).__name__}", [self.field], {}

    def __eq__(self, other: object) -> bool:
        """Tell whether both stand for the default of the same field."""
        return isinstance(other, UnwritableDefault) and other.field == self.field

    def __hash__(self) -> int:
        """Return the hash that goes with equality."""
        return hash(self.field)


class NamedIndex(models.Index):
    """An index whose name is longer than the 30 characters that Django allows its own."""

    max_name_length = 64


class UniqueIndex(NamedIndex):
    """A unique index that is no constraint, as CREATE UNIQUE INDEX makes it.

    `models.UniqueConstraint` is a constraint on PostgreSQL, and could not be dropped where there
    is none.
    """

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        """Return Django's statement for an index, made unique."""
        plain = schema_editor.sql_create_index
        unique = plain.replace("CREATE INDEX", "CREATE UNIQUE INDEX", 1)
        return super().create_sql(model, schema_editor, using, sql=unique, **kwargs)
