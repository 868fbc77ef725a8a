"""Changes of proxies, unmanaged, through and multi-table models, wherever plain ones change."""

from __future__ import annotations

import pytest

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=20)"
LONG = "name = models.CharField(max_length=40)"
SIZE = "size = models.IntegerField(null=True)"
AUTHOR = model("Author", NAME)
ANN = {"Author": [{"name": "Ann"}]}
ALIVE = "alive = models.BooleanField(default=True)"
PEOPLE = model("Author", ALIVE)


def proxy(
    name: str = "Poet", *fields: str, base: str = "Author", meta: tuple[str, ...] = ()
) -> str:
    return model(name, *fields, meta=("proxy = True", *meta), bases=base)


def view(*fields: str, name: str = "View", meta: tuple[str, ...] = ()) -> str:
    return model(name, *fields, meta=("managed = False", *meta))


def poet(*fields: str, name: str = "Poet", base: str = "Author", meta: tuple[str, ...] = ()) -> str:
    return model(name, *fields, meta=meta, bases=base)


def to(target: str, name: str = "Book", field: str = "by") -> str:
    return model(name, f"{field} = models.ForeignKey({target!r}, models.CASCADE, null=True)")


def credit(*fields: str, name: str = "Credit", meta: tuple[str, ...] = ()) -> str:
    return model(
        name,
        "book = models.ForeignKey('Book', models.CASCADE)",
        "author = models.ForeignKey(Author, models.CASCADE)",
        *fields,
        meta=meta,
    )


BOOK = model("Book", "all = models.ManyToManyField('Author', through='Credit')")
CREDITED = {**ANN, "Book": [{"id": 1}], "Credit": [{"book_id": 1, "author_id": 1}]}
VERSES = "verses = models.IntegerField()"
CID = {"Poet": [{"name": "Cid", "verses": 3}]}
AS_AUTHOR = {"Author": [{"name": "Cid"}]}


def case(name, before, after, forwards, backwards, **given):
    return Case(name, before, after, forwards, backwards, **given)


PROXIES = [
    case(
        "a proxy is renamed",
        AUTHOR + proxy(),
        AUTHOR + proxy("Bard"),
        "rename_model",
        "rename_model",
        answers={"renames": {"Poet": "Bard"}},
        rows=ANN,
    ),
    case(
        "a proxy that others point to is renamed",
        AUTHOR + proxy() + to("Poet"),
        AUTHOR + proxy("Bard") + to("Bard"),
        "rename_model",
        "rename_model",
        answers={"renames": {"Poet": "Bard"}},
        rows={**ANN, "Book": [{"by_id": 1}]},
    ),
    case(
        "a proxy with managers comes",
        PEOPLE,
        PEOPLE + proxy("Poet", "living = Living()"),
        "create_model",
        "delete_model",
        rows={"Author": [{"alive": False}]},
    ),
    case(
        "a proxy with managers goes",
        PEOPLE + proxy("Poet", "living = Living()"),
        PEOPLE,
        "delete_model",
        "create_model",
        rows={"Author": [{"alive": False}]},
    ),
    case(
        "a proxy of a proxy comes with it",
        AUTHOR,
        AUTHOR + proxy() + proxy("Bard", base="Poet"),
        "create_model create_model",
        "delete_model delete_model",
        rows=ANN,
    ),
    case(
        "a proxy of a proxy goes with it",
        AUTHOR + proxy() + proxy("Bard", base="Poet"),
        AUTHOR,
        "delete_model delete_model",
        "create_model create_model",
        rows=ANN,
    ),
    case(
        "a proxy comes with what points to it",
        AUTHOR,
        AUTHOR + proxy() + to("Poet"),
        "create_model create_model",
        "delete_model delete_model",
        rows=ANN,
    ),
    case(
        "a proxy goes with what points to it",
        AUTHOR + proxy() + to("Poet"),
        AUTHOR,
        "delete_model delete_model",
        "create_model create_model",
        rows={**ANN, "Book": [{"by_id": 1}]},
        then=ANN,
        back={**ANN, "Book": []},
    ),
    case(
        "a field of a model with a proxy comes and goes",
        AUTHOR + proxy(),
        model("Author", SIZE) + proxy(),
        "remove_field add_field",
        "remove_field add_field",
        answers={"no_rename": True, "defaults": {"Author.name": "x"}},
        rows=ANN,
        then={"Author": [{"size": None}]},
        back={"Author": [{"name": "x"}]},
    ),
    case(
        "a field that a proxy's ordering names is renamed",
        AUTHOR + proxy(meta=("ordering = ['name']",)),
        model("Author", NAME.replace("name", "called")) + proxy(meta=("ordering = ['called']",)),
        "rename_field alter_model_options",
        "alter_model_options rename_field",
        answers={"renames": {"Author.name": "called"}},
        rows=ANN,
        then={"Author": [{"called": "Ann"}]},
    ),
    case(
        "a proxy becomes a model of its own",
        AUTHOR + proxy(),
        AUTHOR + poet(SIZE),
        "delete_model create_model",
        "delete_model create_model",
        rows=ANN,
    ),
]

