"""Django's tests of its operations: on lazy states they pass, and run the same SQL."""

from __future__ import annotations

from tests.peers.decided import OPERATIONS
from tests.peers.django_tests import report, unlike

MODULE = "migrations.test_operations"


def test_they_pass_on_lazy_states_with_the_same_sql(alias: str) -> None:
    found, passed = unlike(MODULE, alias, "lazy_states")
    assert found.keys() == OPERATIONS.keys(), found
    assert len(passed) > 150

    django, lazy = (report(MODULE, alias, each)["sql"] for each in ("django", "lazy_states"))
    if alias == "sqlite":
        # Its editor remakes the tables that refer to a changed key in the order of a set.
        django, lazy = (
            {name: sorted(sql) for name, sql in each.items()} for each in (django, lazy)
        )
    alike = passed & django.keys() - OPERATIONS.keys()
    assert len(alike) > 100
    assert {name: lazy.get(name) for name in alike} == {name: django[name] for name in alike}
