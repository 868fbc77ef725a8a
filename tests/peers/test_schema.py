"""Django's tests of its schema editors, as they are and with evolve's additions."""

from __future__ import annotations

from tests.peers.decided import SCHEMA
from tests.peers.django_tests import unlike


def test_they_pass_with_what_evolve_adds_to_the_editors(alias: str) -> None:
    found, passed = unlike("schema.tests.SchemaTests", alias, "schema")
    assert len(passed) > 150
    assert found.keys() == (SCHEMA.keys() if alias == "sqlite" else set()), found
