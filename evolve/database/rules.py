"""The rules of a live table that no introspection of Django's tells: checks, actions, triggers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from evolve.database.catalogue import Columns, columns_of
from evolve.database.sqlite_text import checks as sqlite_checks
from evolve.database.sqlite_text import sqlite_text

_CHECKS = {
    "postgresql": """
        SELECT conname, pg_get_constraintdef(oid), ARRAY(
            SELECT attname::text FROM unnest(conkey) AS part
            JOIN pg_attribute ON attrelid = conrelid AND attnum = part
        ) FROM pg_constraint
        WHERE conrelid = quote_ident(%s)::regclass AND contype IN ('c', 'x') ORDER BY 1
    """,
    "mysql": """
        SELECT constraint_name, CONCAT('CHECK (', check_clause, ')'),
            IF(level = 'Column', constraint_name, '')
        FROM information_schema.check_constraints
        WHERE constraint_schema = DATABASE() AND table_name = %s ORDER BY 1
    """,
}
_KEYS = {
    "postgresql": """
        SELECT conname, pg_get_constraintdef(oid), confdeltype::text, confupdtype::text, ARRAY(
            SELECT attname::text FROM unnest(conkey) AS part
            JOIN pg_attribute ON attrelid = conrelid AND attnum = part
        ) FROM pg_constraint
        WHERE conrelid = quote_ident(%s)::regclass AND contype = 'f' ORDER BY 1
    """,
    "mysql": """
        SELECT constraint_name, CONCAT('FOREIGN KEY (', GROUP_CONCAT(k.column_name),
            ') REFERENCES ', MAX(r.referenced_table_name), ' (',
            GROUP_CONCAT(k.referenced_column_name), ')'),
            MAX(r.delete_rule), MAX(r.update_rule), GROUP_CONCAT(k.column_name)
        FROM information_schema.referential_constraints r
        JOIN information_schema.key_column_usage k
        USING (constraint_schema, constraint_name, table_name)
        WHERE constraint_schema = DATABASE() AND table_name = %s
        GROUP BY constraint_name ORDER BY 1
    """,
}
_ACTIONS = {
    **dict.fromkeys(("a", "r", "NO ACTION", "RESTRICT"), ""),
    **{"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"},
}
_OTHERS = {
    "sqlite": """
        SELECT 'trigger ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s
        ORDER BY 1
    """,
    "mysql": """
        SELECT CONCAT('trigger ', trigger_name) FROM information_schema.triggers
        WHERE event_object_schema = DATABASE() AND event_object_table = %s ORDER BY 1
    """,
    "postgresql": """
        SELECT 'trigger ' || tgname FROM pg_trigger
        WHERE tgrelid = quote_ident(%s)::regclass AND NOT tgisinternal
        UNION ALL SELECT 'rule ' || rulename FROM pg_rules WHERE tablename = %s
        UNION ALL SELECT 'policy ' || polname || ' of row-level security' FROM pg_policy
        WHERE polrelid = quote_ident(%s)::regclass
        UNION ALL SELECT 'row-level security' FROM pg_class
        WHERE oid = quote_ident(%s)::regclass AND relrowsecurity
        UNION ALL SELECT attname || ' GENERATED ALWAYS AS IDENTITY' FROM pg_attribute
        WHERE attrelid = quote_ident(%s)::regclass AND attidentity::text = 'a' ORDER BY 1
    """,
}


@dataclass(frozen=True, slots=True)
class KeyRule:
    """A foreign key: what it says, and what it does where a row that it refers to changes.

    `on_delete` and `on_update` are empty where the database refuses.
    """

    name: str
    columns: Columns
    text: str
    on_delete: str
    on_update: str


def checks(connection: Any, cursor: Any, table: str) -> list[tuple[str, str, Columns]]:
    """Return name, text and columns of a table's checks and exclusions.

    On MariaDB the columns are those of a check that is the column's own, and goes with it.
    """
    if connection.vendor == "sqlite":
        names = [each.name for each in columns_of(connection, cursor, table)]
        return list(_sqlite_checks(sqlite_text(cursor, table), names))
    is_mysql = connection.vendor == "mysql" and not connection.mysql_is_mariadb
    if is_mysql or connection.vendor not in _CHECKS:
        return []
    cursor.execute(_CHECKS[connection.vendor], [table])
    return [(name, text, _listed(columns)) for name, text, columns in cursor.fetchall()]


def key_rules(connection: Any, cursor: Any, table: str) -> list[KeyRule]:
    """Return the foreign keys of a table with their actions."""
    if connection.vendor == "sqlite":
        return list(_sqlite_keys(connection, cursor, table))
    if connection.vendor not in _KEYS:
        return []
    cursor.execute(_KEYS[connection.vendor], [table])
    return [
        _rule(connection, name, _listed(columns), text, on_delete, on_update)
        for name, text, on_delete, on_update, columns in cursor.fetchall()
    ]


def others(connection: Any, cursor: Any, table: str) -> list[str]:
    """Return what else acts on a table's rows: triggers, policies, identities that are always."""
    if connection.vendor not in _OTHERS:
        return []
    query = _OTHERS[connection.vendor]
    cursor.execute(query, [table] * query.count("%s"))
    return [str(text) for (text,) in cursor.fetchall()]


def _listed(columns: Any) -> Columns:
    listed = columns.split(",") if isinstance(columns, str) else columns
    return tuple(each for each in listed if each)


def _rule(
    connection: Any, name: str, columns: Columns, text: str, on_delete: str, on_update: str
) -> KeyRule:
    deletes, updates = _ACTIONS.get(on_delete, on_delete), _ACTIONS.get(on_update, on_update)
    if connection.vendor != "postgresql":  # which has said it already
        text += f" ON DELETE {deletes}" if deletes else ""
        text += f" ON UPDATE {updates}" if updates else ""
    return KeyRule(name, columns, text, deletes, updates)


def _sqlite_checks(text: str, names: list[str]) -> Iterator[tuple[str, str, Columns]]:
    for name, check in sqlite_checks(text):
        words = re.findall(r"\w+", check.lower())
        yield name, check, tuple(each for each in names if each.lower() in words)


def _sqlite_keys(connection: Any, cursor: Any, table: str) -> Iterator[KeyRule]:
    cursor.execute(f"PRAGMA foreign_key_list({connection.ops.quote_name(table)})")
    rows = sorted(cursor.fetchall(), key=lambda row: row[:2])
    for _, group in groupby(rows, key=lambda row: row[0]):
        parts = list(group)
        columns = tuple(row[3] for row in parts)
        _, _, target, _, _, on_update, on_delete, _ = parts[0]
        text = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {target}"
        yield _rule(connection, "", columns, text, on_delete, on_update)
