"""Running one step: what is one transaction, what is written when, and what a failure leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from django.db import IntegrityError, connections, transaction

from evolve.database.runner import StepRunner
from evolve.errors import RevisionFailed
from evolve.history.markers import Markers
from evolve.plan import make_plan
from evolve.revisions.targets import Target
from evolve.running import Run, migrate
from tests.contract.case import model
from tests.contract.engine import Silent
from tests.contract.schema import schema

AUTHOR = model("Author", "name = models.CharField(max_length=20)")
BOOK = model("Book", "author = models.ForeignKey(Author, models.CASCADE)")
INDEXED = model("Author", "name = models.CharField(max_length=20, db_index=True)")
DJANGO_FORMAT = """
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = [("law", "{after}")]
    operations = [{operations}]
"""


def outcomes(world, alias):
    return [
        (each.name[:4], each.direction, each.outcome)
        for each in world.project.journal(alias).entries()
    ]


def applied(world, alias):
    return [key.name[:4] for key in world.applied(alias)]


class Heard:
    """A journal and markers that keep what they are told; `on_mark` is called at each mark."""

    def __init__(self, on_mark=lambda: None):
        self.told = []
        self._on_mark = on_mark

    def begin(self, step, description, whole):
        self.told.append(("begin", whole))
        return self

    def add(self, keys):
        self.told.append(("add", [key.name for key in keys]))
        self._on_mark()

    def remove(self, keys):
        self.told.append(("remove", [key.name for key in keys]))
        self._on_mark()

    def write(self, outcome, error=""):
        self.told.append((outcome, error))

    def failed(self, error):
        self.told.append(("failed", error))


def runner(world, alias, heard):
    """Return a runner on a database on which nothing is applied yet, with a fake history."""
    project = world.project
    state = project.state(project.graph(), [])
    told = Silent().operation
    return StepRunner(connections[alias], heard, heard, project.load, state, told, {})


def first_step(world, faked=False):
    graph = world.project.graph()
    (step,) = make_plan(graph, set(), [Target("law", graph.of("law")[0])]).steps
    return replace(step, faked=faked)


def test_sql_that_was_put_off_has_run_when_the_mark_is_written(world, alias):
    """On a database without transactions for it, a mark before it would stay where it fails."""
    world.write(INDEXED)
    there = []
    heard = Heard(lambda: there.append(schema(alias)["law_author"]))
    runner(world, alias, heard).run(first_step(world))
    assert [each[0] for each in heard.told] == ["begin", "add", "done"]
    assert there == [schema(alias)["law_author"]]
    assert any("index" in line for line in there[0])


def test_a_mark_and_its_row_are_one_transaction(world, alias):
    """Also where the schema changes around them are none."""
    world.write(AUTHOR)
    inside = []
    heard = Heard(lambda: inside.append(connections[alias].in_atomic_block))
    runner(world, alias, heard).run(first_step(world))
    runner(world, alias, heard).run(first_step(world, faked=True))
    assert inside == [True, True]


def test_the_journal_is_told_whether_a_step_and_its_row_are_whole(world, alias):
    """What is faked runs nothing: it is whole on every database."""
    world.write(AUTHOR)
    heard = Heard()
    runner(world, alias, heard).run(first_step(world))
    runner(world, alias, heard).run(first_step(world, faked=True))
    rolls_back = connections[alias].features.can_rollback_ddl
    assert [each for each in heard.told if each[0] == "begin"] == [
        ("begin", rolls_back),
        ("begin", True),
    ]


def test_a_failure_of_a_faked_step_leaves_nothing_on_any_database(world, alias):
    world.write(AUTHOR)
    step = first_step(world, faked=True)
    said = runner(world, alias, Heard()).left_behind(step, RuntimeError())
    assert said == "It was rolled back: the database is as it was before it."


def test_faking_changes_the_state_and_not_the_tables_both_ways(world, alias):
    first = world.write(AUTHOR)
    world.write(AUTHOR + BOOK)
    world.migrate(alias, first.name)
    project = world.project
    plan = project.plan(alias, "law", None)
    fake = plan.faking({step.key for step in plan.steps})
    migrate(project, fake, Run(alias, 0), Silent())
    assert applied(world, alias) == ["0001", "0002"]
    assert list(schema(alias)) == ["law_author"]
    assert ("law", "book") in world.state(alias).models

    project = world.project
    plan = project.plan(alias, "law", first.name)
    migrate(project, plan.faking({step.key for step in plan.steps}), Run(alias, 0), Silent())
    assert applied(world, alias) == ["0001"]
    assert outcomes(world, alias)[-2:] == [
        ("0002", "forwards", "faked"),
        ("0002", "backwards", "faked"),
    ]


def test_after_a_faked_step_the_next_one_runs_on_its_state(world, alias):
    world.write(AUTHOR)
    world.write(AUTHOR + BOOK)
    world.migrate(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'law'")
    world.write(AUTHOR.replace("20", "30") + BOOK)
    project = world.project
    plan = project.plan(alias, "law", None)
    done = plan.faking({step.key for step in plan.steps[:2]})
    migrate(project, done, Run(alias, 0), Silent())
    assert applied(world, alias) == ["0001", "0002", "0003"]
    world.rows(alias, "Author").create(name="x" * 30)
    world.rows(alias, "Author").delete()

    project = world.project
    plan = project.plan(alias, "law", "zero")
    migrate(project, plan.faking({plan.steps[0].key}), Run(alias, 0), Silent())
    assert (applied(world, alias), schema(alias)) == ([], {})


def test_a_failure_is_journalled_without_the_password(world, alias):
    world.write(AUTHOR)
    world.by_hand(
        """
        def forwards(self, orm):
            raise RuntimeError("geheim is no password")

        backwards = irreversible("test")
        """
    )
    with (
        mock.patch.dict(connections[alias].settings_dict, PASSWORD="geheim"),
        pytest.raises(RevisionFailed),
    ):
        world.migrate(alias)
    last = world.project.journal(alias).entries()[-1]
    assert (last.outcome, last.error) == ("failed", "RuntimeError: *** is no password")


def test_an_interruption_is_journalled_as_a_failure(world, alias):
    world.write(AUTHOR)
    world.write_data("raise KeyboardInterrupt")
    with pytest.raises(RevisionFailed, match="interrupted"):
        world.migrate(alias)
    assert outcomes(world, alias) == [("0001", "forwards", "done"), ("0002", "forwards", "failed")]
    assert world.project.journal(alias).entries()[-1].error.startswith("KeyboardInterrupt")


def test_rows_that_break_a_foreign_key_leave_the_connection_as_it_was(world, alias):
    """SQLite's editor checks foreign keys at its end, with its own checking switched off."""
    world.write(AUTHOR + BOOK)
    world.migrate(alias)
    world.write_data("orm.Book.objects.create(author_id=77)")
    with pytest.raises(RevisionFailed, match="IntegrityError"):
        world.migrate(alias)
    connection = connections[alias]
    assert not connection.in_atomic_block
    assert not world.rows(alias, "Book").exists()
    with pytest.raises(IntegrityError), transaction.atomic(alias):
        world.rows(alias, "Book").create(author_id=77)
    assert applied(world, alias) == ["0001"]


