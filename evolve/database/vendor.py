"""What databases do differently; what only their catalogues know is in catalogue.py."""

from __future__ import annotations

import re
from typing import Any

from django.db.backends.base.schema import _related_non_m2m_objects

from evolve.database.catalogue import raw_types


def settle_constraints(editor: Any) -> None:
    """Check deferred foreign keys now, so that tables whose rows were written can be altered.

    PostgreSQL and Oracle refuse an ALTER TABLE while checks are pending ("pending trigger
    events"), which is why Django tells its users to split such migrations.
    """
    if editor.connection.vendor in ("postgresql", "oracle") and not editor.collect_sql:
        editor.connection.check_constraints()


def complete_renames(editor: Any) -> None:
    """Have SQLite rename what Django's editor (5.2 to 6.1; its methods are private API) cannot.

    A many-to-many table of which only capitals change: Django makes a table of the new name beside
    the old one, which is the same name to SQLite. And the column of a foreign key that others point
    to, a primary key for one: Django leaves the old name in their tables.
    """
    if editor.connection.vendor != "sqlite":
        return
    alter, alter_many = editor._alter_field, editor._alter_many_to_many

    def altered(model: Any, old: Any, new: Any, *args: Any, **kwargs: Any) -> None:
        alter(model, old, new, *args, **kwargs)
        if old.column != new.column and new.unique and new.remote_field:
            pointing = {rel.related_model for _, rel in _related_non_m2m_objects(old, new)}
            for each in sorted(pointing - {model, new.model}, key=lambda each: each._meta.label):
                editor._remake_table(each)

    def many_altered(model: Any, old_field: Any, new_field: Any, strict: bool) -> None:
        old, new = (each.remote_field.through._meta for each in (old_field, new_field))
        name = old.db_table
        if name.lower() == new.db_table.lower():
            old.db_table = new.db_table
        try:
            alter_many(model, old_field, new_field, strict)
        finally:
            old.db_table = name

    editor._alter_field, editor._alter_many_to_many = altered, many_altered


def keep_columns(editor: Any) -> None:
    """Have MySQL and MariaDB keep a column's collation and comment where it may be NULL or no more.

    Django (5.2 to 6.1, `_alter_column_null_sql` is private API) writes MODIFY with the type alone,
    and what MODIFY leaves out is lost.
    """
    if editor.connection.vendor != "mysql":
        return
    stated = editor._alter_column_null_sql

    def kept(model: Any, old_field: Any, new_field: Any) -> tuple[str, Any]:
        sql, params = stated(model, old_field, new_field)
        collation = new_field.db_parameters(editor.connection).get("collation")
        parts = [sql, editor._collate_sql(collation)]
        if new_field.db_comment:
            parts.append(editor._comment_sql(new_field.db_comment))
        return " ".join(filter(None, parts)), params

    editor._alter_column_null_sql = kept


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
