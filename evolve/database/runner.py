"""Runs one step of a plan on a database: its operations and its marks, in one transaction."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic
from typing import Any, Protocol

from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.operations.base import Operation

from evolve.database import vendor
from evolve.database.editor import complete
from evolve.database.lazy import LazyState, prerender
from evolve.database.marker_operations import Marker
from evolve.database.migration import RunRevision
from evolve.database.secrets import without_secrets
from evolve.database.states import note_applied, state_after, stepwise
from evolve.database.words import in_words
from evolve.plan import Step
from evolve.revisions.revision import Key, Revision

Load = Callable[[Revision], Any]
Told = Callable[[str, float], None]


class Marks(Protocol):
    """Where applied revisions are marked."""

    def add(self, keys: Iterable[Key]) -> None:
        """Mark as applied."""

    def remove(self, keys: Iterable[Key]) -> None:
        """Remove the marks."""


class Run(Protocol):
    """A run of a step in the journal."""

    def write(self, outcome: Any, error: str = "") -> None:
        """Write how it went, in the transaction that is open."""

    def failed(self, error: str) -> None:
        """Write that it failed."""


class Log(Protocol):
    """Where runs are written down."""

    def begin(self, step: Step, description: str, whole: bool) -> Run:
        """Return the run of a step that begins; `whole`: in one transaction with its row."""


class StepRunner:
    """Runs steps on one connection; it holds the state that the database is in.

    `state` is the state that the database is in, and `before` those that backwards steps lead to.
    """

    def __init__(
        self,
        connection: Any,
        marks: Marks,
        log: Log,
        load: Load,
        state: LazyState,
        told: Told,
        before: Mapping[Key, LazyState],
    ) -> None:
        self.connection = connection
        self.state = state
        self._marks = marks
        self._log = log
        self._load = load
        self._told = told
        self._before = before

    def before(self, step: Step) -> LazyState:
        """Return the state that a backwards step leads to."""
        return self._before[step.key]

    def after(self, step: Step) -> LazyState:
        """Return the state that a step leads to from the one that the database is in."""
        if step.direction == "backwards":
            return self._before[step.key]
        return state_after(step.revision, self._load(step.revision), self.state)

    def run(self, step: Step) -> None:
        """Run a step, its marks and its row. What its code raises comes out; see `left_behind`."""
        migration = self._load(step.revision)
        for operation in migration.operations:
            if isinstance(operation, RunRevision):
                operation.told = self._told
        whole = step.faked or vendor.whole(self.connection, migration.atomic, _rows_only(step))
        run = self._log.begin(step, _described(migration), whole)
        try:
            self.state = (self._fake if step.faked else self._run)(step, migration, run)
        except (Exception, KeyboardInterrupt) as error:
            said = f"{type(error).__name__}: {error}"
            run.failed(without_secrets(said.strip()))
            raise

    def left_behind(self, step: Step, error: BaseException) -> str:
        """Say what an error means, where that is known, and what it has left on the database."""
        atomic = step.faked or self._load(step.revision).atomic
        left = vendor.left_behind(self.connection, atomic, step.faked or _rows_only(step))
        return " ".join(filter(None, [in_words(self.connection, error), left]))

    def _run(self, step: Step, migration: Any, run: Run) -> LazyState:
        """Run a step's operations and return the state after it."""
        with self._transaction(step), self._editor(migration) as editor:
            if step.direction == "forwards":
                state = self._forwards(step, migration, editor)
            else:
                state = self._backwards(step, migration, editor)
            _flush(editor)
            self._mark(step, run, "done")
        return state

    def _fake(self, step: Step, migration: Any, run: Run) -> LazyState:
        """Mark a step without running it, and return the state after it."""
        self._mark(step, run, "faked")
        return self.after(step)

    def _mark(self, step: Step, run: Run, outcome: str) -> None:
        with transaction.atomic(self.connection.alias):
            if step.direction == "forwards":
                self._marks.add(step.marks)
            else:
                self._marks.remove(step.marks)
            run.write(outcome)

    @contextmanager
    def _editor(self, migration: Any) -> Iterator[Any]:
        """Open Django's schema editor, and see to it that its transaction ends.

        SQLite's editor (5.2 to 6.1) checks foreign keys before it ends its transaction, and leaves
        it open where they do not hold.
        """
        editor = self.connection.schema_editor(atomic=migration.atomic)
        outer = len(self.connection.atomic_blocks)
        try:
            with editor:
                complete(editor)
                yield editor
        except BaseException:
            if len(self.connection.atomic_blocks) > outer:
                editor.atomic.__exit__(*sys.exc_info())
                self.connection.enable_constraint_checking()
            raise

    def _transaction(self, step: Step) -> AbstractContextManager[Any]:
        """A data revision is one transaction also where schema changes cannot be rolled back."""
        if _rows_only(step) and not self.connection.features.can_rollback_ddl:
            return transaction.atomic(self.connection.alias)
        return nullcontext()

    def _forwards(self, step: Step, migration: Any, editor: Any) -> LazyState:
        state = self.state
        if type(migration).apply is not Migration.apply:
            # A subclass that does something of its own around its operations, or instead.
            state = migration.apply(state.clone(), editor)
        else:
            for operation, *states in stepwise(step.key.app, migration.operations, state):
                method = operation.database_forwards
                self._one(method, operation, step, migration, editor, *states)
                state = states[1]
        note_applied(step.revision, state)
        return state

    def _backwards(self, step: Step, migration: Any, editor: Any) -> LazyState:
        state = self._before[step.key]
        if type(migration).unapply is not Migration.unapply:
            migration.unapply(state.clone(), editor)
            return state
        steps = list(stepwise(step.key.app, migration.operations, state))
        for operation, then, now in reversed(steps):
            self._one(operation.database_backwards, operation, step, migration, editor, now, then)
        return state

    def _one(
        self,
        method: Callable[..., None],
        operation: Operation,
        step: Step,
        migration: Any,
        editor: Any,
        now: LazyState,
        then: LazyState,
    ) -> None:
        if isinstance(operation, Marker):
            return
        begun = monotonic()
        prerender(operation, step.revision.app, now)
        with self._operation_transaction(operation, migration, editor):
            method(step.revision.app, editor, now, then)
        if editor.atomic_migration and isinstance(operation, RunPython | RunSQL):
            vendor.settle_constraints(editor)
        if not isinstance(operation, RunRevision) and step.revision.kind == "django":
            self._told(operation.describe(), monotonic() - begun)

    def _operation_transaction(
        self, operation: Operation, migration: Any, editor: Any
    ) -> AbstractContextManager[Any]:
        """As Django has it: an operation may be atomic by itself where its migration is not."""
        atomic = operation.atomic or (migration.atomic and operation.atomic is not False)
        if not editor.atomic_migration and atomic:
            return transaction.atomic(self.connection.alias)
        return nullcontext()


def _rows_only(step: Step) -> bool:
    return step.revision.kind == "data"


def _described(migration: Any) -> str:
    """Say what a revision does: the first line of evolve's, the operations of Django's."""
    said = [each.describe() for each in migration.operations]
    whole = migration.operations and isinstance(migration.operations[0], RunRevision)
    return said[0] if whole else ", ".join(said)


def _flush(editor: Any) -> None:
    """Run the SQL that the editor has put off, so that the marks come last in the transaction."""
    deferred, editor.deferred_sql = editor.deferred_sql, []
    for statement in deferred:
        # None stands for a constraint that the database does not support (Django 5.2 to 6.1).
        if statement is not None:
            editor.execute(statement, None)
