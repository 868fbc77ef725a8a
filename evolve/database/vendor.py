"""What databases do differently; what only their catalogues know is in catalogue.py."""

from __future__ import annotations

import re
from typing import Any

from evolve.database.catalogue import raw_types, special_indexes


def settle_constraints(editor: Any) -> None:
    """Check deferred foreign keys now, so that tables whose rows were written can be altered.

    PostgreSQL and Oracle refuse an ALTER TABLE while checks are pending ("pending trigger
    events"), which is why Django tells its users to split such migrations.
    """
    if editor.connection.vendor in ("postgresql", "oracle") and not editor.collect_sql:
        editor.connection.check_constraints()


def keep_dependents(editor: Any) -> None:
    """Have SQLite's table rebuilds keep what hangs on the table and no model says.

    These are its triggers, the triggers and views that mention it, and indexes of a part of the
    rows or on expressions. Django (5.2 to 6.1, `_remake_table` is private API) drops the old table
    with its triggers and indexes; what mentions it would stop the new one from getting its name.
    """
    if editor.connection.vendor != "sqlite":
        return
    remake = editor._remake_table

    def kept(model: Any, *args: Any, **kwargs: Any) -> None:
        dependents = _dependents(editor.connection, model._meta.db_table)
        indexes = _unsaid_indexes(editor.connection, model)
        for kind, name, _ in dependents:
            editor.execute(f"DROP {kind} {editor.quote_name(name)}", None)
        remake(model, *args, **kwargs)
        for sql in (*indexes, *(sql for _, _, sql in reversed(dependents))):
            editor.execute(sql, None)

    editor._remake_table = kept


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


def _unsaid_indexes(connection: Any, model: Any) -> list[str]:
    """Return the texts of an SQLite table's indexes that its model does not say."""
    meta = model._meta
    said = {each.name for each in (*meta.indexes, *meta.constraints)}
    with connection.cursor() as cursor:
        found = special_indexes(connection, cursor, meta.db_table)
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
        return [sql for name, sql in cursor.fetchall() if name in found.keys() - said]


def whole(connection: Any, atomic: bool, rows_only: bool) -> bool:
    """Tell whether a revision and its marks are one transaction."""
    return atomic and (connection.features.can_rollback_ddl or rows_only)


def left_behind(connection: Any, atomic: bool, rows_only: bool) -> str:
    """Say what a revision that failed has left on the database."""
    name = connection.display_name
    if whole(connection, atomic, rows_only):
        return "It was rolled back: the database is as it was before it."
    if connection.features.can_rollback_ddl:
        return "It is not atomic: what it did before it failed stays."
    return (
        f"{name} cannot roll back schema changes: what it did before it failed stays, and it is "
        "not marked as applied. Compare the tables with the revision before going on."
    )


def column_types(connection: Any, cursor: Any, table: str) -> dict[str, str]:
    """Return the type of each column of a table; none where the vendor's catalogue is unknown."""
    rows = raw_types(connection, cursor, table).items()
    return {name: same_type_text(connection, type_) for name, type_ in rows}


_SPELLINGS = {
    "postgresql": [
        (r"^varchar\b", "character varying"),
        (r"^char\b", "character"),
        (r"^time$", "time without time zone"),
    ],
    "mysql": [
        (r" auto_increment$", ""),
        (r"^bool$", "tinyint"),
        (r"^integer\b", "int"),
        (r"int\(\d+\)", "int"),
        (r"^numeric\b", "decimal"),
        (r"^double precision", "double"),
        (r"^json$", "longtext"),
    ],
}


def same_type_text(connection: Any, type_: str) -> str:
    """Return a column type in the spelling of the vendor's own catalogue."""
    text = re.sub(r",\s+", ",", type_.lower())
    for pattern, spelling in _SPELLINGS.get(connection.vendor, []):
        text = re.sub(pattern, spelling, text)
    return text
