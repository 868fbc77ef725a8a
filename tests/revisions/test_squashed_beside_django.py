"""Squashes beside Django's own loader: the same revisions, edges and applied set from both."""

from types import SimpleNamespace
from unittest.mock import patch

import django
from django.db import migrations
from django.db.migrations.exceptions import CircularDependencyError
from django.db.migrations.loader import MigrationLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BrokenGraph
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.squashed import implied, without_replaced

NESTED = django.VERSION >= (6, 0)


class Loader(MigrationLoader):
    """Django's loader over revisions instead of files."""

    def __init__(self, revisions, rows):
        self.revisions = revisions
        recorder = SimpleNamespace(applied_migrations=lambda: {tuple(row): None for row in rows})
        with patch("django.db.migrations.loader.MigrationRecorder", lambda _: recorder):
            super().__init__(connection=object())

    def load_disk(self):
        self.migrated_apps = {each.app for each in self.revisions}
        self.unmigrated_apps = set()
        self.disk_migrations = {tuple(each.key): migration(each) for each in self.revisions}


def migration(revision):
    """Return the Django migration that a revision was read from."""
    pairs = {
        name: [tuple(each.split(":")) for each in getattr(revision, name)]
        for name in ("depends_on", "run_before", "replaces")
    }
    own = [(revision.app, each) for each in revision.down]
    values = {
        "dependencies": own + pairs["depends_on"],
        "run_before": pairs["run_before"],
        "replaces": pairs["replaces"],
    }
    return type("Migration", (migrations.Migration,), values)(revision.name, revision.app)


def as_django(revisions, rows):
    """Return requirements by key, and what is applied of them, as Django sees it."""
    loader = Loader(revisions, rows)
    edges = {
        Key(*key): {Key(*parent.key) for parent in loader.graph.node_map[key].parents}
        for key in loader.graph.nodes
    }
    return edges, {Key(*key) for key in loader.applied_migrations} & edges.keys()


def as_evolve(revisions, rows):
    """Return the same as evolve sees it."""
    graph = Graph(without_replaced(revisions, rows))
    edges = {key: set(graph.requirements(key)) for key in graph}
    return edges, implied(revisions, rows) & edges.keys()


@st.composite
def histories(draw):
    """
    a:  1 - 2 - 3 - ...       with a squash over a run of them, and on Django 6 one over that;
    b:  1 - 2 ...             both depend on one another here and there.
    """
    turns = draw(st.permutations("a" * draw(st.integers(2, 6)) + "b" * draw(st.integers(0, 3))))
    made: dict[Key, Revision] = {}
    for at, app in enumerate(turns):
        number, other = turns[:at].count(app) + 1, "b" if app == "a" else "a"
        down = (str(number - 1),) if number > 1 else ()
        others = [str(key) for key in made if key.app == other]
        if others:
            others += [f"{other}:__first__", f"{other}:__latest__"]
        wait = st.lists(st.sampled_from(others), max_size=1) if others else st.just([])
        depends = tuple(draw(wait))
        before = tuple(each for each in draw(wait) if each not in depends)
        made[Key(app, str(number))] = Revision(
            app, str(number), str(number), down, depends, before, kind="django"
        )
    long = turns.count("a")
    first = draw(st.integers(1, long - 1))
    last = draw(st.integers(first + 1, long))
    parts = [f"a:{number}" for number in range(first, last + 1)]
    made[Key("a", "s1")] = squash("s1", first, parts)
    if NESTED and last < long and draw(st.booleans()):
        made[Key("a", "s2")] = squash("s2", first, ["a:s1", f"a:{last + 1}"])
    return list(made.values()), [Key(*each.split(":")) for each in parts]


def squash(name, first, replaces):
    down = (str(first - 1),) if first > 1 else ()
    return Revision("a", name, name, down, replaces=tuple(replaces), kind="django")


@settings(max_examples=300, deadline=None)
@given(histories(), st.data())
def test_the_same_revisions_edges_and_applied_set_as_in_django(history, data):
    revisions, parts = history
    rows = frozenset(data.draw(st.sets(st.sampled_from([each.key for each in revisions]))))
    whole = rows.issuperset(parts) or rows.isdisjoint(parts)
    # Django takes a file that is gone, but named, for an app's first or latest.
    if whole and "__" not in str(revisions) and data.draw(st.booleans()):
        revisions = [each for each in revisions if each.key not in parts]
    try:
        expected = as_django(revisions, rows)
    except CircularDependencyError:
        try:
            as_evolve(revisions, rows)
        except BrokenGraph:
            return
        raise AssertionError("Django finds a circle, evolve none") from None
    assert as_evolve(revisions, rows) == expected


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_a_row_added_for_a_squash_is_one_that_django_reads_as_applied(history, data):
    """What evolve marks for a squash on a fresh database, Django's loader takes for applied."""
    revisions, _ = history
    try:
        graph = Graph(without_replaced(revisions, frozenset()))
    except BrokenGraph:
        return
    rows = {Key(*each.split(":")) for key in graph for each in graph[key].replaces} | {*graph}
    edges, applied = as_django(revisions, rows)
    assert applied == edges.keys() == {*graph}
