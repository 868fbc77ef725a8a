"""Other apps' steps of a rollback."""

from evolve.guards.dependents import others
from evolve.plan import make_plan
from evolve.revisions.targets import Target
from tests.revisions.graphs import graph, key

LINE = graph("1 ; o:x", "2 < 1", "o:x", "p:y ; a:2")


def test_other_apps_revisions_that_run_forwards_are_not_rolled_back():
    plan = make_plan(LINE, set(), [Target("a", key("2"))])
    assert [str(step.revision) for step in plan.steps] == ["o:x", "a:1", "a:2"]
    assert others(plan) == ()


def test_an_app_that_any_target_names_is_no_other():
    applied = set(LINE)
    plan = make_plan(LINE, applied, [Target("p", None), Target("a", key("1"))])
    assert [str(step.revision) for step in plan.steps] == ["p:y", "a:2"]
    assert others(plan) == ()
