"""The state at a set of revisions: one fold for both formats.

What evolve's revisions froze is read as text and nothing of them runs; it stays text until a model
is rendered. Django-format migrations, which have nothing but their operations, are imported and
their state parts applied to the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.apps import apps as live_apps
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from evolve.database.lazy import LazyState
from evolve.frozen.capture import capture_state, model_state
from evolve.frozen.merge import carried_over
from evolve.frozen.renames import RenameField, rename_model
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot
from evolve.revisions.files import (
    Package,
    frozen_of,
    load,
    package_of,
    revision_named,
    revisions_of,
    stamp_of,
)
from evolve.revisions.revision import Revision

Load = Callable[[Revision], Any]
Frozen = Mapping[ModelKey, Definition | None]


def state_at(
    revisions: Iterable[Revision],
    load: Load,
    real_apps: Iterable[str] = (),
    only: Collection[str] | None = None,
) -> LazyState:
    """Return the state after `revisions`, given in the order in which they were applied.

    `load` imports a Django-format migration; `real_apps` are the apps without migrations, whose
    live models belong to every state. With `only` the state holds the models of these apps alone,
    and of other apps' revisions only the renames are read, which the models follow.
    """
    state = LazyState({}, real_apps)
    for revision in revisions:
        if only is not None and revision.app not in only:
            follow_renames(revision, state)
        elif revision.kind == "django":
            apply_operations(revision, load(revision).operations, state)
        else:
            install(revision, frozen_of(revision), state)
    return state


def state_after(revision: Revision, migration: Any, state: LazyState) -> LazyState:
    """Return the state after a migration was applied to a state, which stays as it is."""
    after = state.clone()
    apply_operations(revision, migration.operations, after)
    return after


def stepwise(
    app: str, operations: Iterable[Operation], state: LazyState
) -> Iterator[tuple[Operation, LazyState, LazyState]]:
    """Yield each operation with the states before and after it; the first state stays as it is."""
    for operation in operations:
        before, state = state, state.clone()
        operation.state_forwards(app, state)
        yield operation, before, state


def apply_operations(revision: Revision, operations: Iterable[Operation], state: LazyState) -> None:
    """Bring a state to after a migration's operations, in place."""
    for operation in operations:
        operation.state_forwards(revision.app, state)
    note_applied(revision, state)


def note_applied(revision: Revision, state: LazyState) -> None:
    """Note that a state is after a revision: its parents are no tips of the state any more."""
    left = state.tips.get(revision.app, frozenset()) - _parents(revision)
    state.tips = {**state.tips, revision.app: left | {revision.id}}


def in_line(revision: Revision, state: ProjectState) -> bool:
    """Tell whether all that was done to a revision's app is what it revises.

    Else a parallel branch has been there, or one that was to come after it. Django's own states do
    not know what is in them; there the app has to have one line of revisions.
    """
    if isinstance(state, LazyState):
        return state.tips.get(revision.app, frozenset()) <= _parents(revision)
    return not _branched(revision.app)


def _parents(revision: Revision) -> frozenset[str]:
    """Return the ids of a revision's parents."""
    config = live_apps.get_app_config(revision.app)
    found = (revision_named(config, down) for down in revision.down)
    return frozenset(each.id for each in found if each)


def _branched(app: str) -> bool:
    """Tell whether an app's revisions are more than one line."""
    own = revisions_of(live_apps.get_app_config(app))
    parents = [parent for each in own for parent in each.down or ("",)]
    return len(parents) != len(set(parents))


def install(revision: Revision, frozen: Frozen, state: ProjectState) -> None:
    """Bring a state to after an evolve revision, in place: its renames, then what it froze."""
    follow_renames(revision, state)
    own = {key: each for key, each in frozen.items() if key[0] == revision.app}
    if not in_line(revision, state):
        base = lineage_state(revision).following(revision.app, revision.renamed)
        own = {
            key: carried_over(base.get(key), _definition_in(state, key), theirs)
            for key, theirs in own.items()
        }
    for key, definition in own.items():
        _put(state, key, definition)
    # Django's states render them again, together: a child may come before its base.
    state.reload_models(sorted(key for key, each in own.items() if each), delay=False)
    if isinstance(state, LazyState):
        note_applied(revision, state)


def _definition_in(state: ProjectState, key: ModelKey) -> Definition | None:
    """Return the definition of a model in a state; None where it is not there."""
    if key not in state.models:
        return None
    if isinstance(state, LazyState):
        return state.models.definition(key)
    return capture_state(state.models[key])


def _put(state: ProjectState, key: ModelKey, definition: Definition | None) -> None:
    """Put a model as it is frozen into a state, or take it out."""
    if definition is None:
        if key in state.models:
            state.remove_model(*key)
    elif isinstance(state, LazyState):
        state.models[key] = definition
    else:
        state.models[key] = model_state(definition)
        # Private API (5.2, 6.1): it is rebuilt when it is asked for again.
        state._relations = None


def lineage_state(revision: Revision) -> Snapshot:
    """Return an app's state at a revision's parents."""
    config = live_apps.get_app_config(revision.app)
    return _lineage_at(package_of(config), stamp_of(config), revision.name)


# `package` and `stamp` say which files it was read from.
@lru_cache(maxsize=512)
def _lineage_at(package: Package, stamp: int, name: str) -> Snapshot:
    config = live_apps.get_app_config(package.app)
    own = {each.name: each for each in revisions_of(config)}
    parents = {
        each.name: [parent.name for down in each.down if (parent := revision_named(config, down))]
        for each in own.values()
    }
    order: dict[str, None] = {}
    todo = list(parents[name])
    while todo:
        missing = [each for each in parents[todo[-1]] if each not in order]
        if missing:
            todo += missing
        else:
            order[todo.pop()] = None
    lineage = (own[each] for each in order)
    state = state_at(lineage, lambda each: load(each, config), only={package.app})
    return state.models.snapshot({package.app})


def follow_renames(revision: Revision, state: ProjectState) -> None:
    """Have a state follow the renames that a revision declares, in place.

    References from other apps follow also where the model itself is not in this state.
    """
    for old, new in revision.renamed.items():
        model, _, field = old.partition(".")
        key = revision.app, model.lower()
        there = key in state.models
        if field and there and field in state.models[key].fields:
            rename = RenameField(model, field, new.rpartition(".")[2])
            rename.state_forwards(revision.app, state)
        elif field and isinstance(state, LazyState):
            state.repoint_field(key, field, new.rpartition(".")[2])
        elif not field and isinstance(state, LazyState) and not there:
            state.repoint(key, (revision.app, new))
        elif not field:
            _rename_in_djangos(state, revision.app, old, new)


def _rename_in_djangos(state: ProjectState, app: str, old: str, new: str) -> None:
    absent = (app, old.lower()) not in state.models
    if absent:
        state.models[app, old.lower()] = ModelState(app, old, [])
    # Private API (5.2, 6.1): a registry would be rendered anew while bases are missing.
    state.__dict__.pop("apps", None)
    rename_model(state, app, old, new)
    if absent:
        del state.models[app, new.lower()]
