"""The plan: what brings an applied set to a target, against a brute-force oracle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import Refused
from evolve.plan import make_plan, targets_for_all
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.targets import Target
from tests.revisions.graphs import graph, key, names


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


@st.composite
def graphs(draw):
    """Random graphs of three apps, with branches, merges and dependencies between apps."""
    revisions: list[Revision] = []
    for number in range(draw(st.integers(1, 14))):
        app = draw(st.sampled_from("abc"))
        own = [each.name for each in revisions if each.app == app]
        others = [str(each) for each in revisions if each.app != app]
        down = draw(st.lists(st.sampled_from(own), max_size=2, unique=True)) if own else []
        depends = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
        name = f"{draw(st.integers(0, 99)):02d}_{number}"
        revisions.append(Revision(app, name, name, tuple(down), tuple(depends)))
    return revisions


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
