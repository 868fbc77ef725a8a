"""The executor on each database: what a failure leaves, and where the frozen orm reads and writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.test.utils import override_settings

from evolve.errors import FrozenMismatch, NotFrozen, RevisionFailed
from tests import databases
from tests.contract.case import model
from tests.contract.engine import Silent
from tests.contract.schema import schema

AUTHOR = model("Author", "name = models.CharField(max_length=20)")
BOOK = model(
    "Book",
    "author = models.ForeignKey(Author, models.CASCADE, related_name='books')",
    "by = models.ManyToManyField(Author, related_name='+')",
)


class Elsewhere:
    """A project's router that sends everything to the default database."""

    def db_for_read(self, model, **hints):
        return "default"

    db_for_write = db_for_read


def applied(world, alias):
    return [key.name for key in world.applied(alias) if key.app == "law"]


def test_a_schema_revision_that_fails_is_undone_where_it_can_be_and_said_where_not(world, alias):
    first = world.write(AUTHOR)
    world.by_hand(
        """
        def forwards(self, orm):
            self.db.add_field("Author", "age", models.IntegerField(null=True))
            raise RuntimeError("half-way")

        backwards = irreversible("test")
        """
    )
    with pytest.raises(RevisionFailed, match="half-way") as error:
        world.migrate(alias)
    assert applied(world, alias) == [first.name]
    assert [step.revision.name for step in error.value.report.done] == [first.name]
    there = any("age" in line for line in schema(alias)["law_author"])
    assert there == (not connections[alias].features.can_rollback_ddl)
    said = "cannot roll back schema changes" if there else "as it was before it"
    assert said in error.value.report.behind


def test_rows_and_mark_of_a_data_revision_are_one_transaction(world, alias):
    first = world.write(AUTHOR)
    world.write_data("orm.Author.objects.create(name='x')\nraise RuntimeError('half-way')")
    with pytest.raises(RevisionFailed, match="as it was before it"):
        world.migrate(alias)
    assert applied(world, alias) == [first.name]
    assert world.rows(alias, "Author").count() == 0


def test_the_orm_reads_and_writes_the_database_being_migrated_whatever_routers_say(world, alias):
    world.write(AUTHOR + BOOK)
    world.write_data(
        """
        ann = orm.Author(name="Ann")
        ann.save()
        bob, _ = orm["law.Author"].objects.get_or_create(name="Bob")
        orm.Author.objects.bulk_create([orm.Author(name="Cid")])
        book = ann.books.create()
        book.by.add(ann, bob)
        book.by.remove(bob)
        assert [each.name for each in book.by.all()] == ["Ann"]
        assert orm["law.Book:author"].remote_field.model is orm.Author
        assert orm.Author in list(orm)
        assert orm.Author.__module__ == "__fake__"
        assert ann._state.db == self.db.alias
        bob.delete()
        """
    )
    with override_settings(DATABASE_ROUTERS=[Elsewhere()]):
        world.migrate(alias)
    assert sorted(world.rows(alias, "Author").values_list("name", flat=True)) == ["Ann", "Cid"]
    assert world.rows(alias, "Book").get().author.name == "Ann"


def test_a_model_that_is_not_frozen_says_how_to_freeze_it(world, alias):
    world.write(AUTHOR)
    world.write_data("orm['auth.User']")
    with pytest.raises(RevisionFailed) as error:
        world.migrate(alias)
    assert isinstance(error.value.__cause__, NotFrozen)
    assert "--freeze auth" in str(error.value)


def test_operations_that_do_not_do_what_is_frozen_fail_the_revision(world, alias):
    first = world.write(AUTHOR)
    second = world.write(AUTHOR.replace("20", "30"))
    path = second.revision.path
    text = second.text.replace("max_length=30", "max_length=40", 1)
    with open(path, "w") as file:
        file.write(text)
    with pytest.raises(RevisionFailed, match=r"law\.Author\.name") as error:
        world.migrate(alias)
    assert isinstance(error.value.__cause__, FrozenMismatch)
    assert applied(world, alias) == [first.name]


