"""Changes of whole models and their Meta, written as code and run there and back."""

from __future__ import annotations

import pytest

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=20)"
AUTHOR = model("Author", NAME)
ANN_AND_BOB = {"Author": [{"name": "Ann"}, {"name": "Bob"}]}


def author(*meta: str) -> str:
    return model("Author", NAME, meta=meta)


def book(to: str = "Author", *fields: str, meta: tuple[str, ...] = ()) -> str:
    return model("Book", f"author = models.ForeignKey({to!r}, models.CASCADE)", *fields, meta=meta)


CIRCLE = model("Left", "right = models.ForeignKey('Right', models.CASCADE, null=True)") + model(
    "Right",
    "left = models.ForeignKey(Left, models.CASCADE)",
    "all = models.ManyToManyField(Left, related_name='+')",
)
TREE = model(
    "Tree",
    NAME,
    "up = models.ForeignKey('self', models.CASCADE, null=True)",
    "near = models.ManyToManyField('self')",
)
EVERY_META = model(
    "Author",
    NAME,
    "age = models.IntegerField()",
    "key = models.IntegerField(unique=True)",
    meta=(
        "db_table = 'writers'",
        "ordering = ['-name', F('age').desc()]",
        "unique_together = [('name', 'age'), ('age', 'key')]",
        "indexes = [models.Index(fields=['name', '-age'], name='name_age'), models.Index(fields=['age'])]",
        "constraints = [models.CheckConstraint(condition=Q(age__gte=0) & ~Q(name=''), name='sane')]",
        'verbose_name = "it\'s an author"',
        "permissions = [('can_write', 'Can write')]",
        "get_latest_by = 'age'",
        "default_related_name = 'authors'",
    ),
)

