"""The databases that tests run on: made for the test process and dropped after it."""

from __future__ import annotations

import os
import secrets
from typing import Any

import dj_database_url
import pytest
from django.db import connections
from django.db.utils import Error

URLS = {
    "postgresql": os.environ.get(
        "EVOLVE_TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432/test"
    ),
    "mariadb": os.environ.get("EVOLVE_TEST_MARIADB", "mysql://root@127.0.0.1:3306/test"),
}
VENDORS = ("sqlite", *URLS)
REQUIRED = os.environ.get("EVOLVE_REQUIRE_DATABASES") == "1"


def fresh_name(vendor: str) -> str:
    """Return a name that no other test process uses."""
    return f"evolve_{vendor[:5]}_{os.getpid()}_{secrets.token_hex(3)}"


def settings_for(vendor: str, name: str = "") -> dict[str, Any]:
    """Return the entry of DATABASES for a database called `name` on a vendor's server."""
    if vendor == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name or ":memory:"}
    return {**dj_database_url.parse(URLS[vendor]), "NAME": name or fresh_name(vendor)}


def url_for(vendor: str, name: str) -> str:
    """Return the URL of a database called `name` on a vendor's server."""
    if vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{URLS[vendor].rpartition('/')[0]}/{name}"


def create(connection: Any) -> None:
    """Make the database that a connection's settings name; skip, or fail, where it cannot be."""
    vendor = connection.vendor
    if vendor == "sqlite":
        return
    try:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {connection.settings_dict['NAME']}")
    except Error as error:
        unavailable(vendor, str(error))


def unavailable(vendor: str, reason: str) -> None:
    """Skip with the reason, or fail where databases are required."""
    if REQUIRED:
        pytest.fail(f"EVOLVE_REQUIRE_DATABASES=1, but there is no {vendor}: {reason}")
    pytest.skip(f"no {vendor}: {reason}")


def drop(connection: Any) -> None:
    """Drop the database again."""
    connection.close()
    if connection.vendor != "sqlite":
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.settings_dict['NAME']}")


def empty(alias: str) -> None:
    """Drop every table of a database."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        quoted = [connection.ops.quote_name(name) for name in names]
        if connection.vendor == "mysql":
            cursor.execute("SET FOREIGN_KEY_CHECKS=0")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys=OFF")
        for name in quoted:
            cascade = " CASCADE" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE {name}{cascade}")
        if connection.vendor == "mysql":
            cursor.execute("SET FOREIGN_KEY_CHECKS=1")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys=ON")
