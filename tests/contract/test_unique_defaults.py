"""One value for all rows in a field where no two may have one: asked before anything is written."""

from __future__ import annotations

import pytest

from evolve.errors import Unanswered
from tests.contract.case import Case, hold, model
from tests.contract.engine import World

AUTHOR = model("Author", "name = models.CharField(max_length=40)")
ANN = {"Author": [{"name": "Ann"}]}


def author(field: str) -> str:
    return model("Author", "name = models.CharField(max_length=40)", f"code = {field}")


ONE_FOR_ALL = {
    "a constant": "models.IntegerField(unique=True, default=5)",
    "a callable": "models.IntegerField(unique=True, default=seventeen)",
    "a value of the database": "models.IntegerField(unique=True, db_default=5)",
    "an expression of a value": "models.IntegerField(unique=True, db_default=models.Value(5))",
    "an empty text": "models.CharField(max_length=9, unique=True, blank=True)",
    "a nullable constant": "models.IntegerField(unique=True, null=True, default=5)",
}
NOT_ONE = {
    "no value": "models.IntegerField(unique=True, null=True)",
    "not unique": "models.IntegerField(default=5)",
}
SHARED = {"shared_defaults": frozenset({"Author.code"})}


@pytest.mark.parametrize("field", ONE_FOR_ALL.values(), ids=ONE_FOR_ALL)
@pytest.mark.parametrize("to", ["comes", "goes"])
def test_one_value_for_all_rows_is_asked_of(world: World, field: str, to: str) -> None:
    before, after = (AUTHOR, author(field)) if to == "comes" else (author(field), AUTHOR)
    world.write(before)
    with pytest.raises(Unanswered, match=r"--shared-default Author\.code") as raised:
        world.write(after)
    assert ("--irreversible Author.code" in str(raised.value)) is (to == "goes")
    assert len(world.project.graph().of("law")) == 1


@pytest.mark.parametrize("field", NOT_ONE.values(), ids=NOT_ONE)
def test_what_all_rows_may_have_is_not_asked_of(world: World, field: str) -> None:
    world.write(AUTHOR)
    world.write(author(field))
    world.write(AUTHOR)


def test_a_one_off_value_is_asked_of_too(world: World) -> None:
    world.write(AUTHOR)
    with pytest.raises(Unanswered, match=r"--shared-default Author\.code"):
        world.write(author("models.IntegerField(unique=True)"), defaults={"Author.code": 5})
    world.write(author("models.IntegerField(unique=True)"), defaults={"Author.code": 5}, **SHARED)


def test_of_a_new_model_nothing_is_asked(world: World) -> None:
    world.write(author("models.IntegerField(unique=True, default=5)"))


def test_rows_where_a_unique_field_is_null_are_asked_of(world: World) -> None:
    nullable = author("models.IntegerField(unique=True, null=True)")
    world.write(nullable)
    with pytest.raises(Unanswered, match="every row where it is NULL gets the same value"):
        world.write(author("models.IntegerField(unique=True)"), defaults={"Author.code": 5})
    world.write(author("models.IntegerField(unique=True)"), defaults={"Author.code": 5}, **SHARED)
    with pytest.raises(Unanswered, match="on the way back every row where it is NULL"):
        world.write(nullable, defaults={"Author.code": 5})


def test_the_way_back_of_a_unique_field_can_be_given_up(world: World) -> None:
    world.write(author("models.IntegerField(unique=True, default=5)"))
    gone = world.write(AUTHOR, irreversible=frozenset({"Author.code"}))
    assert gone.method("backwards").startswith("backwards = irreversible(")


def test_one_row_may_have_it_there_and_back(world: World, alias: str) -> None:
    hold(
        Case(
            "unique",
            author("models.IntegerField(unique=True)"),
            AUTHOR,
            "remove_field",
            "add_field",
            answers={"defaults": {"Author.code": 5}, **SHARED},
            rows={"Author": [{"name": "Ann", "code": 1}]},
            then=ANN,
            back={"Author": [{"name": "Ann", "code": 5}]},
        ),
        world,
        alias,
    )
