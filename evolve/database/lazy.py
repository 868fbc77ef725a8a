"""A project state whose models are rendered when an operation asks for them, and no others."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps as live_apps
from django.db.migrations.operations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.migrations.utils import get_references
from django.db.models import NOT_PROVIDED, Field

from evolve.database.lazy_apps import LazyApps, ModelKey, States, complete_apps, copy_of


class SharedModels(MutableMapping[ModelKey, ModelState]):
    """Model states that clones have in common; what is taken out is a copy, made once.

    ProjectState's methods, and other people's operations, change the model states in place. So
    whatever leaves this mapping may change, and what is still in common may not.
    """

    def __init__(self, states: dict[ModelKey, ModelState]) -> None:
        self._states = states
        self._own: set[ModelKey] = set()
        self.changed = False

    def __getitem__(self, key: ModelKey) -> ModelState:
        state = self._states[key]
        if key not in self._own:
            state = self._states[key] = copy_of(state)
            self._own.add(key)
        return state

    def __setitem__(self, key: ModelKey, state: ModelState) -> None:
        self._states[key] = state
        self._own.add(key)
        self.changed = True

    def __delitem__(self, key: ModelKey) -> None:
        del self._states[key]
        self.changed = True

    def __contains__(self, key: object) -> bool:
        return key in self._states

    def __iter__(self) -> Iterator[ModelKey]:
        return iter(self._states)

    def __len__(self) -> int:
        return len(self._states)

    def shared(self) -> dict[ModelKey, ModelState]:
        """Return the model states as they are now and stay: none is this mapping's own any more."""
        self._own.clear()
        return dict(self._states)


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
        self, models: States | None = None, real_apps: Iterable[str] | None = None
    ) -> None:
        super().__init__({}, set(real_apps or ()))
        self.models = SharedModels(dict(models or {}))
        self._rendering = _Rendering()
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
        twin.models = SharedModels(self.models.shared())
        twin._relations = None
        return twin

    @property
    def apps(self) -> StateApps:
        """The models of the state as it is now. Ask again after a change."""
        rendering = self._renew()
        if rendering.registry is None:
            states = self.models.shared()
            if rendering.complete:
                rendering.registry = complete_apps(states, self.real_apps, rendering.first)
            else:
                states = {**self._live, **states}
                rendering.registry = LazyApps(states, self.real_apps, rendering.first)
        return rendering.registry

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

    def rename_field(self, app_label: str, model_name: str, old_name: str, new_name: str) -> None:
        """Rename a field, and follow in the fields that refer to it.

        ProjectState's method writes from_fields, field_names, to_fields and field_name into field
        objects that clones hold too, and the operations they came from (5.2, 6.1). This state gets
        its own.
        """
        key = app_label, model_name
        fields = self.models[key].fields
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
