"""Django for the tests, and the fixtures that give them databases."""

from __future__ import annotations

from collections.abc import Iterator

import django
import pytest
from django.conf import settings
from django.db import connections

from tests import databases

settings.configure(
    SECRET_KEY="tests",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "evolve",
        "tests.apps.law",
        "tests.apps.ally",
    ],
    DATABASES={
        "default": databases.settings_for("sqlite"),
        **{vendor: databases.settings_for(vendor) for vendor in databases.VENDORS},
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
try:
    django.setup()
except ImportError as error:  # pragma: no cover - mysqlclient is an extra
    raise SystemExit(f"The tests cannot start: {error}") from error


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The alias of a database of the vendor in `request.param`, made for this test process."""
    alias = request.param
    try:
        connection = connections[alias]
    except Exception as error:
        # The driver is missing: mysqlclient is an extra.
        databases.unavailable(alias, str(error).splitlines()[0])
    databases.create(connection)
    yield alias
    databases.drop(connection)


@pytest.fixture
def alias(server: str) -> Iterator[str]:
    """The alias of an empty database; parametrized over every vendor."""
    databases.empty(server)
    yield server
    connections[server].close() if server != "sqlite" else databases.empty(server)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "vendors(*aliases): run on these databases alone")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is not about its database: a mark `vendors` says what a test is about."""
    items[:] = [item for item in items if _is_about_its_vendor(item)]


def _is_about_its_vendor(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("vendors")
    params = item.callspec.params if mark else {}  # type: ignore[attr-defined]
    return mark is None or params.get("server", params.get("everywhere")) in mark.args


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for `alias` on each vendor."""
    if "alias" in metafunc.fixturenames:
        metafunc.parametrize("server", databases.VENDORS, indirect=True, scope="session")
