"""Tables that are there before their revisions: what can be marked as applied without running."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import connections

from evolve.drift import MISSING, drift
from evolve.plan import Plan, Step
from evolve.project import Project
from evolve.revisions.revision import Key


@dataclass
class Existing:
    """Initial revisions whose tables are there, and in what these differ, a line each."""

    keys: set[Key] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)


def existing(project: Project, plan: Plan, alias: str) -> Existing:
    """Return the plan's initial revisions of whose tables some are there, as `--fake-initial` asks.

    A revision is initial where it revises nothing and creates tables.
    """
    rows = project.markers(alias).applied()
    graph = project.graph(rows)
    state = project.state(graph, project.applied(graph, rows), rows)
    found = Existing()
    for step in plan.steps if any(map(_initial, plan.steps)) else ():
        before = set(state.models)
        state = state.clone()
        for operation in project.load(step.revision).operations:
            operation.state_forwards(step.key.app, state)
        made = [key for key in state.models if key not in before and key[0] == step.key.app]
        if made and _initial(step):
            registry = state.clone().apps
            _compare(step, [registry.get_model(*key) for key in made], alias, found)
    return found


def _initial(step: Step) -> bool:
    return step.direction == "forwards" and not step.revision.down


def _compare(step: Step, models: Iterable[type[Any]], alias: str, found: Existing) -> None:
    tables = drift(connections[alias], models)
    if tables and not all(each == [MISSING] for each in tables.values()):
        found.keys.add(step.key)
        found.differences += lines(tables)


def lines(tables: dict[str, list[str]]) -> list[str]:
    """Return a line for each difference of `drift`."""
    return [f"{name}: {each}" for name, differences in tables.items() for each in differences]


def compared(config: AppConfig, alias: str) -> tuple[list[str], bool]:
    """Return how an app's tables differ from its models, and whether there is any of them."""
    tables = drift(connections[alias], config.get_models())
    return lines(tables), not all(each == [MISSING] for each in tables.values())


def outside_project(config: AppConfig) -> bool:
    """Tell whether an app was installed as a package, so that an update would overwrite it."""
    return not {"site-packages", "dist-packages"}.isdisjoint(Path(config.path).parts)
