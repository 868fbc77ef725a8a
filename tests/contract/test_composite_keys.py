"""Primary keys of several columns, which Django makes with the table and at no other time."""

from __future__ import annotations

import pytest

from evolve.errors import Refused
from tests.contract.case import model
from tests.contract.engine import World

PARTS = ("page = models.IntegerField()", "number = models.IntegerField()")
PLAIN = model("Line", *PARTS)
KEYED = model("Line", "pk = models.CompositePrimaryKey('page', 'number')", *PARTS)


def test_a_table_that_exists_gets_no_composite_key(world: World) -> None:
    world.write(PLAIN)
    with pytest.raises(Refused, match=r"law\.Line has a table with another primary key"):
        world.write(KEYED)


def test_a_composite_key_that_is_removed_cannot_come_back(world: World) -> None:
    world.write(KEYED)
    written = world.write(PLAIN)
    assert written.method("backwards").startswith("backwards = irreversible(")
    assert "Line.pk" in written.method("backwards")
