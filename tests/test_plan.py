"""The plan: what brings an applied set to a target, against a brute-force oracle."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import Refused
from evolve.plan import make_plan, targets_for_all
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.squashed import without_replaced
from evolve.revisions.targets import Target
from tests.revisions.graphs import graph, graphs, key, names


def steps(it, applied, *targets):
    plan = make_plan(it, {key(each) for each in applied.split()}, targets)
    return names(step.key for step in plan.steps)


def to(name):
    return Target("a", key(name) if name else None)


LINE = graph("1", "2 < 1", "3 < 2", "o:x ; a:2")


def test_forwards_runs_what_is_missing_up_to_the_target():
    assert steps(LINE, "", to("2")) == "1 2"
    assert steps(LINE, "1", to("3")) == "2 3"


def test_backwards_rolls_back_to_just_after_the_target_with_what_depends_on_it():
    assert steps(LINE, "1 2 3 o:x", to("1")) == "o:x 3 2"


def test_zero_rolls_back_everything():
    assert steps(LINE, "1 2 3 o:x", to(None)) == "o:x 3 2 1"
    assert steps(LINE, "", to(None)) == ""


def test_at_the_target_there_is_nothing_to_do():
    plan = make_plan(LINE, {key("1")}, [to("1")])
    assert not plan
    assert plan.sections[0].target == to("1")


def test_a_missing_ancestor_of_an_applied_target_is_put_forwards():
    assert steps(LINE, "1 3", to("3")) == "2"


def test_a_branch_is_rolled_back_alone():
    """
    1 - b1 - b2
      \\ c1
    """
    fork = graph("1", "b1 < 1", "b2 < b1", "c1 < 1")
    assert steps(fork, "1 b1 b2 c1", to("b1")) == "b2"
    assert steps(fork, "1 b1 b2 c1", to("1")) == "c1 b2 b1"


def test_what_the_target_of_another_app_needs_is_planned_once():
    both = make_plan(LINE, set(), targets_for_all(LINE))
    assert names(step.key for step in both.steps) == "1 2 3 o:x"
    assert [section.target.app for section in both.sections] == ["a", "o"]


def test_one_plan_goes_one_way():
    with pytest.raises(Refused, match="forwards and some backwards"):
        make_plan(LINE, {key("1"), key("2")}, [Target("o", Key("o", "x")), to("1")])


def test_a_squash_marks_what_it_replaces_too():
    squash = Revision("a", "s", "s", replaces=("a:1", "a:2"))
    (step,) = make_plan(Graph([squash]), set(), [to("s")]).steps
    assert names(step.marks) == "1 2 s"


def closed(it, wanted):
    """Return the ancestors of `wanted` by walking requirements naively."""
    found = set(wanted)
    while more := {each for at in found for each in it.requirements(at)} - found:
        found |= more
    return found


@settings(max_examples=200, deadline=None)
@given(graphs(), st.data())
def test_up_then_down_returns_every_set_is_closed_and_every_edge_is_kept(revisions, data):
    it = Graph(revisions)
    keys = [*it]
    applied = closed(it, data.draw(st.sets(st.sampled_from(keys))))
    target = data.draw(st.sampled_from(keys))
    up = make_plan(it, applied, [Target(target.app, target)]).steps
    now = set(applied)
    if target not in applied:
        assert {step.key for step in up} == closed(it, {target}) - applied
        assert {step.direction for step in up} == {"forwards"}
        for step in up:
            assert set(it.requirements(step.key)) <= now
            now.add(step.key)
    down = make_plan(it, now, [Target(target.app, None)]).steps
    below = {each for each in now if closed(it, {each}) & set(it.of(target.app))}
    assert {step.key for step in down} == below
    for step in down:
        assert not set(it.dependents(step.key)) & now
        now.remove(step.key)
    assert now == closed(it, now)


@settings(max_examples=100, deadline=None)
@given(graphs(), st.randoms())
def test_the_plan_does_not_depend_on_the_order_of_the_files(revisions, random):
    shuffled = [*revisions]
    random.shuffle(shuffled)
    plans = [make_plan(it, set(), targets_for_all(it)) for it in map(Graph, (revisions, shuffled))]
    assert plans[0].steps == plans[1].steps


def subsets(keys):
    return (set(each) for size in range(len(keys) + 1) for each in combinations(keys, size))


def is_closed(it, keys):
    return all(set(it.requirements(key)) <= keys for key in keys)


@settings(max_examples=100, deadline=None)
@given(graphs(largest=7), st.data())
def test_a_plan_changes_as_little_as_can_be(revisions, data):
    """Of all sets of revisions that could be applied, it leads to the nearest, by trying all."""
    it = Graph(revisions)
    possible = [each for each in subsets([*it]) if is_closed(it, each)]
    applied = data.draw(st.sampled_from(possible))
    target = data.draw(st.sampled_from([*it]))
    if target in applied:
        children = set(it.children(target))
        below = [each for each in possible if each <= applied and not each & children]
        expected = max(below, key=len)
    else:
        expected = min((each for each in possible if each >= applied | {target}), key=len)
    steps = make_plan(it, applied, [Target(target.app, target)]).steps
    assert applied ^ {step.key for step in steps} == expected


@settings(max_examples=100, deadline=None)
@given(graphs(branches=False), st.data())
def test_up_and_back_to_where_each_app_was_returns_the_applied_set(revisions, data):
    it = Graph(revisions)
    applied = closed(it, data.draw(st.sets(st.sampled_from([*it]))))
    target = data.draw(st.sampled_from([*it]))
    now = applied | closed(it, {target})
    own = {app: [key for key in it.of(app) if key in applied] for app in it.apps}
    back = [Target(app, keys[-1] if keys else None) for app, keys in own.items()]
    steps = make_plan(it, now, back).steps
    assert {step.direction for step in steps} <= {"backwards"}
    assert now - {step.key for step in steps} == applied


def test_an_applied_target_is_gone_back_to_also_where_something_below_it_is_missing():
    assert steps(LINE, "2 3", to("2")) == "3"


def test_a_squash_of_a_squash_marks_the_innermost_too_both_ways():
    """1 and 2 are squashed into s1, and s1 and 3 into s2: Django asks for the rows of all."""
    s1 = Revision("a", "s1", "s1", replaces=("a:1", "a:2"))
    s2 = Revision("a", "s2", "s2", replaces=("a:s1", "a:3"))
    it = Graph(without_replaced([s1, s2], frozenset()))
    (up,) = make_plan(it, set(), [to("s2")]).steps
    (down,) = make_plan(it, {key("s2")}, [to(None)]).steps
    assert names(up.marks) == names(down.marks) == "1 2 s1 3 s2"


def test_a_target_that_is_missing_below_what_is_applied_is_put_forwards():
    assert steps(LINE, "1 3", to("2")) == "2"
    assert steps(LINE, "3", to("1")) == "1"


FORK = graph("1", "2 < 1", "3 < 1", "o:x", "o:y < x", "o:z < x")


def test_all_apps_go_to_their_heads_where_no_app_has_two():
    assert targets_for_all(LINE, frozenset()) == (to("3"), Target("o", Key("o", "x")))


@pytest.mark.parametrize("applied", [[], ["1"], ["1", "2"], ["1", "3", "o:x", "o:y", "o:z"]])
def test_two_heads_that_are_not_both_applied_are_not_run_by_accident(applied):
    with pytest.raises(Refused, match="'a' has more than one head: 2, 3") as error:
        targets_for_all(FORK, {key(each) for each in applied})
    assert "`evolve rebase a 3`" in error.value.hint


def test_two_heads_that_are_both_applied_are_no_matter():
    applied = {key(each) for each in ("1", "2", "3")}
    with pytest.raises(Refused, match="'o' has more than one head: y, z"):
        targets_for_all(FORK, applied)
    assert len(targets_for_all(FORK, applied | set(FORK))) == 4
    assert len(targets_for_all(FORK)) == 4
    assert targets_for_all(graph("1", "2"), {key("1"), key("2")}) == (to("1"), to("2"))


def placed(it, applied, *targets):
    plan = make_plan(it, {key(each) for each in applied.split()}, targets)
    return {step.key.name: names(step.late) for step in plan.steps}, {
        step.key.name: names(step.beside) for step in plan.steps
    }


def test_each_step_knows_what_should_have_come_after_it():
    late, _ = placed(LINE, "3 o:x", to("3"))
    assert late == {"1": "3 o:x", "2": "3 o:x"}
    assert placed(LINE, "1", to("3"))[0] == {"2": "", "3": ""}
    assert placed(LINE, "1 2 3", to("1"))[0] == {"3": "", "2": ""}


def test_each_step_knows_what_is_applied_on_other_branches_of_its_own_app():
    it = graph("1", "2 < 1", "3 < 1", "4 < 3 ; o:y", "o:x", "o:y < x", "o:z < x")
    _, beside = placed(it, "1 2 o:x o:z", to("4"))
    assert beside == {"3": "2", "y": "o:z", "4": "2"}
    assert placed(it, "1 o:x", to("4"))[1] == {"3": "", "y": "", "4": ""}


def test_two_bases_of_an_app_are_branches():
    assert placed(graph("1", "2"), "1", to("2"))[1] == {"2": "1"}


def test_the_targets_before_one_count_as_done():
    plan = make_plan(LINE, set(), [to("1"), to("2"), to("3")])
    assert [names(step.key for step in each.steps) for each in plan.sections] == ["1", "2", "3"]
    plan = make_plan(LINE, set(LINE), [to("2"), to("1")])
    assert [names(step.key for step in each.steps) for each in plan.sections] == ["3", "o:x 2"]


def test_faking_marks_the_named_steps_alone():
    plan = make_plan(LINE, set(), [to("3")]).faking({key("2"), Key("o", "x")})
    assert {step.key.name: step.faked for step in plan.steps} == {
        "1": False,
        "2": True,
        "3": False,
    }


def test_a_plan_with_one_step_in_its_last_section_is_something_to_do():
    plan = make_plan(LINE, {key("1")}, [to("1"), to("2")])
    assert [len(each.steps) for each in plan.sections] == [0, 1]
    assert plan
