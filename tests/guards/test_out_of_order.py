"""What a plan runs after what should have come later, or after what a parallel branch did."""

from evolve.guards import out_of_order
from evolve.plan import make_plan
from evolve.revisions.targets import Target
from tests.guards.facts import Said
from tests.revisions.graphs import graph, key

LINE = graph("1", "2 < 1", "3 < 2", "o:x ; a:2")
FORK = graph("1", "2 < 1", "3 < 1")


def test_the_hint_speaks_of_one_or_of_several():
    def hint(*applied):
        plan = make_plan(LINE, {key(each) for each in applied}, [Target("a", key("2"))])
        (finding,) = out_of_order.check(plan, Said())
        return finding.hint

    assert hint("1", "3").startswith("Roll it back first")
    assert hint("1", "3", "o:x").startswith("Roll them back first")


def test_a_step_back_comes_after_no_branch():
    plan = make_plan(FORK, set(FORK), [Target("a", key("1"))])
    assert all(step.beside for step in plan.steps)
    assert out_of_order.branches(plan) == []


def test_a_faked_step_runs_after_no_branch():
    plan = make_plan(FORK, {key("1"), key("2")}, [Target("a", key("3"))])
    assert len(out_of_order.branches(plan)) == 1
    assert out_of_order.branches(plan.faking({key("3")})) == []
