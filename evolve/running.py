"""Running a plan on a database: Django's signals and South's around it, initial data after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from django.db import connections, transaction

from evolve import signals
from evolve.database.foreseen import dropped_by
from evolve.database.initial_data import load_initial_data
from evolve.database.lazy import LazyState
from evolve.database.losses import Loss, losses
from evolve.database.permissions import rename_permissions
from evolve.database.runner import StepRunner
from evolve.database.signals import announce_done, announce_plan, connect_receivers
from evolve.database.states import state_after
from evolve.database.tables_at_start import TablesAtStart
from evolve.errors import EvolveError, Refused
from evolve.executor import Observer, Report, execute
from evolve.plan import Plan, Standing, Step
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key
from evolve.revisions.squashed import implied

_STAYS = "What was applied stays applied."
_CONTENT_TYPES = "contenttypes"


class Audience(Observer, Protocol):
    """Who is told of a run, the initial data included."""

    def loading(self, app: str) -> None:
        """The initial data of an app are about to be loaded."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a plan is run: the database, whether somebody can be asked, what is loaded after it."""

    alias: str
    verbosity: int = 1
    interactive: bool = False
    initial_data: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """What every signal of South's has."""
        return {"verbosity": self.verbosity, "interactive": self.interactive, "db": self.alias}


def migrate(project: Project, plan: Plan, run: Run, audience: Audience) -> Report:
    """Run a plan; the signals go out as Django's migrate and South's send them.

    Raises RevisionFailed, with the report, at the first revision that fails.
    """
    project.markers(run.alias).prepare()
    project.journal(run.alias).prepare()
    connect_receivers()
    runner = _runner(project, plan, run.alias, project.journal(run.alias), audience)
    pairs = [
        (project.load(step.revision), step.direction == "backwards")
        for step in plan.steps
        if not step.faked
    ]
    apps = list(dict.fromkeys(step.key.app for step in plan.steps))
    with _receivers("pre_migrate", "Nothing was touched."):
        for app in apps:
            signals.pre_migrate.send(None, app=app, **run.arguments)
        announce_plan(runner.state, pairs, run.alias, run.verbosity)
    report = execute(plan, runner, _Signalling(project, run, audience))
    if any(back for _, back in pairs):
        # The last step led to the state at its place, without what was applied later and stays.
        runner.state = project.state_of(project.standing(run.alias))
    rename_permissions(pairs, run.alias, runner.state)
    with _receivers("post_migrate", _STAYS):
        announce_done(runner.state, pairs, run.alias, run.verbosity)
    for app in _complete(project, plan, run.alias) if run.initial_data else ():
        told = partial(audience.loading, app)
        load_initial_data(app, str(run.initial_data), runner.state, run.alias, told)
    with _receivers("post_migrate", _STAYS):
        for app in apps:
            signals.post_migrate.send(None, app=app, **run.arguments)
    return report


@contextmanager
def _receivers(signal: str, hint: str) -> Iterator[None]:
    """Say of what the project's own code raises where it was called, and what has been done."""
    try:
        yield
    except Exception as error:
        found = f"A receiver of {signal} failed: {type(error).__name__}: {error}"
        raise EvolveError(found, f"{hint} --traceback shows where it failed.") from error


def mark_squashes(project: Project, alias: str) -> list[Key]:
    """Mark the squashes all of whose replaced revisions are applied, as Django does; return them.

    Without its row a squash would be run again once its file no longer says what it replaces.
    """
    markers, journal = project.markers(alias), project.journal(alias)
    rows = frozenset(markers.applied())
    keys = sorted(implied(project.revisions, rows) - rows)
    listed = {each.key: each for each in project.revisions}
    for key in keys:
        journal.prepare()
        with transaction.atomic(alias):
            markers.add([key])
            step = Step(listed[key], "forwards", (key,), faked=True)
            journal.begin(step, "All that it replaces is applied", True).write("faked")
    return keys


def announce_nothing(project: Project, alias: str, verbosity: int) -> None:
    """Send Django's post_migrate where there was nothing to run: receivers make what is missing."""
    connect_receivers()
    with _receivers("post_migrate", _STAYS):
        announce_done(project.state_of(project.standing(alias)), [], alias, verbosity, always=True)


def rehearse(project: Project, plan: Plan, alias: str, observer: Observer) -> Report:
    """Run a plan in a transaction that is rolled back, and send no signal.

    Raises Refused where that is not possible, and RevisionFailed as `migrate`.
    """
    connection = connections[alias]
    if not connection.features.can_rollback_ddl:
        raise Refused(f"{connection.display_name} cannot roll back schema changes.")
    for step in plan.steps:
        if not project.load(step.revision).atomic:
            raise Refused(f"{step.revision} is not atomic, so that it cannot be rolled back whole.")
    # SQLite's schema editor wants this before a transaction begins, and cannot in one.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic(alias):
            project.markers(alias).prepare()
            report = execute(plan, _runner(project, plan, alias, _Unwritten(), observer), observer)
            transaction.set_rollback(True, using=alias)
    finally:
        connection.enable_constraint_checking()
    return report


