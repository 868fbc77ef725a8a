"""The live schema against the frozen one: every difference in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from evolve.database.sqlite_text import affinity
from evolve.database.tables import Column, Columns, Table, folded, live_tables, model_tables

MISSING = "the table is missing"


def drift(connection: Any, models: Iterable[type[Any]]) -> dict[str, list[str]]:
    """Return the differences between a database and models, by table; an empty list for one
    that agrees, and MISSING alone for one that is not there.

    Columns with their types and nullability, primary keys, uniques, indexes and foreign keys are
    compared; checks, expressions and what no model can say are not: indexes of a part of the rows
    or of the columns' values, foreign keys of several columns.
    """
    expected = model_tables(connection, models)
    live = live_tables(connection, expected)
    found = {name: [MISSING] for name in sorted(expected)}
    for name, table in live.items():
        pair = expected[name], table
        if connection.features.ignores_table_name_case:
            pair = folded(pair[0]), folded(pair[1])
        if connection.vendor == "sqlite":
            pair = pair[0], _alike(*pair)
        found[name] = list(_compared(*pair))
    return found


def _alike(expected: Table, live: Table) -> Table:
    """Return a live SQLite table whose references have their targets' types where they may.

    There a reference to an `integer` may well be a `bigint`: only the affinity means something.
    """
    columns = {
        name: replace(each, type=said.type)
        if (said := expected.columns.get(name))
        and said.is_relation
        and None not in (each.type, said.type)
        and affinity(str(each.type)) == affinity(str(said.type))
        else each
        for name, each in live.columns.items()
    }
    return replace(live, columns=columns)


def _compared(expected: Table, live: Table) -> Iterator[str]:
    yield from _columns(expected, live)
    if expected.primary_key != live.primary_key:
        wanted, found = _listed(expected.primary_key), _listed(live.primary_key)
        yield f"the primary key is ({found}), not ({wanted})"
    yield from _uniques(expected, live)
    yield from _indexes(expected, live)
    yield from _foreign_keys(expected, live)


def _uniques(expected: Table, live: Table) -> Iterator[str]:
    for columns in sorted(expected.uniques - live.uniques):
        yield f"({_listed(columns)}) is not unique"
    for columns in sorted(live.uniques - expected.uniques):
        yield f"({_listed(columns)}) is unique, and is not in the model"
    for columns in sorted(expected.special):
        if not any(each[: len(columns)] == columns for each in live.special):
            yield f"({_listed(columns)}) is not unique under a condition"


def _foreign_keys(expected: Table, live: Table) -> Iterator[str]:
    for columns, target in sorted(expected.foreign_keys.items()):
        if live.foreign_keys.get(columns) != target:
            yield f"({_listed(columns)}) has no foreign key to {'.'.join(target)}"
    for columns in sorted(live.foreign_keys.keys() - expected.foreign_keys.keys()):
        if len(columns) == 1:
            yield f"({_listed(columns)}) has a foreign key that is not in the model"


def _columns(expected: Table, live: Table) -> Iterator[str]:
    for name, column in expected.columns.items():
        found = live.columns.get(name)
        if found is None:
            yield f"the column {name} is missing"
            continue
        yield from _types(name, column, found)
        # A primary key needs no NOT NULL of its own on SQLite.
        if column.null not in (None, found.null) and name not in expected.primary_key:
            is_null, to_be = ("NULL", "NOT NULL") if found.null else ("NOT NULL", "NULL")
            yield f"the column {name} is {is_null}, not {to_be}"
    for name in live.columns:
        if name not in expected.columns:
            yield f"the column {name} is not in the model"


def _types(name: str, expected: Column, live: Column) -> Iterator[str]:
    if None in (live.type, expected.type) or live.type == expected.type:
        return
    if not expected.is_relation:
        yield f"the column {name} is {live.type}, not {expected.type}"
    else:
        yield (
            f"the column {name} is {live.type}, not {expected.type} as the column that it refers "
            "to, and no model can say that: make them alike in SQL"
        )


def _indexes(expected: Table, live: Table) -> Iterator[str]:
    """Any index that begins with the columns serves, and whoever needs a foreign key makes one."""
    serving = {*live.indexes, *live.uniques, *live.special, live.primary_key}
    for columns in sorted(expected.indexes):
        if not any(each[: len(columns)] == columns for each in serving):
            yield f"({_listed(columns)}) has no index"
    known = {*expected.indexes, *expected.uniques, *expected.foreign_keys, expected.primary_key}
    for columns in sorted(live.indexes - known):
        yield f"({_listed(columns)}) has an index that is not in the model"


def _listed(columns: Columns) -> str:
    return ", ".join(columns)
