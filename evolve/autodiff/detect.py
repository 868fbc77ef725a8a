"""Two snapshots of an app to the changes between them, by Django's autodetector, narrowed.

Models that are the same on both sides are taken out first, save those that a changed model refers
to: Django spends nearly all of its time on models that did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import models
from django.db.migrations import operations
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations.base import Operation
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState

from evolve.autodiff.changes import Change, change_for, changes_for
from evolve.autodiff.initial import fold_created
from evolve.autodiff.questions import (
    DefaultNeeded,
    Doing,
    GiveUpReversing,
    Questioner,
    SharedDefault,
)
from evolve.autodiff.renames import find_renames
from evolve.frozen.capture import model_states
from evolve.frozen.renames import RenameField
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot

_REMOVES_PART = (operations.RemoveIndex, operations.RemoveConstraint)


@dataclass(frozen=True)
class Difference:
    """What a revision of `app` has to do: the changes there and back, and what it freezes.

    `backwards` is in the order in which it runs. Where the user gave up reversing,
    `irreversible` says why and `backwards` is empty. `frozen` is by label and holds None for a
    removed model. `old` and `new` are the app's definitions on either side.
    """

    app: str
    old: Snapshot
    new: Snapshot
    renamed: Mapping[str, str]
    forwards: tuple[Change, ...]
    backwards: tuple[Change, ...]
    irreversible: str | None
    frozen: Mapping[str, Definition | None]

    def __bool__(self) -> bool:
        return bool(self.forwards)


def detect(app: str, old: Snapshot, new: Snapshot, ask: Questioner) -> Difference:
    """Return what turns the models of `app` in `old` into those in `new`.

    `new` also holds the models of other apps that those of `app` refer to. Questions go to `ask`.
    Deterministic: the same snapshots and answers give the same changes in the same order.
    """
    renamed = find_renames(app, old, new, ask) if old.of(app).changed(new.of(app)) else {}
    followed = old.following(app, renamed)
    changed = followed.of(app).changed(new.of(app))
    if not changed and not renamed:
        return Difference(app, old, new, {}, (), (), None, {})
    ops = _operations(app, followed, new, changed, ask)
    ops = _in_order(_rename_operations(renamed), ops)
    was = {key for key in old if key not in followed}
    start = _state(old, new, {*changed, *was, *_renamed_keys(app, renamed)})
    forwards = tuple(changes_for(app, start, ops))
    backwards, reason = _undone(forwards, ask)
    frozen = _frozen(old, new, {*changed, *was, *_renamed_keys(app, renamed)})
    return Difference(app, old.of(app), new.of(app), renamed, forwards, backwards, reason, frozen)


def _frozen(old: Snapshot, new: Snapshot, keys: Iterable[ModelKey]) -> dict[str, Definition | None]:
    """Return the definitions to freeze by label; None under the old label of what is gone."""
    pairs = [(old.get(key), new.get(key)) for key in sorted(keys)]
    return {(now or then).label: now for then, now in pairs if now or then}  # type: ignore[union-attr]


def _renamed_keys(app: str, renamed: Mapping[str, str]) -> set[ModelKey]:
    names = {part.partition(".")[0] for pair in renamed.items() for part in pair}
    return {(app, name.lower()) for name in names}


def _rename_operations(renamed: Mapping[str, str]) -> list[Operation]:
    ops: list[Operation] = []
    for old, new in renamed.items():
        model, _, field = old.partition(".")
        if field:
            ops.append(RenameField(model, field, new.rpartition(".")[2]))
        else:
            ops.append(operations.RenameModel(old, new))
    return ops


def _state(own: Snapshot, others: Snapshot, keys: Iterable[ModelKey]) -> ProjectState:
    """Return the state of the models `keys` and of those they refer to, one step far.

    The bases of what is referred to are in it too: Django looks for the concrete model of a proxy.
    """
    wanted: dict[ModelKey, Definition] = {}
    todo = [(key, True) for key in sorted(keys)]
    while todo:
        key, follow = todo.pop()
        definition = own.get(key) or others.get(key)
        if definition is None or key in wanted:
            continue
        wanted[key] = definition
        if follow or "bases" in definition.meta:
            todo += [(each, False) for each in sorted(definition.references())]
    return ProjectState(model_states(wanted[key] for key in sorted(wanted)))


def _operations(
    app: str, old: Snapshot, new: Snapshot, changed: list[ModelKey], ask: Questioner
) -> list[Operation]:
    elsewhere = Snapshot({key: each for key, each in new.items() if key[0] != app})
    keys = set(changed).union(
        *(side[key].references() for side in (old, new) for key in changed if key in side)
    )
    before = _state(old.of(app), elsewhere, keys)
    after = _state(new.of(app), elsewhere, keys)
    detector = _Narrowed(before, after, _Asking(app, after, ask))
    # Private API, the same from 5.2 to 6.1: all detection, without naming and without a graph.
    found = detector._detect_changes()
    ops = [op for migration in found.get(app, ()) for op in migration.operations]
    return _as_declared(app, _replaced_where_impossible(app, ops, before, ask), after)


def _as_declared(app: str, ops: list[Operation], after: ProjectState) -> list[Operation]:
    """Return fields that are added in a row in the order of models.py; Django has them by name.

    Generated fields end a row: they need the fields that they are computed from.
    """

    def row(op: Any) -> str | int:
        plain = isinstance(op, operations.AddField) and not getattr(op.field, "generated", False)
        return op.model_name_lower if plain else id(op)

    def place(op: Any) -> int:
        return list(after.models[app, op.model_name_lower].fields).index(op.name)

    rows = [(key, list(group)) for key, group in groupby(ops, row)]
    return [
        op
        for key, group in rows
        for op in (sorted(group, key=place) if isinstance(key, str) else group)
    ]


class _Narrowed(MigrationAutodetector):
    """Django's autodetector, with a faster joining of operations where all of them create."""

    def _optimize_migrations(self) -> None:
        for app, migrations in self.migrations.items():
            ops = [op for migration in migrations for op in migration.operations]
            folded = fold_created(app, ops, self.to_state)
            if folded is not None:
                migrations[0].operations = folded
                del migrations[1:]
        if any(
            len(migration.operations) > 1 for each in self.migrations.values() for migration in each
        ):
            self._optimize_the_rest()

    def _optimize_the_rest(self) -> None:
        mixed = {
            app: migrations
            for app, migrations in self.migrations.items()
            if not all(
                isinstance(op, operations.CreateModel) for m in migrations for op in m.operations
            )
        }
        whole, self.migrations = self.migrations, mixed
        super()._optimize_migrations()
        self.migrations = whole


