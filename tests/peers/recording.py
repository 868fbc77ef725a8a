"""What came of each of Django's tests, and the SQL that schema editors ran in it."""

from __future__ import annotations

import unittest
from collections import defaultdict
from typing import Any

from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.recorder import MigrationRecorder

TABLES: dict[str, set[str]] = {}


class Recording(unittest.TextTestResult):
    """A result that keeps the outcome of each test, and the SQL that schema editors ran in it."""

    outcomes: dict[str, str] = {}
    sql: dict[str, list[str]] = defaultdict(list)
    running = ""

    def startTest(self, test: Any) -> None:
        super().startTest(test)
        type(self).running = _name(test)

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        type(self).running = ""
        if self.outcomes.get(_name(test)) not in ("passed", "skipped"):
            clean(getattr(test, "databases", None))

    def addSuccess(self, test: Any) -> None:
        super().addSuccess(test)
        self.outcomes.setdefault(_name(test), "passed")

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self.outcomes[_name(test)] = "skipped"

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self.outcomes[_name(test)] = self._exc_info_to_string(err, test)  # type: ignore[attr-defined]

    addFailure = addError

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.outcomes[_name(test)] = self._exc_info_to_string(err, test)  # type: ignore[attr-defined]


def _name(test: Any) -> str:
    """Return "Class.method"; what fails in setUpClass has another name, as unittest gives it."""
    method = getattr(test, "_testMethodName", None)
    return f"{type(test).__name__}.{method}" if method else str(test)


def clean(aliases: Any) -> None:
    """Remove what a test that failed has left, so that the next one does not fail too.

    `aliases` are the databases that the test may use, the only ones that can be looked at.
    """
    for connection in map(connections.__getitem__, aliases or connections):
        left = set(connection.introspection.table_names()) - TABLES[connection.alias]
        with connection.schema_editor() as editor, connection.constraint_checks_disabled():
            for table in sorted(left):
                editor.execute(f"DROP TABLE {editor.quote_name(table)}")
        MigrationRecorder(connection).migration_qs.all().delete()


def record_tables() -> None:
    """Note the tables that are there before the tests."""
    for connection in connections.all():
        TABLES[connection.alias] = set(connection.introspection.table_names())


def record_sql() -> None:
    """Have schema editors note what they execute."""
    execute = BaseDatabaseSchemaEditor.execute

    def noting(self: Any, sql: Any, params: Any = ()) -> None:
        Recording.sql[Recording.running].append(f"{sql} {params!r}" if params else str(sql))
        execute(self, sql, params)

    BaseDatabaseSchemaEditor.execute = noting  # type: ignore[method-assign]
