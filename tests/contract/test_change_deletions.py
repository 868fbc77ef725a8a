"""Models that go together: what needs one of them goes before it, and comes back after it."""

from __future__ import annotations

import pytest

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=40)"
AUTHOR = model("Author", NAME)
OTHER = model("Other", NAME)
POET = model("Poet", meta=("proxy = True",), bases="Author")
UP = "up = models.ForeignKey('Author', models.CASCADE, null=True)"
CREDIT = model(
    "Credit",
    "author = models.ForeignKey(Author, models.CASCADE)",
    "book = models.ForeignKey('Book', models.CASCADE)",
)
BOOK = model("Book", "by = models.ManyToManyField(Author, through='Credit')")
UNSUPPORTED = model(
    "Author",
    "flag = models.BooleanField(db_default=True)",
    meta=(
        "constraints = [models.UniqueConstraint(fields=['flag'], name='c', nulls_distinct=False)]",
    ),
)
ROWS = {"Author": [{"name": "Ann"}], "Other": [{"name": "Oak"}]}
CREDITED = {**ROWS, "Book": [{"id": 1}], "Credit": [{"author_id": 1, "book_id": 1}]}

CASES = [
    Case(
        "a model goes that has a constraint which not every database supports",
        UNSUPPORTED,
        "",
        "delete_model",
        "create_model",
    ),
    Case(
        "a model and its proxy go",
        AUTHOR + POET + OTHER,
        OTHER,
        "delete_model delete_model",
        "create_model create_model",
        rows=ROWS,
        then={"Other": [{"name": "Oak"}]},
        back={"Author": [], "Other": [{"name": "Oak"}]},
    ),
    Case(
        "a model goes with the model that its many-to-many field goes through",
        AUTHOR + OTHER + CREDIT + BOOK,
        AUTHOR + OTHER,
        "remove_field delete_model delete_model",
        "create_model create_model add_field",
        rows=CREDITED,
        then=ROWS,
        back={**ROWS, "Book": [], "Credit": []},
    ),
    Case(
        "a model goes with the model through which it is pointed to",
        AUTHOR + OTHER + CREDIT + BOOK,
        OTHER + model("Book"),
        "remove_field delete_model delete_model",
        "create_model create_model add_field",
        rows=CREDITED,
        then={"Other": [{"name": "Oak"}], "Book": [{"id": 1}]},
        back={"Author": [], "Credit": [], "Book": [{"id": 1}]},
    ),
    Case(
        "a proxy goes that its own base has a many-to-many field to",
        model("Author", NAME, "poets = models.ManyToManyField('Poet')") + POET + OTHER,
        AUTHOR + OTHER,
        "remove_field delete_model",
        "create_model add_field",
        rows=ROWS,
    ),
    Case(
        "a proxy goes that its own base has a foreign key to",
        model("Author", NAME, "poet = models.ForeignKey('Poet', models.CASCADE, null=True)")
        + POET
        + OTHER,
        AUTHOR + OTHER,
        "remove_field delete_model",
        "create_model add_field",
        rows={**ROWS, "Author": [{"name": "Ann"}]},
    ),
    Case(
        "a model and its proxy go that it has a many-to-many field to",
        model("Author", NAME, "poets = models.ManyToManyField('Poet')") + POET + OTHER,
        OTHER,
        None,
        None,
        rows=ROWS,
        then={"Other": [{"name": "Oak"}]},
        back={"Author": [], "Other": [{"name": "Oak"}]},
    ),
    Case(
        "models in a circle of foreign keys go, with what names these",
        model("Author", NAME, "bee = models.ForeignKey('Bee', models.CASCADE, null=True)")
        + model(
            "Bee",
            NAME,
            UP,
            meta=(
                "indexes = [models.Index(fields=['up', 'name'], name='i')]",
                "constraints = [models.UniqueConstraint(fields=['name', 'up'], name='c')]",
                "unique_together = [('up', 'name')]",
            ),
        )
        + OTHER,
        OTHER,
        "remove_index remove_constraint remove_field alter_unique_together remove_field "
        "delete_model delete_model",
        "create_model create_model add_field alter_unique_together add_field add_constraint "
        "add_index",
        rows=ROWS,
        then={"Other": [{"name": "Oak"}]},
        back={"Author": [], "Bee": []},
    ),
    Case(
        "models in a circle of foreign keys go, one in the order of the other",
        model("Author", NAME, "bee = models.ForeignKey('Bee', models.CASCADE, null=True)")
        + model(
            "Bee",
            NAME,
            UP,
            meta=(
                "order_with_respect_to = 'up'",
                "constraints = [models.UniqueConstraint(fields=['_order', 'up'], name='c')]",
            ),
        )
        + OTHER,
        OTHER,
        None,
        None,
        rows=ROWS,
        then={"Other": [{"name": "Oak"}]},
        back={"Author": [], "Bee": []},
    ),
    Case(
        "models in a circle go with the model between them",
        model(
            "Author",
            NAME,
            "bee = models.ForeignKey('Bee', models.CASCADE, null=True)",
            "bees = models.ManyToManyField('Bee', through='Link', related_name='+')",
        )
        + model("Bee", NAME, UP)
        + model(
            "Link",
            "author = models.ForeignKey('Author', models.CASCADE)",
            "bee = models.ForeignKey('Bee', models.CASCADE)",
        )
        + OTHER,
        OTHER,
        None,
        None,
        rows=ROWS,
        then={"Other": [{"name": "Oak"}]},
        back={"Author": [], "Bee": [], "Link": []},
    ),
    Case(
        "models in a circle go, one by its primary key",
        model("Author", NAME, "bee = models.ForeignKey('Bee', models.CASCADE, related_name='+')")
        + model("Bee", "a = models.OneToOneField('Author', models.CASCADE, primary_key=True)")
        + OTHER,
        OTHER,
        "remove_field delete_model delete_model",
        "create_model create_model add_field",
        rows={"Other": [{"name": "Oak"}]},
    ),
    Case(
        "models in a circle of many-to-many fields go",
        model("Author", NAME, "bees = models.ManyToManyField('Bee', related_name='+')")
        + model("Bee", NAME, "authors = models.ManyToManyField('Author', related_name='+')")
        + OTHER,
        OTHER,
        "remove_field remove_field delete_model delete_model",
        "create_model create_model add_field add_field",
        rows={**ROWS, "Bee": [{"name": "Bee"}]},
        then={"Other": [{"name": "Oak"}]},
        back={"Author": [], "Bee": []},
    ),
    Case(
        "a parent that points to its child goes with it",
        model(
            "Author",
            NAME,
            "kid = models.ForeignKey('Kid', models.CASCADE, null=True, related_name='+')",
        )
        + model("Kid", "size = models.IntegerField(default=1)", bases="Author")
        + OTHER,
        OTHER,
        "remove_field delete_model delete_model",
        "create_model create_model add_field",
        rows=ROWS,
        then={"Other": [{"name": "Oak"}]},
        back={"Author": [], "Kid": []},
    ),
    Case(
        "a proxy of a proxy goes, which another model points to",
        AUTHOR
        + POET
        + model("Bard", meta=("proxy = True",), bases="Poet")
        + model("Other", NAME, "bard = models.ForeignKey('Bard', models.CASCADE, null=True)"),
        AUTHOR + OTHER,
        "remove_field delete_model delete_model",
        "create_model create_model add_field",
        rows=ROWS,
    ),
    Case(
        "a proxy goes, and what points to it points to its base",
        AUTHOR
        + POET
        + model("Other", NAME, "by = models.ForeignKey('Poet', models.CASCADE, null=True)"),
        AUTHOR
        + model("Other", NAME, "by = models.ForeignKey('Author', models.CASCADE, null=True)"),
        "alter_field delete_model",
        "create_model alter_field",
        rows={**ROWS, "Other": [{"name": "Oak", "by_id": 1}]},
    ),
]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_deletion(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