def test_rows_and_schema_in_one_revision_run(world, alias):
    """PostgreSQL refuses to alter a table whose foreign keys are still to be checked."""
    world.write(AUTHOR + BOOK)
    world.by_hand(
        """
        def forwards(self, orm):
            author = orm.Author.objects.create(name="Ann")
            orm.Book.objects.create(author=author)
            self.db.run(migrations.AlterField("Book", "author", models.ForeignKey(
                "law.Author", models.CASCADE, related_name="books", null=True)))
            self.db.alter_field("Book", "author", models.ForeignKey(
                to="law.author", on_delete=models.CASCADE, related_name="books"))

        def backwards(self, orm):
            pass
        """.replace("migrations.", "__import__('django.db.migrations', fromlist=['x']).")
    )
    world.migrate(alias)
    assert world.rows(alias, "Book").get().author.name == "Ann"


def test_the_report_says_what_is_done_what_failed_and_what_was_never_started(world, alias):
    world.write(AUTHOR)
    world.write_data("raise KeyboardInterrupt")
    world.write(AUTHOR.replace("20", "30"))
    with pytest.raises(RevisionFailed, match="interrupted") as error:
        world.migrate(alias)
    report = error.value.report
    names = [[step.revision.name[:4] for step in steps] for steps in (report.done, report.left)]
    assert names == [["0001"], ["0003"]]
    assert report.failed.revision.name == "0002_rows"
    for line in (
        "Done and kept: law:0001_initial",
        "Failed: law:0002_rows",
        "Not started: law:0003",
    ):
        assert line in str(error.value)


def test_a_failure_backwards_keeps_the_mark(world, alias):
    world.write(AUTHOR)
    world.write_data(
        "orm.Author.objects.create(name='x')", "orm.Author.objects.all().delete(); 1 / 0"
    )
    world.migrate(alias)
    with pytest.raises(RevisionFailed, match=r"failed backwards at .*0002_rows.py:[0-9]+: ZeroDiv"):
        world.migrate(alias, "0001")
    assert applied(world, alias) == ["0001_initial", "0002_rows"]
    assert world.rows(alias, "Author").count() == 1


def test_sql_that_was_put_off_runs_before_the_mark(world, alias):
    """A foreign key is made at the end of its revision, and fails there where a row has no target."""
    world.write(AUTHOR)
    world.migrate(alias)
    before = schema(alias)
    world.by_hand(
        """
        def forwards(self, orm):
            self.db.create_model("Book")
            self.db.execute("INSERT INTO law_book (author_id) VALUES (77)")

        def backwards(self, orm):
            self.db.delete_model("Book")
        """,
        """{
        "law.Book": {
            "id": models.BigAutoField(primary_key=True),
            "author": models.ForeignKey(on_delete=models.CASCADE, to="law.author"),
        },
    }""",
    )
    with pytest.raises(RevisionFailed, match="IntegrityError"):
        world.migrate(alias)
    assert applied(world, alias) == ["0001_initial"]
    assert (schema(alias) == before) == connections[alias].features.can_rollback_ddl


