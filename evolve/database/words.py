"""What a database's own error means, and what is unusual about one, in words."""

from __future__ import annotations

from typing import Any

from django.db.utils import Error

_MYSQL = {
    1071: "A key of it is longer than {name} allows (3072 bytes with InnoDB, four for each "
    "character of utf8mb4): make the unique or indexed text shorter, or index a part of it by SQL.",
    1170: "{name} cannot index or make unique a text of any length: use a CharField with a "
    "max_length instead of a TextField.",
    1205: "Another session holds a lock on the table: look at SHOW PROCESSLIST, end it, and run "
    "this again.",
    1452: "A row refers to one that is not there. With MyISAM tables foreign keys are not checked, "
    "so that such rows can be there.",
    1292: "A value is no date or number as sql_mode wants it (zero dates are the usual case): "
    "correct the rows in a data migration first.",
    1366: "A value does not fit the column's character set: convert the table to utf8mb4 first.",
}
_LOCKED = (
    "Another process is writing to the file, and did not end within the timeout: `fuser` or `lsof` "
    "on the file say which. OPTIONS = {'timeout': 60} in DATABASES waits longer."
)


def in_words(connection: Any, error: BaseException) -> str:
    """Return what an error of a database means and what helps; nothing where it is not known."""
    if not isinstance(error, Error):
        return ""
    if connection.vendor == "mysql":
        code = error.args[0] if error.args else 0
        return _MYSQL.get(int(code) if str(code).isdigit() else 0, "").format(
            name=connection.display_name
        )
    if connection.vendor == "sqlite" and "locked" in str(error):
        return _LOCKED
    return ""


def warnings(connection: Any) -> list[str]:
    """Return what somebody should know of a database before anything runs there, a line each."""
    if connection.vendor != "mysql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = DATABASE() AND engine = 'MyISAM' ORDER BY table_name"
        )
        names = [name for (name,) in cursor.fetchall()]
    if not names:
        return []
    return [
        f"These tables are MyISAM, which has neither transactions nor foreign keys: "
        f"{', '.join(names)}. A data migration that fails there leaves what it has written; "
        "ALTER TABLE … ENGINE=InnoDB changes that."
    ]
