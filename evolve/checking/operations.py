"""Do the operations of each revision make what it froze, and its way back what was before?"""

from __future__ import annotations

from collections.abc import Iterator

from evolve.database.agreement import disagreements
from evolve.database.lazy import LazyState
from evolve.database.states import state_after
from evolve.errors import few_lines
from evolve.findings import Finding
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Direction, Key

_WAYS: tuple[Direction, ...] = ("forwards", "backwards")


def check(project: Project, graph: Graph, app: str) -> list[Finding]:
    """Return a finding for each method of a schema revision that does something else."""
    own = {key for key in graph.of(app) if graph[key].kind == "schema"}
    return [
        Finding(
            "operations-differ",
            str(key),
            f"what {way} does and `frozen` do not agree:\n" + few_lines(lines),
            "Make the method do what `frozen` says, or make the revision again.",
        )
        for key, before, after in (_states(project, graph, own) if own else ())
        for way, lines in disagreements(
            project.load(graph[key]), before, after, _ways(project, graph, key)
        ).items()
    ]


def _ways(project: Project, graph: Graph, key: Key) -> list[Direction]:
    irreversible = project.facts.irreversible(graph[key])
    return [way for way in _WAYS if way == "forwards" or not irreversible]


def _states(
    project: Project, graph: Graph, keys: set[Key]
) -> Iterator[tuple[Key, LazyState, LazyState]]:
    """Yield each of `keys` with the states before and after it, in the graph's order.

    What is on a parallel branch is not in the states: each branch was written without the other.
    """
    state = project.state(graph, ())
    beside = {app: graph.beside(app, graph.of(app)) for app in {key.app for key in keys}}
    for key in graph.order(graph.ancestors(keys)):
        migration = project.load(graph[key])
        before, state = state, state_after(graph[key], migration, state)
        if key in keys and beside[key.app](key):
            own = project.state(graph, graph.ancestors([key]) - {key})
            yield key, own, state_after(graph[key], migration, own)
        elif key in keys:
            yield key, before, state
