"""The order of revisions beside Django's own planner."""

from unittest.mock import patch

from django.db.migrations.executor import MigrationExecutor
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.plan import make_plan
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key
from evolve.revisions.targets import Target
from tests.revisions.graphs import graphs
from tests.revisions.test_squashed_beside_django import Loader


def executor_of(revisions, rows=()):
    """Return Django's executor over revisions instead of files."""
    with patch("django.db.migrations.executor.MigrationLoader", lambda _: Loader(revisions, rows)):
        return MigrationExecutor(None)


def djangos_order(revisions):
    """Return the order in which Django's `migrate` runs revisions on an empty database."""
    executor = executor_of(revisions)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [Key(each.app_label, each.name) for each, _ in plan]


@settings(max_examples=150, deadline=None)
@given(graphs(django=True))
def test_django_format_revisions_run_in_the_order_in_which_django_runs_them(revisions):
    assert list(Graph(revisions)) == djangos_order(revisions)


@settings(max_examples=80, deadline=None)
@given(graphs(branches=False))
def test_revisions_of_evolve_without_branches_run_in_djangos_order_too(revisions):
    assert list(Graph(revisions)) == djangos_order(revisions)


@settings(max_examples=150, deadline=None)
@given(graphs(django=True), st.data())
def test_django_format_revisions_are_rolled_back_in_djangos_order(revisions, data):
    graph = Graph(revisions)
    app = data.draw(st.sampled_from(graph.apps))
    key = data.draw(st.sampled_from([None, *graph.of(app)]))
    target = (app, key and key.name)
    plan = executor_of(revisions, list(graph)).migration_plan([target])
    steps = make_plan(graph, set(graph), [Target(app, key)]).steps
    assert [step.key for step in steps] == [Key(each.app_label, each.name) for each, _ in plan]
