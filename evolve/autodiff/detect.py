"""Two snapshots of an app to the changes between them, by Django's autodetector, narrowed.

Models that are the same on both sides are taken out first, save those that a changed model refers
to: Django spends nearly all of its time on models that did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState

from evolve.autodiff.changes import Change, changes_for, names_of
from evolve.autodiff.deletions import with_whole_deletions
from evolve.autodiff.detector import narrowed_detector
from evolve.autodiff.order import as_declared, generated_first, in_order
from evolve.autodiff.questions import (
    DefaultNeeded,
    Doing,
    GiveUpReversing,
    Questioner,
)
from evolve.autodiff.renames import find_renames
from evolve.autodiff.taken import names_left_first
from evolve.autodiff.values import possible, undone
from evolve.frozen.capture import ALTERED_META, capture_state, model_states
from evolve.frozen.renames import RenameField, RenameModel
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot


@dataclass(frozen=True)
class Difference:
    """What a revision of `app` has to do: the changes there and back, and what it freezes.

    `backwards` is in the order in which it runs. Where the user gave up reversing,
    `irreversible` says why and `backwards` is empty. `frozen` is by label and holds None for a
    removed model. `old` and `new` are the app's definitions before and after the changes.
    """

    app: str
    old: Snapshot
    new: Snapshot
    renamed: Mapping[str, str]
    forwards: tuple[Change, ...]
    backwards: tuple[Change, ...]
    irreversible: str | None
    frozen: Mapping[str, Definition | None]

    @property
    def gone(self) -> set[str]:
        """The labels of the models that are renamed or deleted: their old names."""
        renamed = {f"{self.app}.{old}" for old in self.renamed if "." not in old}
        return renamed | {label for label, now in self.frozen.items() if now is None}

    @property
    def lost_fields(self) -> set[tuple[ModelKey, str]]:
        """The fields that models which stay have no more, those that were renamed among them."""
        return {
            (key, name)
            for key in self.old.keys() & self.new.keys()
            for name in self.old[key].fields.keys() - self.new[key].fields.keys()
        }

    @property
    def removed_fields(self) -> set[tuple[ModelKey, str]]:
        """The fields that were removed from models which stay."""
        return {
            (key, name)
            for key, name in self.lost_fields
            if f"{self.new[key].name}.{name}" not in self.renamed
        }

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
    ops = in_order(_rename_operations(renamed), ops)
    was = {key for key in old if key not in followed}
    keys = {*changed, *was, *_renamed_keys(app, renamed)}
    state = _state(old, _elsewhere(app, new), keys)
    ops = names_left_first(app, ops, state)
    forwards = tuple(changes_for(app, state, ops))
    backwards, reason = undone(forwards, ask)
    frozen = {key: _made(state, key, new.get(key)) for key in sorted(_touched(app, ops))}
    labels = {key: (each or old[key]).label for key, each in frozen.items() if each or key in old}
    return Difference(
        app,
        old.of(app),
        followed.of(app).overlaid(frozen),
        renamed,
        forwards,
        backwards,
        reason,
        {label: frozen[key] for key, label in labels.items()},
    )


def _touched(app: str, ops: Iterable[Operation]) -> set[ModelKey]:
    """Return the models that operations change: other models follow renames by themselves."""
    return {(app, name.lower()) for op in ops for name in names_of(op)}


def _made(state: ProjectState, key: ModelKey, live: Definition | None) -> Definition | None:
    """Return a model as the operations have made it; None where it is gone.

    What Django holds equal to models.py (`default=1` and `True`), and what none of its operations
    change (fields of unmanaged models), stays as it was frozen: a revision that froze something
    else could not be applied. The order of fields, and the options that no operation speaks of
    (bases, tablespaces), are those of the `live` model.
    """
    if key not in state.models:
        return None
    made = capture_state(state.models[key])
    if live is None:
        return made
    fields = {
        name: made.fields[name] for name in {**live.fields, **made.fields} if name in made.fields
    }
    chosen = {name: text for name, text in made.meta.items() if name in ALTERED_META}
    chosen |= {name: text for name, text in live.meta.items() if name not in ALTERED_META}
    meta = {name: chosen[name] for name in {**live.meta, **chosen} if name in chosen}
    return replace(made, fields=fields, meta=meta, imports=made.imports | live.imports)


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
            ops.append(RenameModel(old, new))
    return ops


def _state(own: Snapshot, others: Snapshot, keys: Iterable[ModelKey]) -> ProjectState:
    """Return the state of the models `keys` and of those they refer to, one step far.

    The bases of what is referred to are in it too: Django looks for the concrete model of a proxy.
    """
    followed = set(keys)
    wanted: dict[ModelKey, Definition] = {}
    todo = sorted(followed)
    while todo:
        key = todo.pop()
        definition = own.get(key) or others.get(key)
        if definition is None or key in wanted:
            continue
        wanted[key] = definition
        if key in followed or "bases" in definition.meta:
            todo += sorted(definition.references())
    return ProjectState(model_states(wanted[key] for key in sorted(wanted)))


def _elsewhere(app: str, new: Snapshot) -> Snapshot:
    """Return the models of other apps."""
    return Snapshot({key: each for key, each in new.items() if key[0] != app})


def _operations(
    app: str, old: Snapshot, new: Snapshot, changed: list[ModelKey], ask: Questioner
) -> list[Operation]:
    elsewhere = _elsewhere(app, new)
    keys = set(changed).union(
        *(side[key].references() for side in (old, new) for key in changed if key in side)
    )
    before = _state(old.of(app), elsewhere, keys)
    after = _state(new.of(app), elsewhere, keys)
    # A state of its own: it takes unique_together out of the models that are deleted (5.2 to 6.1).
    detector = narrowed_detector()(before.clone(), after, _Asking(app, after, ask))
    # Private API, the same from 5.2 to 6.1: all detection, without naming and without a graph.
    found = detector._detect_changes()
    ops = [op for migration in found.get(app, ()) for op in migration.operations]
    ops = with_whole_deletions(app, ops, before)
    ops = generated_first(app, possible(app, ops, before, after, ask), before)
    return as_declared(app, ops, after)


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
        """Nothing: values.py asks it of every default."""

    def ask_rename(self, *args: Any) -> bool:
        return False

    def ask_rename_model(self, *args: Any) -> bool:
        return False
