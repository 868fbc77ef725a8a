"""Tables of apps that have no revisions, as `manage.py migrate --run-syncdb` makes them."""

from __future__ import annotations

import io
from collections.abc import Set as AbstractSet

from django.apps import apps
from django.core.management.commands.migrate import Command
from django.db import connections


def make_tables(alias: str, unmigrated: AbstractSet[str]) -> list[str]:
    """Make the tables that are missing of the apps `unmigrated`; return them, sorted.

    It is Django's own code (5.2 to 6.1: `sync_apps` is private API), routers included.
    """
    labels = {config.label for config in apps.get_app_configs() if config.models_module}
    connection = connections[alias]
    before = set(connection.introspection.table_names())
    command = Command(stdout=io.StringIO())
    command.verbosity = 0
    command.sync_apps(connection, labels & unmigrated)
    return sorted(set(connection.introspection.table_names()) - before)
