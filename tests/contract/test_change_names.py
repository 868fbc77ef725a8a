"""Names of tables and columns that pass from one thing to another, or change their capitals."""

from __future__ import annotations

import pytest

from evolve.autodiff.questions import Answers
from evolve.errors import Refused
from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=40)"
SIZE = "size = models.IntegerField(default=1)"
KEEP = model("Keep", NAME)
AUTHOR, BOOK = model("Author", NAME), model("Book", NAME)
TAGS = "tags = models.ManyToManyField('Book', related_name='+')"
ANN_AND_ONE = {"Author": [{"name": "Ann"}], "Book": [{"name": "One"}]}
NUMBERS = {"Author": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}


def at(table: str, *fields: str, name: str = "Author") -> str:
    """Return a model in a table."""
    return model(name, NAME, *fields, meta=(f"db_table = '{table}'",))


def columns(**named: str) -> str:
    """Return a model whose fields have columns of these names, of their own name for ''."""
    text = "{} = models.IntegerField(default=1{})"
    fields = [
        text.format(field, f", db_column='{column}'" if column else "")
        for field, column in named.items()
    ]
    return model("Author", *fields)


def up(target: str) -> str:
    return f"up = models.ForeignKey('{target}', models.CASCADE, null=True, related_name='+')"


TAKEN = [
    Case(
        "two models swap their tables",
        at("a", up("Book"), TAGS) + at("b", up("Author"), name="Book"),
        at("b", up("Book"), TAGS) + at("a", up("Author"), name="Book"),
        "alter_model_table alter_model_table alter_model_table",
        "alter_model_table alter_model_table alter_model_table",
        rows=ANN_AND_ONE,
    ),
    Case(
        "three models pass their tables on",
        at("a") + at("b", name="Book") + at("c", name="Keep"),
        at("b") + at("c", name="Book") + at("a", name="Keep"),
        "alter_model_table " * 3 + "alter_model_table",
        "alter_model_table " * 3 + "alter_model_table",
        rows={**ANN_AND_ONE, "Keep": [{"name": "Kay"}]},
    ),
    Case(
        "a model takes the table that another leaves for a free one",
        at("a") + at("b", name="Book"),
        at("b") + at("c", name="Book"),
        "alter_model_table alter_model_table",
        "alter_model_table alter_model_table",
        rows=ANN_AND_ONE,
    ),
    Case(
        "a model takes the table of one that is deleted",
        at("a") + at("b", name="Book"),
        at("b"),
        "delete_model alter_model_table",
        "alter_model_table create_model",
        rows=ANN_AND_ONE,
        then={"Author": [{"name": "Ann"}]},
        back={"Author": [{"name": "Ann"}], "Book": []},
    ),
    Case(
        "a new model takes the table of one that is deleted",
        at("a") + KEEP,
        model("Book", SIZE, meta=("db_table = 'a'",)) + KEEP,
        "delete_model create_model",
        "delete_model create_model",
        answers={"no_rename": True},
        rows={"Author": [{"name": "Ann"}]},
        then={"Book": []},
        back={"Author": []},
    ),
    Case(
        "a new model takes the table of one that is deleted, and what points to that",
        at("a") + model("Keep", NAME, up("Author")),
        model("Book", SIZE, meta=("db_table = 'a'",)) + model("Keep", NAME, up("Book")),
        "alter_model_table create_model alter_field delete_model",
        "create_model alter_field delete_model alter_model_table",
        answers={"no_rename": True},
        rows={"Author": [{"name": "Ann"}], "Keep": [{"name": "Kay"}]},
        then={"Keep": [{"name": "Kay"}]},
        back={"Author": [], "Keep": [{"name": "Kay"}]},
        # PostgreSQL's primary key cannot be called as that of the other table.
        vendors=("sqlite", "mariadb"),
    ),
    Case(
        "a model is renamed to the table of one that is deleted",
        AUTHOR + at("law_writer", SIZE, name="Book"),
        model("Writer", NAME),
        "delete_model rename_model",
        "rename_model create_model",
        answers={"renames": {"Author": "Writer"}},
        rows=ANN_AND_ONE,
        then={"Writer": [{"name": "Ann"}]},
        back={"Author": [{"name": "Ann"}], "Book": []},
    ),
    Case(
        "two many-to-many fields swap their tables",
        BOOK + model("Author", TAGS[:-1] + ", db_table='a')", TAGS.replace("tags", "more", 1)),
        BOOK
        + model(
            "Author",
            TAGS[:-1] + ", db_table='law_author_more')",
            TAGS.replace("tags", "more", 1)[:-1] + ", db_table='a')",
        ),
        "alter_field alter_field alter_field",
        "alter_field alter_field alter_field",
    ),
    Case(
        "two fields swap their columns",
        columns(x="", y=""),
        columns(x="y", y="x"),
        "alter_field alter_field alter_field",
        "alter_field alter_field alter_field",
        rows=NUMBERS,
    ),
    Case(
        "a field takes the column that another leaves",
        columns(x="", y=""),
        columns(x="y", y="z"),
        "alter_field alter_field",
        "alter_field alter_field",
        rows=NUMBERS,
    ),
    Case(
        "a new field takes the column that another leaves",
        columns(x="", y=""),
        columns(x="z", y="", w="x"),
        "alter_field add_field",
        "remove_field alter_field",
        rows=NUMBERS,
        then={"Author": [{"x": 1, "y": 2, "w": 1}, {"x": 3, "y": 4, "w": 1}]},
    ),
    Case(
        "a renamed field takes the name that another renamed field leaves",
        columns(x="", y=""),
        columns(z="", x=""),
        "rename_field rename_field",
        "rename_field rename_field",
        answers={"renames": {"Author.x": "z", "Author.y": "x"}},
        rows=NUMBERS,
        then={"Author": [{"z": 1, "x": 2}, {"z": 3, "x": 4}]},
    ),
    Case(
        "a renamed model takes the name that another renamed model leaves",
        model("Author", NAME) + model("Book", NAME, SIZE),
        model("Writer", NAME) + model("Author", NAME, SIZE),
        "rename_model rename_model",
        "rename_model rename_model",
        answers={"renames": {"Author": "Writer", "Book": "Author"}},
        rows=ANN_AND_ONE,
        then={"Writer": [{"name": "Ann"}], "Author": [{"name": "One", "size": 1}]},
    ),
]


