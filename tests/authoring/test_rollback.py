"""Where revisions are applied, what taking them back takes with it, and applying them again."""

from __future__ import annotations

from unittest import mock

import pytest
from django.db import connections
from django.test.utils import override_settings

from evolve.authoring.rollback import Rollback, located, reapplication, roll_back
from evolve.errors import EvolveError, Guarded, Refused
from evolve.history.markers import Markers
from evolve.plan import Plan
from evolve.project import Project
from evolve.revisions.revision import Key
from evolve.running import Run
from tests import databases
from tests.contract.case import model
from tests.contract.engine import Silent
from tests.contract.schema import schema

NAME = "name = models.CharField(max_length=20)"
ANT = model("Ant", NAME)
BEE = model("Bee", NAME)
REVIEW = model("Review", "of = models.ForeignKey('law.Bee', models.CASCADE)")


class Here:
    """A router that allows one database."""

    def __init__(self, *aliases):
        self.aliases = aliases

    def allow_migrate(self, db, app_label, **hints):
        return db in self.aliases


@pytest.fixture
def here():
    databases.empty("default")
    yield "default"
    databases.empty("default")


@pytest.fixture
def begun(world, here):
    """Two revisions of law, and one of ally that stands on the second, all applied."""
    first, second = world.write(ANT).revision.key, world.write(ANT + BEE).revision.key
    review = world.write(REVIEW, app="ally").revision.key
    for app in ("law", "ally"):
        world.migrate(here, app=app)
    with override_settings(DATABASE_ROUTERS=[Here(here)]):
        yield first, second, review


def test_what_is_applied_is_found_with_what_stands_on_it_and_what_would_be_lost(world, here, begun):
    first, second, review = begun
    world.rows(here, "Bee").create(name="b")
    found = located(world.project, [second], first, False)
    (rollback,) = found.found
    assert (found.moved, found.parent, found.unreachable) == ((second,), first, ())
    assert (rollback.alias, rollback.keys) == (here, (review, second))
    assert found.dependents == [review]
    assert rollback.previous == world.project.markers(here).applied()[first]
    assert [str(each) for each in rollback.losses] == ["the table law_bee with 1 row"]


def test_the_first_revision_has_nothing_before_it(world, here, begun):
    first, second, review = begun
    (rollback,) = located(world.project, [first, second], None, False).found
    assert (rollback.keys, rollback.previous) == ((review, second, first), None)


def test_where_nothing_of_it_is_applied_there_is_nothing_to_take_back(world, here, begun):
    first, second, _ = begun
    world.migrate(here, first.name)
    assert located(world.project, [second], first, False).found == ()


def test_a_database_that_the_routers_do_not_allow_is_not_looked_at(world, begun):
    first, second, _ = begun
    with override_settings(DATABASE_ROUTERS=[Here()]):
        assert located(world.project, [second], first, False).found == ()


def test_a_database_that_cannot_be_reached_stops_it_unless_it_may_be_skipped(world, begun):
    first, second, _ = begun
    gone = mock.patch.object(Project, "markers", side_effect=Refused("no way in"))
    with (
        gone,
        pytest.raises(Refused, match=f"no way in\n{second.name} may be applied there") as error,
    ):
        located(world.project, [second], first, False)
    assert "--skip-unreachable" in error.value.hint
    with gone:
        found = located(world.project, [second], first, True)
    assert (found.found, found.unreachable) == ((), ("default",))


def test_what_cannot_be_reversed_stops_it(world, here, begun):
    first, second, review = begun
    path = world.project.graph()[review].path
    with open(path) as file:
        text = file.read()
    start = text.index("    def backwards")
    end = text.index("    frozen", start)
    with open(path, "w") as file:
        file.write(
            f"{text[:start]}    def backwards(self, orm):\n        raise Exception\n\n{text[end:]}"
        )
    with pytest.raises(Guarded, match=f"{review}: it cannot be reversed"):
        located(world.project, [second], first, False)


def taken_back(world, here, begun):
    first, second, _ = begun
    found = located(world.project, [second], first, False)
    roll_back(world.project, found.found[0], Run(here, 0), Silent())
    return found


def test_it_is_taken_back_once_also_under_a_second_alias(world, here, begun):
    first, _, _ = begun
    found = taken_back(world, here, begun)
    assert world.applied(here) == [first]
    assert list(schema(here)) == ["law_ant"]
    entries = len(world.project.journal(here).entries())
    roll_back(world.project, found.found[0], Run(here, 0), Silent())
    assert len(world.project.journal(here).entries()) == entries


def test_what_was_taken_back_is_applied_again_dependents_too(world, here, begun):
    first, second, review = begun
    found = taken_back(world, here, begun)
    project, plan = reapplication(found, found.found[0])
    assert [step.key for step in plan.steps] == [second, review]
    assert [each.target.key for each in plan.sections] == [second, review]
    assert project.applied(project.graph(), world.applied(here)) == {first}


def test_a_failure_says_on_which_database_and_that_no_file_was_changed(world, here, begun):
    first, second, _ = begun
    (rollback,) = located(world.project, [second], first, False).found
    failed = mock.patch("evolve.authoring.rollback.migrate", side_effect=EvolveError("half", "why"))
    with failed, pytest.raises(EvolveError, match="On the database 'default': half") as error:
        roll_back(world.project, rollback, Run(here, 0), Silent())
    assert error.value.hint.startswith("why\nNo file was changed.")


def test_a_plan_without_steps_takes_nothing_back(world, here, begun):
    roll_back(world.project, Rollback(here, Plan(()), None, ()), Run(here, 0), Silent())
    assert len(world.applied(here)) == 3


def test_a_branch_is_taken_back_alone(world, here, begun):
    first, second, _ = begun
    world.migrate(here, "zero", app="ally")
    other = world.write(ANT + model("Cow", NAME), parent=first.name, no_rename=True).revision.key
    world.migrate(here, other.name)
    (rollback,) = located(world.project, [second], first, False).found
    assert rollback.keys == (second,)


def ghost(world, here, app, name):
    Markers(connections[here]).add([Key(app, name)])


def test_a_ghost_of_the_app_stops_it_where_nobody_knows_what_it_did(world, here, begun):
    first, second, _ = begun
    ghost(world, here, "law", "0009_gone")
    with pytest.raises(Refused, match=f"On the database '{here}', law:0009_gone"):
        located(world.project, [second], first, False)


def test_a_ghost_of_another_app_is_no_matter(world, here, begun):
    first, second, review = begun
    ghost(world, here, "ally", "0009_gone")
    (rollback,) = located(world.project, [second], first, False).found
    assert rollback.keys == (review, second)


def test_a_ghost_below_what_is_known_is_no_matter(world, here):
    first = world.write(ANT).revision.key
    with override_settings(DATABASE_ROUTERS=[Here(here)]):
        world.migrate(here)
        ghost(world, here, "law", "0001_gone")
        second = world.write(ANT + BEE).revision.key
        world.migrate(here)
        (rollback,) = located(world.project, [second], first, False).found
    assert rollback.keys == (second,)
