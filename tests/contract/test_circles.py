"""Two apps whose models refer to each other, deleted: relations go first, then the models."""

from __future__ import annotations

from typing import Any

import pytest

from evolve.authoring.author import Author, Wish
from evolve.autodiff.questions import Answers
from evolve.checking import check
from evolve.errors import Refused, Unanswered
from tests.contract.case import everything_away, model
from tests.contract.engine import World
from tests.contract.schema import schema

NAME = "name = models.CharField(max_length=40)"
KEEP, HOLD = model("Keep", NAME), model("Hold", NAME)
KEY = "{} = models.ForeignKey('{}', models.CASCADE, null=True, related_name='+')"
MANY = "{} = models.ManyToManyField('{}', related_name='+')"
NAMED_EVERYWHERE = (
    KEY,
    "computed = models.GeneratedField(expression=F('{0}_id') + 1, db_persist=True, "
    "output_field=models.BigIntegerField())",
    "indexes = [models.Index(fields=['{0}', 'name'], name='{0}_i')]",
    "constraints = [models.CheckConstraint(condition=Q({0}__gt=0), name='{0}_c')]",
    "unique_together = [('{0}', 'name')]",
    "ordering = ['{0}']",
)
BOTH = ["law", "ally"]


def pointing(name: str, field: str, target: str, relation: tuple[str, ...]) -> str:
    lines = [each.format(field, target) for each in relation]
    meta = [line for line in lines if "models.Ind" in line or "= [" in line]
    return model(name, NAME, *(each for each in lines if each not in meta), meta=meta)


def up(world: World, alias: str) -> None:
    for app in BOTH:
        world.migrate(alias, app=app)


def circle(world: World, *relation: str, **answers: Any) -> None:
    """Write revisions of law.A and ally.B, which then point to each other."""
    world.write(model("A", NAME) + KEEP)
    world.write(pointing("B", "up", "law.A", relation) + HOLD, app="ally")
    world.write(pointing("A", "down", "ally.B", relation) + KEEP, **answers)


def gone(world: World, begin: str, **answers: Any) -> list[str]:
    """Write the revisions that delete both models, one app after the other; return their calls."""
    world.models |= {"law": KEEP, "ally": HOLD}
    second = "ally" if begin == "law" else "law"
    calls = []
    for app in (begin, second, begin):
        written = world.write(world.models[app], app=app, **(answers if not calls else {}))
        calls.append(" ".join(written.calls("forwards")))
    return calls


@pytest.mark.parametrize("begin", BOTH)
@pytest.mark.parametrize(
    "relation", [(KEY,), (MANY,), NAMED_EVERYWHERE], ids=["key", "many-to-many", "named"]
)
def test_models_of_two_apps_in_a_circle_go(
    world: World, alias: str, relation: tuple[str, ...], begin: str
) -> None:
    circle(world, *relation)
    up(world, alias)
    at_first = schema(alias)
    positions = {app: world.project.graph().of(app)[-1].name for app in BOTH}
    calls = gone(world, begin)
    assert "remove_field" in calls[0] and "delete_model" not in calls[0]
    assert calls[1:] == ["delete_model", "delete_model"]
    assert check(world.project, BOTH)[0] == []

    up(world, alias)
    at_second = schema(alias)
    assert {"law_keep", "ally_hold"} <= at_second.keys()
    assert not {"law_a", "ally_b", "law_a_down"} & at_second.keys()

    world.migrate(alias, positions[begin], app=begin)
    second = "ally" if begin == "law" else "law"
    world.migrate(alias, positions[second], app=second)
    assert schema(alias) == at_first

    everything_away(world, alias)
    up(world, alias)
    assert schema(alias) == at_second


def test_the_user_is_told_what_to_run_next(world: World) -> None:
    circle(world, KEY)
    world.models |= {"law": KEEP, "ally": HOLD}
    made = Author(world.project).schema_revision("law", Wish(), Answers())
    assert made is not None
    assert made.lines == [" - Deleted field down on law.A"]
    assert made.notes == (
        " ! law.A: not deleted yet, since models of ally refer to it in their revisions.",
        " ! Now run `evolve schemamigration ally --auto`, then `evolve schemamigration law --auto`.",
    )
    made.write()
    with pytest.raises(Refused, match=r"ally\.B still refers to a model of 'law'"):
        world.write(KEEP)


def test_a_relation_that_must_not_be_null_is_asked_about(world: World) -> None:
    """Its rows are still there when it goes, unlike in a deletion of the whole model."""
    circle(world, KEY.replace(", null=True", ""), defaults={"A.down": 1})
    with pytest.raises(Unanswered, match=r"--default A.down=PYTHON or --irreversible A.down"):
        gone(world, "law")
    assert gone(world, "law", irreversible=frozenset({"A.down"}))[0] == "remove_field"


def test_without_a_circle_nothing_is_kept(world: World) -> None:
    world.write(model("A", NAME) + KEEP)
    world.write(model("B", NAME, KEY.format("up", "law.A")), app="ally")
    world.models |= {"law": KEEP, "ally": model("B", NAME)}
    with pytest.raises(Refused, match="Run `evolve schemamigration ally --auto` first"):
        world.write(KEEP)


def test_a_renamed_model_is_not_kept(world: World) -> None:
    circle(world, KEY)
    world.models |= {"ally": model("B", NAME, KEY.format("up", "law.Renamed"))}
    written = world.write(
        pointing("Renamed", "down", "ally.B", (KEY,)) + KEEP, renames={"A": "Renamed"}
    )
    assert written.calls("forwards") == ["rename_model"]