def indexed(**names: str) -> str:
    """Return a model with an index of a name on each field."""
    made = ", ".join(f"models.Index(fields=['{on}'], name='{name}')" for on, name in names.items())
    return columns(x="", y="") + f"    class Meta:\n        indexes = [{made}]\n"


UNIQUE = "constraints = [models.UniqueConstraint(fields=['name'], name='u')]"
PARTS = [
    Case(
        "two indexes swap their names",
        indexed(x="i", y="j"),
        indexed(x="j", y="i"),
        "remove_index remove_index add_index add_index",
        "remove_index remove_index add_index add_index",
        rows=NUMBERS,
    ),
    Case(
        "an index takes the name that another leaves",
        indexed(x="i", y="j"),
        indexed(x="j", y="k"),
        "remove_index remove_index add_index add_index",
        "remove_index remove_index add_index add_index",
        rows=NUMBERS,
    ),
    Case(
        "an index leaves a name for another",
        indexed(x="i", y="j"),
        indexed(x="k", y="j"),
        "rename_index",
        "rename_index",
        rows=NUMBERS,
    ),
    Case(
        "a new model takes the name of a constraint, and what points to the old one",
        model("Author", NAME, meta=(UNIQUE,)) + model("Keep", NAME, up("Author")),
        model("Book", NAME, "x = models.TextField()", meta=(UNIQUE,))
        + model("Keep", NAME, up("Book")),
        # Django 6.0 and later remove constraints before they delete the model.
        None,
        None,
        answers={"no_rename": True},
        rows={"Author": [{"name": "Ann"}], "Keep": [{"name": "Kay"}]},
        then={"Book": [], "Keep": [{"name": "Kay"}]},
        back={"Author": [], "Keep": [{"name": "Kay"}]},
    ),
]
AT_ONCE = [
    Case(
        "a field is renamed, and another kind of field has its name at once",
        model("Author", NAME, meta=("indexes = [models.Index(fields=['name'], name='i')]",)),
        model(
            "Author",
            NAME.replace("name", "title", 1),
            "name = models.IntegerField(default=7)",
            meta=("indexes = [models.Index(fields=['name'], name='i')]",),
        ),
        "remove_index rename_field add_field add_index",
        "remove_index remove_field rename_field add_index",
        answers={"renames": {"Author.name": "title"}},
        rows={"Author": [{"name": "Ann"}]},
        then={"Author": [{"title": "Ann", "name": 7}]},
    ),
    Case(
        "a plain field is renamed, and a foreign key has its name at once",
        BOOK + model("Author", NAME, "book = models.CharField(max_length=40)"),
        BOOK
        + model(
            "Author",
            NAME,
            "book_name = models.CharField(max_length=40)",
            "book = models.ForeignKey('Book', models.CASCADE, null=True)",
        ),
        "rename_field add_field",
        "remove_field rename_field",
        answers={"renames": {"Author.book": "book_name"}},
        rows={"Author": [{"name": "Ann", "book": "One"}]},
        then={"Author": [{"name": "Ann", "book_name": "One", "book_id": None}]},
    ),
    Case(
        "a field that a foreign key points to is renamed, and its name taken at once",
        model("Author", NAME[:-1] + ", unique=True)")
        + model("Book", "by = models.ForeignKey('Author', models.CASCADE, to_field='name')"),
        model(
            "Author",
            NAME.replace("name", "title", 1)[:-1] + ", unique=True)",
            "name = models.IntegerField(default=7)",
        )
        + model("Book", "by = models.ForeignKey('Author', models.CASCADE, to_field='title')"),
        "rename_field add_field",
        "remove_field rename_field",
        answers={"renames": {"Author.name": "title"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"by_id": "Ann"}]},
        then={"Author": [{"title": "Ann", "name": 7}], "Book": [{"by_id": "Ann"}]},
    ),
    Case(
        "a model is renamed, and another one has its name at once",
        AUTHOR + model("Book", NAME, up("Author")),
        model("Writer", NAME)
        + model("Author", SIZE, "text = models.TextField()")
        + model("Book", NAME, up("Writer")),
        "rename_model create_model",
        "delete_model rename_model",
        answers={"renames": {"Author": "Writer"}},
        rows={"Author": [{"name": "Ann"}], "Book": [{"name": "One", "up_id": 1}]},
        then={"Writer": [{"name": "Ann"}], "Author": [], "Book": [{"name": "One", "up_id": 1}]},
        # PostgreSQL's primary key cannot be called as that of the other table.
        vendors=("sqlite", "mariadb"),
    ),
]
CAPITALS = [
    Case(
        "a model in other capitals, which is the same to Django, and a field",
        model("Author", NAME, TAGS) + model("Book", NAME, up("Author")),
        model("AUTHOR", NAME, TAGS, SIZE) + model("Book", NAME, up("AUTHOR")),
        "add_field",
        "remove_field",
        rows=ANN_AND_ONE,
    ),
    Case(
        "a many-to-many field in other capitals",
        BOOK + model("Author", NAME, TAGS),
        BOOK + model("Author", NAME, TAGS.replace("tags", "Tags")),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.tags": "Tags"}},
        rows=ANN_AND_ONE,
    ),
    Case(
        "a many-to-many field to its own model in other capitals",
        model("Author", NAME, TAGS.replace("'Book'", "'self'")),
        model("Author", NAME, TAGS.replace("tags", "Tags").replace("'Book'", "'self'")),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.tags": "Tags"}},
        rows={"Author": [{"name": "Ann"}]},
    ),
    Case(
        "the table of a many-to-many field in other capitals",
        BOOK + model("Author", NAME, TAGS[:-1] + ", db_table='abc')"),
        BOOK + model("Author", NAME, TAGS[:-1] + ", db_table='ABC')"),
        "alter_field",
        "alter_field",
        rows=ANN_AND_ONE,
    ),
    Case(
        "fields in other capitals",
        BOOK + model("Author", NAME[:-1] + ", unique=True)", SIZE[:-1] + ", db_index=True)"),
        BOOK
        + model(
            "Author",
            NAME.replace("name", "Name", 1)[:-1] + ", unique=True)",
            SIZE.replace("size", "Size")[:-1] + ", db_index=True)",
        ),
        "rename_field rename_field",
        "rename_field rename_field",
        answers={"renames": {"Author.name": "Name", "Author.size": "Size"}},
        rows=ANN_AND_ONE,
        then={"Author": [{"Name": "Ann", "Size": 1}]},
    ),
    Case(
        "a foreign key in other capitals",
        BOOK + model("Author", NAME, up("Book")),
        BOOK + model("Author", NAME, up("Book").replace("up", "UP")),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.up": "UP"}},
        rows={"Book": [{"name": "One"}], "Author": [{"name": "Ann", "up_id": 1}]},
        then={"Author": [{"name": "Ann", "UP_id": 1}]},
    ),
    Case(
        "columns in other capitals",
        columns(x="abc", y=""),
        columns(x="ABC", y="Y"),
        "alter_field alter_field",
        "alter_field alter_field",
        rows=NUMBERS,
    ),
    Case(
        "a table in other capitals",
        at("abc", TAGS) + model("Book", NAME, up("Author")),
        at("ABC", TAGS) + model("Book", NAME, up("Author")),
        "alter_model_table",
        "alter_model_table",
        rows=ANN_AND_ONE,
        # SQLite's table keeps the capitals that it has: Django takes both names for one.
        vendors=("postgresql", "mariadb"),
    ),
]


