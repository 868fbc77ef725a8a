"""Changes for which Django's autodetector writes migrations that cannot run, or loses the rows."""

from __future__ import annotations

import pytest

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=20)"
AGE = "age = models.IntegerField()"
AUTHOR = model("Author", NAME)
ROWS = {"Author": [{"name": "Ann", "age": 1}]}
NO_AGE = {"Author": [{"name": "Ann"}]}
THREE_AGAIN = {"Author": [{"name": "Ann", "age": 3}]}
RENAMED = {"Author": [{"name": "Ann", "years": 1}]}


def author(*meta: str, fields: tuple[str, ...] = ()) -> str:
    return model("Author", NAME, AGE, *fields, meta=meta)


def aged(meta: str, *fields: str) -> tuple[str, str]:
    """Return a model with `age` in its Meta or its fields, and the same one with `years`."""
    before = author(*([meta] if meta else []), fields=fields)
    return before, before.replace("age", "years")


def removed(name: str, meta: str, away: str, again: str) -> Case:
    """The part of Meta that names the field goes first, and comes last on the way back."""
    return Case(
        f"remove a field that is in {name}",
        author(meta),
        AUTHOR,
        f"{away} remove_field",
        f"add_field {again}",
        answers={"defaults": {"Author.age": 3}},
        rows=ROWS,
        then=NO_AGE,
        back=THREE_AGAIN,
    )


def renamed(name: str, meta: str) -> Case:
    """The state follows the name, and nothing else is to be done."""
    before, after = aged(meta)
    return Case(
        f"rename a field that is in {name}",
        before,
        after,
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.age": "years"}},
        rows=ROWS,
        then=RENAMED,
    )


def renamed_key(name: str, *more: str, meta: tuple[str, ...] = ()) -> Case:
    """The same of a foreign key, whose table SQLite builds again for it."""
    before = AUTHOR + model("Book", KEY, AGE, *more, meta=meta)
    return Case(
        f"rename a foreign key that is in {name}",
        before,
        before.replace("by", "writer"),
        "rename_field",
        "rename_field",
        answers={"renames": {"Book.by": "writer"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"by_id": 1, "age": 3}]},
        then={"Book": [{"writer_id": 1, "age": 3}]},
    )


KEY = "by = models.ForeignKey(Author, models.CASCADE)"
NUMBERED = model(
    "Book", "by = models.OneToOneField(Author, models.CASCADE, primary_key=True)"
) + model("Page", "book = models.ForeignKey(Book, models.CASCADE)")
ORDERED = model(
    "Book",
    "author = models.ForeignKey(Author, models.CASCADE)",
    meta=("order_with_respect_to = 'author'",),
)
GENERATED = "double = models.GeneratedField(expression=F('age') * 2, output_field=models.IntegerField(), db_persist={})"
RAW = (
    "double = models.GeneratedField(expression=models.expressions.RawSQL('{} * 2', []), "
    "output_field=models.IntegerField(), db_persist=True)"
)
STORED, VIRTUAL = GENERATED.format(True), GENERATED.format(False)
LABELLED = (
    "label = models.GeneratedField(db_persist=True, output_field=models.CharField(max_length=9), "
    "expression=Case(When(name='name', then=Value('name')), default=Value('other')))"
)
NAMED = {"Author": [{"name": "name"}, {"name": "Ann"}]}
LABELS = {"Author": [{"name": "name", "label": "name"}, {"name": "Ann", "label": "other"}]}
CHECKED = (
    "constraints = [models.CheckConstraint(condition=Q(name__in=['name', 'other']), name='name')]"
)
PERMITTED = "permissions = [('name', 'name')]"
IMAGE = "image = models.ImageField(width_field='{}')"
BY = model(
    "Book",
    "{} = models.ForeignKey(Author, models.CASCADE)",
    meta=("ordering = ['{}_id', '-{}__name']",),
)
NOT_STORED_ON_POSTGRESQL = ("sqlite", "mariadb")

