"""The field for a column: one whose type on the database is the column's, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.management.commands.inspectdb import Command
from django.db import models

from evolve import fields
from evolve.database.catalogue import is_numbered
from evolve.database.vendor import same_type_text

Kind = tuple[type[models.Field], dict[str, Any]]

_INTEGERS = (
    *(models.IntegerField, models.BigIntegerField, models.SmallIntegerField),
    *(models.PositiveIntegerField, models.PositiveBigIntegerField),
    models.PositiveSmallIntegerField,
)
# By the first word of the type, what Django's introspection does not know or takes for text.
_BY_NAME = {
    **dict.fromkeys(("timestamp", "timestamptz", "datetime2"), models.DateTimeField),
    **dict.fromkeys(("float", "double", "real"), models.FloatField),
    **dict.fromkeys(("numeric", "decimal"), models.DecimalField),
    **dict.fromkeys(("nvarchar", "nchar", "clob", "character", "varying"), models.TextField),
    **dict.fromkeys(("tinyint", "mediumint", "int2", "int4", "int8"), models.IntegerField),
    **dict.fromkeys(
        ("blob", "tinyblob", "mediumblob", "longblob", "binary", "varbinary"), models.BinaryField
    ),
    # Django takes these for integers of another kind, or for text.
    **dict.fromkeys(("bit", "geometry", "year"), None),
}
# The first of them that a guess is a subclass of.
_TYPED: tuple[tuple[type[models.Field], type[models.Field]], ...] = (
    (models.CharField, fields.TypedTextField),
    (models.TextField, fields.TypedTextField),
    (models.IntegerField, fields.TypedIntegerField),
    (models.BooleanField, fields.TypedBooleanField),
    (models.FloatField, fields.TypedFloatField),
    (models.DecimalField, fields.TypedDecimalField),
    (models.BinaryField, fields.TypedBinaryField),
    (models.TimeField, fields.TypedTimeField),
    (models.DateTimeField, fields.TypedDateTimeField),
)


def kind_of(connection: Any, table: str, row: Any, raw: str, is_key: bool) -> Kind:
    """Return the class and the arguments of the field for a column.

    `row` is Django's description of the column, `raw` its type in the database's words, `is_key`
    whether it is the primary key by itself. Where Django has no field of that type, it is one of
    `evolve.fields`.
    """
    live = same_type_text(connection, raw)
    numbered = is_key and is_numbered(row)
    guess, options = _guess(connection, table, row, live)
    for found, given in _candidates(guess, options, raw.lower(), numbered, is_key):
        if same_type_text(connection, str(found(**given).db_type(connection))) == live:
            return found, given
    if numbered:
        return fields.TypedAutoField, {"column_type": raw}
    typed = next((typed for base, typed in _TYPED if guess and issubclass(guess, base)), None)
    if typed is None or (guess is models.DecimalField and "max_digits" not in options):
        return fields.TypedField, {"column_type": raw}
    return typed, {**options, "column_type": raw} if typed is fields.TypedDecimalField else {
        **({"db_collation": options["db_collation"]} if "db_collation" in options else {}),
        "column_type": raw,
    }


def _guess(
    connection: Any, table: str, row: Any, live: str
) -> tuple[type[models.Field] | None, dict[str, Any]]:
    """Return what inspectdb takes a column for, and None where that is for nothing it knows."""
    # Private API: get_field_type(connection, table, row) -> (name, options, notes), 5.2 to 6.1.
    name, options, notes = Command().get_field_type(connection, table, row)
    guess: type[models.Field] | None = getattr(models, name)
    if "This field type is a guess." in notes:
        guess = None
    by_name = _BY_NAME.get(re.split("[( ]", live, maxsplit=1)[0], guess)
    if guess is None or by_name in (None, models.BinaryField):
        guess, options = by_name, {}
    if guess is models.DecimalField:
        options = _digits(live)
    elif guess is models.CharField and (size := re.fullmatch(r"varchar\((\d+)\)", live)):
        # Django misses it on SQLite where the type is in capitals.
        options["max_length"] = int(size[1])
    return guess, options


def _digits(live: str) -> dict[str, Any]:
    """Return the digits that a type names: introspection has other ones where it names none."""
    found = re.match(r"\w+\((\d+)(?:,(\d+))?\)", live)
    return {"max_digits": int(found[1]), "decimal_places": int(found[2] or 0)} if found else {}


def _candidates(
    guess: type[models.Field] | None,
    options: dict[str, Any],
    raw: str,
    numbered: bool,
    is_key: bool,
) -> Iterator[Kind]:
    if raw == '"char"':
        yield fields.InternalCharField, {}
    if fixed := re.fullmatch(r"char(?:acter)?\((\d+)\)", raw):
        collation = {each: options[each] for each in options if each == "db_collation"}
        yield fields.FixedCharField, {"max_length": int(fixed[1]), **collation}
    if raw == "tinyint(1)" and not numbered:
        yield models.BooleanField, {}
    if guess is None or (guess is models.DecimalField and not options):
        return
    is_auto = issubclass(guess, models.AutoField | models.BigAutoField | models.SmallAutoField)
    if not is_auto or is_key:
        yield guess, options
    if issubclass(guess, models.IntegerField) and not numbered:
        yield from ((each, {}) for each in _INTEGERS)
