"""The databases of a history: three of one vendor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections

from tests import databases


@dataclass
class Databases:
    """The aliases of three databases of one vendor: evolve's, Django's, and one to build in."""

    evolve: str
    django: str
    built: str

    @property
    def others(self) -> tuple[str, str]:
        """Those beside evolve's."""
        return self.django, self.built

    def empty(self) -> None:
        """Drop every table."""
        for alias in (self.evolve, *self.others):
            databases.empty(alias)


@contextmanager
def made(alias: str) -> Iterator[Databases]:
    """Make the databases beside one of a vendor, which is there, and drop them afterwards."""
    where = beside(alias)
    try:
        for other in where.others:
            databases.create(connections[other])
        if connections[alias].vendor == "postgresql":
            for each in (alias, *where.others):
                with connections[each].cursor() as cursor:
                    cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        yield where
    finally:
        for other in where.others:
            databases.drop(connections[other])


def beside(alias: str) -> Databases:
    """Return a vendor's database with two beside it, which have to be made."""
    where = Databases(alias, f"{alias}_django", f"{alias}_built")
    for other in where.others:
        given = {other: databases.settings_for(alias), "default": {}}
        connections.settings[other] = connections.configure_settings(given)[other]
    return where