UNMANAGED = [
    case(
        "an unmanaged model goes",
        AUTHOR + view(NAME),
        AUTHOR,
        "delete_model",
        "create_model",
        rows=ANN,
    ),
    case(
        "an unmanaged model is renamed",
        AUTHOR + view(NAME),
        AUTHOR + view(NAME, name="Sight"),
        "rename_model",
        "rename_model",
        answers={"renames": {"View": "Sight"}},
        rows=ANN,
    ),
    case(
        "an unmanaged model with managers comes",
        PEOPLE,
        PEOPLE + view(ALIVE, "living = Living()"),
        "create_model",
        "delete_model",
    ),
    case(
        "an unmanaged model with managers goes",
        PEOPLE + view(ALIVE, "living = Living()"),
        PEOPLE,
        "delete_model",
        "create_model",
    ),
    case(
        "a table name and options of an unmanaged model",
        AUTHOR + view(NAME),
        AUTHOR + view(NAME, meta=("db_table = 'other'", "ordering = ['name']")),
        "alter_model_options alter_model_table",
        "alter_model_table alter_model_options",
        rows=ANN,
    ),
    case(
        "a foreign key without a constraint to an unmanaged model comes",
        AUTHOR + view(NAME),
        model(
            "Author",
            NAME,
            "of = models.ForeignKey('View', models.DO_NOTHING, null=True, db_constraint=False)",
        )
        + view(NAME),
        "add_field",
        "remove_field",
        rows=ANN,
    ),
]

THROUGH = [
    case(
        "a field of a through model comes and changes",
        AUTHOR + BOOK + credit("share = models.IntegerField(default=1)"),
        AUTHOR + BOOK + credit("share = models.BigIntegerField(default=1)", SIZE),
        "add_field alter_field",
        "alter_field remove_field",
        rows=CREDITED,
    ),
    case(
        "constraints and indexes of a through model",
        AUTHOR + BOOK + credit(),
        AUTHOR
        + BOOK
        + credit(
            meta=(
                "constraints = [models.UniqueConstraint(fields=['book', 'author'], name='u')]",
                "indexes = [models.Index(fields=['author', 'book'], name='i')]",
            )
        ),
        "add_index add_constraint",
        "remove_constraint remove_index",
        rows=CREDITED,
    ),
    case(
        "the table of a through model",
        AUTHOR + BOOK + credit(),
        AUTHOR + BOOK + credit(meta=("db_table = 'credits'",)),
        "alter_model_table",
        "alter_model_table",
        rows=CREDITED,
    ),
    case(
        "a through model of a model to itself comes",
        AUTHOR,
        model("Author", NAME, "near = models.ManyToManyField('self', through='Link')")
        + model(
            "Link",
            "a = models.ForeignKey(Author, models.CASCADE, related_name='+')",
            "b = models.ForeignKey(Author, models.CASCADE, related_name='+')",
        ),
        "create_model add_field",
        "remove_field delete_model",
        rows=ANN,
    ),
    case(
        "a target of a many-to-many field through a model is renamed",
        AUTHOR + BOOK + credit(),
        model("Writer", NAME)
        + BOOK.replace("Author", "Writer")
        + credit().replace("Author", "Writer"),
        "rename_model",
        "rename_model",
        answers={"renames": {"Author": "Writer"}},
        rows=CREDITED,
        then={"Writer": [{"name": "Ann"}], "Credit": [{"book_id": 1, "author_id": 1}]},
    ),
    case(
        "a many-to-many field to a proxy comes",
        AUTHOR + proxy() + model("Book"),
        AUTHOR + proxy() + model("Book", "all = models.ManyToManyField('Poet')"),
        "add_field",
        "remove_field",
        rows={**ANN, "Book": [{"id": 1}]},
    ),
]

