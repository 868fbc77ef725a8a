"""What refers to a model of which a revision takes leave first is dealt with by a later one."""

from __future__ import annotations

import pytest

from tests.contract.case import model
from tests.contract.engine import World
from tests.contract.schema import schema

THING = model("Thing", "name = models.CharField(max_length=9)")
ORDER = model("Order", "thing = models.ForeignKey('Thing', models.CASCADE)")
ID = 'models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")'


def leave(world: World) -> None:
    """Write a revision that removes Thing from the state, and one that alters Order.thing."""
    world.write(THING + ORDER)
    world.by_hand(
        """
        def forwards(self, orm):
            gone = migrations.DeleteModel("Thing")
            self.db.run(migrations.SeparateDatabaseAndState([], [gone]))

        def backwards(self, orm):
            thing = [("id", {id}), ("name", models.CharField(max_length=9))]
            again = migrations.CreateModel("Thing", thing)
            self.db.run(migrations.SeparateDatabaseAndState([], [again]))

        """.replace("{id}", ID),
        '{"law.Thing": None}',
    )
    world.by_hand(
        """
        def forwards(self, orm):
            assert [each.__name__ for each in orm] == ["Order"]
            self.db.alter_field("Order", "thing", models.BigIntegerField(db_column="thing_id"))

        def backwards(self, orm):
            assert orm["Order:thing"].related_model.__name__ == "Thing"
            thing = models.ForeignKey("law.thing", models.CASCADE)
            self.db.alter_field("Order", "thing", thing)

        """,
        f'{{"law.Order": {{"id": {ID}, "thing": models.BigIntegerField(db_column="thing_id")}}}}',
    )


def test_a_reference_outlives_its_model(world: World, alias: str) -> None:
    leave(world)
    world.migrate(alias, "0001")
    before = schema(alias)

    world.migrate(alias)
    lines = " ".join(schema(alias)["law_order"]).lower()
    assert "references" not in lines and "foreign key" not in lines
    world.migrate(alias, "0001")

    assert schema(alias) == before
    world.migrate(alias, "zero")
    assert schema(alias) == {}


@pytest.mark.parametrize("target", ["0002", "0001"])
def test_it_does_so_in_another_process(world: World, alias: str, target: str) -> None:
    leave(world)
    world.migrate(alias, "0002")
    world.migrate(alias)
    world.migrate(alias, "0002")
    world.migrate(alias, target)

    assert world.applied(alias)[-1].name.startswith(target)
