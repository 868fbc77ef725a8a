"""What the vendors' catalogues say of a table and Django's introspection does not ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from evolve.database.sqlite_text import collations, sqlite_text

Columns = tuple[str, ...]

_TYPES = {
    "postgresql": """
        SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
        WHERE attrelid = quote_ident(%s)::regclass AND attnum > 0 AND NOT attisdropped
    """,
    "mysql": """
        SELECT column_name, column_type FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = %s
    """,
}
_GENERATED = {
    "postgresql": """
        SELECT attname, pg_get_expr(adbin, adrelid), attgenerated::text <> 'v'
        FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = quote_ident(%s)::regclass AND attgenerated::text <> ''
    """,
    "mysql": """
        SELECT column_name, generation_expression, extra LIKE 'STORED%%'
        FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = %s AND generation_expression <> ''
    """,
}
# Partial, with further columns or other operators than the type's own; constraints, which have
# an index of the same name, where they are not plain either.
_SPECIAL = {
    "postgresql": """
        SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index
        JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = quote_ident(%s)::regclass AND NOT indisprimary AND (
            indpred IS NOT NULL OR indexprs IS NOT NULL OR indnatts > indnkeyatts
            OR EXISTS (
                SELECT FROM unnest(indclass) AS used
                JOIN pg_opclass ON pg_opclass.oid = used WHERE NOT opcdefault
            )
            OR pg_get_indexdef(indexrelid) LIKE '%%NULLS NOT DISTINCT%%'
        )
    """,
    "mysql": """
        SELECT index_name, CONCAT(index_type, ' (', GROUP_CONCAT(
            CONCAT(COALESCE(column_name, '?'), COALESCE(CONCAT('(', sub_part, ')'), ''))
            ORDER BY seq_in_index SEPARATOR ', '), ')')
        FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = %s
        GROUP BY index_name, index_type
        HAVING index_type NOT IN ('BTREE', 'HASH')
            OR SUM(sub_part IS NOT NULL OR column_name IS NULL) > 0
    """,
}
_JSON = """
    SELECT constraint_name FROM information_schema.check_constraints
    WHERE constraint_schema = DATABASE() AND table_name = %s
        AND LOWER(check_clause) = CONCAT('json_valid(`', LOWER(constraint_name), '`)')
"""
_UNIQUE = {
    **dict.fromkeys(("primary_key", "check", "index"), False),
    "unique": True,
    "foreign_key": None,
}
_DEFERRABLE = """
    SELECT conname, condeferred FROM pg_constraint
    WHERE conrelid = quote_ident(%s)::regclass AND contype = 'u' AND condeferrable
