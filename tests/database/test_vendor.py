"""What databases do differently, asked of stand-ins for their connections."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from evolve.database.vendor import left_behind, settle_constraints, whole


def connection(rolls_back, vendor="sqlite"):
    checked = []
    return SimpleNamespace(
        vendor=vendor,
        display_name="The database",
        features=SimpleNamespace(can_rollback_ddl=rolls_back),
        check_constraints=lambda: checked.append(vendor),
        checked=checked,
    )


@pytest.mark.parametrize(
    ("rolls_back", "atomic", "rows_only", "expected"),
    [
        (True, True, False, True),
        (True, True, True, True),
        (True, False, False, False),
        (True, False, True, False),
        (False, True, False, False),
        (False, True, True, True),
        (False, False, True, False),
    ],
)
def test_a_revision_and_its_mark_are_whole_where_all_of_it_can_be_rolled_back(
    rolls_back, atomic, rows_only, expected
):
    assert whole(connection(rolls_back), atomic, rows_only) is expected
    said = left_behind(connection(rolls_back), atomic, rows_only)
    assert ("as it was before it" in said) == expected
    assert ("what it did before it failed stays" in said) == (not expected)


def test_why_something_stays_is_said():
    assert "It is not atomic" in left_behind(connection(True), False, False)
    assert "cannot roll back schema changes" in left_behind(connection(False), True, False)


@pytest.mark.parametrize("vendor", ["postgresql", "oracle"])
def test_pending_checks_are_made_before_tables_are_altered(vendor):
    there = connection(True, vendor)
    settle_constraints(SimpleNamespace(connection=there, collect_sql=False))
    assert there.checked == [vendor]


@pytest.mark.parametrize(
    ("vendor", "collect_sql"), [("sqlite", False), ("mysql", False), ("postgresql", True)]
)
def test_checks_are_not_made_where_they_are_not_pending_or_nothing_runs(vendor, collect_sql):
    there = connection(True, vendor)
    settle_constraints(SimpleNamespace(connection=there, collect_sql=collect_sql))
    assert there.checked == []