@pytest.mark.parametrize("where", ["forwards", "backwards"])
def test_rows_and_schema_may_be_one_django_migration_too(world, alias, where):
    """PostgreSQL refuses to alter a table whose foreign keys are still to be checked."""
    first = world.write(AUTHOR + BOOK)
    fill = (
        "migrations.RunPython(lambda apps, editor: apps.get_model('law', 'Book').objects.using("
        "editor.connection.alias).create(author=apps.get_model('law', 'Author').objects.using("
        "editor.connection.alias).create(name='x')))"
    )
    sql = "migrations.RunSQL('UPDATE law_book SET author_id = author_id')"
    alter = (
        "migrations.SeparateDatabaseAndState([migrations.RunSQL("
        "'ALTER TABLE law_book ADD COLUMN more integer')])"
    )
    back = fill.replace("RunPython(", "RunPython(migrations.RunPython.noop, ")
    gone = (
        "migrations.SeparateDatabaseAndState([migrations.RunSQL('SELECT 1', "
        "'ALTER TABLE law_book ADD COLUMN more integer')])"
    )
    operations = [fill, sql, alter] if where == "forwards" else [gone, back]
    text = DJANGO_FORMAT.format(atomic=True, after=first.name, operations=", ".join(operations))
    world.add("more", text, app="ally")
    world.migrate(alias, app="ally")
    if where == "backwards":
        world.migrate(alias, "zero", app="ally")
    assert any("more" in line for line in schema(alias)["law_book"])
    assert world.rows(alias, "Book").count() == 1


def test_an_operation_of_a_migration_that_is_not_atomic_may_be_atomic_itself(world, alias):
    """As in Django: `atomic=True` of the operation, where the migration says False."""
    first = world.write(AUTHOR)
    make = "apps.get_model('law', 'Author').objects.using(editor.connection.alias).create(name='x')"
    fail = f"migrations.RunPython(lambda apps, editor: [{make}, 1 / 0]{{}})"
    names = []
    for atomic in (", atomic=True", ", atomic=False", ""):
        text = DJANGO_FORMAT.format(atomic=False, after=first.name, operations=fail.format(atomic))
        path = world.add("more", text, app="ally").revision.path
        with pytest.raises(RevisionFailed, match="ZeroDivisionError"):
            world.migrate(alias, app="ally")
        names.append(world.rows(alias, "Author").count())
        world.rows(alias, "Author").delete()
        Path(path).unlink()
    assert names == [0, 1, 1]


def test_a_mark_is_taken_away_by_the_same_transaction_that_undoes_the_rows(world, alias):
    world.write(AUTHOR)
    world.write_data("orm.Author.objects.create(name='x')", "orm.Author.objects.all().delete()")
    world.migrate(alias)
    with (
        mock.patch.object(Markers, "remove", side_effect=RuntimeError("no marks")),
        pytest.raises(RevisionFailed, match="no marks"),
    ):
        world.migrate(alias, "0001")
    assert applied(world, alias) == ["0001", "0002"]
    assert world.rows(alias, "Author").count() == 1
