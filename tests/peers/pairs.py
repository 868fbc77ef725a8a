"""A pair of states asked of evolve: revisions are written, run forwards and backwards, compared."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from django.db.migrations import operations
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState
from django.db.migrations.utils import resolve_relation
from django.test.utils import override_settings

from evolve.authoring.author import Author, Wish
from evolve.autodiff.questions import Answers, OneOff, RenamedField, RenamedModel
from evolve.errors import EvolveError, Refused, RevisionFailed
from evolve.frozen.capture import capture_state
from evolve.frozen.snapshot import Snapshot
from tests import databases
from tests.contract.engine import World
from tests.contract.schema import Schema, schema

ALIAS = "default"


@dataclass(frozen=True)
class Pair:
    """Two states that a test compares, with the answers and the user model it does so with."""

    name: str
    before: ProjectState
    after: ProjectState
    answers: Mapping[str, Any]
    user: str

    @property
    def apps(self) -> list[str]:
        """The labels of the apps whose models are in the states."""
        return sorted({app for state in (self.before, self.after) for app, _ in state.models})

    def same_as(self, other: Pair) -> bool:
        """Tell whether the question is the same."""
        return (
            self.answers == other.answers
            and self.user == other.user
            and self.before.models == other.before.models
            and self.after.models == other.after.models
        )


class DjangoCannot(Exception):
    """What Django's own autodetector writes for a pair cannot be run."""


@dataclass(frozen=True)
class Expected:
    """What Django makes of a pair: the schemas, the renames it finds, whether it can go back."""

    before: Schema
    after: Schema
    renames: set[tuple[str, ...]]
    goes_back: bool


def asked(pair: Pair) -> str:
    """Return "equal", or what differs between evolve's way and Django's."""
    with override_settings(AUTH_USER_MODEL=pair.user):
        try:
            expected = as_django(pair)
        except DjangoCannot as error:
            return f"Django cannot: {error}"
        try:
            return as_evolve(pair, expected)
        except Exception:
            return traceback.format_exc()


def as_django(pair: Pair) -> Expected:
    """Return the schemas that Django's autodetector and operations make of a pair."""
    databases.empty(ALIAS)
    try:
        changes = _changes(ProjectState(), pair.before, {})
        state, _ = _applied(ProjectState(), changes)
        before = schema(ALIAS)
        changes = _changes(pair.before, pair.after, pair.answers)
        _, done = _applied(state, changes)
        after = schema(ALIAS)
    except Exception as error:
        raise DjangoCannot(f"{type(error).__name__}: {error}") from error
    return Expected(before, after, _renames(changes), _unapplied(done) == before)


def _changes(
    before: ProjectState, after: ProjectState, answers: Mapping[str, Any]
) -> dict[str, list[Any]]:
    questioner = MigrationQuestioner(dict(answers))
    found: dict[str, list[Any]] = MigrationAutodetector(
        copied(before), copied(after), questioner
    )._detect_changes()
    return found


Done = list[tuple[ProjectState, Any]]


def _applied(state: ProjectState, changes: dict[str, list[Any]]) -> tuple[ProjectState, Done]:
    """Apply migrations that have no graph, each after those it depends on.

    Returns the state after them, and each migration in order with the state before it.
    """
    done: Done = []
    state.apps  # noqa: B018 - the executor renders everything before it begins
    todo = [each for own in changes.values() for each in own]
    there = {app for app, _ in state.models}
    while todo:
        waiting = {(each.app_label, each.name) for each in todo}
        first = next((each for each in todo if not _waits(each, waiting, there)), None)
        if first is None:
            raise ValueError("migrations that wait for each other")
        todo.remove(first)
        done.append((state.clone(), first))
        with schema_editor(first) as editor:
            state = first.apply(state, editor)
    return state, done


@contextmanager
def schema_editor(migration: Any) -> Iterator[Any]:
    """Open Django's schema editor, and end the transaction that it may leave open if it fails."""
    connection = connections[ALIAS]
    outer = len(connection.atomic_blocks)
    editor = connection.schema_editor(atomic=migration.atomic)
    try:
        with editor:
            yield editor
    except Exception:
        if len(connection.atomic_blocks) > outer:
            editor.atomic.__exit__(*sys.exc_info())
            connection.enable_constraint_checking()
        raise


def _unapplied(done: Done) -> Schema | None:
    """Return the schema after migrations were unapplied; None where Django fails to."""
    try:
        for state, migration in reversed(done):
            with schema_editor(migration) as editor:
                migration.unapply(state, editor)
    except Exception:
        return None
    return schema(ALIAS)


def _waits(migration: Any, waiting: set[tuple[str, str]], there: set[str]) -> bool:
    """Tell whether a migration depends on one that is `waiting`; apps in `there` have had one."""
    for app, name in migration.dependencies:
        label = settings.AUTH_USER_MODEL.partition(".")[0] if app == "__setting__" else app
        first = app == "__setting__" or name == "__first__"
        if (label, "auto_1" if first else name) in waiting and not (first and label in there):
            return True
    return False


def copied(state: ProjectState) -> ProjectState:
    """Return a copy with fields of its own: Django's renames write into those that clones share."""
    twin = state.clone()
    for each in twin.models.values():
        each.fields = {name: field.clone() for name, field in each.fields.items()}
    return twin


