"""Django's tests of its schema editors, with the editors completed as evolve completes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor as SqliteSchemaEditor

from evolve.database.editor import complete


@contextmanager
def installed() -> Iterator[None]:
    """Have every schema editor that a test opens completed."""
    with completing(BaseDatabaseSchemaEditor), completing(SqliteSchemaEditor):
        yield


@contextmanager
def completing(kind: Any) -> Iterator[None]:
    """Have a class of editors completed when they are opened."""
    enter = kind.__enter__

    def entered(editor: Any) -> Any:
        opened = enter(editor)
        complete(opened)
        return opened

    with mock.patch.object(kind, "__enter__", entered):
        yield
