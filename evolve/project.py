"""A Django project under evolve: puts the pieces together; one short method per verb."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections

from evolve.autodiff.changes import Change
from evolve.autodiff.detect import Difference, detect
from evolve.autodiff.naming import automatic_slug, checked_slug, numbered
from evolve.autodiff.questions import Questioner
from evolve.database.connect import connected
from evolve.database.runner import StepRunner
from evolve.database.signals import announce_done, announce_plan
from evolve.database.states import snapshot_at, state_at
from evolve.errors import Refused, UnknownName
from evolve.executor import Observer, Report, execute
from evolve.frozen.closure import live_models, reachable
from evolve.frozen.snapshot import Definition, Snapshot
from evolve.guards import refuse
from evolve.history.markers import Markers
from evolve.plan import Plan, make_plan, targets_for_all
from evolve.revisions.draft import Place, data_draft, empty_draft, new_id, schema_draft
from evolve.revisions.facts import RevisionFacts
from evolve.revisions.files import (
    Package,
    load,
    make_package,
    module_names,
    package_of,
    read_revisions,
    write_whole,
)
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.squashed import implied, without_replaced
from evolve.revisions.targets import RESERVED, Target, resolve
from evolve.revisions.writer import Draft, write_revision


@dataclass(frozen=True)
class NewRevision:
    """A revision file as text, and where it goes; `changes` are empty for one written by hand."""

    package: Package
    name: str
    text: str
    changes: tuple[Change, ...] = ()

    @property
    def path(self) -> Path:
        """The file."""
        return self.package.directory / f"{self.name}.py"

    def write(self) -> None:
        """Write the file whole; where that fails, nothing that was made for it stays."""
        made = make_package(self.package)
        try:
            write_whole(self.path, self.text)
        except BaseException:
            for each in reversed(made):
                each.rmdir() if each.is_dir() else each.unlink()
            raise


class Project:
    """The installed apps, their revisions and their databases. Django has to be set up."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._loaded: dict[Key, Any] = {}

    # What is there

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

    # schemamigration and datamigration

    def difference(
        self, app: str, graph: Graph, ask: Questioner, deferred: Iterable[str] = ()
    ) -> Difference:
        """Return what models.py of `app` has that its frozen state has not, and the reverse."""
        new = _without_fields(live_models(apps, app), app, deferred)
        old = self._frozen(graph, graph.heads(app), [app])
        difference = detect(app, old, new, ask)
        if difference and not any(graph[key].kind != "django" for key in graph.of(app)):
            # The first evolve revision of an app freezes all of it: nothing older is read again.
            whole = {each.label: each for _, each in sorted(new.of(app).items())}
            return replace(difference, frozen={**difference.frozen, **whole})
        return difference

    def _frozen(self, graph: Graph, keys: Iterable[Key], wanted: Iterable[str]) -> Snapshot:
        """Return the definitions of the apps `wanted` at `keys`, following renames anywhere."""
        own = graph.ancestors(keys)
        renaming = {key for key in graph if graph[key].renamed}
        order = graph.order(own | renaming)
        return snapshot_at((graph[key] for key in order), self.load, wanted)

    def new_schema_revision(
        self, app: str, slug: str, initial: bool, ask: Questioner, deferred: Iterable[str] = ()
    ) -> NewRevision | None:
        """Return the revision that `--initial` or `--auto` writes; None where nothing changed."""
        graph = self.graph()
        self._check_begun(app, graph, initial)
        difference = self.difference(app, graph, ask, deferred)
        if not difference:
            return None
        place = self._place(app, graph)
        draft = schema_draft(place, difference, "Initial" if initial else "", self._heads(graph))
        slug = slug or ("initial" if initial else automatic_slug(difference.forwards))
        return self._revision(app, slug, draft, difference.forwards)

    def new_empty_revision(self, app: str, slug: str) -> NewRevision:
        """Return the schema revision, to be written by hand, that `--empty` writes."""
        place = self._place(app, self.graph())
        return self._revision(app, slug, empty_draft(place, slug.replace("_", " ").capitalize()))

    def new_data_revision(self, app: str, slug: str, freeze: Sequence[str]) -> NewRevision:
        """Return the skeleton of a data revision that freezes what `app` and `freeze` reach."""
        graph = self.graph()
        for each in (app, *freeze):
            self.config(each)
        if not graph.of(app):
            raise Refused(
                f"The app '{app}' has no revisions, so there are no frozen models to work on.",
                f"Run `evolve schemamigration {app} --initial` first.",
            )
        heads = [key for label in graph.apps for key in graph.heads(label)]
        states = snapshot_at(
            (graph[key] for key in graph.order(graph.ancestors(heads))), self.load, graph.apps
        )
        closure = reachable(states, [app, *freeze])
        message = slug.replace("_", " ").capitalize()
        return self._revision(
            app, slug, data_draft(self._place(app, graph), message, closure, self._heads(graph))
        )

    def _check_begun(self, app: str, graph: Graph, initial: bool) -> None:
        self.config(app)
        if initial and graph.of(app):
            raise Refused(
                f"The app '{app}' already has revisions, from {graph.of(app)[0].name} on.",
                f"Use `evolve schemamigration {app} --auto` for what has changed since.",
            )
        if not initial and not graph.of(app):
            raise Refused(
                f"The app '{app}' has no revisions to compare models.py with.",
                f"Use `evolve schemamigration {app} --initial` first.",
            )

    def _place(self, app: str, graph: Graph) -> Place:
        self.config(app)
        heads = graph.heads(app)
        if len(heads) > 1:
            raise Refused(
                f"The app '{app}' has more than one head: {', '.join(key.name for key in heads)}.",
                "A new revision needs one parent: merge the heads first.",
            )
        taken = [revision.id for revision in self.revisions]
        return Place(app, [graph[key] for key in heads], new_id(taken), self._now())

    def _heads(self, graph: Graph) -> Mapping[str, Sequence[Revision]]:
        return {app: [graph[key] for key in graph.heads(app)] for app in graph.apps}

    def _revision(
        self, app: str, slug: str, draft: Draft, changes: tuple[Change, ...] = ()
    ) -> NewRevision:
        package = package_of(self.config(app))
        if package is None:
            raise Refused(f"MIGRATION_MODULES switches the migrations of '{app}' off.")
        names = module_names(package) if package.exists else []
        name = numbered(checked_slug(slug, RESERVED), names)
        return NewRevision(package, name, write_revision(draft), changes)

    # migrate and list

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


def _without_fields(new: Snapshot, app: str, deferred: Iterable[str]) -> Snapshot:
    """Return the models without the fields "Model.field" that are left for a later revision."""
    left: dict[Any, Definition] = dict(new)
    for name in deferred:
        model, _, field = name.partition(".")
        definition = left.get((app, model.lower()))
        if definition is None or field not in definition.fields:
            raise UnknownName.among(
                "field", name, [f"{d.name}.{f}" for d in new.of(app).values() for f in d.fields]
            )
        fields = {each: text for each, text in definition.fields.items() if each != field}
        left[definition.key] = replace(definition, fields=fields)
    return Snapshot(left)