def _renames(changes: dict[str, list[Any]]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for own in changes.values():
        for op in (op for migration in own for op in migration.operations):
            if isinstance(op, operations.RenameModel):
                found.add((op.old_name_lower, op.new_name_lower))
            elif isinstance(op, operations.RenameField):
                found.add((op.model_name_lower, op.old_name_lower, op.new_name_lower))
    return found


class AsDjango(Answers):
    """Answers with the renames that Django finds, and None for every default."""

    def __init__(self, found: set[tuple[str, ...]]) -> None:
        super().__init__()
        self._found = found

    def default(self, question: Any) -> OneOff:
        """Return None: there are no rows."""
        return OneOff(None)

    def renamed(self, question: RenamedField | RenamedModel) -> bool:
        """Tell whether Django has it as a rename."""
        names = (question.old.lower(), question.new.lower())
        owner = (question.model.lower(),) if isinstance(question, RenamedField) else ()
        return (*owner, *names) in self._found

    def shared_default(self, question: Any) -> None:
        """Go on."""


class StatesWorld(World):
    """A world whose models are those of a state."""

    state = ProjectState()

    def _live_models(self, _: Any, app: str) -> Snapshot:
        states = self.state.models.items()
        return Snapshot({key: capture_state(each) for key, each in states})

    def write_all(self, state: ProjectState, ask: Answers) -> None:
        """Write what a state has more than the revisions, in the order that evolve asks for.

        Where apps wait for each other, fields are left for later, as evolve's hint says.
        """
        self.state = state
        todo = list(self.models)
        while todo:
            written, refused = self._first(todo, ask)
            if written:
                todo.remove(written)
            elif not self._defer(todo, ask):
                raise refused

    def _first(self, todo: list[str], ask: Answers) -> tuple[str | None, EvolveError]:
        """Write the first app that evolve does not refuse."""
        refused = EvolveError("")
        for app in todo:
            try:
                self._write(app, ask, ())
            except Refused as error:
                refused = error
                continue
            return app, refused
        return None, refused

    def _defer(self, todo: list[str], ask: Answers) -> bool:
        """Write the first app that can be written without the fields that others wait for."""
        for app in todo:
            fields = self._waiting(app, todo)
            with suppress(Refused):
                if fields and self._write(app, ask, fields):
                    return True
        return False

    def _waiting(self, app: str, todo: list[str]) -> tuple[str, ...]:
        """Return the fields of an app that refer to other apps that are still to be written."""
        return tuple(
            f"{state.name}.{name}"
            for (label, _), state in self.state.models.items()
            if label == app
            for name, each in state.fields.items()
            if each.remote_field
            and resolve_relation(each.remote_field.model, app, state.name)[0] in {*todo} - {app}
        )

    def _write(self, app: str, ask: Answers, deferred: tuple[str, ...]) -> bool:
        """Write an app's revision; tell whether there was anything to write."""
        project = self.project
        initial = not project.graph().of(app)
        wish = Wish(deferred=deferred)
        made = Author(project).schema_revision(app, wish, ask, initial)
        if made:
            made.write()
            self._read(app, made.name)
        return made is not None

    def forwards(self) -> None:
        """Bring every app to its head."""
        self.migrate(ALIAS, None, None)

    def backwards(self, targets: Mapping[str, str]) -> None:
        """Bring each app back to the revision with its target's name, or to "zero"."""
        graph = self.project.graph()
        for app, target in targets.items():
            if graph.of(app):
                self.migrate(ALIAS, target, app)


def as_evolve(pair: Pair, expected: Expected) -> str:
    """Write revisions for the states, run them there and back, and compare with Django's schemas.

    Returns "equal", or what is not. Where Django cannot go back, evolve need not either.
    """
    databases.empty(ALIAS)
    ask = AsDjango(expected.renames)
    with (
        tempfile.TemporaryDirectory() as directory,
        app_configs(pair.apps, directory),
        StatesWorld(Path(directory), pair.apps) as world,
    ):
        world.write_all(pair.before, ask)
        graph = world.project.graph()
        first = {app: graph.heads(app)[0].name for app in pair.apps if graph.of(app)}
        world.forwards()
        if found := _unlike("before", expected.before):
            return found
        world.write_all(pair.after, ask)
        world.forwards()
        if found := _unlike("after", expected.after):
            return found
        try:
            world.backwards({app: first.get(app, "zero") for app in pair.apps})
        except RevisionFailed:
            if expected.goes_back:
                raise
            return "equal"
        if found := _unlike("back", expected.before):
            return found
        world.backwards(dict.fromkeys(pair.apps, "zero"))
        return _unlike("zero", {}) or "equal"


def _unlike(where: str, expected: Schema) -> str:
    """Return how the schema differs from what is expected, "" where it does not."""
    found = {table: lines for table, lines in schema(ALIAS).items() if _own(table)}
    expected = {table: lines for table, lines in expected.items() if _own(table)}
    return "" if found == expected else f"{where}: evolve has {found}, Django {expected}"


def _own(table: str) -> bool:
    return not table.startswith(("auth_", "django_"))


@contextmanager
def app_configs(labels: list[str], directory: str) -> Iterator[None]:
    """Have apps of these names installed and no others; they have no models of their own."""
    configs = {"evolve": apps.get_app_config("evolve")}
    for label in labels:
        module = ModuleType(label)
        module.__file__ = f"{directory}/{label}.py"
        configs[label] = config = AppConfig(label, module)
        config.apps, config.models = apps, {}
    with mock.patch.dict(apps.app_configs, configs, clear=True):
        yield
