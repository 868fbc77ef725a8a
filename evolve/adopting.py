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

    A revision is initial as in Django: where it says so, or revises nothing. Where an app has more
    than one, its models are compared as they are after the last of them.
    """
    rows = project.markers(alias).applied()
    graph = project.graph(rows)
    state = project.state(graph, project.applied(graph, rows), rows)
    found = Existing()
    initial = [step for step in plan.steps if _initial(project, step)]
    before = set(state.models)
    for step in plan.steps[: plan.steps.index(initial[-1]) + 1] if initial else ():
        state = state.clone()
        for operation in project.load(step.revision).operations:
            operation.state_forwards(step.key.app, state)
    registry = state.clone().apps if initial else None
    for app in dict.fromkeys(step.key.app for step in initial):
        made = [key for key in state.models if key not in before and key[0] == app]
        steps = [step for step in initial if step.key.app == app]
        if made and registry:
            _compare(steps, [registry.get_model(*key) for key in made], alias, found)
    return found


def _initial(project: Project, step: Step) -> bool:
    if step.direction != "forwards":
        return False
    said = project.load(step.revision).initial if step.revision.kind == "django" else None
    return said if said is not None else not step.revision.down


def _compare(
    steps: Iterable[Step], models: Iterable[type[Any]], alias: str, found: Existing
) -> None:
    tables = drift(connections[alias], models)
    if tables and not all(each == [MISSING] for each in tables.values()):
        found.keys |= {step.key for step in steps}
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
