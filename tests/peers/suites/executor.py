"""Django's tests of its executor and of `migrate`, with evolve's plan and runner in its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from django.db import DEFAULT_DB_ALIAS
from django.db.migrations.exceptions import InvalidMigrationPlan
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from evolve.adopting import existing
from evolve.errors import Refused, RevisionFailed
from evolve.executor import execute
from evolve.plan import Plan, Section, Step, make_plan
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.targets import Target
from evolve.running import _runner

_MIXED = (
    "Migration plans with both forwards and backwards migrations are not supported. Please split "
    "your migration process into separate plans of only forwards OR backwards migrations."
)
_PLACES = ("migrations.test_executor", "django.core.management.commands.migrate")


@contextmanager
def installed() -> Iterator[None]:
    """Have the tests, and the command that they call, get evolve's executor."""
    with ExitStack() as stack:
        for name in _PLACES:
            if name in sys.modules:
                stack.enter_context(
                    mock.patch.object(sys.modules[name], "MigrationExecutor", Executor)
                )
        yield


class Executor(MigrationExecutor):
    """Django's executor, which has evolve find out what is to be run, and run it."""

    def migration_plan(
        self, targets: Iterable[tuple[str, str | None]], clean_start: bool = False
    ) -> list[Any]:
        """Return evolve's plan as Django has it: migrations, and whether they go backwards.

        Targets in both directions evolve refuses at once, and Django when the plan is run. From a
        clean start nothing is run: it is how Django's command makes the state it begins with.
        """
        if clean_start:
            return list(super().migration_plan(targets, clean_start))
        try:
            plans = [self._plan(targets)]
        except Refused:
            plans = [self._plan([target]) for target in targets]
        steps = [step for plan in plans for step in plan.steps]
        nodes = self.loader.graph.nodes
        return [(nodes[step.key], step.direction == "backwards") for step in steps]

    def _plan(self, targets: Iterable[tuple[str, str | None]]) -> Plan:
        if not isinstance(self.loader, MigrationLoader):
            # A test has put a graph there that has no files.
            return make_plan(
                Graph(_revisions(self.loader.graph)),
                frozenset(Key(*key) for key in self.loader.applied_migrations),
                [Target(app, name and Key(app, name)) for app, name in targets],
            )
        if self.loader.replace_migrations and any(
            name and (app, name) not in self.loader.graph.nodes for app, name in targets
        ):
            # As Django's own plan does.
            self.loader.replace_migrations = False
            self.loader.build_graph()
        project = Project()
        standing = project.standing(self._alias, self._opened)
        graph, applied = standing.graph, standing.applied
        found = [project.targets(graph, app, name or "zero", applied) for app, name in targets]
        plan = make_plan(graph, applied, [each for every in found for each in every])
        return replace(plan, opened=self._opened)

    @property
    def _opened(self) -> frozenset[Key]:
        """The squashes that Django goes into, as a target is among what they replace."""
        loader = self.loader
        squashes = map(Key._make, getattr(loader, "replacements", ()))
        replacing = loader.graph.nodes if loader.replace_migrations else ()
        return frozenset(key for key in squashes if key not in replacing)

    @property
    def _alias(self) -> str:
        return getattr(self.connection, "alias", DEFAULT_DB_ALIAS)

    def migrate(
        self,
        targets: Any,
        plan: Any = None,
        state: Any = None,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> Any:
        """Run evolve's plan for the targets, or one as Django has it; return the state after it."""
        project = Project()
        found = self._plan(targets) if plan is None else self._given(project, plan)
        if not found:
            self.check_replacements()
            return project.state_of(project.standing(self._alias, self._opened))
        self.recorder.ensure_schema()
        if fake:
            found = found.faking({step.key for step in found.steps})
        elif fake_initial:
            found = found.faking(existing(project, found, self._alias).keys)
        journal = project.journal(self._alias)
        journal.prepare()
        observer = _Callback(self, project, rendered="apps" in vars(state or self))
        runner = _runner(project, found, self._alias, journal, observer)
        try:
            execute(found, runner, observer)
        except RevisionFailed as error:
            raise error.__cause__ or error from None
        self.check_replacements()
        back = any(step.direction == "backwards" for step in found.steps)
        standing = project.standing(self._alias, self._opened)
        return project.state_of(standing) if back else runner.state

    def _given(self, project: Project, plan: Any) -> Plan:
        """Return a plan of Django's as evolve has it."""
        directions = {back for _, back in plan}
        if len(directions) > 1:
            raise InvalidMigrationPlan(_MIXED, plan)
        listed = {each.key: each for each in project.revisions}
        revisions = [listed[Key(each.app_label, each.name)] for each, _ in plan]
        direction: Any = "backwards" if True in directions else "forwards"
        steps = [Step(each, direction, (*each.replaced, each.key)) for each in revisions]
        sections = [Section(Target(each.key.app, each.key), direction, (each,)) for each in steps]
        return Plan(tuple(sections), opened=self._opened)


def _revisions(graph: Any) -> list[Revision]:
    """Return the nodes of a graph of Django's as revisions."""
    parents = {
        key: sorted(each.key for each in node.parents) for key, node in graph.node_map.items()
    }
    return [
        Revision(
            *key,
            id=key[1],
            down=tuple(name for app, name in parents[key] if app == key[0]),
            depends_on=tuple(f"{app}:{name}" for app, name in parents[key] if app != key[0]),
            kind="django",
        )
        for key in graph.nodes
    ]


class _Callback:
    """An observer that calls what Django's executor calls back."""

    def __init__(self, executor: Executor, project: Project, rendered: bool) -> None:
        self._tell = executor.progress_callback or (lambda *_: None)
        self._project = project
        if not rendered:
            # Django does so before it begins.
            self._tell("render_start")
            self._tell("render_success")

    def section(self, section: Any) -> None:
        """Nothing."""

    def started(self, step: Step) -> None:
        """Say that a migration begins."""
        verb = "apply" if step.direction == "forwards" else "unapply"
        self._tell(f"{verb}_start", self._project.load(step.revision), step.faked)

    def operation(self, words: str, seconds: float) -> None:
        """Nothing."""

    def finished(self, step: Step, seconds: float) -> None:
        """Say that a migration is done."""
        verb = "apply" if step.direction == "forwards" else "unapply"
        self._tell(f"{verb}_success", self._project.load(step.revision), step.faked)
