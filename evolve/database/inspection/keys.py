"""Primary keys, foreign keys, uniques and indexes of a table, sorted by how models say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.postgres import indexes as postgres
from django.db import models

from evolve.database.catalogue import (
    Columns,
    constraints_of,
    deferrable_uniques,
    foreign_keys,
    is_bare_unique,
    special_indexes,
)
from evolve.database.rules import checks, key_rules, others
from evolve.fields import NamedIndex, UniqueIndex

# From Django 6.1 on a model says what the database does.
ON_DELETE: dict[str, Any] = (
    {
        "CASCADE": models.DB_CASCADE,
        "SET NULL": models.DB_SET_NULL,
        "SET DEFAULT": models.DB_SET_DEFAULT,
    }
    if hasattr(models, "DB_CASCADE")
    else {}
)
_POSTGRES = "django.contrib.postgres"
_TYPES = {
    models.Index.suffix: models.Index,
    "btree": models.Index,
    "brin": postgres.BrinIndex,
    "gin": postgres.GinIndex,
    "gist": postgres.GistIndex,
    "hash": postgres.HashIndex,
    "spgist": postgres.SpGistIndex,
}


@dataclass
class Keys:
    """What a table has beside its columns.

    `on_delete` is what the database does where the row is deleted that a column refers to.
    `unique` and `indexed` are single columns of which the field says it; `together` are uniques
    without a name. `indexes` and `constraints` pair a name with columns and what else they are.
    `said` is what no model says.
    """

    primary: Columns = ()
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    on_delete: dict[str, str] = field(default_factory=dict)
    unique: set[str] = field(default_factory=set)
    indexed: set[str] = field(default_factory=set)
    together: list[Columns] = field(default_factory=list)
    indexes: list[tuple[type[models.Index], str, tuple[tuple[str, str], ...]]] = field(
        default_factory=list
    )
    constraints: list[tuple[str, Columns, bool | None]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def keys_of(connection: Any, cursor: Any, table: str, taken: set[str]) -> Keys:
    """Return the keys of a table; names of indexes and constraints go to `taken`."""
    constraints = constraints_of(connection, cursor, table)
    primary = connection.introspection.get_primary_key_columns(cursor, table) or []
    keys = Keys(tuple(primary))
    _add_rules(connection, cursor, table, keys)
    for columns, target in foreign_keys(connection, cursor, table, constraints).items():
        _add_relation(keys, columns, target)
    special = special_indexes(connection, cursor, table)
    keys.said += [f"An index stays as it is: {name}, {text}" for name, text in special.items()]
    deferrable = deferrable_uniques(connection, cursor, table)
    for name, each in sorted(constraints.items()):
        if name in special or each["primary_key"]:
            continue
        if each["unique"] and not is_bare_unique(connection, each):
            _add_unique(keys, name, tuple(each["columns"]), deferrable.get(name), taken)
        elif each["unique"] or (each["index"] and not each["foreign_key"]):
            _add_index(keys, name, each, taken)
        else:
            _add_other(keys, name, each)
    return keys


def _add_rules(connection: Any, cursor: Any, table: str, keys: Keys) -> None:
    """Note the actions of foreign keys, and what no model says."""
    for _, text, _ in checks(connection, cursor, table):
        # MariaDB has one for each column of JSON.
        if not re.fullmatch(r"CHECK \(json_valid\(`[^`]+`\)\)", text):
            keys.said.append(f"A check stays as it is: {text}.")
    for rule in key_rules(connection, cursor, table):
        if len(rule.columns) == 1:
            keys.on_delete[rule.columns[0]] = rule.on_delete
        is_said = len(rule.columns) > 1 or (rule.on_delete in ON_DELETE and not rule.on_update)
        if (rule.on_delete or rule.on_update) and not is_said:
            keys.said.append(f"What a foreign key does stays as it is: {rule.text}.")
    keys.said += [
        f"In no model, and stays as it is: {each}." for each in others(connection, cursor, table)
    ]


def _add_relation(keys: Keys, columns: Columns, target: tuple[str, str]) -> None:
    if len(columns) == 1:
        keys.relations[columns[0]] = target
        return
    shown = f"({', '.join(columns)}) to {target[0]}"
    keys.said.append(f"The foreign key of {shown} is in no field: it has several columns.")


def _add_other(keys: Keys, name: str, constraint: Mapping[str, Any]) -> None:
    """Note another kind, or the index that MariaDB has under the name of a foreign key."""
    if not constraint["foreign_key"] and not constraint["check"]:
        keys.said.append(f"A constraint stays as it is: {name}.")
    elif constraint["index"] and len(constraint["columns"]) == 1:
        keys.indexed.add(constraint["columns"][0])


def _add_unique(
    keys: Keys, name: str, columns: Columns, deferred: bool | None, taken: set[str]
) -> None:
    if deferred is None and len(columns) == 1:
        keys.unique.add(columns[0])
    elif name in taken or name.startswith("__unnamed_constraint"):
        keys.together.append(columns)
    else:
        taken.add(name)
        keys.constraints.append((name, columns, deferred))


def _add_index(keys: Keys, name: str, index: Mapping[str, Any], taken: set[str]) -> None:
    columns = tuple(index["columns"])
    orders = index.get("orders") or ["ASC"] * len(columns)
    found = UniqueIndex if index["unique"] else _TYPES.get(index.get("type", models.Index.suffix))
    if not columns or None in columns or found is None:
        keys.said.append(f"An index stays as it is: {name}.")
        return
    if issubclass(found, postgres.PostgresIndex) and not apps.is_installed(_POSTGRES):
        keys.said.append(
            f"An index stays as it is: {name}, {index['type']} of ({', '.join(columns)}). With "
            f"{_POSTGRES} in INSTALLED_APPS it would be in the model."
        )
        return
    if options := index.get("options"):
        keys.said.append(f"The index {name} has options: {', '.join(options)}.")
    _place_index(keys, name, found, tuple(zip(columns, orders, strict=False)), taken)


def _place_index(
    keys: Keys,
    name: str,
    found: type[models.Index],
    parts: tuple[tuple[str, str], ...],
    taken: set[str],
) -> None:
    """Let the field say it, or the Meta."""
    column, order = parts[0]
    plain = found is models.Index and len(parts) == 1 and order == "ASC"
    # A relation has an index of its own; and Django refuses names that begin so, or that the
    # index of another table has (models.E033, models.E030).
    refused = name[0] == "_" or name[0].isdigit() or name in taken
    if plain and column not in keys.indexed and (column in keys.relations or refused):
        keys.indexed.add(column)
        return
    if refused:
        keys.said.append(
            f"Django's check refuses the name of the index {name}: rename it, or put "
            "models.E030 and models.E033 into SILENCED_SYSTEM_CHECKS."
        )
    taken.add(name)
    if found is models.Index and len(name) > models.Index.max_name_length:
        found = NamedIndex
    keys.indexes.append((found, name, parts))
