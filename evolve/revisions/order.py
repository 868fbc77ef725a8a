"""The order in which Django runs revisions and rolls them back, where the graph leaves it open.

The places of columns and the ids of content types depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evolve.revisions.revision import Key, Revision
from evolve.revisions.walks import Edges, post_order


def djangos_order(
    revisions: Mapping[Key, Revision], parents: Edges, children: Edges, requirements: Edges
) -> list[Key]:
    """Return every revision, requirements first, in the order in which Django runs them all.

    Django's executor goes depth first from each app's leaves in turn (MigrationExecutor's full plan
    and MigrationGraph.iterative_dfs, 5.2 to 6.1).
    """
    leaves = [key for key in sorted(revisions) if not children[key]]
    visited = {key: _visited(revisions[key], parents, requirements) for key in revisions}
    # The rest is in circles, in a graph that is not strict.
    return post_order([*leaves, *sorted(revisions)], visited, set())


def _visited(revision: Revision, parents: Edges, requirements: Edges) -> tuple[Key, ...]:
    """Return a revision's requirements as Django visits them: the last by name comes first.

    The branches that a merge of evolve's joins run in the order of their names instead, merged or
    not.
    """
    required = requirements[revision.key][::-1]
    if revision.kind == "django" or len(parents[revision.key]) < 2:
        return required
    own = iter(sorted(each for each in required if each.app == revision.app))
    return tuple(next(own) if each.app == revision.app else each for each in required)


def djangos_rollback(starts: Iterable[Key], dependents: Edges) -> list[Key]:
    """Return `starts` and all that requires them, in the order in which Django rolls them back.

    MigrationGraph.backwards_plan (5.2 to 6.1) for one after the other.
    """
    last_first = {key: each[::-1] for key, each in dependents.items()}
    return post_order(sorted(starts), last_first, set())
