"""The state at a set of revisions, folded from what their files froze.

evolve's revisions are read as text and nothing of them runs. Only Django-format migrations, which
have nothing but their operations, are imported and their state parts applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.apps import apps as live_apps
from django.db.migrations.state import ModelState, ProjectState

from evolve.database.lazy import LazyState
from evolve.frozen.capture import capture_state, model_state, model_states
from evolve.frozen.merge import carried_over, changed_labels
from evolve.frozen.renames import RenameField, rename_model
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot
from evolve.revisions.files import (
    Package,
    frozen_of,
    package_of,
    revision_named,
    revisions_of,
    stamp_of,
)
from evolve.revisions.revision import Revision

Load = Callable[[Revision], Any]
Frozen = Mapping[ModelKey, Definition | None]
Tips = Mapping[str, frozenset[str]]


def state_at(revisions: Iterable[Revision], load: Load, real_apps: Iterable[str] = ()) -> LazyState:
    """Return the state after `revisions`, given in graph order.

    `load` imports a Django-format migration; `real_apps` are the apps without migrations, whose
    live models belong to every state.
    """
    django, text, tips = _folded(revisions, load, None)
    state = LazyState({**django.models, **model_states(text.values())}, set(real_apps))
    state.tips = tips.ends
    return state


def snapshot_at(revisions: Iterable[Revision], load: Load, apps: Iterable[str]) -> Snapshot:
    """Return the definitions of `apps` after `revisions`, given in graph order.

    Of other apps' revisions only the renames are read, which the definitions follow.
    """
    wanted = set(apps)
    django, text, _ = _folded(revisions, load, wanted)
    captured = {key: capture_state(each) for key, each in django.models.items() if key[0] in wanted}
    return Snapshot({**captured, **text.definitions})


def _folded(
    revisions: Iterable[Revision], load: Load, wanted: set[str] | None
) -> tuple[ProjectState, Snapshot, _Tips]:
    """Return what Django-format migrations made and what evolve's revisions froze."""
    django, text, tips = ProjectState(), Snapshot(), _Tips({})
    for revision in revisions:
        in_line = tips.in_line(revision)
        tips = tips.after(revision)
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
            text = text.overlaid(_own_frozen(revision, frozen_of(revision), text, in_line))
    return django, text, tips


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


class _Tips:
    """The last revisions of each app in a state: ids that nothing in the state revises."""

    def __init__(self, ends: Tips) -> None:
        self.ends = ends

    def in_line(self, revision: Revision) -> bool:
        """Tell whether all that was done to a revision's app is what it revises.

        Else a parallel branch has been there, or one that was to come after it.
        """
        return self.ends.get(revision.app, frozenset()) <= _parents(revision)

    def after(self, revision: Revision) -> _Tips:
        """Return the tips with a revision applied."""
        left = self.ends.get(revision.app, frozenset()) - _parents(revision)
        return _Tips({**self.ends, revision.app: left | {revision.id}})


def _parents(revision: Revision) -> frozenset[str]:
    """Return the ids of a revision's parents."""
    config = live_apps.get_app_config(revision.app)
    found = (revision_named(config, down) for down in revision.down)
    return frozenset(each.id for each in found if each)


def _own_frozen(
    revision: Revision, frozen: Frozen, before: Mapping[ModelKey, Any], in_line: bool
) -> Frozen:
    """Return what a revision freezes of its own app, on top of what others did.

    Others are parallel branches, and those that were to come before or after it and did not.
    """
    own = {key: each for key, each in frozen.items() if key[0] == revision.app}
    siblings = revisions_of(live_apps.get_app_config(revision.app))
    if in_line or any(each.kind == "django" for each in siblings):
        return own
    base = _lineage_state(revision)
    return {
        key: carried_over(base.get(key), _definition(before.get(key)), theirs)
        for key, theirs in own.items()
    }


def _definition(model: Definition | ModelState | None) -> Definition | None:
    return capture_state(model) if isinstance(model, ModelState) else model


def _lineage_state(revision: Revision) -> Snapshot:
    """Return the app's state at a revision's parents."""
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
    _, text, _ = _folded((own[each] for each in order), _no_django, {package.app})
    return text.of(package.app)


def _no_django(revision: Revision) -> Any:
    raise AssertionError(f"{revision} is not evolve's")


def install(revision: Revision, frozen: Frozen, state: ProjectState) -> None:
    """Bring a state to after an evolve revision, in place: its renames, then what it froze."""
    # Django's own states do not know what is in them; Django runs no branch but merged ones.
    tips = _Tips(state.tips) if isinstance(state, LazyState) else None
    follow_renames(revision, state)
    in_line = tips.in_line(revision) if tips else not _branched(revision.app)
    for key, definition in _own_frozen(revision, frozen, state.models, in_line).items():
        if definition is None:
            state.models.pop(key, None)
        else:
            state.models[key] = model_state(definition)
    if tips and isinstance(state, LazyState):
        state.tips = tips.after(revision).ends
    # Private API (5.2, 6.1): both are rebuilt when they are asked for again.
    state._relations = None
    state.__dict__.pop("apps", None)


def changes_of(revision: Revision) -> frozenset[str]:
    """Return the labels ("Model.field") of what an evolve revision changes of its app's models."""
    siblings = revisions_of(live_apps.get_app_config(revision.app))
    if any(each.kind == "django" for each in siblings):
        return frozenset()
    base = _lineage_state(revision).following(revision.app, revision.renamed)
    own = {key: each for key, each in frozen_of(revision).items() if key[0] == revision.app}
    pairs = ((base.get(key), theirs) for key, theirs in own.items())
    return frozenset(label for pair in pairs for label in changed_labels(*pair))


def _branched(app: str) -> bool:
    """Tell whether an app's revisions are more than one line."""
    own = revisions_of(live_apps.get_app_config(app))
    parents = [parent for each in own for parent in each.down or ("",)]
    return len(parents) != len(set(parents))


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
