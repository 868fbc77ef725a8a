"""The app `evolve`: `manage.py evolve`, and the setting that tests go by."""

from __future__ import annotations

from django.apps import AppConfig
from django.db import connections

from evolve.settings import evolve_settings


class EvolveConfig(AppConfig):
    """Makes test databases from the models where EVOLVE["TESTS_MIGRATE"] is False."""

    name = "evolve"

    def ready(self) -> None:
        """Pass the setting on to Django, which has one for each database."""
        if evolve_settings().TESTS_MIGRATE:
            return
        for connection in connections.all():
            connection.settings_dict["TEST"]["MIGRATE"] = False
