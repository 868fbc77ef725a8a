"""SchemaMigration and DataMigration: evolve's revisions as migrations that Django can run too.

One operation stands for the whole revision: it installs the frozen state and runs the methods. So
`manage.py migrate`, the test runner and everything else built on Django's migrations work on
evolve's files, and evolve's own runner needs one way for both formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, NoReturn

from django.core.management import CommandError
from django.db import migrations, router
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps

from evolve.database.bases import leave_bases
from evolve.database.django_header import dependencies, is_replaced, pair_of, replaced
from evolve.database.editor import complete
from evolve.database.facade import Database, Told
from evolve.database.in_commands import in_commands
from evolve.database.lazy import LazyState
from evolve.database.marker_operations import CreatedModel, RenamedModel
from evolve.database.states import in_line, install
from evolve.database.verify import differences
from evolve.errors import EvolveError, FrozenMismatch, Irreversible, few_lines
from evolve.frozen.capture import model_states
from evolve.frozen.orm import Orm, on_their_alias
from evolve.frozen.snapshot import Definition, ModelKey
from evolve.revisions.files import read_text
from evolve.revisions.frozen_text import read_frozen
from evolve.revisions.header import read_header
from evolve.revisions.methods import read_methods
from evolve.revisions.revision import Direction, Revision


def irreversible(why: str) -> Callable[..., NoReturn]:
    """Return a `backwards` that says why the revision cannot be reversed.

    evolve reads the reason before it runs anything and refuses the rollback.
    """

    def backwards(self: Any, orm: Any) -> NoReturn:
        raise Irreversible(f"{self} cannot be reversed: {why}")

    return backwards


class Revised(migrations.Migration):
    """What both kinds of revision have in common; see SchemaMigration and DataMigration."""

    revision: ClassVar[str] = ""
    down_revision: ClassVar[str | tuple[str, ...] | None] = None
    depends_on: ClassVar[list[str]] = []
    renamed: ClassVar[Mapping[str, str]] = {}
    elidable: ClassVar[bool] = False
    hints: ClassVar[Mapping[str, Any]] = {}
    frozen: ClassVar[Mapping[str, Any]] = {}

    db: Database

    @in_commands
    def __init__(self, name: str, app_label: str) -> None:
        super().__init__(name, app_label)
        self.dependencies = dependencies(type(self), app_label)
        given: Any = type(self)
        self.run_before = [pair_of(entry) for entry in given.run_before]
        self.replaces = [] if is_replaced(name, app_label) else replaced(given.replaces, app_label)
        self.initial = self.down_revision is None
        self.operations = [RunRevision(self), *self._rename_markers(), *self._create_markers()]

    def _rename_markers(self) -> list[Operation]:
        models = [(old, new) for old, new in self.renamed.items() if "." not in old]
        return [RenamedModel(old, new) for old, new in models]

    @cached_property
    def renamed_models(self) -> frozenset[str]:
        """The old and new names of the models that the revision renames."""
        pairs = (pair for pair in self.renamed.items() if "." not in pair[0])
        return frozenset(name for pair in pairs for name in pair)

    def _create_markers(self) -> list[Operation]:
        """Return the markers of what an initial revision makes: all that it froze of its app."""
        # What is no dict of models is said where it is read, with its line.
        frozen = self.frozen if self.initial and isinstance(self.frozen, Mapping) else {}
        labels = [str(label).partition(".") for label, each in frozen.items() if each is not None]
        return [CreatedModel(name) for app, _, name in labels if app == self.app_label]

    @cached_property
    @in_commands
    def header(self) -> Revision:
        """The revision as its file's text has it."""
        path = _path(self)
        return read_header(self.app_label, self.name, path, read_text(path))

    @cached_property
    @in_commands
    def definitions(self) -> dict[ModelKey, Definition | None]:
        """What the revision froze, by model key."""
        path = _path(self)
        return read_frozen(self.app_label, path, read_text(path))

    def forwards(self, orm: Any) -> None:
        """Do what the revision is for."""
        raise NotImplementedError(f"{self} has no forwards method.")

    backwards: Callable[..., Any] = irreversible("it has no backwards method.")


def proposed(app: str, name: str, path: str, text: str) -> Revised:
    """Return the migration that a text describes which is not a file yet, to be tried on states.

    Its parents need not exist as files either.
    """
    module = ModuleType(f"{app}.{name}")
    exec(compile(text, path, "exec"), module.__dict__)
    migration: Revised = object.__new__(module.Migration)
    migration.name, migration.app_label = name, app
    # In the place of the cached properties, which would look for the file.
    migration.__dict__.update(
        header=read_header(app, name, path, text), definitions=read_frozen(app, path, text)
    )
    migration.operations = [RunRevision(migration)]
    return migration


