"""A survey of a whole project before evolve is used on it, which changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import AppConfig
from django.apps import apps as live_apps
from django.conf import settings
from django.db import connections

from evolve.adopting import installed
from evolve.checking import models as models_check
from evolve.database.connect import configured
from evolve.drift import MISSING, drift
from evolve.errors import EvolveError
from evolve.project import Project
from evolve.revisions.files import package_of
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key


@dataclass(frozen=True)
class SurveyedApp:
    """One app: its revisions by format, its heads, how many are applied on each database.

    `unusual` says what somebody should know before the first run, a line each.
    """

    app: str
    django: int
    evolve: int
    heads: tuple[str, ...]
    applied: dict[str, int]
    unusual: tuple[str, ...] = ()


@dataclass
class Survey:
    """The apps, the databases (vendor, or why one cannot be reached), and what else is unusual."""

    apps: list[SurveyedApp] = field(default_factory=list)
    databases: dict[str, str] = field(default_factory=dict)
    unusual: list[str] = field(default_factory=list)


def survey(project: Project) -> Survey:
    """Look at a project and its databases, and change nothing."""
    found = Survey()
    rows: dict[str, frozenset[Key]] = {}
    for alias in configured():
        try:
            rows[alias] = frozenset(project.markers(alias).applied())
            found.databases[alias] = connections[alias].display_name
            found.unusual += [f"On '{alias}': {ghost}" for ghost in project.ghosts(alias)]
        except EvolveError as error:
            found.databases[alias] = error.found
    graph = project.visible()
    found.unusual += graph.faults
    if settings.DATABASE_ROUTERS:
        routers = ", ".join(map(str, settings.DATABASE_ROUTERS))
        found.unusual.append(f"Routers decide what goes where: {routers}.")
    for config in live_apps.get_app_configs():
        surveyed = _surveyed(project, graph, config, rows)
        found.apps += [surveyed] if surveyed else []
    return found


def _surveyed(
    project: Project, graph: Graph, config: AppConfig, rows: dict[str, frozenset[Key]]
) -> SurveyedApp | None:
    """Return what is to be said of an app; None where it has neither models nor revisions."""
    app = config.label
    keys = graph.of(app)
    has_models = any(True for _ in config.get_models())
    if not keys and not has_models:
        return None
    kinds = [graph[key].kind == "django" for key in keys]
    applied = {
        alias: len(project.applied(graph, done) & set(keys)) if not graph.faults else 0
        for alias, done in rows.items()
    }
    return SurveyedApp(
        app,
        sum(kinds),
        len(kinds) - sum(kinds),
        tuple(key.name for key in graph.heads(app)) if keys else (),
        applied,
        tuple(_unusual(project, graph, config, rows)),
    )


def _without_revisions(config: AppConfig, reachable: Iterable[str]) -> Iterator[str]:
    """Yield what is to be done for the models of an app without migrations, on each database."""
    models = [each for each in config.get_models() if each._meta.managed]
    for alias in reachable:
        tables = drift(connections[alias], models)
        missing = [name for name, found in tables.items() if found == [MISSING]]
        there = sorted(tables.keys() - set(missing))
        if there:
            yield (
                f"it has models and no migrations, and on '{alias}' the tables {', '.join(there)} "
                f"are there: {_converting(config)}"
            )
        if missing:
            yield (
                f"it has models and no migrations, and on '{alias}' the tables "
                f"{', '.join(missing)} are missing: {_making(config)}"
            )


def _making(config: AppConfig) -> str:
    package = package_of(config)
    if package and package.exists:
        # To Django an empty package is no app without migrations.
        return f"`evolve schemamigration {config.label} --initial` begins its revisions"
    return "`evolve migrate --run-syncdb` makes them"


def _converting(config: AppConfig) -> str:
    if installed(Path(config.path)):
        return "they can stay as they are"
    return f"`evolve convert {config.label}` puts the app under migration"


def _unusual(
    project: Project, graph: Graph, config: AppConfig, reachable: Iterable[str]
) -> Iterator[str]:
    app = config.label
    keys = graph.of(app)
    if package_of(config) is None:
        yield "it can have no migrations: switched off by MIGRATION_MODULES, or a single module"
    if not keys:
        yield from _without_revisions(config, reachable)
        return
    if len(graph.heads(app)) > 1:
        yield f"it has {len(graph.heads(app))} heads: `evolve merge {app}`"
    if graph.faults:
        return
    if squashes := [key.name for key in keys if graph[key].replaces]:
        yield f"squashed: {', '.join(squashes)}"
    try:
        yield from _of_revisions(project, graph, keys)
        yield from (each.message for each in models_check.check(project, graph, app))
    except EvolveError as error:
        yield error.found


def _of_revisions(project: Project, graph: Graph, keys: tuple[Key, ...]) -> Iterator[str]:
    """Yield what is to be known of the revisions themselves."""
    facts = project.facts
    stuck = [key.name for key in keys if facts.irreversible(graph[key])]
    if stuck:
        yield f"{len(stuck)} cannot be reversed, the last is {stuck[-1]}"
    loose = [key.name for key in keys if not project.load(graph[key]).atomic]
    if loose:
        yield f"not atomic: {', '.join(loose)}"