CASES = [
    Case(
        "create models that point to each other",
        "",
        CIRCLE,
        "create_model create_model add_field",
        "remove_field delete_model delete_model",
    ),
    Case("create a model that points to itself", "", TREE, "create_model", "delete_model"),
    Case("create a model with all of Meta", "", EVERY_META, "create_model", "delete_model"),
    Case(
        "create a model that points to one that is there",
        AUTHOR,
        AUTHOR + book("Author", "others = models.ManyToManyField(Author, related_name='+')"),
        "create_model",
        "delete_model",
        rows=ANN_AND_BOB,
        more={"Book": [{"author_id": 2}], "Book_others": [{"book_id": 1, "author_id": 1}]},
    ),
    Case(
        "create models that point to each other and to one that is there",
        AUTHOR,
        model("Author", NAME, "left = models.ForeignKey('Left', models.SET_NULL, null=True)")
        + CIRCLE,
        "create_model add_field create_model add_field",
        "remove_field delete_model remove_field delete_model",
        rows=ANN_AND_BOB,
    ),
    Case(
        "delete a model that points to another",
        AUTHOR + book("Author", "others = models.ManyToManyField(Author, related_name='+')"),
        AUTHOR,
        "delete_model",
        "create_model",
        rows={**ANN_AND_BOB, "Book": [{"author_id": 2}]},
        then=ANN_AND_BOB,
        back={**ANN_AND_BOB, "Book": []},
    ),
    Case(
        "delete a model and what points to it",
        AUTHOR + model("Other", NAME) + book(meta=("unique_together = [('id', 'author')]",)),
        model("Other", NAME),
        "delete_model delete_model",
        "create_model create_model",
        rows={"Other": [{"name": "o"}], "Author": [{"name": "Ann"}], "Book": [{"author_id": 1}]},
        then={"Other": [{"name": "o"}]},
        back={"Other": [{"name": "o"}]},
    ),
    Case(
        "delete models that point to each other",
        AUTHOR + CIRCLE,
        AUTHOR,
        "remove_field remove_field delete_model delete_model",
        "create_model create_model add_field add_field",
        rows=ANN_AND_BOB,
    ),
    Case(
        "delete a model that points to itself",
        AUTHOR + TREE,
        AUTHOR,
        "delete_model",
        "create_model",
        rows=ANN_AND_BOB,
    ),
    Case(
        "delete a model with all of Meta",
        EVERY_META + model("Other", NAME),
        model("Other", NAME),
        "delete_model",
        "create_model",
    ),
    Case(
        "rename a model that others point to",
        AUTHOR + book("Author", "others = models.ManyToManyField(Author, related_name='+')"),
        model("Writer", NAME)
        + book("Writer", "others = models.ManyToManyField(Writer, related_name='+')"),
        "rename_model",
        "rename_model",
        answers={"renames": {"Author": "Writer"}},
        rows={
            "Author": [{"name": "Ann"}, {"name": "Bob"}],
            "Book": [{"author_id": 2}],
            "Book_others": [{"book_id": 1, "author_id": 1}],
        },
        then={
            "Writer": [{"name": "Ann"}, {"name": "Bob"}],
            "Book": [{"author_id": 2}],
            "Book_others": [{"book_id": 1, "writer_id": 1}],
        },
    ),
    Case(
        "rename a model that another app points to",
        AUTHOR,
        model("Writer", NAME),
        "rename_model",
        "rename_model",
        answers={"renames": {"Author": "Writer"}},
        ally=model(
            "Review",
            "of = models.ForeignKey('law.Author', models.CASCADE)",
            "by = models.ManyToManyField('law.Author', related_name='+')",
        ),
        ally_after=model(
            "Review",
            "of = models.ForeignKey('law.Writer', models.CASCADE)",
            "by = models.ManyToManyField('law.Writer', related_name='+')",
        ),
        rows=ANN_AND_BOB,
        then={"Writer": [{"name": "Ann"}, {"name": "Bob"}]},
    ),
    Case(
        "rename a model that points to itself",
        TREE,
        TREE.replace("Tree", "Plant"),
        "rename_model",
        "rename_model",
        answers={"renames": {"Tree": "Plant"}},
        rows={
            "Tree": [{"name": "a"}, {"name": "b", "up_id": 1}],
            "Tree_near": [{"from_tree_id": 1, "to_tree_id": 2}],
        },
        then={
            "Plant": [{"name": "a"}, {"name": "b", "up_id": 1}],
            "Plant_near": [{"from_plant_id": 1, "to_plant_id": 2}],
        },
    ),
    Case(
        "rename a model and change it at once",
        model("Author", NAME, "age = models.IntegerField()", "note = models.TextField()") + book(),
        model(
            "Writer",
            "name = models.CharField(max_length=40)",
            "age = models.IntegerField()",
            "note = models.TextField()",
            "size = models.IntegerField(null=True)",
        )
        + book("Writer"),
        "rename_model add_field alter_field",
        "alter_field remove_field rename_model",
        answers={"renames": {"Author": "Writer"}},
        rows={"Author": [{"name": "Ann", "age": 3, "note": "n"}], "Book": [{"author_id": 1}]},
        then={
            "Writer": [{"name": "Ann", "age": 3, "note": "n", "size": None}],
            "Book": [{"author_id": 1}],
        },
    ),
    Case(
        "rename a model and a field of it",
        model("Author", NAME, "age = models.IntegerField()") + book(),
        model("Writer", "called = models.CharField(max_length=20)", "age = models.IntegerField()")
        + book("Writer"),
        "rename_model rename_field",
        "rename_field rename_model",
        answers={"renames": {"Author": "Writer", "Writer.name": "called"}},
        rows={"Author": [{"name": "Ann", "age": 3}], "Book": [{"author_id": 1}]},
        then={"Writer": [{"called": "Ann", "age": 3}], "Book": [{"author_id": 1}]},
    ),
    Case(
        "two models change names",
        model("Author", NAME)
        + model(
            "Book",
            "title = models.TextField()",
            "author = models.ForeignKey(Author, models.CASCADE)",
        ),
        model("Writer", NAME)
        + model(
            "Novel",
            "title = models.TextField()",
            "author = models.ForeignKey(Writer, models.CASCADE)",
        ),
        "rename_model rename_model",
        "rename_model rename_model",
        answers={"renames": {"Author": "Writer", "Book": "Novel"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"title": "t", "author_id": 1}]},
        then={"Writer": [{"name": "Ann"}], "Novel": [{"title": "t", "author_id": 1}]},
    ),
    Case(
        "a table name comes",
        AUTHOR + book("Author", "others = models.ManyToManyField(Author, related_name='+')"),
        AUTHOR
        + book(
            "Author",
            "others = models.ManyToManyField(Author, related_name='+')",
            meta=("db_table = 'volumes'",),
        ),
        "alter_model_table",
        "alter_model_table",
        rows={
            "Author": [{"name": "Ann"}],
            "Book": [{"author_id": 1}],
            "Book_others": [{"book_id": 1, "author_id": 1}],
        },
    ),
    Case(
        "a table name changes and goes",
        author("db_table = 'a'") + model("B", NAME, meta=("db_table = 'b'",)),
        author("db_table = 'c'") + model("B", NAME),
        "alter_model_table alter_model_table",
        "alter_model_table alter_model_table",
        rows=ANN_AND_BOB,
    ),
    Case(
        "a comment on a table",
        AUTHOR,
        author('db_table_comment = "Ann\'s"'),
        "alter_model_table_comment",
        "alter_model_table_comment",
        rows=ANN_AND_BOB,
    ),
    Case(
        "a comment on a table changes",
        author("db_table_comment = 'one'"),
        author("db_table_comment = 'two'"),
        "alter_model_table_comment",
        "alter_model_table_comment",
    ),
    Case(
        "options",
        author("ordering = ['name']", "verbose_name = 'a'"),
        author(
            "ordering = ['-name', F('id').asc()]",
            "permissions = [('sing', 'Can sing')]",
            "default_permissions = ()",
            "get_latest_by = 'id'",
        ),
        "alter_model_options",
        "alter_model_options",
        rows=ANN_AND_BOB,
    ),
    Case(
        "managers",
        model("Author", "alive = models.BooleanField()", "people = models.Manager()"),
        model(
            "Author",
            "alive = models.BooleanField()",
            "people = models.Manager()",
            "living = Living()",
        ),
        "alter_model_managers",
        "alter_model_managers",
        rows={"Author": [{"alive": True}, {"alive": False}]},
    ),
    Case(
        "order_with_respect_to comes",
        AUTHOR + book(),
        AUTHOR + book(meta=("order_with_respect_to = 'author'",)),
        "alter_order_with_respect_to",
        "alter_order_with_respect_to",
        rows={**ANN_AND_BOB, "Book": [{"author_id": 1}, {"author_id": 1}]},
        then={"Book": [{"author_id": 1, "_order": 0}, {"author_id": 1, "_order": 0}]},
    ),
    Case(
        "order_with_respect_to goes",
        AUTHOR + book(meta=("order_with_respect_to = 'author'",)),
        AUTHOR + book(),
        "alter_order_with_respect_to",
        "alter_order_with_respect_to",
        rows={**ANN_AND_BOB, "Book": [{"author_id": 1}, {"author_id": 1}]},
    ),
    Case(
        "order_with_respect_to changes",
        AUTHOR
        + book(
            "Author",
            "by = models.ForeignKey(Author, models.CASCADE, related_name='+')",
            meta=("order_with_respect_to = 'author'",),
        ),
        AUTHOR
        + book(
            "Author",
            "by = models.ForeignKey(Author, models.CASCADE, related_name='+')",
            meta=("order_with_respect_to = 'by'",),
        ),
        "alter_order_with_respect_to",
        "alter_order_with_respect_to",
        rows={**ANN_AND_BOB, "Book": [{"author_id": 1, "by_id": 2}, {"author_id": 1, "by_id": 1}]},
    ),
    Case(
        "an order comes, with what names its column",
        AUTHOR + model("Book", "up = models.ForeignKey(Author, models.CASCADE)"),
        AUTHOR
        + model(
            "Book",
            "up = models.ForeignKey(Author, models.CASCADE)",
            meta=(
                "order_with_respect_to = 'up'",
                "indexes = [models.Index(fields=['_order', 'up'], name='i')]",
                "constraints = [models.UniqueConstraint(fields=['up', '_order', 'id'], name='u')]",
            ),
        ),
        "alter_order_with_respect_to add_index add_constraint",
        "remove_constraint remove_index alter_order_with_respect_to",
        rows={**ANN_AND_BOB, "Book": [{"up_id": 1}]},
    ),
    Case(
        "a proxy comes",
        AUTHOR,
        AUTHOR + model("Poet", meta=("proxy = True", "ordering = ['name']"), bases="Author"),
        "create_model",
        "delete_model",
        rows=ANN_AND_BOB,
    ),
    Case(
        "a proxy goes, and is changed",
        AUTHOR
        + model("Poet", meta=("proxy = True",), bases="Author")
        + model("Bard", meta=("proxy = True",), bases="Author"),
        AUTHOR + model("Bard", meta=("proxy = True", "verbose_name = 'bard'"), bases="Author"),
        "delete_model alter_model_options",
        "alter_model_options create_model",
        rows=ANN_AND_BOB,
    ),
    Case(
        "a proxy of a model that is renamed",
        AUTHOR + model("Poet", meta=("proxy = True",), bases="Author"),
        model("Writer", NAME) + model("Poet", meta=("proxy = True",), bases="Writer"),
        "rename_model",
        "rename_model",
        answers={"renames": {"Author": "Writer"}},
        rows=ANN_AND_BOB,
        then={"Writer": [{"name": "Ann"}, {"name": "Bob"}]},
    ),
    Case(
        "a child model comes",
        AUTHOR,
        AUTHOR + model("Poet", "verses = models.IntegerField()", bases="Author") + book("Poet"),
        "create_model create_model",
        "delete_model delete_model",
        rows=ANN_AND_BOB,
        more={"Poet": [{"name": "Cid", "verses": 3}]},
        back={"Author": [{"name": "Ann"}, {"name": "Bob"}, {"name": "Cid"}]},
    ),
    Case(
        "a parent and its child go",
        AUTHOR
        + model("Poet", "verses = models.IntegerField()", bases="Author")
        + model("Other", NAME),
        model("Other", NAME),
        "delete_model delete_model",
        "create_model create_model",
        rows={"Poet": [{"name": "Cid", "verses": 3}]},
        then={},
        back={"Poet": []},
    ),
    Case(
        "fields of a parent and its child change",
        AUTHOR + model("Poet", "verses = models.IntegerField()", bases="Author"),
        model("Author", NAME, "age = models.IntegerField(null=True)")
        + model(
            "Poet",
            "verses = models.BigIntegerField()",
            "rhymes = models.BooleanField(default=True)",
            bases="Author",
        ),
        "add_field add_field alter_field",
        "alter_field remove_field remove_field",
        rows={"Poet": [{"name": "Cid", "verses": 3}]},
        then={"Poet": [{"name": "Cid", "verses": 3, "rhymes": True, "age": None}]},
    ),
    Case(
        "a parent is renamed",
        AUTHOR + model("Poet", "verses = models.IntegerField()", bases="Author"),
        model("Writer", NAME) + model("Poet", "verses = models.IntegerField()", bases="Writer"),
        "rename_model rename_field",
        "rename_field rename_model",
        answers={"renames": {"Author": "Writer", "Poet.author_ptr": "writer_ptr"}},
        rows={"Poet": [{"name": "Cid", "verses": 3}]},
    ),
    Case(
        "abstract and plain bases",
        "",
        model("Poet", "age = models.IntegerField()", bases="Named, Speaking"),
        "create_model",
        "delete_model",
    ),
    Case(
        "an unmanaged model",
        AUTHOR,
        AUTHOR + model("View", NAME, meta=("managed = False",)),
        "create_model",
        "delete_model",
        rows=ANN_AND_BOB,
    ),
    Case(
        "a primary key of two fields",
        AUTHOR,
        AUTHOR
        + model(
            "Line",
            "pk = models.CompositePrimaryKey('author', 'number')",
            "author = models.ForeignKey(Author, models.CASCADE)",
            "number = models.IntegerField()",
        ),
        "create_model",
        "delete_model",
        rows=ANN_AND_BOB,
        more={"Line": [{"author_id": 1, "number": 1}]},
    ),
]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_model_change(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