@pytest.mark.parametrize("case", on_their_vendors([*TAKEN, *PARTS, *AT_ONCE, *CAPITALS]))
def test_name(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)


TITLE = NAME.replace("name", "title", 1)
NUMBER = "name = models.IntegerField(default=7)"


@pytest.mark.parametrize(
    ("after", "asked"),
    [
        (model("Author", TITLE, NUMBER), "was Author.name renamed to Author.title?"),
        (model("Author", TITLE, "name = models.TextField()"), ""),
        (
            model("Writer", NAME) + model("Author", SIZE, "text = models.TextField()"),
            "was the model Author renamed to Writer?",
        ),
        (model("Writer", NAME) + model("Author", NAME, SIZE), ""),
    ],
    ids=["field", "field of the same kind", "model", "model that has more"],
)
def test_a_rename_is_asked_about_where_the_old_name_has_another_meaning(
    world: World, after: str, asked: str
) -> None:
    """Django alters what has the old name now, and loses the values or fails."""
    world.write(model("Author", NAME))
    answers = Answers()
    world.difference(after, answers)
    renames = [str(each) for each in answers.unanswered if "renamed" in str(each)]
    assert renames == ([asked] if asked else [])


def test_a_rename_is_asked_about_where_the_table_is_kept(world: World) -> None:
    """However unlike the models are: it is the same table."""
    world.write(at("a"))
    answers = Answers()
    world.difference(model("Book", SIZE, meta=("db_table = 'a'",)), answers)
    assert "was the model Author renamed to Book?" in map(str, answers.unanswered)


