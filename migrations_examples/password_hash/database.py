"""A fresh database for the example, on whichever server it is asked to run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dj_database_url
from django.db import connection

_SQLITE = Path(__file__).with_name("password_hash.sqlite3")


@contextmanager
def fresh_database(url: str | None) -> Iterator[str]:
    """Yield the URL of an empty database: an SQLite file, or a new database beside that of `url`.

    The database that `url` names is not touched; the new one is dropped at the end.
    """
    if not url or url.startswith("sqlite"):
        path = Path(dj_database_url.parse(url)["NAME"]) if url else _SQLITE
        if url and path.exists():
            raise SystemExit(f"{path} exists already; name a file that does not.")
        path.unlink(missing_ok=True)
        yield f"sqlite:///{path}"
        return
    name = f"evolve_password_hash_{secrets.token_hex(4)}"
    base, question, query = url.partition("?")
    os.environ["DATABASE_URL"] = f"{base.rpartition('/')[0]}/{name}{question}{query}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield os.environ["DATABASE_URL"]
    finally:
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")