class _Asking(MigrationQuestioner):
    """Django's questioner, passing its questions on. Renames were asked about before."""

    def __init__(self, app: str, after: ProjectState, ask: Questioner) -> None:
        super().__init__()
        self.app = app
        self.after = after
        self.ask = ask

    def _default(self, field: str, model: str, doing: Doing) -> Any:
        name = self.after.models[self.app, model.lower()].name
        answer = self.ask.default(DefaultNeeded(name, field, doing))
        assert not isinstance(answer, GiveUpReversing)
        return answer.value

    def ask_not_null_addition(self, field_name: str, model_name: str) -> Any:
        return self._default(field_name, model_name, "adding")

    def ask_auto_now_add_addition(self, field_name: str, model_name: str) -> Any:
        return self._default(field_name, model_name, "adding")

    def ask_not_null_alteration(self, field_name: str, model_name: str) -> Any:
        return self._default(field_name, model_name, "making non-nullable")

    def ask_unique_callable_default_addition(self, field_name: str, model_name: str) -> Any:
        name = self.after.models[self.app, model_name.lower()].name
        self.ask.shared_default(SharedDefault(name, field_name))

    def ask_rename(self, *args: Any) -> bool:
        return False

    def ask_rename_model(self, *args: Any) -> bool:
        return False