"""


def raw_types(connection: Any, cursor: Any, table: str) -> dict[str, str]:
    """Return the type of each column as the vendor writes it; none of an unknown vendor."""
    if connection.vendor == "sqlite":
        return {name: type_ for _, name, type_, *_ in _pragma(connection, cursor, table)}
    return dict(_asked(connection, cursor, table, _TYPES))


def columns_of(connection: Any, cursor: Any, table: str) -> list[Any]:
    """Return a table's columns as Django's introspection describes them.

    On MariaDB it takes any column with a check of its own for JSON, and on SQLite it misses
    collations (5.2 to 6.1).
    """
    rows = list(_introspected(connection, "get_table_description", cursor, table))
    if connection.vendor == "sqlite":
        said = collations(sqlite_text(cursor, table))
        return [row._replace(collation=said.get(row.name)) for row in rows]
    if not any(getattr(row, "has_json_constraint", False) for row in rows):
        return rows
    cursor.execute(_JSON, [table])
    json = {name for (name,) in cursor.fetchall()}
    return [row._replace(has_json_constraint=row.name in json) for row in rows]


def _introspected(connection: Any, method: str, cursor: Any, table: str) -> Any:
    """Ask Django's introspection about a table.

    On SQLite it splits the table's text at its commas (5.2 to 6.1), and fails at one in a
    constraint with a letter after it: `UNIQUE (a, b)`. Then nothing is said of collations.
    """
    introspection = connection.introspection
    try:
        return getattr(introspection, method)(cursor, table)
    except IndexError:
        introspection._get_column_collations = lambda *_: {}
        try:
            return getattr(introspection, method)(cursor, table)
        finally:
            del introspection._get_column_collations


def generated_columns(connection: Any, cursor: Any, table: str) -> dict[str, tuple[str, bool]]:
    """Return the expression of each generated column, and whether its values are stored.

    SQLite does not say the expression: it is empty there.
    """
    if connection.vendor == "sqlite":
        rows = _pragma(connection, cursor, table)
        return {name: ("", hidden == 3) for _, name, *_, hidden in rows if hidden in (2, 3)}
    found = _asked(connection, cursor, table, _GENERATED)
    return {name: (expression, bool(stored)) for name, expression, stored in found}


def special_indexes(connection: Any, cursor: Any, table: str) -> dict[str, str]:
    """Return the definitions of indexes that are more, or less, than a list of columns.

    Partial ones, on expressions or the beginnings of texts, with operators of their own.
    """
    if connection.vendor != "sqlite":
        return dict(_asked(connection, cursor, table, _SPECIAL))
    cursor.execute(f"PRAGMA index_list({connection.ops.quote_name(table)})")
    found = {name: bool(partial) for _, name, _, _, partial in cursor.fetchall()}
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [table]
    )
    texts = {name: " ".join(text.split()) for name, text in cursor.fetchall() if text}
    return {
        name: text
        for name, text in texts.items()
        if found.get(name) or _has_expression(connection, cursor, name)
    }


def _has_expression(connection: Any, cursor: Any, index: str) -> bool:
    cursor.execute(f"PRAGMA index_info({connection.ops.quote_name(index)})")
    return any(name is None for _, _, name in cursor.fetchall())


def constraints_of(connection: Any, cursor: Any, table: str) -> dict[str, Any]:
    """Return Django's account of a table's constraints and indexes, with SQLite's own uniques.

    There Django parses texts: it takes UNIQUE (a, b) without a name for a column, and misses the
    order of many an index.
    """
    found: dict[str, Any] = _introspected(connection, "get_constraints", cursor, table)
    if connection.vendor != "sqlite":
        return found
    inline = {
        tuple(each["columns"]): name
        for name, each in found.items()
        if each["unique"] and not each["index"]
    }
    kept = {name: each for name, each in found.items() if name not in inline.values()}
    for name, each in kept.items():
        if each["index"]:
            cursor.execute(f"PRAGMA index_xinfo({connection.ops.quote_name(name)})")
            parts = sorted(row for row in cursor.fetchall() if row[5])
            each["orders"] = ["DESC" if row[3] else "ASC" for row in parts]
    cursor.execute(f"PRAGMA index_list({connection.ops.quote_name(table)})")
    uniques = [name for _, name, _, origin, _ in cursor.fetchall() if origin == "u"]
    for number, index in enumerate(sorted(uniques)):
        cursor.execute(f"PRAGMA index_info({connection.ops.quote_name(index)})")
        columns = [name for _, _, name in cursor.fetchall()]
        name = inline.get(tuple(columns), f"__unnamed_constraint_u{number}__")
        kept[name] = {**_UNIQUE, "columns": columns}
    return kept


def deferrable_uniques(connection: Any, cursor: Any, table: str) -> dict[str, bool]:
    """Return the unique constraints that can be deferred, and whether they are at first."""
    return dict(_asked(connection, cursor, table, {"postgresql": _DEFERRABLE}))


def foreign_keys(
    connection: Any, cursor: Any, table: str, constraints: Mapping[str, Any]
) -> dict[Columns, tuple[str, str]]:
    """Return what columns refer to: a table and its column, the first of several.

    Django takes a key of several columns on SQLite for several keys, and leaves the column out
    where the table's definition does: it is the primary key then.
    """
    if connection.vendor == "sqlite":
        return dict(_sqlite_keys(connection, cursor, table))
    return {
        tuple(each["columns"]): each["foreign_key"]
        for each in constraints.values()
        if each["foreign_key"]
    }


def _sqlite_keys(
    connection: Any, cursor: Any, table: str
) -> Iterator[tuple[Columns, tuple[str, str]]]:
    cursor.execute(f"PRAGMA foreign_key_list({connection.ops.quote_name(table)})")
    rows = sorted(cursor.fetchall(), key=lambda row: row[:2])
    for _, group in groupby(rows, key=lambda row: row[0]):
        parts = list(group)
        target, column = parts[0][2], parts[0][4]
        if column is None:
            column = connection.introspection.get_primary_key_columns(cursor, target)[0]
        yield tuple(row[3] for row in parts), (target, column)


def is_bare_unique(connection: Any, constraint: Mapping[str, Any]) -> bool:
    """Tell whether what is unique is an index and no constraint; MariaDB makes no difference."""
    return bool(connection.vendor != "mysql" and constraint["unique"] and constraint["index"])


def default_text(connection: Any, row: Any) -> str | None:
    """Return a column's default as SQL, where it has one; `row` is Django's description of it."""
    text = row.default
    if text is None or re.match(r"NULL\b", str(text), re.IGNORECASE):
        return None
    if connection.vendor == "sqlite" and (quoted := re.fullmatch(r'"(.*)"', text, re.DOTALL)):
        # SQLite takes double quotes for single ones there, and not in a table's new text.
        return "'" + quoted[1].replace("'", "''").replace('""', '"') + "'"
    is_literal = connection.vendor == "mysql" and not connection.mysql_is_mariadb
    if is_literal and "DEFAULT_GENERATED" not in row.extra:
        # MySQL keeps the value itself, where everybody else keeps the text that was written.
        return "'" + str(text).replace("'", "''") + "'"
    return str(text)


def is_numbered(row: Any) -> bool:
    """Tell whether the database numbers a column itself; SQLite does so by its type alone."""
    identity = getattr(row, "is_autofield", False) or "nextval(" in str(row.default)
    return bool(identity or "auto_increment" in getattr(row, "extra", ""))


def changes_on_update(row: Any) -> bool:
    """Tell whether MySQL or MariaDB sets a column whenever its row changes."""
    return "on update" in getattr(row, "extra", "").lower()


def _asked(
    connection: Any, cursor: Any, table: str, queries: Mapping[str, str]
) -> list[tuple[Any, ...]]:
    if connection.vendor not in queries:
        return []
    cursor.execute(queries[connection.vendor], [table])
    return list(cursor.fetchall())


def _pragma(connection: Any, cursor: Any, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(f"PRAGMA table_xinfo({connection.ops.quote_name(table)})")
    return list(cursor.fetchall())
