"""A Django project under evolve: puts the pieces together; one short method per verb."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from functools import cached_property
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections, router, transaction

from evolve.database.connect import configured, connected
from evolve.database.lazy import LazyState
from evolve.database.routing import idle
from evolve.database.states import changes_of, state_at
from evolve.database.unmigrated import make_tables
from evolve.database.words import warnings
from evolve.errors import BrokenGraph, Refused, UnknownName
from evolve.guards import refuse
from evolve.history.ghosts import Ghost, find_ghosts
from evolve.history.journal import Journal
from evolve.history.markers import Markers
from evolve.plan import Plan, Step, make_plan, rollback_plan, stamp_plans, targets_for_all
from evolve.revisions.facts import RevisionFacts
from evolve.revisions.files import load, read_all, read_revisions
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Direction, Key, Revision
from evolve.revisions.squashed import implied, without_replaced
from evolve.revisions.targets import Target, resolve


class Project:
    """The installed apps, their revisions and their databases. Django has to be set up."""

    def __init__(self) -> None:
        self._loaded: dict[Key, Any] = {}
        self._graphs: dict[frozenset[Key], Graph] = {}

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
        rows = frozenset(applied)
        if rows not in self._graphs:
            self._graphs[rows] = Graph(without_replaced(self.revisions, rows))
        return self._graphs[rows]

    def visible(self, applied: Iterable[Key] = ()) -> Graph:
        """Return what can be shown of the graph although it may be broken; see its `faults`."""
        revisions, broken = read_all(apps.get_app_configs())
        try:
            counting: Iterable[Revision] = without_replaced(revisions, frozenset(applied))
        except BrokenGraph as error:
            counting, broken = revisions, [*broken, str(error)]
        graph = Graph(counting, strict=False)
        graph.faults += broken
        return graph

    def load(self, revision: Revision) -> Any:
        """Import a revision and return its Migration, the same one each time."""
        if revision.key not in self._loaded:
            self._loaded[revision.key] = load(revision, self.config(revision.app))
        return self._loaded[revision.key]

    @property
    def facts(self) -> RevisionFacts:
        """What guards and plans ask about single revisions."""
        by_key = {each.key: each for each in self.revisions}
        return RevisionFacts(self.load, lambda key: changes_of(by_key[key]))

    def aliases(self, app: str) -> Iterator[str]:
        """Return the databases that the routers allow for an app."""
        return (alias for alias in configured() if router.allow_migrate(alias, app))

    def idle(self, revision: Revision, alias: str) -> bool:
        """Tell whether the routers leave a revision nothing to do on a database."""
        return bool(settings.DATABASE_ROUTERS) and idle(self.load(revision), alias)

    def markers(self, alias: str) -> Markers:
        """Return the markers of a database. Raises Refused where it cannot be reached."""
        if alias not in connections:
            raise UnknownName.among("database", alias, connections)
        return Markers(connected(alias))

    def warnings(self, alias: str) -> list[str]:
        """Return what is unusual about a database, a line each."""
        self.markers(alias)
        return warnings(connections[alias])

    def journal(self, alias: str) -> Journal:
        """Return the journal of a database. Raises Refused where it cannot be reached."""
        self.markers(alias)
        return Journal(connected(alias))

    def targets(
        self, graph: Graph, app: str | None, target: str | None, applied: Collection[Key] = ()
    ) -> tuple[Target, ...]:
        """Return what `migrate APP TARGET` names; every app's head without APP."""
        if app is None:
            return targets_for_all(graph, frozenset(applied))
        self.config(app)
        if not graph.of(app):
            raise Refused(
                f"The app '{app}' has no revisions.",
                f"Run `evolve schemamigration {app} --initial` to make the first.",
            )
        return resolve(graph, app, target, applied)

    def plan(
        self, alias: str, app: str | None, target: str | None, only: Direction | None = None
    ) -> Plan:
        """Return what `migrate APP TARGET` has to run on a database, one way `only` if given."""
        rows = frozenset(self.markers(alias).applied())
        graph = self.graph(rows)
        applied = self.applied(graph, rows)
        return make_plan(graph, applied, self.targets(graph, app, target, applied), only)

    def rollback(self, alias: str, app: str, count: int) -> Plan:
        """Return what takes back an app's last `count` revisions on a database."""
        self.config(app)
        rows = frozenset(self.markers(alias).applied())
        graph = self.graph(rows)
        return rollback_plan(graph, self.applied(graph, rows), app, count)

    def stamps(self, alias: str, app: str, targets: Iterable[str]) -> list[Plan]:
        """Return what marks an app as being at targets: a plan backwards and one forwards.

        Raises Refused for what other apps' rows do not allow.
        """
        rows = frozenset(self.markers(alias).applied())
        graph = self.graph(rows)
        applied = self.applied(graph, rows)
        found = [each for text in targets for each in self.targets(graph, app, text, applied)]
        return stamp_plans(graph, applied, app, found)

    def applied(self, graph: Graph, rows: Iterable[Key]) -> frozenset[Key]:
        """Return which revisions of the graph are applied, given the rows of the history table."""
        known = implied(self.revisions, frozenset(rows))
        return frozenset(key for key in known if key in graph)

    def refuse(self, plan: Plan, allowed: Container[str] = ()) -> None:
        """Let every guard look at the plan. Raises Guarded with all they found but `allowed`."""
        refuse(plan, self.facts, allowed)

    def state(self, graph: Graph, keys: Iterable[Key], rows: Iterable[Key] = ()) -> LazyState:
        """Return the state of a database on which exactly `keys` are applied.

        `rows` are its rows, the oldest first: what two branches change is what the last one made.
        """
        unmigrated = {config.label for config in apps.get_app_configs()} - set(graph.apps)
        order = graph.order_on(keys, rows)
        return state_at((graph[key] for key in order), self.load, unmigrated)

    def ghosts(self, alias: str, named: str | None = None) -> list[Ghost]:
        """Return what is applied on a database and not, or not so, in the files any more.

        Asked of the apps that have revisions, and of the one that is `named`. Raises BrokenGraph
        first: where the files make no graph, nobody knows which of them a row stands for.
        """
        rows = self.markers(alias).applied()
        self.graph(rows)
        labels = {each.app for each in self.revisions} | {named or ""}
        return find_ghosts(self.revisions, labels, rows, self.journal(alias).last())

    def make_tables(self, alias: str) -> list[str]:
        """Make the missing tables of apps that have no revisions; return them."""
        return make_tables(alias, {each.app for each in self.revisions})

    def forget(self, alias: str, keys: Iterable[Key]) -> None:
        """Remove rows whose files are gone from a database's history, and journal that."""
        journal, markers = self.journal(alias), self.markers(alias)
        journal.prepare()
        with transaction.atomic(alias):
            for key in keys:
                gone = Step(Revision(*key, id=key.name), "backwards", (key,), faked=True)
                markers.remove(gone.marks)
                journal.begin(gone, "Deleted ghost migration", True).write("faked")
