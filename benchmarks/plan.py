"""What it costs to plan over long histories: the graph made, and everything planned on it."""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.migrations.graph import MigrationGraph

from evolve.plan import make_plan, targets_for_all
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Revision

_SIZES = (1250, 2500, 5000, 10000)
_APPS = 50


def run(directory: Path, models: int, runs: int) -> None:
    """Compare the time (CPU s) of a plan from nothing to every head; the budget is 0.2 s at 5,000.

    The history has 50 apps; every tenth revision begins a branch that is merged, and every
    seventh waits for another app.
    """
    tools: dict[str, Callable[[list[Revision]], Any]] = {"evolve": _evolve, "Django": _django}
    if importlib.util.find_spec("alembic"):
        tools["Alembic"] = _alembic
    print(f"\nA plan from nothing to every head  (median CPU seconds of {runs} runs in turn)")
    print("  revisions" + "".join(f"{name:>12}" for name in tools) + "     evolve / 1,000")
    for size in _SIZES:
        listed = history(size)
        taken: dict[str, list[float]] = {name: [] for name in tools}
        for _ in range(runs):
            for name, plan in tools.items():
                begun = time.process_time()
                assert len(plan(listed)) == len(listed)
                taken[name].append(time.process_time() - begun)
        medians = {name: statistics.median(each) for name, each in taken.items()}
        figures = "".join(f"{each:12.3f}" for each in medians.values())
        print(f"  {size:9}{figures}{medians['evolve'] * 1000 / size:19.4f}")


def history(size: int) -> list[Revision]:
    """Return revisions of 50 apps with branches, merges and dependencies."""
    made: list[Revision] = []
    heads: dict[str, list[str]] = {}
    for number in range(size):
        app, name = f"a{number % _APPS:02}", f"{number:05}"
        own = heads.get(app, [])
        step = number // _APPS % 10
        before = own[:1] if step == 8 else own
        other = made[number - 1 - number % 7] if number % 7 == 0 and number > 7 else None
        waits = (f"{other.app}:{other.name}",) if other and other.app != app else ()
        made.append(Revision(app, name, name, tuple(before), waits))
        # At step 7 the head is kept beside the new one, at step 9 both are merged.
        heads[app] = [*own, name][-2:] if step == 8 and len(own) == 1 else [name]
    return made


def _evolve(listed: list[Revision]) -> Any:
    graph = Graph(listed)
    return make_plan(graph, frozenset(), targets_for_all(graph)).steps


def _django(listed: list[Revision]) -> Any:
    graph = MigrationGraph()
    for each in listed:
        graph.add_node((each.app, each.name), None)
    for each in listed:
        own = (each.app, each.name)
        for down in each.down:
            graph.add_dependency(own, own, (each.app, down), skip_validation=True)
        for entry in each.depends_on:
            graph.add_dependency(own, own, tuple(entry.split(":")), skip_validation=True)
    graph.validate_consistency()
    # As MigrationExecutor.migration_plan does for every leaf.
    done: dict[Any, None] = {}
    for leaf in graph.leaf_nodes():
        for key in graph.forwards_plan(leaf):
            done[key] = None
    return done


def _alembic(listed: list[Revision]) -> Any:
    from alembic.script.revision import Revision as Theirs  # noqa: PLC0415 - may be missing
    from alembic.script.revision import RevisionMap  # noqa: PLC0415

    def made() -> list[Any]:
        return [
            Theirs(
                f"{each.app}_{each.name}",
                tuple(f"{each.app}_{down}" for down in each.down) or None,
                dependencies=tuple(entry.replace(":", "_") for entry in each.depends_on) or None,
            )
            for each in listed
        ]

    sys.setrecursionlimit(100_000)
    return list(RevisionMap(made).iterate_revisions("heads", "base"))