def test_the_orm_follows_relations_both_ways_and_deletes_along_them(world, alias):
    world.write(AUTHOR + BOOK)
    world.write_data(
        """
        ann, bob = orm.Author.objects.create(name="Ann"), orm.Author.objects.create(name="Bob")
        one, two = [orm.Book.objects.create(author=each) for each in (ann, bob)]
        one.by.set([ann, bob])
        two.by.add(bob.pk)
        two.by.clear()
        assert [each.author.name for each in orm.Book.objects.filter(by__name="Bob")] == ["Ann"]
        assert list(bob.books.all()) == [two]
        assert orm.Author.objects.filter(books__isnull=False).count() == 2
        _, made = orm.Author.objects.update_or_create(name="Ann", defaults={"name": "Anne"})
        assert not made
        assert bob.delete()[0] == 3, "Bob, his book, and his place in Ann's"
        assert sorted(each._meta.label for each in orm) == ["law.Author", "law.Book"]
        """,
        """
        assert orm.Author.objects.get().books.get().by.get().name == "Anne"
        orm.Author.objects.all().delete()
        """,
    )
    world.migrate(alias)
    assert world.rows(alias, "Book").get().author.name == "Anne"
    world.migrate(alias, "0001")
    assert not world.rows(alias, "Book").exists()


def test_the_orm_goes_elsewhere_where_that_is_said(world, alias):
    databases.empty("default")
    world.write(AUTHOR)
    world.migrate("default")
    world.write_data(
        """
        if self.db.alias != "default":
            orm.Author.objects.using("default").create(name="there")
            orm.Author.objects.create(name="here")
        """
    )
    world.migrate(alias)
    assert [each.name for each in world.rows(alias, "Author")] == ["here"]
    assert [each.name for each in world.rows("default", "Author")] == ["there"]
    databases.empty("default")


def test_the_orm_of_a_schema_revision_is_the_state_it_leads_to(world, alias):
    world.write(
        model(
            "Author",
            "name = models.CharField(max_length=20)",
            "age = models.IntegerField(null=True)",
        )
    )
    second = world.write(AUTHOR.replace("name", "called"), renames={"Author.name": "called"})
    first = second.text.replace(
        "    def backwards(self, orm):\n",
        "        orm.Author.objects.create(called='Ann')\n\n    def backwards(self, orm):\n",
    )
    text = first.replace(
        "\n    frozen", "        orm.Author.objects.create(name='Bob', age=3)\n\n    frozen"
    )
    with open(second.revision.path, "w") as file:
        file.write(text)
    world.migrate(alias)
    assert [each.called for each in world.rows(alias, "Author")] == ["Ann"]
    world.migrate(alias, "0001")
    assert [(each.name, each.age) for each in world.rows(alias, "Author")] == [
        ("Ann", None),
        ("Bob", 3),
    ]


DJANGO_FORMAT = """
from django.db import migrations, models


class Migration(migrations.Migration):
    {attributes}
    dependencies = [{dependencies}]
    operations = [{operations}]
"""
REVIEW = (
    "migrations.CreateModel('Review', [('id', models.BigAutoField(primary_key=True)), "
    "('of', models.ForeignKey('law.Author', models.CASCADE))])"
)


def test_both_formats_run_in_one_plan(world, alias):
    world.write(AUTHOR)
    text = DJANGO_FORMAT.format(
        attributes="", dependencies="('law', '0001_initial')", operations=REVIEW
    )
    world.add("review", text, app="ally")
    world.models["ally"] = model("Review", "of = models.ForeignKey('law.Author', models.CASCADE)")
    world.write(AUTHOR + model("Note", "review = models.ForeignKey('ally.Review', models.CASCADE)"))
    world.migrate(alias)
    assert [str(key) for key in world.applied(alias)] == [
        "law:0001_initial",
        "ally:0001_review",
        "law:0002_auto__add_note",
    ]
    assert sorted(schema(alias)) == ["ally_review", "law_author", "law_note"]
    world.migrate(alias, "zero")
    assert (world.applied(alias), schema(alias)) == ([], {})