CASES = [
    removed(
        "an index",
        "indexes = [models.Index(fields=['age', 'name'], name='i')]",
        "remove_index",
        "add_index",
    ),
    removed(
        "a condition of an index",
        "indexes = [models.Index(fields=['name'], condition=Q(age__gt=0), name='i')]",
        "remove_index",
        "add_index",
    ),
    removed(
        "an expression of an index",
        "indexes = [models.Index(Abs('age'), name='i')]",
        "remove_index",
        "add_index",
    ),
    removed(
        "a check",
        "constraints = [models.CheckConstraint(condition=Q(age__gte=0) | Q(name=''), name='c')]",
        "remove_constraint",
        "add_constraint",
    ),
    removed(
        "a unique constraint",
        "constraints = [models.UniqueConstraint(fields=['age', 'name'], name='c')]",
        "remove_constraint",
        "add_constraint",
    ),
    removed(
        "a condition of a constraint",
        "constraints = [models.UniqueConstraint(fields=['name'], condition=Q(age__gt=0), name='c')]",
        "remove_constraint",
        "add_constraint",
    ),
    removed(
        "unique_together",
        "unique_together = [('age', 'name')]",
        "alter_unique_together",
        "alter_unique_together",
    ),
    removed(
        "ordering", "ordering = ['-age', 'name']", "alter_model_options", "alter_model_options"
    ),
    renamed("an index", "indexes = [models.Index(fields=['-age', 'name'], name='i')]"),
    renamed(
        "a condition of an index",
        "indexes = [models.Index(fields=['name'], condition=Q(age__gt=0), name='i')]",
    ),
    renamed(
        "an expression of an index",
        "indexes = [models.Index(Abs('age'), F('name').desc(), name='i')]",
    ),
    renamed(
        "a check",
        "constraints = [models.CheckConstraint(condition=Q(age__gte=0) | Q(name=''), name='c')]",
    ),
    renamed(
        "a unique constraint",
        "constraints = [models.UniqueConstraint(fields=['age', 'name'], name='c')]",
    ),
    renamed(
        "a condition of a constraint",
        "constraints = [models.UniqueConstraint(fields=['name'], condition=Q(age__gt=0), name='c')]",
    ),
    renamed("unique_together", "unique_together = [('age', 'name'), ('name', 'age')]"),
    renamed("ordering", "ordering = ['-age', F('age').desc(), 'name']"),
    renamed("get_latest_by", "get_latest_by = '-age'"),
    renamed_key("an index", meta=("indexes = [models.Index(fields=['-by', 'age'], name='i')]",)),
    renamed_key(
        "a unique constraint",
        meta=("constraints = [models.UniqueConstraint(fields=['age', 'by'], name='c')]",),
    ),
    renamed_key(
        "a check",
        meta=(
            "constraints = [models.CheckConstraint(condition=Q(by__gt=F('age') - 9), name='c')]",
        ),
    ),
    renamed_key("a primary key of two", "pk = models.CompositePrimaryKey('by', 'age')"),
    renamed_key(
        "a generated field",
        "old = models.GeneratedField(expression=F('by') + 1, output_field=models.IntegerField(), "
        "db_persist=True)",
    ),
    Case(
        "rename a primary key that is a foreign key and is pointed to",
        AUTHOR + NUMBERED,
        AUTHOR + NUMBERED.replace("by =", "writer ="),
        "rename_field",
        "rename_field",
        answers={"renames": {"Book.by": "writer"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"by_id": 1}], "Page": [{"book_id": 1}]},
        then={"Book": [{"writer_id": 1}], "Page": [{"book_id": 1}]},
    ),
    Case(
        "rename a field that is in order_with_respect_to",
        AUTHOR + ORDERED,
        AUTHOR + ORDERED.replace("author", "writer"),
        "rename_field",
        "rename_field",
        answers={"renames": {"Book.author": "writer"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"author_id": 1}, {"author_id": 1}]},
        then={"Book": [{"writer_id": 1, "_order": 0}, {"writer_id": 1, "_order": 1}]},
        back={"Book": [{"author_id": 1, "_order": 0}, {"author_id": 1, "_order": 1}]},
    ),
    Case(
        "remove a field that is in order_with_respect_to",
        AUTHOR + ORDERED,
        AUTHOR + model("Book", NAME),
        "alter_order_with_respect_to add_field remove_field",
        "add_field remove_field alter_order_with_respect_to",
        answers={"defaults": {"Book.author": 1, "Book.name": "b"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"author_id": 1}, {"author_id": 1}]},
        then={"Book": [{"name": "b"}, {"name": "b"}]},
        back={"Book": [{"author_id": 1, "_order": 0}, {"author_id": 1, "_order": 0}]},
    ),
    Case(
        "rename the fields of a primary key of two",
        model(
            "Line",
            "pk = models.CompositePrimaryKey('page', 'number')",
            "page = models.IntegerField()",
            "number = models.IntegerField()",
        ),
        model(
            "Line",
            "pk = models.CompositePrimaryKey('sheet', 'number')",
            "sheet = models.IntegerField()",
            "number = models.IntegerField()",
        ),
        "rename_field",
        "rename_field",
        answers={"renames": {"Line.page": "sheet"}},
        rows={"Line": [{"page": 1, "number": 2}]},
        then={"Line": [{"sheet": 1, "number": 2}]},
    ),
    Case(
        "rename a field that is in a generated field",
        *aged("", STORED),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.age": "years"}},
        rows=ROWS,
        then={"Author": [{"name": "Ann", "years": 1, "double": 2}]},
        back={"Author": [{"name": "Ann", "age": 1, "double": 2}]},
    ),
    Case(
        "rename a field that is in a generated field that is not stored",
        *aged("", VIRTUAL),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.age": "years"}},
        rows=ROWS,
        then={"Author": [{"name": "Ann", "years": 1, "double": 2}]},
        vendors=NOT_STORED_ON_POSTGRESQL,
    ),
    Case(
        "rename a field that is in the SQL of a generated field",
        author(fields=(RAW.format("age"),)),
        model("Author", NAME, AGE.replace("age", "years"), RAW.format("years")),
        "remove_field rename_field add_field",
        "remove_field rename_field add_field",
        answers={"renames": {"Author.age": "years"}},
        rows=ROWS,
        then={"Author": [{"name": "Ann", "years": 1, "double": 2}]},
        back={"Author": [{"name": "Ann", "age": 1, "double": 2}]},
    ),
    Case(
        "rename a field whose name is a value in a generated field",
        model("Author", NAME, LABELLED),
        model(
            "Author", NAME.replace("name", "title", 1), LABELLED.replace("When(name", "When(title")
        ),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.name": "title"}},
        rows=NAMED,
        then={"Author": [{"title": "name", "label": "name"}, {"title": "Ann", "label": "other"}]},
        back=LABELS,
    ),
    Case(
        "rename a field whose name is a value in a check and a permission",
        author(CHECKED, PERMITTED),
        author(CHECKED, PERMITTED).replace("name = m", "title = m", 1).replace("Q(name", "Q(title"),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.name": "title"}},
        rows={"Author": [{"name": "name", "age": 1}]},
        then={"Author": [{"title": "name", "age": 1}]},
        more={"Author": [{"title": "other", "age": 2}]},
        back={"Author": [{"name": "name", "age": 1}, {"name": "other", "age": 2}]},
    ),
    Case(
        "rename a field whose name is the name of an index",
        author("indexes = [models.Index(fields=['age'], name='age')]"),
        author("indexes = [models.Index(fields=['years'], name='age')]").replace(
            "age =", "years ="
        ),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.age": "years"}},
        rows=ROWS,
        then=RENAMED,
    ),
    Case(
        "rename a foreign key that is named by its column and looked through",
        AUTHOR + BY.format("by", "by", "by"),
        AUTHOR + BY.format("writer", "writer", "writer"),
        "rename_field",
        "rename_field",
        answers={"renames": {"Book.by": "writer"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"by_id": 1}]},
        then={"Book": [{"writer_id": 1}]},
    ),
    Case(
        "rename a field that an image keeps its width in",
        model("Photo", "age = models.IntegerField(null=True)", IMAGE.format("age")),
        model("Photo", "years = models.IntegerField(null=True)", IMAGE.format("years")),
        "rename_field",
        "rename_field",
        answers={"renames": {"Photo.age": "years"}},
        rows={"Photo": [{"age": None, "image": ""}]},
        then={"Photo": [{"years": None, "image": ""}]},
    ),
    Case(
        "remove a field that is in a generated field, and that one",
        author(fields=(STORED,)),
        AUTHOR,
        "remove_field remove_field",
        "add_field add_field",
        answers={"defaults": {"Author.age": 3}},
        rows=ROWS,
        then=NO_AGE,
        back={"Author": [{"name": "Ann", "age": 3, "double": 6}]},
    ),
    Case(
        "a generated field comes with the field it needs",
        AUTHOR,
        author(fields=(STORED,)),
        "add_field add_field",
        "remove_field remove_field",
        answers={"defaults": {"Author.age": 3}},
        rows=NO_AGE,
        then={"Author": [{"name": "Ann", "age": 3, "double": 6}]},
    ),
    Case(
        "a generated field that is not stored comes",
        author(),
        author(fields=(VIRTUAL,)),
        "add_field",
        "remove_field",
        rows=ROWS,
        then={"Author": [{"name": "Ann", "age": 1, "double": 2}]},
        vendors=NOT_STORED_ON_POSTGRESQL,
    ),
    Case(
        "a generated field has another expression",
        author(fields=(STORED,)),
        author(fields=(STORED.replace("* 2", "+ 7"),)),
        "remove_field add_field",
        "remove_field add_field",
        rows=ROWS,
        then={"Author": [{"name": "Ann", "age": 1, "double": 8}]},
        back={"Author": [{"name": "Ann", "age": 1, "double": 2}]},
    ),
    Case(
        "a generated field becomes a plain one",
        author(fields=(STORED,)),
        author(fields=("double = models.IntegerField(null=True)",)),
        "remove_field add_field",
        "remove_field add_field",
        rows=ROWS,
        then={"Author": [{"name": "Ann", "age": 1, "double": None}]},
        back={"Author": [{"name": "Ann", "age": 1, "double": 2}]},
    ),
    Case(
        "a generated field in an index",
        author(),
        author("indexes = [models.Index(fields=['double'], name='i')]", fields=(STORED,)),
        "add_field add_index",
        "remove_index remove_field",
        rows=ROWS,
        then={"Author": [{"name": "Ann", "age": 1, "double": 2}]},
    ),
    Case(
        "rename a field and change it at once",
        author("indexes = [models.Index(fields=['age'], name='i')]"),
        model(
            "Author",
            NAME,
            "years = models.BigIntegerField(null=True)",
            meta=("indexes = [models.Index(fields=['years', 'name'], name='i')]",),
        ),
        "remove_index rename_field alter_field add_index",
        "remove_index alter_field rename_field add_index",
        answers={"renames": {"Author.age": "years"}, "defaults": {"Author.years": 3}},
        rows=ROWS,
        then=RENAMED,
    ),
    Case(
        "rename a field and keep its column",
        author(),
        model("Author", NAME, "years = models.IntegerField(db_column='age')"),
        "rename_field alter_field",
        "alter_field rename_field",
        answers={"renames": {"Author.age": "years"}},
        rows=ROWS,
        then=RENAMED,
    ),
    Case(
        "a model is renamed and its fields, indexes and constraints change",
        author(
            "indexes = [models.Index(fields=['age', 'name'], name='i')]",
            "constraints = [models.CheckConstraint(condition=Q(age__gte=0), name='c')]",
            "unique_together = [('age', 'name')]",
            "db_table = 'people'",
            fields=("up = models.ForeignKey('self', models.CASCADE, null=True)",),
        ),
        model(
            "Writer",
            "name = models.CharField(max_length=40)",
            "years = models.IntegerField()",
            "up = models.ForeignKey('self', models.CASCADE, null=True)",
            "more = models.TextField(default='m')",
            meta=(
                "indexes = [models.Index(fields=['years', 'name'], name='i')]",
                "constraints = [models.CheckConstraint(condition=Q(years__gte=1), name='c')]",
                "unique_together = [('years', 'name')]",
                "db_table = 'persons'",
            ),
        ),
        "rename_model remove_constraint rename_field add_field alter_field add_constraint alter_model_table",
        "alter_model_table remove_constraint alter_field remove_field rename_field add_constraint rename_model",
        answers={"renames": {"Author": "Writer", "Writer.age": "years"}},
        rows={"Author": [{"name": "Ann", "age": 1}, {"name": "Bob", "age": 2, "up_id": 1}]},
        then={
            "Writer": [
                {"name": "Ann", "years": 1, "more": "m"},
                {"name": "Bob", "years": 2, "up_id": 1, "more": "m"},
            ]
        },
    ),
    Case(
        "a table is rebuilt under a foreign key's feet",
        author()
        + model(
            "Book",
            "by = models.ForeignKey(Author, models.CASCADE)",
            "note = models.TextField(db_index=False)",
            meta=("indexes = [models.Index(fields=['by'], name='i')]",),
        ),
        model(
            "Author",
            "name = models.CharField(max_length=40, unique=True)",
            "age = models.BigIntegerField(db_index=True)",
        )
        + model(
            "Book",
            "by = models.ForeignKey(Author, models.CASCADE)",
            "note = models.TextField(db_index=False)",
            meta=("indexes = [models.Index(fields=['by'], name='i')]",),
        ),
        "alter_field alter_field",
        "alter_field alter_field",
        rows={**ROWS, "Book": [{"by_id": 1, "note": "n"}]},
    ),
]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_trap(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
