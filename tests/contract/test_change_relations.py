"""Changes of relations, written as code in both directions and run there and back."""

from __future__ import annotations

import pytest
from django.db import models

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=20)"
AUTHOR = model("Author", NAME)
EDITOR = model("Editor", NAME)
PEOPLE = AUTHOR + EDITOR
THROUGH = model(
    "Credit",
    "book = models.ForeignKey('Book', models.CASCADE)",
    "author = models.ForeignKey(Author, models.CASCADE)",
    "share = models.IntegerField(default=1)",
)
OTHER_THROUGH = THROUGH.replace("Credit", "Debt")
ANN_AND_BOB = [{"name": "Ann"}, {"name": "Bob"}]


def book(*fields: str, meta: tuple[str, ...] = ()) -> str:
    return model("Book", "title = models.TextField()", *fields, meta=meta)


def fk(to: str = "Author", *options: str) -> str:
    return f"by = models.ForeignKey({', '.join([to, 'models.CASCADE', *options])})"


def m2m(to: str = "Author", *options: str) -> str:
    return f"all = models.ManyToManyField({', '.join([to, *options])})"


TITLED = {"Author": ANN_AND_BOB, "Book": [{"title": "t"}]}
WRITTEN = {"Author": ANN_AND_BOB, "Book": [{"title": "t", "by_id": 2}]}
CREDITED = {
    "Author": ANN_AND_BOB,
    "Book": [{"title": "t"}],
    "Credit": [{"book_id": 1, "author_id": 2, "share": 3}],
}
CREDITED_ALONE = {"Author": ANN_AND_BOB, "Book": [{"title": "t"}]}

