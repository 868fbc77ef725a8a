"""Fresh databases for the example, on the PostgreSQL server that it is given."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.db import connection


@contextmanager
def fresh_databases(url: str, *names: str) -> Iterator[list[str]]:
    """Set Django up on the last of new, empty databases beside that of `url`; yield their URLs.

    The database that `url` names is not touched; the new ones are dropped at the end.
    """
    base, question, query = url.partition("?")
    server = base.rpartition("/")[0]
    full = [f"evolve_{name}_{secrets.token_hex(4)}" for name in names]
    urls = [f"{server}/{name}{question}{query}" for name in full]
    os.environ["DATABASE_URL"] = urls[-1]
    django.setup()
    made: list[str] = []
    try:
        for name in full:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name}")
            made.append(name)
        yield urls
    finally:
        connection.close()
        for name in made:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")
