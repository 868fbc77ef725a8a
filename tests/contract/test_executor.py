"""The executor on each database: what a failure leaves, and where the frozen orm reads and writes."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import override_settings

from evolve.errors import FrozenMismatch, NotFrozen, RevisionFailed
from tests.contract.case import model
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