def plan_losses(project: Project, plan: Plan, alias: str) -> tuple[Loss, ...]:
    """Return the rows and values that the backwards steps of a plan destroy."""
    runner = _runner(project, plan, alias, _Unwritten(), None)
    found: list[Loss] = []
    for step in plan.steps:
        if step.direction == "backwards":
            then = runner.before(step)
            found += losses(alias, step.revision, runner.state, then)
            runner.state = then
    return tuple(found)


def lost_objects(project: Project, plan: Plan, alias: str) -> dict[Key, tuple[str, ...]]:
    """Return what steps would drop of what tables have and no model says, a line each."""
    fresh = not project.standing(alias).applied and not any(step.faked for step in plan.steps)
    if not plan or fresh:
        return {}  # no model has a table yet that could lose anything
    runner = _runner(project, plan, alias, _Unwritten(), None)
    live = TablesAtStart(connections[alias], runner.state)
    found: dict[Key, tuple[str, ...]] = {}
    for step in plan.steps:
        migration, now = project.load(step.revision), runner.state
        runner.state = runner.after(step)
        if not step.faked:
            found[step.key] = dropped_by(live, migration, step, now, runner.state)
    return found


def _runner(
    project: Project, plan: Plan, alias: str, log: Any, observer: Observer | None
) -> StepRunner:
    markers = project.markers(alias)
    told = observer.operation if observer else lambda *_: None
    standing = project.standing(alias, plan.opened)
    before, state = _before(project, plan, standing), project.state_of(standing)
    return StepRunner(connections[alias], markers, log, project.load, state, told, before)


def _before(project: Project, plan: Plan, standing: Standing) -> dict[Key, LazyState]:
    """Return the state that each backwards step leads to.

    As in Django it is the one at the step's own place: what came after it and stays, since it does
    not need it, may have changed what the step has to find. Where its app has branches, it is all
    that is left: its tables have the other branches' columns, too.
    """
    graph, applied = standing.graph, standing.applied
    back = [step.key for step in reversed(plan.steps) if step.direction == "backwards"]
    if not back:
        return {}
    if any(graph.branched(app) for app in {key.app for key in back}):
        begun, order = applied - set(back), tuple(back)
    else:
        order = graph.order(applied)
        order = order[min(map(order.index, back)) :]
        # Content types stand by themselves, and follow a model's name wherever its app is.
        aside = {key for key in order if key.app == _CONTENT_TYPES}.difference(back)
        order = tuple(key for key in order if key not in aside)
        begun = applied - set(order)
    return _walked(project, graph, project.state(graph, begun, standing.rows), order, set(back))


def _walked(
    project: Project, graph: Graph, state: LazyState, order: Iterable[Key], wanted: set[Key]
) -> dict[Key, LazyState]:
    """Return the states before `wanted`, on the way from a state through `order`."""
    found: dict[Key, LazyState] = {}
    for key in order:
        if key in wanted:
            found[key] = state
        if len(found) == len(wanted):
            break
        state = state_after(graph[key], project.load(graph[key]), state)
    return found


def _complete(project: Project, plan: Plan, alias: str) -> Iterator[str]:
    """Yield the apps of which the plan ran something and that are at their last revision now."""
    standing = project.standing(alias)
    ran = [each for each in plan.steps if each.direction == "forwards" and not each.faked]
    for app in dict.fromkeys(step.key.app for step in ran):
        if standing.applied.issuperset(standing.graph.heads(app)):
            yield app


class _Signalling:
    """An observer that sends `ran_migration`, and passes on all that it is told."""

    def __init__(self, project: Project, run: Run, observer: Observer) -> None:
        self._project = project
        self._run = run
        self.section = observer.section
        self.started = observer.started
        self.operation = observer.operation
        self._finished = observer.finished

    def finished(self, step: Step, seconds: float) -> None:
        """Pass it on, and send the signal for what was run."""
        self._finished(step, seconds)
        if step.faked:
            return
        with _receivers("ran_migration", _STAYS):
            signals.ran_migration.send(
                None,
                app=step.key.app,
                migration=self._project.load(step.revision),
                method=step.direction,
                **self._run.arguments,
            )


class _Unwritten:
    """A journal for what is rolled back anyway."""

    def begin(self, step: Step, description: str, whole: bool) -> _Unwritten:
        """Return what takes a run's outcome."""
        return self

    def write(self, outcome: str, error: str = "") -> None:
        """Nothing."""

    def failed(self, error: str) -> None:
        """Nothing."""
