"""`self.db` as it is called by hand, on each database; what evolve writes is in test_change_*."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import override_settings

from evolve.database.facade import Database
from evolve.errors import FrozenMismatch, RevisionFailed
from tests.contract import (
    test_change_constraints,
    test_change_fields,
    test_change_models,
    test_change_relations,
    test_change_traps,
)
from tests.contract.case import model
from tests.contract.engine import Silent, built
from tests.contract.schema import schema

AUTHOR = model("Author", "name = models.CharField(max_length=20)")
ID = '"id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")'
WRITTEN_BY_HAND = {"execute", "run", "undo"}


def test_every_operation_is_called_by_a_case():
    modules = (
        test_change_constraints,
        test_change_fields,
        test_change_models,
        test_change_relations,
        test_change_traps,
    )
    calls = [
        f"{case.forwards} {case.backwards}".split() for module in modules for case in module.CASES
    ]
    public = {name for name, each in vars(Database).items() if name[0] != "_" and callable(each)}
    assert {name for each in calls for name in each} == public - WRITTEN_BY_HAND


def test_definitions_that_are_left_out_are_the_frozen_ones(world, alias):
    first = world.write(AUTHOR)
    world.migrate(alias)
    before = schema(alias)
    second = world.by_hand(
        """
        def forwards(self, orm):
            self.db.add_field("Author", "age")
            self.db.alter_field("Author", "name")
            self.db.create_model("Book", without=["author", "indexes"])
            self.db.add_field("Book", "author")
            self.db.add_index("Book", models.Index(fields=["author"], name="by_author"))

        def backwards(self, orm):
            self.db.delete_model("Book")
            self.db.alter_field("Author", "name")
            self.db.remove_field("Author", "age")
        """,
        f"""{{
        "law.Author": {{
            {ID},
            "name": models.CharField(max_length=40),
            "age": models.IntegerField(null=True),
        }},
        "law.Book": {{
            {ID},
            "author": models.ForeignKey(on_delete=models.CASCADE, to="law.author"),
            "Meta": {{"indexes": [models.Index(fields=["author"], name="by_author")]}},
        }},
    }}""",
    )
    world.migrate(alias)
    after = schema(alias)
    world.migrate(alias, first.name)
    assert schema(alias) == before
    world.migrate(alias, "zero")
    text = model(
        "Author", "name = models.CharField(max_length=40)", "age = models.IntegerField(null=True)"
    ) + model(
        "Book",
        "author = models.ForeignKey(Author, models.CASCADE)",
        meta=("indexes = [models.Index(fields=['author'], name='by_author')]",),
    )
    assert after == built(alias, {"law": text})
    assert second.calls("forwards")[0] == "add_field"


def test_a_model_is_created_from_what_is_given(world, alias):
    world.by_hand(
        """
        def forwards(self, orm):
            self.db.create_model(
                "Book",
                fields=[("id", models.AutoField(primary_key=True)), ("no", models.IntegerField())],
                options={"db_table": "volumes", "ordering": ["no"]},
                managers=[("living", values.Living())],
            )
            self.db.alter_unique_together("Book", [["id", "no"]])

        def backwards(self, orm):
            self.db.delete_model("Book")
        """,
        """{
        "law.Book": {
            "id": models.AutoField(primary_key=True),
            "no": models.IntegerField(),
            "Meta": {
                "db_table": "volumes",
                "ordering": ["no"],
                "unique_together": {("id", "no")},
                "managers": [("living", values.Living())],
            },
        },
    }""",
    )
    world.migrate(alias)
    assert list(schema(alias)) == ["volumes"]
    world.migrate(alias, "zero")
    assert schema(alias) == {}


def test_a_model_whose_definition_is_not_known_is_refused(world, alias):
    world.by_hand(
        """
        def forwards(self, orm):
            self.db.create_model("Book")

        backwards = irreversible("test")
        """
    )
    with pytest.raises(RevisionFailed, match=r"(?s)law\.Book is not in the state.*give fields="):
        world.migrate(alias)
    assert schema(alias) == {}


def test_sql_gives_rows_takes_parameters_and_leaves_per_cent_signs_alone(world, alias):
    world.write(AUTHOR)
    world.by_hand(
        """
        def forwards(self, orm):
            self.db.execute("INSERT INTO law_author (name) VALUES (%s)", ["50%"])
            self.db.execute("INSERT INTO law_author (name) VALUES ('60%')")
            rows = self.db.execute("SELECT name FROM law_author WHERE name LIKE '%0%' ORDER BY name")
            assert rows == [("50%",), ("60%",)], rows
            assert self.db.execute("DELETE FROM law_author WHERE name = %s", ["60%"]) == []

        def backwards(self, orm):
            self.db.execute("DELETE FROM law_author")
        """
    )
    world.migrate(alias)
    assert [each.name for each in world.rows(alias, "Author")] == ["50%"]
    world.migrate(alias, "0001")
    assert not world.rows(alias, "Author").exists()


def test_it_says_which_database_it_is(world, alias):
    world.by_hand(
        """
        def forwards(self, orm):
            raise RuntimeError(f"{self.db.alias} is {self.db.vendor}.")

        backwards = irreversible("test")
        """
    )
    with pytest.raises(RevisionFailed, match=f"{alias} is {connections[alias].vendor}"):
        world.migrate(alias)


def test_any_operation_of_django_runs_there_and_back(world, alias):
    world.write(AUTHOR)
    world.migrate(alias)
    before = schema(alias)
    world.by_hand(
        """
        def forwards(self, orm):
            from django.db.migrations import AddField, RunPython, RunSQL, SeparateDatabaseAndState

            def fill(apps, editor):
                author = apps.get_model("law", "Author")
                author.objects.using(editor.connection.alias).create(name="Ann", age=3)

            self.db.run(AddField("Author", "age", models.IntegerField(null=True)))
            self.db.run(RunPython(fill))
            self.db.run(RunSQL("UPDATE law_author SET age = age + 1"))
            self.db.run(SeparateDatabaseAndState(
                database_operations=[RunSQL("UPDATE law_author SET age = age + 1")],
            ))

        def backwards(self, orm):
            self.db.execute("DELETE FROM law_author")
            self.db.remove_field("Author", "age")
        """,
        f"""{{
        "law.Author": {{
            {ID},
            "name": models.CharField(max_length=20),
            "age": models.IntegerField(null=True),
        }},
    }}""",
    )
    world.migrate(alias)
    assert world.rows(alias, "Author").get().age == 5
    world.migrate(alias, "0001")
    assert schema(alias) == before


def test_an_operation_on_a_model_that_is_not_frozen_fails_the_revision(world, alias):
    world.write(AUTHOR)
    world.by_hand(
        """
        def forwards(self, orm):
            self.db.add_field("Author", "age", models.IntegerField(null=True))

        backwards = irreversible("test")
        """
    )
    with pytest.raises(RevisionFailed, match=r"law\.Author\.age: the operations made") as error:
        world.migrate(alias)
    assert isinstance(error.value.__cause__, FrozenMismatch)


def test_each_operation_is_told_in_words(world, alias):
    world.write(AUTHOR)
    world.write(AUTHOR + model("Book", "name = models.TextField()"))
    heard = Silent()
    world.migrate(alias, observer=heard)
    assert heard.started_steps == ["law:0001_initial", "law:0002_auto__add_book"]
    assert heard.operations == ["Create model Author", "Create model Book"]


class Nowhere:
    """A router that allows no migration of the app anywhere."""

    def allow_migrate(self, db, app_label, **hints):
        return app_label != "law"


def test_where_routers_allow_no_migration_nothing_runs_and_it_is_marked(world, alias):
    world.write(AUTHOR)
    world.by_hand(
        """
        def forwards(self, orm):
            self.db.execute("this is no SQL")
            orm.Author.objects.create()

        def backwards(self, orm):
            self.db.execute("this is no SQL")
        """
    )
    with override_settings(DATABASE_ROUTERS=[Nowhere()]):
        world.migrate(alias)
        assert len(world.applied(alias)) == 2
        assert schema(alias) == {}
        world.migrate(alias, "zero")
        assert world.applied(alias) == []
