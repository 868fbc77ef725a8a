"""Projects for journeys, on every vendor or on SQLite."""

from __future__ import annotations

import pytest
from django.db.utils import ConnectionHandler

from tests import databases
from tests.journeys.project import Site


@pytest.fixture
def site(tmp_path):
    """A project with the apps `shop` and `other`, on an SQLite file."""
    return Site(tmp_path, f"sqlite:///{tmp_path / 'db.sqlite3'}", "shop", "other")


@pytest.fixture(params=databases.VENDORS)
def tutorial(request, tmp_path):
    """A project with the app `southtut2` on a fresh database of each vendor, and a connection."""
    yield from _on(request.param, tmp_path, "southtut2")


@pytest.fixture(params=databases.VENDORS)
def everywhere(request, tmp_path):
    """A project with the apps `shop` and `other` on a fresh database of each vendor."""
    for site, connection in _on(request.param, tmp_path, "shop", "other"):
        site.connection = connection
        yield site


def _on(vendor, tmp_path, *apps):
    name = str(tmp_path / "db.sqlite3") if vendor == "sqlite" else databases.fresh_name(vendor)
    handler = ConnectionHandler({"default": databases.settings_for(vendor, name)})
    try:
        connection = handler["default"]
    except Exception as error:
        # The driver is missing: mysqlclient is an extra.
        databases.unavailable(vendor, str(error).splitlines()[0])
    databases.create(connection)
    yield Site(tmp_path, databases.url_for(vendor, name), *apps), connection
    databases.drop(connection)
