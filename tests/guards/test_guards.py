"""Guards < what they find in a plan, and that they look at all of it."""

import pytest

from evolve.errors import Guarded
from evolve.guards import irreversible, refuse
from evolve.guards.dependents import others
from evolve.guards.out_of_order import branches
from evolve.plan import make_plan
from evolve.revisions.targets import Target
from tests.guards.facts import Said
from tests.revisions.graphs import graph, key

LINE = graph("1", "2 < 1", "3 < 2", "o:x ; a:2")
ALL = set(LINE)


def back(to):
    return make_plan(LINE, ALL, [Target("a", key(to) if to else None)])


def forwards():
    return make_plan(LINE, set(), [Target("a", key("3"))])


def test_every_irreversible_revision_of_a_rollback_is_named_with_its_reason():
    with pytest.raises(Guarded) as error:
        refuse(back(None), Said(irreversible={"1": "rows are gone", "3": "no way"}))
    text = str(error.value)
    assert "a:1: it cannot be reversed: rows are gone" in text
    assert "a:3: it cannot be reversed: no way" in text
    assert "`evolve migrate a 3` goes back as far as it" in text
    assert "Nothing was touched." in text
    assert error.value.exit_code == 2


def test_an_irreversible_revision_below_the_target_or_forwards_is_no_matter():
    refuse(back("1"), Said(irreversible={"1": "rows are gone"}))
    refuse(forwards(), Said(irreversible={"1": "rows are gone"}))


def test_an_unfilled_data_migration_is_refused_in_its_direction_alone():
    with pytest.raises(Guarded, match=r"a:2: its forwards is still the skeleton.*`pass`"):
        refuse(forwards(), Said(unfilled={("2", "forwards")}))
    refuse(forwards(), Said(unfilled={("2", "backwards")}))
    with pytest.raises(Guarded, match="its backwards"):
        refuse(back("1"), Said(unfilled={("2", "backwards")}))


def test_other_apps_steps_of_a_rollback_are_told_apart():
    assert [str(step.revision) for step in others(back("1"))] == ["o:x"]
    assert others(back("2")) == tuple(step for step in back("2").steps if step.revision.app == "o")
    assert others(forwards()) == ()


def hints(plan, **reasons):
    said = Said(irreversible={name.strip("_"): reason for name, reason in reasons.items()})
    return {finding.place: finding.hint for finding in irreversible.check(plan, said)}


def test_only_the_first_irreversible_revision_on_the_way_can_be_gone_back_to():
    found = hints(back(None), _1="rows are gone", _3="no way")
    assert found["a:3"] == "`evolve migrate a 3` goes back as far as it."
    assert found["a:1"] == ""


def test_another_apps_irreversible_revision_asks_for_a_target_that_keeps_what_it_needs():
    assert hints(back("1"), x="no way")["o:x"] == (
        "It needs what would be rolled back in a: choose a target that keeps that."
    )


def test_a_faked_step_is_not_asked_about_what_it_does_not_run():
    plan = back(None).faking(ALL)
    refuse(plan, Said(irreversible={"1": "rows are gone"}))
    refuse(forwards().faking(ALL), Said(unfilled={("2", "forwards")}))


def test_what_should_have_come_before_applied_revisions_is_refused_unless_that_is_allowed():
    plan = make_plan(LINE, {key("1"), key("3")}, [Target("a", key("3"))])
    assert [(step.key.name, step.late) for step in plan.steps] == [("2", (key("3"),))]
    with pytest.raises(Guarded, match="a:2: it should have been applied before a:3, but was not"):
        refuse(plan, Said())
    refuse(plan, Said(), {"out-of-order"})


def test_a_parallel_branch_is_no_matter_and_is_said():
    forked = graph("1", "2 < 1", "3 < 1", "4 < 2 3")
    plan = make_plan(forked, {key("1"), key("2")}, [Target("a", key("4"))])
    refuse(plan, Said())
    assert branches(plan) == [
        " - a:3 comes from another branch than a:2, applied already: it runs after it."
    ]
    assert branches(make_plan(forked, set(), [Target("a", key("4"))])) == []


def test_what_would_be_dropped_is_named_unless_the_step_is_faked_or_that_is_allowed():
    said = Said(lost={"2": ("t: CHECK (a > 0)", "t: view v")})
    with pytest.raises(Guarded, match="a:2: it would drop") as error:
        refuse(forwards(), said)
    assert " - t: CHECK (a > 0)\n - t: view v\n" in str(error.value)
    assert "--accept-lost-objects" in str(error.value)
    refuse(forwards().faking(ALL), said)
    refuse(forwards(), said, {"lost-objects"})