CASES = [
    Case(
        "a nullable foreign key comes",
        AUTHOR + book(),
        AUTHOR + book(fk("Author", "null=True")),
        "add_field",
        "remove_field",
        rows=TITLED,
    ),
    Case(
        "a foreign key comes with a one-off default",
        AUTHOR + book(),
        AUTHOR + book(fk()),
        "add_field",
        "remove_field",
        answers={"defaults": {"Book.by": 1}},
        rows=TITLED,
        then={"Book": [{"title": "t", "by_id": 1}]},
    ),
    Case(
        "a foreign key goes",
        AUTHOR + book(fk("Author", "null=True")),
        AUTHOR + book(),
        "remove_field",
        "add_field",
        rows=WRITTEN,
        then=TITLED,
        back={"Book": [{"title": "t", "by_id": None}]},
    ),
    Case(
        "a foreign key to the model itself comes and goes",
        book("up = models.ForeignKey('self', models.CASCADE, null=True)"),
        book("down = models.OneToOneField('self', models.SET_NULL, null=True)"),
        "remove_field add_field",
        "remove_field add_field",
        answers={"no_rename": True},
        rows={"Book": [{"title": "a"}, {"title": "b", "up_id": 1}]},
        then={"Book": [{"title": "a", "down_id": None}, {"title": "b", "down_id": None}]},
        back={"Book": [{"title": "a", "up_id": None}, {"title": "b", "up_id": None}]},
    ),
    Case(
        "what only Django sees of a foreign key",
        AUTHOR + book(fk()),
        AUTHOR
        + book(
            "by = models.ForeignKey(Author, models.PROTECT, related_name='books', limit_choices_to=Q(name='x'))"
        ),
        "alter_field",
        "alter_field",
        rows=WRITTEN,
    ),
    Case(
        "a foreign key becomes one-to-one",
        AUTHOR + book(fk()),
        AUTHOR + book("by = models.OneToOneField(Author, models.CASCADE)"),
        "alter_field",
        "alter_field",
        rows=WRITTEN,
    ),
    Case(
        "a foreign key without a constraint",
        AUTHOR + book(fk()),
        AUTHOR + book(fk("Author", "db_constraint=False")),
        "alter_field",
        "alter_field",
        rows=WRITTEN,
    ),
    Case(
        "a foreign key without an index",
        AUTHOR + book(fk()),
        AUTHOR + book(fk("Author", "db_index=False")),
        "alter_field",
        "alter_field",
        rows=WRITTEN,
        vendors=["sqlite", "postgresql"],
    ),
    Case(
        "a foreign key to another model",
        PEOPLE + book(fk()),
        PEOPLE + book(fk("Editor")),
        "alter_field",
        "alter_field",
        rows={**WRITTEN, "Editor": ANN_AND_BOB},
    ),
    Case(
        "a foreign key to another field",
        model(
            "Author",
            "name = models.CharField(max_length=20)",
            "code = models.IntegerField(unique=True)",
            "no = models.IntegerField(unique=True)",
        )
        + book(fk("Author", "to_field='code'")),
        model(
            "Author",
            "name = models.CharField(max_length=20)",
            "code = models.IntegerField(unique=True)",
            "no = models.IntegerField(unique=True)",
        )
        + book(fk("Author", "to_field='no'")),
        "alter_field",
        "alter_field",
        rows={
            "Author": [{"name": "Ann", "code": 5, "no": 5}],
            "Book": [{"title": "t", "by_id": 5}],
        },
    ),
    Case(
        "the field that a foreign key points to is renamed",
        model("Author", "code = models.CharField(max_length=5, unique=True)")
        + book(fk("Author", "to_field='code'")),
        model("Author", "sign = models.CharField(max_length=5, unique=True)")
        + book(fk("Author", "to_field='sign'")),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.code": "sign"}},
        rows={"Author": [{"code": "a"}], "Book": [{"title": "t", "by_id": "a"}]},
        then={"Author": [{"sign": "a"}], "Book": [{"title": "t", "by_id": "a"}]},
    ),
    Case(
        "the field that another app's foreign key points to is renamed",
        model("Author", "code = models.CharField(max_length=5, unique=True)"),
        model("Author", "sign = models.CharField(max_length=5, unique=True)"),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.code": "sign"}},
        ally=model(
            "Review", "of = models.ForeignKey('law.Author', models.CASCADE, to_field='code')"
        ),
        ally_after=model(
            "Review", "of = models.ForeignKey('law.Author', models.CASCADE, to_field='sign')"
        ),
        rows={"Author": [{"code": "a"}]},
        then={"Author": [{"sign": "a"}]},
    ),
    Case(
        "a foreign key is renamed",
        AUTHOR + book(fk()),
        AUTHOR + book("writer = models.ForeignKey(Author, models.CASCADE)"),
        "rename_field",
        "rename_field",
        answers={"renames": {"Book.by": "writer"}},
        rows=WRITTEN,
        then={"Book": [{"title": "t", "writer_id": 2}]},
    ),
    Case(
        "a many-to-many field comes",
        AUTHOR + book(),
        AUTHOR + book(m2m()),
        "add_field",
        "remove_field",
        rows=TITLED,
        more={"Book_all": [{"book_id": 1, "author_id": 2}]},
        back=TITLED,
    ),
    Case(
        "a many-to-many field goes",
        AUTHOR + book(m2m()),
        AUTHOR + book(),
        "remove_field",
        "add_field",
        rows={**TITLED, "Book_all": [{"book_id": 1, "author_id": 2}]},
        then=TITLED,
        back={**TITLED, "Book_all": []},
    ),
    Case(
        "a many-to-many field is renamed",
        AUTHOR + book(m2m()),
        AUTHOR + book("writers = models.ManyToManyField(Author)"),
        "rename_field",
        "rename_field",
        answers={"renames": {"Book.all": "writers"}},
        rows={**TITLED, "Book_all": [{"book_id": 1, "author_id": 2}]},
        then={**TITLED, "Book_writers": [{"book_id": 1, "author_id": 2}]},
    ),
    Case(
        "a many-to-many field has another table",
        AUTHOR + book(m2m()),
        AUTHOR + book(m2m("Author", "db_table='links'")),
        "alter_field",
        "alter_field",
        rows={**TITLED, "Book_all": [{"book_id": 1, "author_id": 2}]},
    ),
    Case(
        "a many-to-many field has another target",
        PEOPLE + book(m2m()),
        PEOPLE + book(m2m("Editor")),
        "remove_field add_field",
        "remove_field add_field",
        rows={**TITLED, "Editor": ANN_AND_BOB, "Book_all": [{"book_id": 1, "author_id": 2}]},
        then={**TITLED, "Book_all": []},
        back={**TITLED, "Book_all": []},
    ),
    Case(
        "what only Django sees of a many-to-many field",
        AUTHOR + book(m2m()),
        AUTHOR + book(m2m("Author", "blank=True", "related_name='books'", "help_text='x'")),
        "alter_field",
        "alter_field",
        rows={**TITLED, "Book_all": [{"book_id": 1, "author_id": 2}]},
    ),
    Case(
        "a many-to-many field through a model comes",
        AUTHOR + book(),
        AUTHOR + book(m2m("Author", "through='Credit'")) + THROUGH,
        "create_model add_field",
        "remove_field delete_model",
        rows=TITLED,
    ),
    Case(
        "a many-to-many field through a model goes",
        AUTHOR + book(m2m("Author", "through='Credit'")) + THROUGH,
        AUTHOR + book(),
        "remove_field delete_model",
        "create_model add_field",
        rows=CREDITED,
        then=CREDITED_ALONE,
        back=CREDITED_ALONE,
    ),
    Case(
        "a many-to-many field gets a through model",
        AUTHOR + book(m2m()),
        AUTHOR + book(m2m("Author", "through='Credit'")) + THROUGH,
        "create_model remove_field add_field",
        "remove_field add_field delete_model",
        rows={**TITLED, "Book_all": [{"book_id": 1, "author_id": 2}]},
        then={**TITLED, "Credit": []},
        back={**TITLED, "Book_all": []},
    ),
    Case(
        "a many-to-many field loses its through model",
        AUTHOR + book(m2m("Author", "through='Credit'")) + THROUGH,
        AUTHOR + book(m2m()),
        "remove_field add_field delete_model",
        "create_model remove_field add_field",
        rows=CREDITED,
        then={**TITLED, "Book_all": []},
        back={**TITLED, "Credit": []},
    ),
    Case(
        "a many-to-many field gets another through model",
        AUTHOR + book(m2m("Author", "through='Credit'")) + THROUGH,
        AUTHOR + book(m2m("Author", "through='Debt'")) + THROUGH + OTHER_THROUGH,
        "create_model remove_field add_field",
        "remove_field add_field delete_model",
        rows=CREDITED,
        then={**CREDITED, "Debt": []},
    ),
    Case(
        "a through model is renamed",
        AUTHOR + book(m2m("Author", "through='Credit'")) + THROUGH,
        AUTHOR + book(m2m("Author", "through='Debt'")) + OTHER_THROUGH,
        "rename_model",
        "rename_model",
        answers={"renames": {"Credit": "Debt"}},
        rows=CREDITED,
        then={**TITLED, "Debt": [{"book_id": 1, "author_id": 2, "share": 3}]},
    ),
    Case(
        "a field of a through model is renamed",
        AUTHOR
        + book(m2m("Author", "through='Credit'", "through_fields=('book', 'author')"))
        + THROUGH,
        AUTHOR
        + book(m2m("Author", "through='Credit'", "through_fields=('book', 'writer')"))
        + THROUGH.replace("author =", "writer ="),
        "rename_field",
        "rename_field",
        answers={"renames": {"Credit.author": "writer"}},
        rows=CREDITED,
        then={**TITLED, "Credit": [{"book_id": 1, "writer_id": 2, "share": 3}]},
    ),
    Case(
        "a foreign key becomes many-to-many",
        AUTHOR + book(fk("Author", "null=True")),
        AUTHOR + book("by = models.ManyToManyField(Author)"),
        "remove_field add_field",
        "remove_field add_field",
        rows=WRITTEN,
        then={**TITLED, "Book_by": []},
        back={"Book": [{"title": "t", "by_id": None}]},
    ),
    Case(
        "a many-to-many field of a model to itself",
        book("near = models.ManyToManyField('self')"),
        book(
            "near = models.ManyToManyField('self', symmetrical=False, related_name='far')",
            "more = models.ManyToManyField('self')",
        ),
        "add_field alter_field",
        "alter_field remove_field",
        rows={
            "Book": [{"title": "a"}, {"title": "b"}],
            "Book_near": [{"from_book_id": 1, "to_book_id": 2}],
        },
    ),
    Case(
        "the field that the model's own foreign key points to is renamed",
        book(
            "code = models.IntegerField(unique=True)",
            "up = models.ForeignKey('self', models.CASCADE, to_field='code', null=True)",
        ),
        book(
            "no = models.IntegerField(unique=True)",
            "up = models.ForeignKey('self', models.CASCADE, to_field='no', null=True)",
        ),
        "rename_field",
        "rename_field",
        answers={"renames": {"Book.code": "no"}},
        rows={"Book": [{"title": "a", "code": 5}, {"title": "b", "code": 6, "up_id": 5}]},
        then={
            "Book": [{"title": "a", "no": 5, "up_id": None}, {"title": "b", "no": 6, "up_id": 5}]
        },
        back={
            "Book": [
                {"title": "a", "code": 5, "up_id": None},
                {"title": "b", "code": 6, "up_id": 5},
            ]
        },
    ),
    Case(
        "a relation to another app comes",
        AUTHOR,
        model(
            "Author",
            NAME,
            "reviews = models.ManyToManyField('ally.Review')",
            "best = models.ForeignKey('ally.Review', models.SET_NULL, null=True, related_name='+')",
        ),
        "add_field add_field",
        "remove_field remove_field",
        ally=model("Review", NAME),
        rows={"Author": ANN_AND_BOB},
        then={"Author": [{"name": "Ann", "best_id": None}, {"name": "Bob", "best_id": None}]},
    ),
]
if hasattr(models, "DB_CASCADE"):  # Django 6.1
    CASES.append(
        Case(
            "the database deletes along a foreign key",
            AUTHOR + book(fk()),
            AUTHOR + book("by = models.ForeignKey(Author, models.DB_CASCADE)"),
            "alter_field",
            "alter_field",
            rows=WRITTEN,
        )
    )


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_relation_change(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
