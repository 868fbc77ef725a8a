"""Tables as they are on a database, and as models would have them, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, router

from evolve.database.catalogue import (
    Columns,
    columns_of,
    constraints_of,
    foreign_keys,
    special_indexes,
)
from evolve.database.vendor import column_types, same_type_text
from evolve.fields import UniqueIndex


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type in the database's words and its NULLs; None for what is not known.

    That of a relation has the type of what it refers to, which no model can say otherwise.
    """

    type: str | None
    null: bool | None
    is_relation: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Checks and expressions in indexes are left out: no database gives them back as they
    were written. `special` are the indexes and uniques that are not plain lists of columns: of
    them no more is known than on which columns they are.
    """

    columns: Mapping[str, Column]
    primary_key: Columns
    uniques: frozenset[Columns]
    indexes: frozenset[Columns]
    foreign_keys: Mapping[Columns, tuple[str, str]]
    special: frozenset[Columns]


def folded(table: Table) -> Table:
    """Return a table with its names folded, for a database to which their case means nothing."""

    def fold(found: Iterable[Columns]) -> frozenset[Columns]:
        return frozenset(_folded(each) for each in found)

    return Table(
        {name.casefold(): each for name, each in table.columns.items()},
        _folded(table.primary_key),
        fold(table.uniques),
        fold(table.indexes),
        {_folded(columns): _folded(target) for columns, target in table.foreign_keys.items()},
        fold(table.special),
    )


def _folded(names: Any) -> Any:
    return tuple(name.casefold() for name in names)


def live_tables(connection: Any, names: Iterable[str]) -> dict[str, Table]:
    """Return those of the tables `names` that a database has; case counts where it does there."""
    fold = str.casefold if connection.features.ignores_table_name_case else str
    with connection.cursor() as cursor:
        there = {fold(name): name for name in connection.introspection.table_names(cursor)}
        found = {name: there[fold(name)] for name in names if fold(name) in there}
        return {name: _live(connection, cursor, live) for name, live in found.items()}


def _live(connection: Any, cursor: Any, name: str) -> Table:
    types = column_types(connection, cursor, name)
    described = columns_of(connection, cursor, name)
    constraints = constraints_of(connection, cursor, name)
    special = {*special_indexes(connection, cursor, name)}
    special |= {name for name, each in constraints.items() if _is_of_another_kind(each)}
    known = {
        name: each
        for name, each in constraints.items()
        if each["columns"] and None not in each["columns"]
    }
    whole = [each for name, each in known.items() if name not in special]
    primary = [tuple(each["columns"]) for each in whole if each["primary_key"]]
    return Table(
        {each.name: Column(types.get(each.name), bool(each.null_ok)) for each in described},
        primary[0] if primary else (),
        frozenset(
            tuple(each["columns"]) for each in whole if each["unique"] and not each["primary_key"]
        ),
        frozenset(tuple(each["columns"]) for each in whole if each["index"] and not each["unique"]),
        foreign_keys(connection, cursor, name, constraints),
        frozenset(tuple(each["columns"]) for name, each in known.items() if name in special),
    )


def _is_of_another_kind(constraint: Mapping[str, Any]) -> bool:
    """Tell whether an index is none that `models.Index` makes: gin, fulltext."""
    kind = constraint.get("type", models.Index.suffix)
    return not constraint["unique"] and kind not in (models.Index.suffix, "btree")


def model_tables(connection: Any, found: Iterable[type[models.Model]]) -> dict[str, Table]:
    """Return the tables that models, with their many-to-many tables, have on a database."""
    tables: dict[str, Table] = {}
    for model in found:
        if not model._meta.can_migrate(connection) or not _allowed(connection, model):
            continue
        tables[model._meta.db_table] = _of_model(connection, model)
        through = (each.remote_field.through for each in model._meta.local_many_to_many)
        own = [each for each in through if each._meta.auto_created and _allowed(connection, each)]
        tables |= {each._meta.db_table: _of_model(connection, each) for each in own}
    return tables


def _allowed(connection: Any, model: type[models.Model]) -> bool:
    return bool(router.allow_migrate_model(connection.alias, model))


def _of_model(connection: Any, model: type[models.Model]) -> Table:
    meta = model._meta
    fields = [
        each
        for each in meta.local_concrete_fields
        # SQLite has columns whose type is the empty text.
        if _type(connection, each) is not None and each.column
    ]
    pk = tuple(each.column for each in getattr(meta, "pk_fields", [meta.pk]))
    relations = [each for each in fields if each.remote_field and _has_constraint(each)]
    return Table(
        {each.column: _column(connection, each) for each in fields},
        pk,
        frozenset(_uniques(connection, model, special=False)) - {pk},
        frozenset(_indexes(model)),
        {(each.column,): _target(each) for each in relations},
        frozenset(_uniques(connection, model, special=True)),
    )


def _column(connection: Any, field: Any) -> Column:
    # A generated column is made without NOT NULL, whatever its field says.
    null = None if getattr(field, "generated", False) else field.null
    type_ = same_type_text(connection, str(_type(connection, field)))
    return Column(type_, null, bool(field.remote_field))


def _type(connection: Any, field: Any) -> str | None:
    """Return a column's type; that of the output field where it is generated."""
    found: str | None = field.db_parameters(connection)["type"]
    return found


def _has_constraint(field: Any) -> bool:
    return bool(getattr(field, "db_constraint", False))


def _target(field: Any) -> tuple[str, str]:
    return field.remote_field.model._meta.db_table, field.target_field.column


def _uniques(connection: Any, model: type[models.Model], special: bool) -> Iterable[Columns]:
    meta = model._meta
    if not special:
        yield from ((each.column,) for each in meta.local_concrete_fields if each.unique)
        yield from (_columns(model, each) for each in meta.unique_together)
        indexes = (each for each in meta.indexes if isinstance(each, UniqueIndex))
        yield from (_columns(model, [name for name, _ in each.fields_orders]) for each in indexes)
    for each in meta.constraints:
        if (
            isinstance(each, models.UniqueConstraint)
            and _is_made(connection, each)
            and _is_special(each) == special
        ):
            yield _columns(model, each.fields)


def _is_special(unique: models.UniqueConstraint) -> bool:
    return bool(
        unique.condition or unique.include or unique.opclasses or unique.nulls_distinct is False
    )


def _is_made(connection: Any, unique: models.UniqueConstraint) -> bool:
    """Tell whether a database gets a constraint: Django leaves out what it does not support."""
    features = connection.features
    return bool(unique.fields) and all(
        supported or not asked
        for asked, supported in (
            (unique.condition, features.supports_partial_indexes),
            (unique.deferrable, features.supports_deferrable_unique_constraints),
            (unique.include, features.supports_covering_indexes),
            (
                unique.nulls_distinct is not None,
                features.supports_nulls_distinct_unique_constraints,
            ),
        )
    )


def _indexes(model: type[models.Model]) -> Iterable[Columns]:
    meta = model._meta
    for field in meta.local_concrete_fields:
        if field.db_index and not field.unique:
            yield (field.column,)
    yield from (
        _columns(model, [name for name, _ in each.fields_orders])
        for each in meta.indexes
        if each.fields and not isinstance(each, UniqueIndex)
    )


def _columns(model: type[models.Model], names: Iterable[str]) -> Columns:
    return tuple(model._meta.get_field(name).column for name in names)
