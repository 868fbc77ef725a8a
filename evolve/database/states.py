"""The state at a set of revisions, folded from what their files froze.

evolve's revisions are read as text and nothing of them runs. Only Django-format migrations, which
have nothing but their operations, are imported and their state parts applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.apps import apps as live_apps
from django.db.migrations.state import ModelState, ProjectState

from evolve.database.lazy import LazyState
from evolve.frozen.capture import capture_state, model_state, model_states
from evolve.frozen.merge import carried_over
from evolve.frozen.renames import RenameField, rename_model
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot
from evolve.revisions.files import frozen_of, named, revisions_of
from evolve.revisions.revision import Revision

Load = Callable[[Revision], Any]
Frozen = Mapping[ModelKey, Definition | None]


def state_at(revisions: Iterable[Revision], load: Load, real_apps: Iterable[str] = ()) -> LazyState:
    """Return the state after `revisions`, given in graph order.

    `load` imports a Django-format migration; `real_apps` are the apps without migrations, whose
    live models belong to every state.
    """
    django, text = _folded(revisions, load, None)
    return LazyState({**django.models, **model_states(text.values())}, set(real_apps))


def snapshot_at(revisions: Iterable[Revision], load: Load, apps: Iterable[str]) -> Snapshot:
    """Return the definitions of `apps` after `revisions`, given in graph order.

    Of other apps' revisions only the renames are read, which the definitions follow.
    """
    wanted = set(apps)
    django, text = _folded(revisions, load, wanted)
    captured = {key: capture_state(each) for key, each in django.models.items() if key[0] in wanted}
    return Snapshot({**captured, **text.definitions})


def _folded(
    revisions: Iterable[Revision], load: Load, wanted: set[str] | None
) -> tuple[ProjectState, Snapshot]:
    """Return what Django-format migrations made and what evolve's revisions froze."""
    django, text, seen = ProjectState(), Snapshot(), _Seen()
    for revision in revisions:
        late = seen.late(revision)
        own = wanted is None or revision.app in wanted
        text = text.following(revision.app, revision.renamed)
        if revision.kind == "django":
            if own:
                text = _handed_over(revision.app, text, django)
                for operation in load(revision).operations:
                    operation.state_forwards(revision.app, django)
            continue
        follow_renames(revision, django)
        if own:
            _drop(revision.app, django, text)
            text = text.overlaid(_own_frozen(revision, frozen_of(revision), text, late))
    return django, text


def _handed_over(app: str, text: Snapshot, django: ProjectState) -> Snapshot:
    """Give an app's definitions to Django's state: a Django-format migration follows evolve's."""
    own = text.of(app)
    for key, definition in own.items():
        django.models[key] = model_state(definition)
    return Snapshot({key: each for key, each in text.items() if key not in own})


def _drop(app: str, django: ProjectState, text: Snapshot) -> None:
    """Take an app out of Django's state: from its first evolve revision on, all of it is frozen.

    Where Django-format migrations and evolve's alternate, definitions come back by `_handed_over`.
    """
    if not text.of(app):
        for key in [key for key in django.models if key[0] == app]:
            del django.models[key]


class _Seen:
    """The revisions folded so far, and the apps in which one came before what it revises."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._holed: set[str] = set()

    def late(self, revision: Revision) -> bool:
        """Note a revision, and tell whether its app has others that are to come before it."""
        app = revision.app
        if not all((app, down) in self._seen or self._found(app, down) for down in revision.down):
            self._holed.add(app)
        self._seen |= {(app, revision.id), (app, revision.name)}
        return app in self._holed

    def _found(self, app: str, reference: str) -> bool:
        parent = named(revisions_of(live_apps.get_app_config(app)), reference)
        return parent is not None and (app, parent.id) in self._seen


def _own_frozen(
    revision: Revision, frozen: Frozen, before: Mapping[ModelKey, Any], late: bool
) -> Frozen:
    """Return what a revision freezes of its own app, on top of what others did.

    Others are parallel branches, and for a `late` one those that were to come before or after it.
    """
    own = {key: each for key, each in frozen.items() if key[0] == revision.app}
    base = _parallel_base(revision, late)
    if base is None:
        return own
    return {
        key: carried_over(base.get(key), _definition(before.get(key)), theirs)
        for key, theirs in own.items()
    }


def _definition(model: Definition | ModelState | None) -> Definition | None:
    return capture_state(model) if isinstance(model, ModelState) else model


def _parallel_base(revision: Revision, late: bool) -> Snapshot | None:
    """Return the app's state at a revision's parents, or None where nothing else was done to it."""
    own = revisions_of(live_apps.get_app_config(revision.app))
    parents = [parent for each in own for parent in each.down or ("",)]
    in_line = len(parents) == len(set(parents)) and not late
    if in_line or any(each.kind == "django" for each in own):
        return None
    return _lineage_state(own, revision)


def _lineage_state(own: tuple[Revision, ...], revision: Revision) -> Snapshot:
    """Fold what the ancestors of a revision froze, parents before children."""
    parents = {
        each.name: [parent for down in each.down if (parent := named(own, down))] for each in own
    }
    order: dict[str, Revision] = {}
    todo = list(parents[revision.name])
    while todo:
        missing = [each for each in parents[todo[-1].name] if each.name not in order]
        if missing:
            todo += missing
        else:
            last = todo.pop()
            order[last.name] = last
    state = Snapshot()
    for each in order.values():
        state = state.following(each.app, each.renamed).overlaid(frozen_of(each))
    return state.of(revision.app)


def install(revision: Revision, frozen: Frozen, state: ProjectState, late: bool = False) -> None:
    """Bring a state to after an evolve revision, in place: its renames, then what it froze.

    `late`: others that are to come after it are in the state already.
    """
    follow_renames(revision, state)
    for key, definition in _own_frozen(revision, frozen, state.models, late).items():
        if definition is None:
            state.models.pop(key, None)
        else:
            state.models[key] = model_state(definition)
    # Private API (5.2, 6.1): both are rebuilt when they are asked for again.
    state._relations = None
    state.__dict__.pop("apps", None)


def follow_renames(revision: Revision, state: ProjectState) -> None:
    """Have a state follow the renames that an evolve revision declares, in place."""
    for old, new in revision.renamed.items():
        model, _, field = old.partition(".")
        key = revision.app, model.lower()
        if field:
            if key in state.models and field in state.models[key].fields:
                RenameField(model, field, new.rpartition(".")[2]).state_forwards(
                    revision.app, state
                )
            continue
        # References from other apps follow also where the model itself is not in this state.
        absent = key not in state.models
        if absent:
            state.models[key] = ModelState(revision.app, model, [])
        # Private API (5.2, 6.1): a registry would be rendered anew while bases are missing.
        state.__dict__.pop("apps", None)
        rename_model(state, revision.app, old, new)
        if absent:
            del state.models[revision.app, new.lower()]