def linked(meta: str = "db_table = 'law_author_tags'") -> str:
    return model(
        "Link",
        "author = models.ForeignKey('Author', models.CASCADE)",
        "book = models.ForeignKey('Book', models.CASCADE)",
        meta=(meta,),
    )


THROUGH = BOOK + model("Author", NAME, TAGS[:-1] + ", through='Link')") + linked()
AUTO = BOOK + model("Author", NAME, TAGS)


@pytest.mark.parametrize(("before", "after"), [(AUTO, THROUGH), (THROUGH, AUTO)])
def test_a_many_to_many_table_that_stays_is_not_dropped(
    world: World, before: str, after: str
) -> None:
    world.write(before)
    with pytest.raises(Refused, match=r"would drop the table with its rows") as refused:
        world.write(after)
    assert "schemamigration law --empty NAME" in (refused.value.hint or "")


def test_a_new_model_cannot_take_a_table_whose_indexes_stay_with_another(world: World) -> None:
    """The name of an index is made of table and column: the database would have it already."""
    world.write(BOOK + at("a", up("Book")))
    with pytest.raises(Refused, match=r"both have an index on up"):
        world.write(BOOK + at("b", up("Book")) + at("a", up("Book"), name="Writer"), no_rename=True)


def test_nor_can_one_that_has_the_name_of_a_renamed_model(world: World) -> None:
    world.write(BOOK + model("Author", NAME, up("Book")))
    with pytest.raises(Refused, match=r"takes the table that Writer had"):
        world.write(
            BOOK + model("Writer", NAME, up("Book")) + model("Author", SIZE, up("Book")),
            renames={"Author": "Writer"},
        )
