"""A project state whose models are rendered when an operation asks for them, and no others."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from django.apps import apps as live_apps
from django.db.migrations.operations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.migrations.utils import field_references, get_references
from django.db.models import NOT_PROVIDED, Field
from django.db.models.utils import make_model_tuple

from evolve.database.complete_apps import complete_apps
from evolve.database.lazy_apps import LazyApps, States, base_keys
from evolve.database.shared_models import Kept, SharedModels, copy_of
from evolve.frozen.snapshot import Definition, ModelKey


def _reserve_counters() -> int:
    """Return the first of a range of creation counters, for the fields of one state's models.

    Later fields, of whatever origin, have higher numbers (5.2, 6.1); see `number_fields`.
    """
    first: int = Field.creation_counter
    # More than any table has columns.
    Field.creation_counter = first + 10_000
    return first


@dataclass(slots=True, eq=False)
class _Rendering:
    """The rendered models of one content: clones share it until they change."""

    first: int = field(default_factory=_reserve_counters)
    complete: bool = False
    registry: StateApps | None = None


class LazyState(ProjectState):
    """A ProjectState that renders what operations ask for, and no more; see LazyApps.

    Clones are cheap: they have their model states and their rendered models in common until one
    of them changes. A change is what goes through the methods, or is followed by `reload_model`,
    which Django asks for anyway (5.2, 6.1).
    """

    def __init__(
        self, models: Mapping[ModelKey, Kept] | None = None, real_apps: Iterable[str] | None = None
    ) -> None:
        super().__init__({}, set(real_apps or ()))
        self.models = SharedModels(models or {})
        self._rendering = _Rendering()
        # The states before models were removed, by the models' keys.
        self._before_removal: Mapping[ModelKey, LazyState] = {}
        # The last revisions of each app in this state, by id; see states.install.
        self.tips: Mapping[str, frozenset[str]] = {}

    @classmethod
    def of(cls, state: ProjectState) -> LazyState:
        """Return a lazy state with copies of another state's models."""
        if isinstance(state, cls):
            return state.clone()
        return cls({key: copy_of(each) for key, each in state.models.items()}, state.real_apps)

    def clone(self) -> LazyState:
        """Return a state of its own with the same content."""
        self._renew()
        twin = copy.copy(self)
        twin.models = self.models.twin()
        twin._relations = None
        return twin

    @property
    def apps(self) -> StateApps:
        """The models of the state as it is now. Ask again after a change."""
        rendering = self._renew()
        if rendering.registry is None:
            if rendering.complete:
                rendering.registry = self.complete_apps()
            else:
                labels = {*self.real_apps, *(app for app, _ in self._before_removal)}
                states = {**self._live, **self.models.states()}
                gone = partial(_gone, self._before_removal, False)
                rendering.registry = LazyApps(states, labels, rendering.first, gone)
        return rendering.registry

    def complete_apps(self) -> StateApps:
        """Return a registry of its own with every model of the state as it is now."""
        gone = partial(_gone, self._before_removal, True)
        return complete_apps(self.models.states(), self.real_apps, self._rendering.first, gone)

    @cached_property
    def _live(self) -> States:
        """The live models of apps without migrations, without relations, as StateApps has them."""
        configs = map(live_apps.get_app_config, sorted(self.real_apps))
        live = (model for config in configs for model in config.get_models())
        states = [ModelState.from_model(model, exclude_rels=True) for model in live]
        return {(each.app_label, each.name_lower): each for each in states}

    def _renew(self) -> _Rendering:
        """Part from the rendered models if they are of another content."""
        if self.models.changed:
            self.models.changed = False
            self._rendering = _Rendering()
        return self._rendering

    def clear_delayed_apps_cache(self) -> None:
        """Have every model rendered with all its relations, for code that follows them at will.

        RunPython calls this before it runs its code forwards, and nothing else in Django's
        operations does; `migrate` does before post_migrate (5.2, 6.1). No one can foresee what such
        code asks of `apps`, and a model has reverse accessors only once the models they come from
        are rendered: so this is Django's own registry, of everything.
        """
        rendering = self._renew()
        if not rendering.complete:
            rendering.complete, rendering.registry = True, None

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        """Note that a model has changed. Nothing is rendered."""
        self.models.changed = True

    def reload_models(self, models: Iterable[ModelKey], delay: bool = True) -> None:
        """Note that models have changed. Nothing is rendered."""
        self.models.changed = True

    def alter_field(
        self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool
    ) -> None:
        """Put another field in a field's place.

        ProjectState's method does this too, but looks at every field of the project, to know how
        much to render (5.2, 6.1).
        """
        if self._relations is not None:
            super().alter_field(app_label, model_name, name, field, preserve_default)
            return
        if not preserve_default:
            field = field.clone()
            field.default = NOT_PROVIDED
        self.models[app_label, model_name].fields[name] = field
        self.reload_model(app_label, model_name)

    def remove_model(self, app_label: str, model_name: str) -> None:
        """Remove a model, and keep what it was: references to it may be removed later.

        Django's operations may be in that order, since its registries keep rendered classes: a
        proxy is deleted before the fields that point to it (5.2, 6.1).
        """
        key = app_label, model_name
        self._before_removal = {**self._before_removal, key: self.clone()}
        super().remove_model(app_label, model_name)

    def rename_model(self, app_label: str, old_name: str, new_name: str) -> None:
        """Rename a model, and follow in all that refers to it, child models and proxies included.

        ProjectState's method leaves the bases of child models alone (5.2, 6.1).
        """
        old, new = (app_label, old_name.lower()), (app_label, new_name.lower())
        renamed = _renamed(self.models.kept(old), new_name)
        del self.models[old]
        self.models[new] = renamed
        self.repoint(old, (app_label, new_name))

    def repoint(self, old: ModelKey, new: tuple[str, str]) -> None:
        """Have every reference to the model `old` name the model `new`: app label and name."""
        self.models.follow(lambda definition: definition.following_model(old, new))
        label = ".".join(new)
        for key in list(self.models):
            kept = self.models.kept(key)
            if isinstance(kept, Definition):
                continue
            for name, relation in kept.fields.items():
                if reference := field_references(key, relation, old):
                    self.models[key].fields[name] = _repointed(relation, reference, label)
            if old in base_keys(kept):
                self.models[key].bases = tuple(_rebased(base, old, new) for base in kept.bases)
        self._relations = None
        self.models.changed = True

    def repoint_field(self, model: ModelKey, old: str, new: str) -> None:
        """Have every foreign key to the field `old` of a model, frozen as text, name `new`."""
        self.models.follow(lambda definition: definition.following_target(model, old, new))

    def rename_field(self, app_label: str, model_name: str, old_name: str, new_name: str) -> None:
        """Rename a field, and follow in the fields that refer to it.

        ProjectState's method writes from_fields, field_names, to_fields and field_name into field
        objects that clones hold too, and the operations they came from (5.2, 6.1). This state gets
        its own.
        """
        key = app_label, model_name
        fields = self.models[key].fields
        self.repoint_field(key, old_name, new_name)
        with self.models.evaluated_only():
            concerned = [
                (fields, name)
                for name, each in fields.items()
                if getattr(each, "from_fields", None) or getattr(each, "field_names", None)
            ]
            if old_name in fields:
                referring = get_references(self, key, (old_name, fields[old_name]))
                concerned += [(state.fields, name) for state, name, *_ in referring]
            for owner, name in concerned:
                owner[name] = owner[name].clone()
            super().rename_field(app_label, model_name, old_name, new_name)


