"""SQLite's table rebuilds, and what hangs on the table that is rebuilt."""

from __future__ import annotations

import re
from typing import Any

from evolve.database.catalogue import special_indexes
from evolve.database.unknown import unknown_keys


def keep_dependents(editor: Any) -> None:
    """Have SQLite's table rebuilds keep what hangs on the table and no model says.

    These are its triggers, the triggers and views that mention it, and its indexes. Django (5.2 to
    6.1, `_remake_table` is private API) drops the old table with its triggers and indexes; what
    mentions it would stop the new one from getting its name. Such an index on a column that goes
    is dropped, where SQLite would refuse to drop the column.
    """
    remake, remove_field = editor._remake_table, editor.remove_field

    def kept(model: Any, *args: Any, **kwargs: Any) -> None:
        dependents = _dependents(editor.connection, model._meta.db_table)
        gone, texts = kwargs.get("delete_field"), _unsaid_indexes(editor.connection, model)
        indexes = [sql for sql in texts.values() if not _is_on(sql, gone)]
        for kind, name, _ in dependents:
            editor.execute(f"DROP {kind} {editor.quote_name(name)}", None)
        remake(model, *args, **kwargs)
        for sql in (*indexes, *(sql for _, _, sql in reversed(dependents))):
            editor.execute(sql, None)

    def removed(model: Any, field: Any) -> None:
        for name, sql in _unsaid_indexes(editor.connection, model).items():
            if _is_on(sql, field):
                editor.execute(f"DROP INDEX {editor.quote_name(name)}", None)
        remove_field(model, field)

    editor._remake_table = kept
    editor.remove_field = removed


def _dependents(connection: Any, table: str) -> list[tuple[str, str, str]]:
    """Return kind, name and text of an SQLite table's triggers, and of what mentions it.

    They come in the order in which they can be dropped: triggers, which may be on views, and the
    newest view first, which may read older ones.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') "
            "ORDER BY type, rowid DESC"
        )
        rows = cursor.fetchall()
    found = [row for row in rows if row[2].lower() == table.lower()]
    names = {table, *(row[1] for row in found)}
    # A view may be on a view, and a trigger on either.
    while more := [row for row in rows if row not in found and _mentions(row, names)]:
        found += more
        names |= {row[1] for row in more if row[0] == "view"}
    return [(kind, name, sql) for kind, name, _, sql in rows if (kind, name, _, sql) in found]


def _mentions(row: tuple[str, str, str, str], names: set[str]) -> bool:
    words = "|".join(map(re.escape, names))
    return bool(re.search(rf"\b(?:{words})\b", row[3], re.IGNORECASE))


def _unsaid_indexes(connection: Any, model: Any) -> dict[str, str]:
    """Return the texts of an SQLite table's indexes that its model does not say, by their names."""
    meta = model._meta
    said = {each.name for each in (*meta.indexes, *meta.constraints)}
    with connection.cursor() as cursor:
        found = special_indexes(connection, cursor, meta.db_table).keys() - said
        found |= {name for name, *_ in unknown_keys(connection, cursor, model)}
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''")
        return {name: sql for name, sql in cursor.fetchall() if name in found}


def _is_on(sql: str, field: Any) -> bool:
    """Tell whether an index names a field's column, in its list or in its condition."""
    if field is None or not field.column:
        return False
    column = rf"\b{re.escape(field.column)}\b"
    return bool(re.search(column, sql[sql.index("(") :], re.IGNORECASE))
