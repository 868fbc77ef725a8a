"""A Django project under evolve: puts the pieces together; one short method per verb."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections

from evolve.database.connect import connected
from evolve.database.runner import StepRunner
from evolve.database.signals import announce_done, announce_plan
from evolve.database.states import state_at
from evolve.errors import Refused, UnknownName
from evolve.executor import Observer, Report, execute
from evolve.guards import refuse
from evolve.history.markers import Markers
from evolve.plan import Plan, make_plan, targets_for_all
from evolve.revisions.facts import RevisionFacts
from evolve.revisions.files import (
    load,
    read_revisions,
)
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.squashed import implied, without_replaced
from evolve.revisions.targets import Target, resolve


class Project:
    """The installed apps, their revisions and their databases. Django has to be set up."""

    def __init__(self) -> None:
        self._loaded: dict[Key, Any] = {}

    def config(self, app: str) -> AppConfig:
        """Return an installed app. Raises UnknownName with the nearest labels."""
        configs = {config.label: config for config in apps.get_app_configs()}
        if app not in configs:
            raise UnknownName.among("app", app, configs)
        return configs[app]

    @cached_property
    def revisions(self) -> list[Revision]:
        """The headers of every installed app's revisions."""
        return read_revisions(apps.get_app_configs())

    def graph(self, applied: Iterable[Key] = ()) -> Graph:
        """Return the graph as it is for a database on which `applied` are applied."""
        return Graph(without_replaced(self.revisions, frozenset(applied)))

    def load(self, revision: Revision) -> Any:
        """Import a revision and return its Migration, the same one each time."""
        if revision.key not in self._loaded:
            self._loaded[revision.key] = load(revision, self.config(revision.app))
        return self._loaded[revision.key]

    @property
    def facts(self) -> RevisionFacts:
        """What guards and plans ask about single revisions."""
        return RevisionFacts(self.load)

    def markers(self, alias: str) -> Markers:
        """Return the markers of a database. Raises Refused where it cannot be reached."""
        if alias not in connections:
            raise UnknownName.among("database", alias, connections)
        return Markers(connected(alias))

    def targets(self, graph: Graph, app: str | None, target: str | None) -> tuple[Target, ...]:
        """Return what `migrate APP TARGET` names; every app's head without APP."""
        if app is None:
            return targets_for_all(graph)
        self.config(app)
        if not graph.of(app):
            raise Refused(
                f"The app '{app}' has no revisions.",
                f"Run `evolve schemamigration {app} --initial` to make the first.",
            )
        return resolve(graph, app, target)

    def plan(self, alias: str, app: str | None, target: str | None) -> Plan:
        """Return what `migrate APP TARGET` has to run on a database."""
        rows = frozenset(self.markers(alias).applied())
        graph = self.graph(rows)
        return make_plan(graph, self.applied(graph, rows), self.targets(graph, app, target))

    def applied(self, graph: Graph, rows: Iterable[Key]) -> frozenset[Key]:
        """Return which revisions of the graph are applied, given the rows of the history table."""
        known = implied(self.revisions, frozenset(rows))
        return frozenset(key for key in known if key in graph)

    def refuse(self, plan: Plan) -> None:
        """Let every guard look at the plan. Raises Guarded with all that they found."""
        refuse(plan, self.facts)

    def migrate(self, plan: Plan, alias: str, observer: Observer, verbosity: int) -> Report:
        """Run a plan on a database; signals go out as Django's migrate sends them.

        Raises RevisionFailed, with the report, at the first revision that fails.
        """
        markers = self.markers(alias)
        markers.prepare()
        rows = frozenset(markers.applied())
        graph = self.graph(rows)
        back = {step.key for step in plan.steps if step.direction == "backwards"}
        before = graph.order(self.applied(graph, rows) - back)
        unmigrated = {config.label for config in apps.get_app_configs()} - set(graph.apps)
        state = state_at((graph[key] for key in before), self.load, unmigrated)
        runner = StepRunner(connections[alias], markers, self.load, state, observer.operation)
        pairs = [(self.load(each.revision), each.direction == "backwards") for each in plan.steps]
        runner.prepare(plan)
        announce_plan(runner.state, pairs, alias, verbosity)
        report = execute(plan, runner, observer)
        announce_done(runner.state, pairs, alias, verbosity)
        return report