def _gone(before: Mapping[ModelKey, LazyState], complete: bool, key: ModelKey) -> Any:
    """Return the class that a model had when it was removed, None where none was."""
    if key not in before:
        return None
    state = before[key]
    if complete:
        state.clear_delayed_apps_cache()
    return state.apps.get_model(*key)


def _renamed(kept: Kept, name: str) -> Kept:
    if isinstance(kept, Definition):
        return replace(kept, name=name)
    state = copy_of(kept)
    state.name = name
    return state


def _rebased(base: Any, old: ModelKey, new: tuple[str, str]) -> Any:
    """Return a base, or the model `new` where it is `old`; Django's operations keep capitals."""
    renamed = isinstance(base, str) and make_model_tuple(base) == old
    return f"{new[0]}.{new[1].lower()}" if renamed else base


def _repointed(field: Any, reference: Any, label: str) -> Any:
    """Return a copy of a relation that names the model `label` where it referred to another."""
    changed = field.clone()
    if reference.to:
        changed.remote_field.model = label
    if reference.through:
        changed.remote_field.through = label
    return changed


def prerender(operation: Operation, app_label: str, state: LazyState) -> None:
    """Render in `state` the model that an operation names, or all if it runs others' code.

    Before the operation runs: what cannot be rendered is to fail before the first statement. And
    RunPython does not say backwards that it needs the complete registry (5.2, 6.1), nor does an
    operation that Django does not know.
    """
    if _runs_others_code(operation):
        state.clear_delayed_apps_cache()
        return
    name = getattr(operation, "model_name", None) or getattr(operation, "name", None)
    if isinstance(name, str) and (app_label, name.lower()) in state.models:
        state.apps.get_model(app_label, name)


def _runs_others_code(operation: Operation) -> bool:
    methods = (type(operation).database_forwards, type(operation).database_backwards)
    if not all(method.__module__.startswith(("django.", "evolve.")) for method in methods):
        return True
    parts = getattr(operation, "database_operations", ())
    return isinstance(operation, RunPython) or any(map(_runs_others_code, parts))
