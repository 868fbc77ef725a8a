"""Django's tests of its autodetector: the pairs of states that they compare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.conf import settings
from django.db.migrations.autodetector import MigrationAutodetector

from tests.peers.pairs import Pair, asked, copied
from tests.peers.recording import Recording

PAIRS: list[Pair] = []


@contextmanager
def installed() -> Iterator[None]:
    """Keep the pairs that the tests ask Django's autodetector about."""
    plain = MigrationAutodetector.__init__

    def keeping(detector: Any, before: Any, after: Any, questioner: Any = None) -> None:
        plain(detector, before, after, questioner)
        test = Recording.running.partition(".")[2]
        count = sum(each.name.partition("#")[0] == test for each in PAIRS) + 1
        PAIRS.append(
            Pair(
                f"{test}#{count}" if count > 1 else test,
                copied(before),
                copied(after),
                dict(questioner.defaults) if questioner else {},
                settings.AUTH_USER_MODEL,
            )
        )

    with mock.patch.object(MigrationAutodetector, "__init__", keeping):
        yield


def report() -> dict[str, Any]:
    """Ask evolve about every pair; return what came of each."""
    return {"pairs": {pair.name: asked(pair) for pair in _distinct(PAIRS)}}


def _distinct(pairs: list[Pair]) -> list[Pair]:
    """Return the pairs without those that ask what another one does."""
    known: list[Pair] = []
    for pair in pairs:
        if not any(pair.same_as(each) for each in known):
            known.append(pair)
    return known