MULTI_TABLE = [
    case(
        "a child model goes and its parent stays",
        AUTHOR + poet(VERSES),
        AUTHOR,
        "delete_model",
        "create_model",
        rows=CID,
        then=AS_AUTHOR,
        back={**AS_AUTHOR, "Poet": []},
    ),
    case(
        "a child model is renamed",
        AUTHOR + poet(VERSES) + to("Poet"),
        AUTHOR + poet(VERSES, name="Bard") + to("Bard"),
        "rename_model",
        "rename_model",
        answers={"renames": {"Poet": "Bard"}},
        rows={**CID, "Book": [{"by_id": 1}]},
        then={"Bard": [{"name": "Cid", "verses": 3}], "Book": [{"by_id": 1}]},
    ),
    case(
        "a child of a child comes",
        AUTHOR + poet(VERSES),
        AUTHOR + poet(VERSES) + poet(SIZE, name="Bard", base="Poet"),
        "create_model",
        "delete_model",
        rows=CID,
    ),
    case(
        "a child of a child goes",
        AUTHOR + poet(VERSES) + poet(SIZE, name="Bard", base="Poet"),
        AUTHOR + poet(VERSES),
        "delete_model",
        "create_model",
        rows={"Bard": [{"name": "Cid", "verses": 3, "size": 1}]},
        then=CID,
        back={**CID, "Bard": []},
    ),
    case(
        "a field of a child is renamed",
        AUTHOR + poet(VERSES),
        AUTHOR + poet(VERSES.replace("verses", "lines")),
        "rename_field",
        "rename_field",
        answers={"renames": {"Poet.verses": "lines"}},
        rows=CID,
        then={"Poet": [{"name": "Cid", "lines": 3}]},
    ),
    case(
        "a field of the parent is renamed",
        AUTHOR + poet(VERSES),
        model("Author", NAME.replace("name", "called")) + poet(VERSES),
        "rename_field",
        "rename_field",
        answers={"renames": {"Author.name": "called"}},
        rows=CID,
        then={"Poet": [{"called": "Cid", "verses": 3}]},
    ),
    case(
        "fields of a child go",
        AUTHOR + poet(VERSES, SIZE),
        AUTHOR + poet(VERSES),
        "remove_field",
        "add_field",
        rows={"Poet": [{"name": "Cid", "verses": 3, "size": 4}]},
        then=CID,
        back={"Poet": [{"name": "Cid", "verses": 3, "size": None}]},
    ),
    case(
        "indexes, constraints and unique_together of a child",
        AUTHOR + poet(VERSES, SIZE),
        AUTHOR
        + poet(
            VERSES,
            SIZE,
            meta=(
                "indexes = [models.Index(fields=['verses'], name='i')]",
                "constraints = [models.CheckConstraint(condition=Q(verses__gte=0), name='c')]",
                "unique_together = [('verses', 'size')]",
            ),
        ),
        "alter_unique_together add_index add_constraint",
        "remove_constraint remove_index alter_unique_together",
        rows=CID,
    ),
    case(
        "a many-to-many field of a child comes",
        AUTHOR + poet(VERSES),
        AUTHOR + poet(VERSES, "near = models.ManyToManyField('Author', related_name='+')"),
        "add_field",
        "remove_field",
        rows=CID,
    ),
    case(
        "the table and the options of a child",
        AUTHOR + poet(VERSES),
        AUTHOR + poet(VERSES, meta=("db_table = 'poets'", "ordering = ['verses']")),
        "alter_model_options alter_model_table",
        "alter_model_table alter_model_options",
        rows=CID,
    ),
    case(
        "a link to the parent that is written out",
        AUTHOR,
        AUTHOR
        + poet("of = models.OneToOneField(Author, models.CASCADE, parent_link=True)", VERSES),
        "create_model",
        "delete_model",
        rows=ANN,
    ),
    case(
        "a proxy of a child comes",
        AUTHOR + poet(VERSES),
        AUTHOR + poet(VERSES) + proxy("Bard", base="Poet"),
        "create_model",
        "delete_model",
        rows=CID,
    ),
]

CASES = [*PROXIES, *UNMANAGED, *THROUGH, *MULTI_TABLE]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_kind_change(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
