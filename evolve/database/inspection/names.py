"""Names of models and fields for tables and columns that are called anything."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterable, Mapping

from django.core.management.commands.inspectdb import Command
from django.db import models

# A field of these names would hide what is meant by them: a method of the model, the manager,
# Django's name of the primary key, or, for the fields below it, a module that they are made with.
_TAKEN = frozenset(dir(models.Model)) | {
    *("objects", "pk", "models", "fields", "evolve", "django", "datetime", "decimal", "uuid")
}


def model_names(tables: Iterable[str]) -> dict[str, str]:
    """Return the name of each table's model: inspectdb's, made valid and different."""
    found: dict[str, str] = {}
    lower: set[str] = set()
    for table in tables:
        name = _class_name(table)
        number, plain = 1, name
        while name.lower() in lower:
            number += 1
            name = f"{plain}{number}"
        lower.add(name.lower())
        found[table] = name
    return found


def _class_name(table: str) -> str:
    name = Command().normalize_table_name(table)
    if not name or name[0].isdigit():
        name = f"Table{name}"
    return f"{name}Table" if keyword.iskeyword(name) else name


def field_names(columns: Iterable[str], relations: Collection[str]) -> dict[str, str]:
    """Return the name of each column's field: inspectdb's, made valid and different.

    A relation takes two names, its own and that of its column (`author`, `author_id`); plain
    columns choose first, so that most of them keep theirs.
    """
    ordered = list(columns)
    used: list[str] = []
    found: dict[str, str] = {}
    for column in sorted(ordered, key=lambda each: each in relations):
        name = _field_name(column, used, column in relations)
        used += [name, f"{name}_id"] if column in relations else [name]
        found[column] = name
    return {column: found[column] for column in ordered}


def _field_name(column: str, used: list[str], is_relation: bool) -> str:
    # Private API: normalize_col_name(column, used, is_relation) -> (name, ...), 5.2 to 6.1.
    # It cannot do with a name of which nothing is left.
    given = column if column.strip("_ ") not in ("", "_id") else f"field{column}"
    name = Command().normalize_col_name(given, used, is_relation)[0]
    name = name if name.isidentifier() else f"field_{len(used)}"
    plain, number = (f"{name}_field" if name in _TAKEN else name), 1
    name = plain
    while name in used or (is_relation and f"{name}_id" in used):
        number += 1
        name = f"{plain}_{number}"
    return name


def column_option(name: str, column: str, is_relation: bool) -> Mapping[str, str]:
    """Return db_column where it is not what Django would make of the field's name."""
    made = f"{name}_id" if is_relation else name
    return {} if made == column else {"db_column": column}
