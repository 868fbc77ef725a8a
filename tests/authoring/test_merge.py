"""Merging heads: what the revision says, and what is refused."""

from __future__ import annotations

import pytest

from evolve.authoring.merge import merge_revision, merged_at
from evolve.autodiff.questions import Answers
from evolve.errors import Refused, UnknownName
from tests.contract.case import model
from tests.contract.engine import snapshot_of

NAME = "name = models.CharField(max_length=20)"
ANT = model("Ant", NAME)
BEE = model("Bee", NAME)
LONG, LONGER = (NAME.replace("20", each) for each in ("30", "40"))


def forked(world, base, *sides, **answers):
    """Write a base and a branch for each side; return the branches' keys."""
    world.write(base)
    given = {"no_rename": True, **answers}
    return [world.write(side, parent="0001_initial", **given).revision.key for side in sides]


def merge(world, keys, answers=None, slug=""):
    return merge_revision(world.project, "law", keys, answers or {}, Answers(no_rename=True), slug)


def at(world, *keys):
    project = world.project
    graph = project.graph()
    return project.state(graph, graph.ancestors(keys)).models


def test_a_merge_imports_what_the_fields_of_either_side_need(world):
    ours = model("Ant", NAME, "hand = HandField(null=True)")
    theirs = model(
        "Ant", NAME, "size = models.IntegerField(null=True, validators=[MinValueValidator(1)])"
    )
    keys = forked(world, ANT, ours, theirs)
    for order in (keys, keys[::-1]):
        text = merge(world, order).text
        assert "import tests.apps.law.values\n" in text
        assert "import django.core.validators\n" in text
    merge(world, keys).write()
    merged = world.project.graph().heads("law")
    assert list(at(world, *merged)["law", "ant"].fields) == ["id", "name", "size", "hand"]


def test_what_both_did_alike_needs_no_answer(world):
    both = model("Ant", NAME, meta=("ordering = ['name']",))
    keys = forked(world, ANT, both, both + BEE)
    made = merge(world, keys)
    assert "backwards = irreversible" not in made.text
    made.write()
    state = at(world, *world.project.graph().heads("law"))
    assert state["law", "ant"].options["ordering"] == ["name"]


def test_a_merge_freezes_the_models_on_which_its_parents_differ(world):
    other = model("Cow", NAME)
    keys = forked(
        world,
        ANT + BEE + other,
        model("Ant", LONG) + BEE + other,
        ANT + BEE + other + model("Dog", NAME),
    )
    made = merge(world, keys)
    assert '"law.Ant"' in made.text
    assert '"law.Dog"' in made.text
    assert '"law.Bee"' not in made.text
    assert '"law.Cow"' not in made.text
    assert made.name == "0004_merge"
    assert made.text.startswith('"""Merge 0002_')
    assert merge(world, keys, slug="both").name == "0004_both"


def test_a_model_that_one_side_deletes_is_gone_after_the_merge(world):
    keys = forked(world, ANT + BEE, ANT, model("Ant", LONG) + BEE)
    made = merge(world, keys)
    assert '"law.Bee": None' in made.text
    made.write()
    assert set(at(world, *world.project.graph().heads("law"))) == {("law", "ant")}


def test_what_was_answered_is_made_and_going_back_leaves_it_to_what_is_frozen(world):
    keys = forked(world, ANT, model("Ant", LONG), model("Ant", LONGER))
    with pytest.raises(Refused, match=r"(?s)Ant\.name.*max_length=20.*=30.*=40") as error:
        merge(world, keys)
    assert "--ours Ant.name or --theirs Ant.name" in error.value.hint
    for answer, length in (("ours", 30), ("theirs", 40)):
        made = merge(world, keys, {"Ant.name": answer})
        assert f'alter_field("Ant", "name", models.CharField(max_length={length}))' in made.text
        assert 'alter_field("Ant", "name")\n' in made.text


def test_an_answer_to_no_conflict_is_refused_with_the_nearest(world):
    keys = forked(world, ANT, model("Ant", LONG), model("Ant", LONGER))
    with pytest.raises(UnknownName, match=r"(?s)Ant\.nam.*Ant\.name"):
        merge(world, keys, {"Ant.nam": "ours"})
    with pytest.raises(UnknownName, match=r"Ant\.size"):
        merge(world, keys, {"Ant.name": "ours", "Ant.size": "ours"})


