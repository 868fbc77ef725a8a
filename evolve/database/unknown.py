"""Columns, indexes and uniques of a live table that its model does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evolve.database.catalogue import Columns, columns_of, constraints_of, special_indexes
from evolve.database.tables import model_tables

# What Django's schema editor names, and drops, itself: a model said it once, or an automatic
# `through`.
# A `_like` is beside the index of a text on PostgreSQL.
_BY_DJANGO = re.compile(r"_[0-9a-f]{8}(?:_uniq|_idx|_fk_.*)?$|_like$")


def unknown_columns(connection: Any, cursor: Any, model: Any) -> list[str]:
    """Return the columns of a model's table that none of its fields has."""
    fold = str if connection.vendor == "postgresql" else str.casefold
    known = {fold(each.column) for each in model._meta.local_concrete_fields}
    rows = columns_of(connection, cursor, model._meta.db_table)
    return [row.name for row in rows if fold(row.name) not in known]


def unknown_keys(
    connection: Any, cursor: Any, model: Any
) -> Iterator[tuple[str, Columns, bool, bool]]:
    """Yield the plain indexes and uniques of a model's table that the model does not say.

    Each with its name, its columns, whether it is unique and whether it is an index of its own.
    """
    meta = model._meta
    expected = model_tables(connection, [model]).get(meta.db_table)
    if expected is None:
        return
    known = {expected.primary_key, *expected.indexes, *expected.uniques, *expected.foreign_keys}
    known |= {*expected.special, *_together(model)}
    said = {each.name for each in (*meta.indexes, *meta.constraints)}
    said |= special_indexes(connection, cursor, meta.db_table).keys()
    for name, each in constraints_of(connection, cursor, meta.db_table).items():
        columns = tuple(each["columns"] or ())
        is_key = (each["unique"] or each["index"]) and not each["primary_key"]
        is_own = _BY_DJANGO.search(name)
        if is_key and columns not in known and name not in said and not is_own:
            yield name, columns, bool(each["unique"]), bool(each["index"])


def _together(model: Any) -> Iterator[Columns]:
    """Yield the columns of `index_together`, which old migrations have."""
    for names in getattr(model._meta, "index_together", ()):
        yield tuple(model._meta.get_field(name).column for name in names)
