"""The states of Django's autodetector tests: evolve's revisions lead from one to the other."""

from __future__ import annotations

from tests.peers.decided import AUTODETECTOR
from tests.peers.django_tests import report


def test_revisions_make_the_schema_that_migrations_make_and_go_back(alias: str) -> None:
    pairs = report("migrations.test_autodetector", alias, "autodetector")["pairs"]
    possible = {name: each for name, each in pairs.items() if not each.startswith("Django cannot")}
    found = {name: each for name, each in possible.items() if each != "equal"}
    assert len(possible) > 160
    assert found.keys() == AUTODETECTOR.keys() & possible.keys(), found