def test_an_app_goes_on_with_evolve_after_djangos_format(world, alias):
    create = (
        "migrations.CreateModel('Review', [('id', models.BigAutoField(auto_created=True, "
        "primary_key=True, serialize=False, verbose_name='ID')), ('name', models.TextField())]), "
        "migrations.CreateModel('Untouched', [('id', models.BigAutoField(auto_created=True, "
        "primary_key=True, serialize=False, verbose_name='ID'))])"
    )
    text = DJANGO_FORMAT.format(attributes="", dependencies="", operations=create)
    world.add("review", text, app="ally")
    now = model("Review", "title = models.TextField()") + model("Untouched")
    second = world.write(now, app="ally", renames={"Review.name": "title"})
    assert "ally.Untouched" not in second.text
    world.migrate(alias, "0001", app="ally")
    world.rows(alias, "Review", app="ally").create(name="kept")
    world.migrate(alias, app="ally")
    assert world.rows(alias, "Review", app="ally").get().title == "kept"
    assert world.rows(alias, "Untouched", app="ally").count() == 0
    world.migrate(alias, "zero", app="ally")
    assert schema(alias) == {}


def test_a_migration_that_is_not_atomic_keeps_what_it_did(world, alias):
    world.write(AUTHOR)
    operations = f"{REVIEW}, migrations.RunSQL('this is no SQL')"
    text = DJANGO_FORMAT.format(
        attributes="atomic = False", dependencies="('law', '0001_initial')", operations=operations
    )
    world.add("review", text, app="ally")
    with pytest.raises(RevisionFailed) as error:
        world.migrate(alias, app="ally")
    assert "ally_review" in schema(alias)
    assert [str(key) for key in world.applied(alias)] == ["law:0001_initial"]
    assert "stays" in error.value.report.behind


def test_operations_of_djangos_format_are_told_in_its_words(world, alias):
    world.write(AUTHOR)
    text = DJANGO_FORMAT.format(
        attributes="", dependencies="('law', '0001_initial')", operations=REVIEW
    )
    world.add("review", text, app="ally")
    heard = Silent()
    world.migrate(alias, app="ally", observer=heard)
    assert heard.operations == ["Create model Author", "Create model Review"]


def test_sql_of_several_statements_runs_one_after_the_other(world, alias):
    world.write(AUTHOR)
    world.by_hand(
        """
        def forwards(self, orm):
            rows = self.db.execute('''
                INSERT INTO law_author (name) VALUES ('100%; a');
                -- and another
                INSERT INTO law_author (name) VALUES ('b');
                SELECT name FROM law_author ORDER BY name
            ''')
            assert rows == [('100%; a',), ('b',)], rows

        def backwards(self, orm):
            self.db.execute("DELETE FROM law_author WHERE name = %s", ["b"])
        """
    )
    world.migrate(alias)
    world.migrate(alias, "0001")
    assert [each.name for each in world.rows(alias, "Author")] == ["100%; a"]


def test_a_revision_may_have_another_app_wait_for_it(world, alias):
    """With evolve and with Django's own loader."""
    first = world.write(model("Review"), app="ally")
    world.write(AUTHOR)
    path = Path(world.write(AUTHOR.replace("20", "30")).revision.path)
    text = path.read_text()
    path.write_text(
        text.replace(
            "    depends_on", f'    run_before = ["ally:{first.revision.id}"]\n    depends_on'
        )
    )
    plan = world.project.plan(alias, None, None)
    names = [str(step.revision)[:9] for step in plan.steps if step.key.app in ("law", "ally")]
    assert names == ["law:0001_", "law:0002_", "ally:0001"]
    loader = MigrationLoader(connections[alias])
    assert ("law", path.stem) in loader.graph.forwards_plan(("ally", first.name))


def test_a_per_cent_sign_in_sql_that_was_put_off_is_one(world, alias):
    condition = "models.Q(name__startswith='50%')"
    world.write(
        model(
            "Author",
            "name = models.CharField(max_length=20)",
            meta=[
                f"constraints = [models.UniqueConstraint(fields=['name'], name='u', condition={condition})]",
                f"indexes = [models.Index(fields=['name'], name='i', condition={condition})]",
            ],
        )
    )
    world.migrate(alias)
    world.rows(alias, "Author").create(name="50% off")
