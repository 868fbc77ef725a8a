"""Proving revisions before they are written, on states alone.

A new revision's methods have to make what it freezes of the state before it, and the reverse. Of
a merge, every order of the branches has to come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

from evolve.authoring.drafting import state_of
from evolve.authoring.written import NewRevision
from evolve.database.agreement import disagreements, unusable
from evolve.database.lazy import LazyState
from evolve.database.migration import proposed
from evolve.database.states import state_after
from evolve.errors import Refused
from evolve.frozen.merge import changed_labels, differing
from evolve.frozen.snapshot import Snapshot
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.methods import read_methods
from evolve.revisions.revision import Direction, Key

_MOST = 3


def proven(project: Project, graph: Graph, parents: Iterable[Key], new: NewRevision) -> NewRevision:
    """Return a revision that is to be written on top of `parents`, if it does what it freezes.

    Raises Refused, with each difference, where one of its methods does something else than what it
    freezes, or what was frozen before.
    """
    app = new.package.app
    check_text(app, new.name, str(new.path), new.text, state_of(project, graph, parents, {app}))
    return new


def check_text(app: str, name: str, path: str, text: str, before: LazyState) -> None:
    """Raise Refused where a schema revision's text does not do what it freezes of a state."""
    migration = proposed(app, name, path, text)
    after = state_after(migration.header, migration, before)
    ways: list[Direction] = ["forwards"]
    ways += [] if read_methods(text)["backwards"].irreversible else ["backwards"]
    if found := disagreements(migration, before, after, ways):
        lines = [line for way in found for line in (f"{way}:", *found[way])]
        raise Refused(
            f"The revision {name} would not do what it freezes:\n" + "\n".join(lines),
            "Nothing was written. `evolve schemamigration --empty` begins one to be written by "
            "hand; please report this, with the models.",
        )


def prove(project: Project, graph: Graph, keys: Sequence[Key], merged: Snapshot | None) -> None:
    """Raise Refused where branches of an app cannot be applied in every order, saying why.

    Each of their revisions has to do what it froze on top of the others, and the models have to be
    usable then. `merged` is what they come to; None where that depends on the order. More than
    three branches are tried in two orders only.
    """
    ours = [tuple(keys), tuple(reversed(keys))]
    for order in permutations(keys) if len(keys) <= _MOST else ours:
        state = _walked(project, graph, order)
        _check_usable(state, order)
        if merged is not None:
            _check_same(state, order, merged)


def _walked(project: Project, graph: Graph, order: Sequence[Key]) -> LazyState:
    """Return the state after the branches in an order. Raises Refused at the first that fails."""
    common = frozenset.intersection(*(graph.lineage(key) for key in order))
    own = frozenset().union(*(graph.lineage(key) for key in order)) - common
    state = project.state(graph, graph.ancestors(order) - own)
    done: set[Key] = set()
    for end in order:
        for key in graph.order(graph.lineage(end) - common - done):
            migration = project.load(graph[key])
            before, state = state, state_after(graph[key], migration, state)
            found = graph[key].kind == "schema" and disagreements(
                migration, before, state, ["forwards"]
            )
            if found:
                _refuse(
                    order, f"{key} would not do what it froze:\n" + "\n".join(found["forwards"])
                )
            done.add(key)
    return state


def _check_usable(state: LazyState, order: Sequence[Key]) -> None:
    if found := unusable(state, order[0].app):
        _refuse(order, "the models could not be loaded:\n" + "\n".join(found))


def _check_same(state: LazyState, order: Sequence[Key], merged: Snapshot) -> None:
    made = state.models.snapshot({order[0].app})
    if unlike := list(differing(made, merged)):
        labels = (
            label for key in unlike for label in changed_labels(made.get(key), merged.get(key))
        )
        _refuse(order, f"this would not be what both make of it: {', '.join(labels)}")


def _refuse(order: Sequence[Key], why: str) -> None:
    names = ", then ".join(key.name for key in order)
    raise Refused(
        f"The heads of '{order[0].app}' do not go together. Applied {names}: {why}",
        "Nothing was written. Change one of them so that it does not touch what the other does, or "
        f"put one on the other with `evolve rebase {order[0].app} {order[-1].name}`.",
    )
