"""What databases do differently: the only place that asks which vendor one is."""

from __future__ import annotations

from typing import Any


def settle_constraints(editor: Any) -> None:
    """Check deferred foreign keys now, so that tables whose rows were written can be altered.

    PostgreSQL and Oracle refuse an ALTER TABLE while checks are pending ("pending trigger
    events"), which is why Django tells its users to split such migrations.
    """
    if editor.connection.vendor in ("postgresql", "oracle") and not editor.collect_sql:
        editor.connection.check_constraints()


def left_behind(connection: Any, atomic: bool, rows_only: bool) -> str:
    """Say what a revision that failed has left on the database."""
    name = connection.display_name
    if atomic and (connection.features.can_rollback_ddl or rows_only):
        return "It was rolled back: the database is as it was before it."
    if connection.features.can_rollback_ddl:
        return "It is not atomic: what it did before it failed stays."
    return (
        f"{name} cannot roll back schema changes: what it did before it failed stays, and it is "
        "not marked as applied. Compare the tables with the revision before going on."
    )
