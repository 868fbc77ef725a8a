"""A Django project under evolve: puts the pieces together; one short method per verb."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections, router, transaction

from evolve.database.connect import configured, connected
from evolve.database.lazy import LazyState
from evolve.database.routing import idle
from evolve.database.states import state_at
from evolve.database.unmigrated import make_tables
from evolve.database.words import warnings
from evolve.errors import BrokenGraph, Refused, UnknownName
from evolve.guards import refuse
from evolve.history.ghosts import Ghost, find_ghosts
from evolve.history.journal import Journal
from evolve.history.markers import Markers
from evolve.plan import Plan, Standing, Step, make_plan, rollback_plan, stamp_plans, targets_for_all
from evolve.revisions.facts import RevisionFacts
from evolve.revisions.files import load, package_of, read_all, read_revisions
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Direction, Key, Revision
from evolve.revisions.squashed import implied, squashes_over, without_replaced
from evolve.revisions.targets import Target, replaced_target, resolve


class Project:
    """The installed apps, their revisions and their databases. Django has to be set up."""

    def __init__(self) -> None:
        self._loaded: dict[Key, Any] = {}
        self._graphs: dict[tuple[frozenset[Key], frozenset[Key]], Graph] = {}

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

    def graph(self, applied: Iterable[Key] = (), opened: frozenset[Key] = frozenset()) -> Graph:
        """Return the graph as it is for a database on which `applied` are applied.

        Squashes that are `opened` are not in it, and what they replace is.
        """
        at = frozenset(applied), opened
        if at not in self._graphs:
            self._graphs[at] = Graph(without_replaced(self.revisions, *at))
        return self._graphs[at]

    def _inside(
        self, rows: frozenset[Key], app: str | None, target: str | None
    ) -> tuple[frozenset[Key], str | None]:
        """Return the squashes that a target goes into, as it names what they replace, and itself.

        A squash that is applied in part is its last part. Django's `migrate` does both (5.2, 6.1).
        """
        graph = self.graph(rows)
        key = replaced_target(self.revisions, graph, app, target) if app else None
        if key is None:
            return frozenset(), target
        over, last = squashes_over(self.revisions, key), key
        replaced = {each.key: each.replaced for each in self.revisions}
        while last not in self.graph(rows, over) and replaced.get(last):
            last = replaced[last][-1]
        return over, target if last == key else last.name

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
        return self._facts({})

    def _facts(self, lost: Mapping[Key, tuple[str, ...]]) -> RevisionFacts:
        return RevisionFacts(self.load, lambda key: lost.get(key, ()))

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
        opened, target = self._inside(frozenset(self.markers(alias).applied()), app, target)
        standing = self.standing(alias, opened)
        graph, applied = standing.graph, standing.applied
        plan = make_plan(graph, applied, self.targets(graph, app, target, applied), only)
        return replace(plan, opened=opened)

    def rollback(self, alias: str, app: str, count: int) -> Plan:
        """Return what takes back an app's last `count` revisions on a database."""
        self.config(app)
        standing = self.standing(alias)
        return rollback_plan(standing.graph, standing.applied, app, count)

    def stamps(self, alias: str, app: str, targets: Iterable[str]) -> list[Plan]:
        """Return what marks an app as being at targets: a plan backwards and one forwards.

        Raises Refused for what other apps' rows do not allow.
        """
        standing = self.standing(alias)
        graph, applied = standing.graph, standing.applied
        found = [each for text in targets for each in self.targets(graph, app, text, applied)]
        return stamp_plans(graph, applied, app, found)

    def standing(self, alias: str, opened: frozenset[Key] = frozenset()) -> Standing:
        """Return where a database stands; `opened` are squashes whose parts run one by one.

        Raises Refused where it cannot be reached, and BrokenGraph where the files make no graph.
        """
        rows = self.markers(alias).applied()
        graph = self.graph(rows, opened)
        return Standing(alias, rows, graph, self.applied(graph, rows))

    def applied(self, graph: Graph, rows: Iterable[Key]) -> frozenset[Key]:
        """Return which revisions of the graph are applied, given the rows of the history table."""
        known = implied(self.revisions, frozenset(rows))
        return frozenset(key for key in known if key in graph)

    def refuse(
        self,
        plan: Plan,
        allowed: Container[str] = (),
        lost: Mapping[Key, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        """Let every guard look at the plan. Raises Guarded with all they found but `allowed`.

        `lost` is what `running.lost_objects` found on the database that the plan is for.
        """
        refuse(plan, self._facts(lost), allowed)

    def state(self, graph: Graph, keys: Iterable[Key], rows: Iterable[Key] = ()) -> LazyState:
        """Return the state of a database on which exactly `keys` are applied.

        `rows` are its rows, the oldest first: what two branches change is what the last one made.
        """
        order = graph.order_on(keys, rows)
        return state_at((graph[key] for key in order), self.load, self.unmigrated)

    def state_of(self, standing: Standing) -> LazyState:
        """Return the state that a database is in."""
        return self.state(standing.graph, standing.applied, standing.rows)

    @property
    def unmigrated(self) -> frozenset[str]:
        """The labels of the installed apps without migrations, as Django counts them.

        An app whose migrations package is empty has migrations.
        """
        found = ((config, package_of(config)) for config in apps.get_app_configs())
        return frozenset(each.label for each, package in found if not package or not package.exists)

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
        """Make the missing tables of apps without migrations; return them."""
        return make_tables(alias, self.unmigrated)

    def forget(self, alias: str, keys: Iterable[Key]) -> None:
        """Remove rows whose files are gone from a database's history, and journal that."""
        journal, markers = self.journal(alias), self.markers(alias)
        journal.prepare()
        with transaction.atomic(alias):
            for key in keys:
                gone = Step(Revision(*key, id=key.name), "backwards", (key,), faked=True)
                markers.remove(gone.marks)
                journal.begin(gone, "Deleted ghost migration", True).write("faked")