def _replaced_where_impossible(
    app: str, ops: list[Operation], before: ProjectState, ask: Questioner
) -> list[Operation]:
    """Remove and add again what no database can alter: see `_cannot_alter`."""
    result: list[Operation] = []
    for op in ops:
        if not isinstance(op, operations.AlterField):
            result.append(op)
            continue
        model = before.models[app, op.model_name_lower]
        if not _cannot_alter(app, model.name, model.fields[op.name], op.field):
            result.append(op)
            continue
        result.append(operations.RemoveField(op.model_name, op.name))
        result.append(
            _with_default(operations.AddField(model.name, op.name, op.field), "adding", ask)
        )
    return result


def _cannot_alter(app: str, model: str, old: Any, new: Any) -> bool:
    """Tell whether the schema editor refuses the change: another M2M table, a generated column."""
    if old.many_to_many:
        return _table(app, model, old) != _table(app, model, new)
    return bool(getattr(old, "generated", False) or getattr(new, "generated", False))


def _table(app: str, model: str, field: Any) -> tuple[Any, ...]:
    names = (field.remote_field.model, getattr(field.remote_field, "through", None))
    return tuple(name and str(name).lower() for name in names)


def needs_default(field: Any) -> bool:
    """Tell whether a column that is added for `field` needs a value for the rows that exist."""
    times = models.DateField | models.DateTimeField | models.TimeField
    return not (
        field.null
        or field.has_default()
        or field.has_db_default()
        or field.many_to_many
        or (field.blank and field.empty_strings_allowed)
        or (isinstance(field, times) and field.auto_now)
        or getattr(field, "generated", False)
        or field.primary_key
    )


def _in_order(renames: list[Operation], ops: list[Operation]) -> list[Operation]:
    """Put first what must come first, whatever order Django's version has.

    Indexes and constraints go before the fields in them are removed (Django 5.2 fails on SQLite)
    or renamed (MariaDB refuses while a CHECK names the column). Those of a model that is deleted
    go with it (Django 6.0 removes them one by one).
    """
    deleted = {op.name_lower for op in ops if isinstance(op, operations.DeleteModel)}
    kept_apart = {op.model_name_lower for op in ops if isinstance(op, operations.RemoveField)}
    ops = [
        op
        for op in ops
        if not (isinstance(op, _REMOVES_PART) and op.model_name_lower in deleted - kept_apart)
    ]
    first = [op for op in renames if isinstance(op, operations.RenameModel)]
    parts = [op for op in ops if isinstance(op, _REMOVES_PART)]
    fields = [op for op in renames if not isinstance(op, operations.RenameModel)]
    return [*first, *parts, *fields, *(op for op in ops if op not in parts)]


def _undone(forwards: tuple[Change, ...], ask: Questioner) -> tuple[tuple[Change, ...], str | None]:
    """Return the changes of the way back, in the order in which they run, or why there is none."""
    undone: list[Change] = []
    lost: list[str] = []
    for change in forwards:
        inverse: Any = change.inverse()
        doing = _loses_values(change, inverse)
        if doing:
            inverse = _with_default(inverse, doing, ask)
            if inverse is None:
                lost.append(f"'{change.model}.{change.operation.name}'")
                continue
        undone.insert(0, change_for(change.app, inverse, change.after, change.before))
    if lost:
        return (), f"{', '.join(lost)} and its values cannot be restored."
    return tuple(undone), None


def _loses_values(change: Change, inverse: Any) -> Doing | None:
    """Tell what the change does to a column whose values the way back cannot know."""
    if isinstance(inverse, operations.AddField) and needs_default(inverse.field):
        return "removing"
    if isinstance(inverse, operations.AlterField):
        assert change.after is not None
        now = change.after.fields[inverse.name]
        if now.null and not inverse.field.null and needs_default(inverse.field):
            return "making nullable"
    return None


def _with_default(op: Any, doing: Doing, ask: Questioner) -> Any:
    """Return `op` with the one-off default that the user gives; None: not to be reversed."""
    if not needs_default(op.field):
        return op
    answer = ask.default(DefaultNeeded(op.model_name, op.name, doing))
    if isinstance(answer, GiveUpReversing):
        return None
    field = op.field.clone()
    field.default = answer.value
    return type(op)(op.model_name, op.name, field, preserve_default=False)
