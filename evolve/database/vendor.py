"""What databases do differently; what only their catalogues know is in catalogue.py."""

from __future__ import annotations

import re
from typing import Any

from evolve.database.catalogue import raw_types


def settle_constraints(editor: Any) -> None:
    """Check deferred foreign keys now, so that tables whose rows were written can be altered.

    PostgreSQL and Oracle refuse an ALTER TABLE while checks are pending ("pending trigger
    events"), which is why Django tells its users to split such migrations.
    """
    if editor.connection.vendor in ("postgresql", "oracle") and not editor.collect_sql:
        editor.connection.check_constraints()


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
