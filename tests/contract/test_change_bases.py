"""Models that get or lose a base, a table of their own, or the name of their parent."""

from __future__ import annotations

import pytest

from evolve.errors import Refused
from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=40)"
SIZE = "size = models.IntegerField(default=1)"
AUTHOR = model("Author", NAME)
POET = model("Poet", SIZE, bases="Author")
KEEP = model("Keep", "poet = models.ForeignKey('Poet', models.CASCADE, related_name='+')")
MANY = model("Many", "poets = models.ManyToManyField('Poet', related_name='+')")


def by(name: str) -> str:
    """Return a model whose primary key is a foreign key of a name."""
    return model(
        "Poet", f"{name} = models.OneToOneField('Author', models.CASCADE, primary_key=True)", SIZE
    )


CASES = [
    Case(
        "a child becomes a model of its own",
        AUTHOR + POET,
        AUTHOR + model("Poet", SIZE),
        "remove_field add_field",
        "remove_field add_field",
        answers={"no_rename": True},
        rows={"Author": [{"name": "Ann"}]},
    ),
    Case(
        "a model becomes a child",
        AUTHOR + model("Poet", SIZE),
        AUTHOR + POET,
        "remove_field add_field",
        "remove_field add_field",
        answers={"no_rename": True, "defaults": {"Poet.author_ptr": 1}},
        rows={"Author": [{"name": "Ann"}], "Poet": [{"size": 2}]},
        then={"Poet": [{"name": "Ann", "size": 2}]},
    ),
    Case(
        "a parent goes, and its child has the fields",
        AUTHOR + POET,
        model("Poet", NAME, SIZE),
        None,
        None,
        answers={"no_rename": True, "defaults": {"Poet.name": "x"}},
    ),
    Case(
        "a parent is renamed, and with it the primary key of its child, which others point to",
        AUTHOR + POET + KEEP + MANY,
        model("Writer", NAME) + POET.replace("Author", "Writer") + KEEP + MANY,
        "rename_model rename_field",
        "rename_field rename_model",
        answers={"renames": {"Author": "Writer", "Poet.author_ptr": "writer_ptr"}},
        rows={"Poet": [{"name": "Bob", "size": 2}], "Keep": [{"poet_id": 1}]},
    ),
    Case(
        "a foreign key is renamed that is a primary key which others point to",
        AUTHOR + by("author") + KEEP + MANY,
        AUTHOR + by("writer") + KEEP + MANY,
        "rename_field",
        "rename_field",
        answers={"renames": {"Poet.author": "writer"}},
        rows={
            "Author": [{"name": "Ann"}],
            "Poet": [{"author_id": 1, "size": 2}],
            "Keep": [{"poet_id": 1}],
        },
        then={"Poet": [{"writer_id": 1, "size": 2}], "Keep": [{"poet_id": 1}]},
    ),
    Case(
        "a proxy gets a table",
        AUTHOR + model("Poet", meta=("proxy = True",), bases="Author"),
        AUTHOR + model("Poet", SIZE),
        "delete_model create_model",
        "delete_model create_model",
        answers={"no_rename": True},
        rows={"Author": [{"name": "Ann"}]},
    ),
]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_base(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)


@pytest.mark.parametrize("app", ["law", "ally"])
def test_what_refers_to_a_proxy_that_gets_a_table_is_not_left_behind(
    world: World, app: str
) -> None:
    """Its foreign key would stay with the table of the proxy's base."""
    pointing = KEEP.replace("'Poet'", "'law.Poet'")
    own = pointing if app == "law" else ""
    world.write(AUTHOR + model("Poet", meta=("proxy = True",), bases="Author") + own)
    if app == "ally":
        world.write(pointing, app="ally")
    with pytest.raises(Refused, match=rf"and {app}\.Keep refers to it"):
        world.write(AUTHOR + model("Poet", SIZE) + own, no_rename=True)
