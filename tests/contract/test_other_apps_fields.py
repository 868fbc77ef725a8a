"""Foreign keys to another app's fields: the field comes first, and goes last."""

from __future__ import annotations

import pytest

from evolve.errors import Refused
from tests.contract.case import everything_away, model
from tests.contract.engine import World, Written, built
from tests.contract.schema import schema

NAME = "name = models.CharField(max_length=20)"
CODE = "code = models.CharField(max_length=20, unique=True, null=True)"
KEY = "by = models.ForeignKey('ally.Author', models.CASCADE, null=True, to_field='code')"
AUTHOR, CODED = model("Author", NAME), model("Author", NAME, CODE)
BOOK, KEYED = model("Book", NAME), model("Book", NAME, KEY)


def begun(world: World, author: str, book: str) -> None:
    """Write the first revisions of both apps."""
    world.write(author, app="ally")
    world.write(book)


def waits(world: World, later: Written) -> bool:
    """Tell whether a revision of `ally` waits for the one that `law` has."""
    graph = world.project.graph()
    return graph.heads("law")[0] in graph.ancestors([later.revision.key])


def holds(world: World, alias: str, models: dict[str, str]) -> None:
    """Migrate an empty database to the models and back to nothing."""
    for app in models:
        world.migrate(alias, app=app)
    found = schema(alias)
    everything_away(world, alias)
    assert found == built(alias, models)


def test_a_key_to_a_field_waits_for_the_fields_revision(world: World) -> None:
    begun(world, AUTHOR, BOOK)
    world.models["ally"] = CODED
    with pytest.raises(Refused, match=r"refer to ally\.author\.code, which no revision has yet"):
        world.write(KEYED)
    world.write(CODED, app="ally")
    world.write(KEYED)


def test_a_field_that_a_key_names_is_not_removed_before_the_key(world: World) -> None:
    begun(world, CODED, KEYED)
    world.models["law"] = BOOK
    with pytest.raises(Refused, match=r"law\.Book still refers to a field of 'ally' that is gone"):
        world.write(AUTHOR, app="ally")


def test_a_field_that_a_key_named_goes_after_it_and_comes_back_before(
    world: World, alias: str
) -> None:
    begun(world, CODED, KEYED)
    world.models["ally"] = AUTHOR
    world.write(BOOK)
    gone = world.write(AUTHOR, app="ally")
    assert waits(world, gone)
    holds(world, alias, {"ally": AUTHOR, "law": BOOK})


def test_a_key_is_made_before_the_field_that_it_names_is_renamed(world: World, alias: str) -> None:
    begun(world, CODED, KEYED)
    renamed = {"ally": CODED.replace("code", "word"), "law": KEYED.replace("'code'", "'word'")}
    world.models |= renamed
    written = world.write(renamed["ally"], app="ally", renames={"Author.code": "word"})
    assert waits(world, written)
    holds(world, alias, renamed)