class SchemaMigration(Revised):
    """A revision that changes the schema.

    Its `orm` is the state after it in `forwards` and before it in `backwards`.
    """


class DataMigration(Revised):
    """A revision that changes rows.

    Its `orm` is its own frozen models, both ways. `hints` are for the routers, which say on which
    databases it has something to do.
    """


def _path(migration: Any) -> str:
    module = __import__(type(migration).__module__, fromlist=["__file__"])
    return str(Path(str(module.__file__)))


class RunRevision(Operation):
    """The operation that stands for a whole revision."""

    reduces_to_sql = True

    def __init__(self, migration: Revised) -> None:
        self.migration = migration
        self.told: Told | None = None
        # A data migration's rows are no SQL; `sqlmigrate` then says so instead of running it.
        self.reduces_to_sql = not isinstance(migration, DataMigration)

    @cached_property
    def reversible(self) -> bool:
        """Tell whether the revision has a way back."""
        text = read_text(_path(self.migration))
        return read_methods(text)["backwards"].irreversible is None

    def reduce(self, operation: Operation, app_label: str) -> Any:
        """Refuse to be optimized or squashed by Django, which cannot write what is in the way."""
        raise self._not_djangos()

    def deconstruct(self) -> Any:
        """Refuse to be written by Django."""
        raise self._not_djangos()

    def _not_djangos(self) -> CommandError:
        return CommandError(
            f"{self.migration} is one of evolve's revisions, which Django can run and cannot "
            f"rewrite: use `evolve squash {self.migration.app_label} …`, or `evolve leave "
            f"{self.migration.app_label}` to make Django-format migrations of them."
        )

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Install what the revision froze of its own app, after the renames it declares."""
        migration = self.migration
        install(migration.header, migration.definitions, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Run `forwards` and compare what it did with what the revision froze."""
        self._check_filled("forwards")
        self._run(self.migration.forwards, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Run `backwards` and compare what it did with what the parents froze."""
        self._check_filled("backwards")
        beside = not in_line(self.migration.header, to_state)
        self._run(self.migration.backwards, app_label, schema_editor, from_state, to_state, beside)

    @in_commands
    def _check_filled(self, way: Direction) -> None:
        """Refuse a skeleton under `manage.py` too, which would mark it as applied."""
        methods = read_methods(read_text(_path(self.migration)))
        if isinstance(self.migration, DataMigration) and methods[way].unfilled:
            raise EvolveError(
                f"{self.migration}: its {way} is still the skeleton that evolve wrote.",
                "Write it, or write `pass` where nothing is to be done.",
            )

    @in_commands
    def _run(
        self,
        method: Any,
        app: str,
        editor: Any,
        before: ProjectState,
        after: ProjectState,
        beside: bool = False,
    ) -> None:
        if not router.allow_migrate(editor.connection.alias, app, **self.migration.hints):
            return
        state = before.clone() if isinstance(before, LazyState) else LazyState.of(before)
        leave_bases(state, after.models, self.migration.definitions, self.migration.renamed_models)
        complete(editor)
        orm = Orm(self._registry(editor, after), app, editor.connection.alias)
        self.migration.db = db = Database(app, editor, state, after.models, orm, self.told, beside)
        with on_their_alias():
            method(orm)
        keys = db.touched | {key for key in self.migration.definitions if key[0] == app}
        if found := differences(db.state.models, after.models, keys):
            raise FrozenMismatch(
                f"{self.migration}: the operations and `frozen` do not agree:\n" + few_lines(found),
                "Make the method do what `frozen` says, or make the revision again.",
            )

    def _registry(self, editor: Any, state: Any) -> Callable[[], StateApps]:
        def render() -> StateApps:
            if editor.collect_sql:
                raise EvolveError(
                    f"{self.migration} reads or writes rows, which cannot be written as SQL.",
                    "Run it with evolve migrate.",
                )
            if isinstance(self.migration, DataMigration):
                models = model_states(each for each in self.migration.definitions.values() if each)
                # A frozen model of an app without migrations would be replaced by the live one.
                return StateApps(set(state.real_apps) - {app for app, _ in models}, models)
            return LazyState.of(state).complete_apps()

        return render

    def describe(self) -> str:
        """Return the revision's docstring line: the operation in words."""
        module = __import__(type(self.migration).__module__, fromlist=["__doc__"])
        return (module.__doc__ or str(self.migration)).strip().splitlines()[0]