def test_an_answer_may_be_for_the_last_of_three_heads(world):
    keys = forked(world, ANT, ANT + BEE, model("Ant", LONG), model("Ant", LONGER))
    project = world.project
    found = merged_at(project, project.graph(), keys, {})
    assert [each.label for each in found.conflicts] == ["Ant.name"]
    assert found.theirs == f"{keys[1].name}, {keys[2].name}"
    found = merged_at(project, project.graph(), keys, {"Ant.name": "theirs"})
    assert found.conflicts == ()
    assert "40" in found.models["law", "ant"].fields["name"]
    assert found.models.keys() == snapshot_of(ANT + BEE).keys()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs", "renames", "said"),
    [
        (
            model("Ant", "called = models.CharField(max_length=20)"),
            model("Ant", LONG),
            {"Ant.name": "called"},
            "Ant.name",
        ),
        (model("Bug", NAME), model("Ant", LONG), {"Ant": "Bug"}, "Ant"),
        (model("Bug", NAME), ANT + model("Bug", NAME), {"Ant": "Bug"}, "Bug"),
        (
            model("Ant", "called = models.CharField(max_length=20)"),
            model("Ant", NAME, "called = models.TextField(null=True)"),
            {"Ant.name": "called"},
            "Ant.called",
        ),
    ],
)
def test_what_one_renames_and_the_other_changes_or_adds_is_a_conflict(
    world, ours, theirs, renames, said, turned
):
    world.write(ANT)
    keys = [
        world.write(ours, parent="0001_initial", renames=renames).revision.key,
        world.write(theirs, parent="0001_initial", no_rename=True).revision.key,
    ]
    project = world.project
    found = merged_at(project, project.graph(), keys[::-1] if turned else keys, {})
    assert said in [each.label for each in found.conflicts]
    assert not found.conflicts[0].answerable


def test_a_rename_on_one_side_and_a_change_of_another_field_are_both_in_the_merge(world):
    size = "size = models.IntegerField(null=True)"
    world.write(model("Ant", NAME, size))
    keys = [
        world.write(
            model("Ant", "called = models.CharField(max_length=20)", size),
            parent="0001_initial",
            renames={"Ant.name": "called"},
        ).revision.key,
        world.write(
            model("Ant", NAME, size.replace("Integer", "BigInteger")), parent="0001_initial"
        ).revision.key,
    ]
    project = world.project
    found = merged_at(project, project.graph(), keys, {})
    assert found.conflicts == ()
    assert found.models == snapshot_of(
        model(
            "Ant",
            "called = models.CharField(max_length=20)",
            size.replace("Integer", "BigInteger"),
        )
    )


def test_one_head_and_a_head_above_another_need_no_merge(world):
    world.write(ANT)
    first, second = world.project.graph().of("law")[0], world.write(ANT + BEE).revision.key
    with pytest.raises(Refused, match="one head"):
        merge(world, [second])
    with pytest.raises(Refused, match="comes after law:0001_initial already"):
        merge(world, [first, second])
    with pytest.raises(Refused, match="comes after law:0001_initial already"):
        merge(world, [second, first])


def test_a_merge_waits_for_the_apps_that_what_it_freezes_refers_to(world):
    review = world.write(model("Review", NAME), app="ally").revision
    to = "of = models.ForeignKey('ally.Review', models.CASCADE, null=True)"
    keys = forked(world, ANT, model("Ant", NAME, to), ANT + BEE)
    assert f'depends_on = ["ally:{review.id}"]' in merge(world, keys).text
    others = forked_again(world)
    assert "depends_on = []" in merge(world, others).text


def forked_again(world):
    """Two branches of ours that have nothing to do with another app, on the first revision."""
    return [
        world.write(ANT + each, parent="0001_initial", no_rename=True).revision.key
        for each in (BEE, model("Cow", NAME))
    ]


def test_the_hint_speaks_of_answers_where_there_are_some_and_of_changes_where_there_are_none(world):
    """Both add Bee, which no answer solves; both change Ant's name, which one does."""
    keys = forked(world, ANT, model("Ant", LONG) + BEE, model("Ant", LONGER) + BEE)

    def hint(one, other):
        with pytest.raises(Refused) as error:
            merge(world, [one, other])
        return error.value.hint

    both = hint(*keys)
    assert "--ours Ant.name" in both
    assert "cannot be applied after the first" in both
    alone = world.write(model("Ant", LONG), parent="0001_initial", no_rename=True).revision.key
    assert "cannot be applied after the first" not in hint(alone, keys[1])
    bee = world.write(ANT + BEE, parent="0001_initial", no_rename=True).revision.key
    assert "--ours" not in hint(bee, keys[1])
