"""A registry that renders the models it is asked for, and stubs of what they point to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.migrations.state import AppConfigStub, ModelState, StateApps
from django.db.migrations.utils import resolve_relation
from django.db.models.utils import make_model_tuple

from evolve.database.shared_models import copy_of
from evolve.frozen.snapshot import ModelKey

States = Mapping[ModelKey, ModelState]
Gone = Callable[[ModelKey], Any]
"""Returns the class that a removed model had, None where no model was removed."""


class LazyAppConfig(AppConfigStub):
    """An app of a LazyApps: asked for a model, it has it rendered.

    Apps.get_model and ModelState.render come through here (5.2, 6.1).
    """

    apps: LazyApps

    def get_model(self, model_name: str, require_ready: bool = True) -> Any:
        """Return the model, with all its fields; to a model being rendered also a removed base."""
        key = self.label, model_name.lower()
        self.apps.ask(key)
        if not self.apps.ready and key not in self.apps.states and (gone := self.apps.gone(key)):
            return gone
        return super().get_model(model_name, require_ready)

    def get_models(
        self, include_auto_created: bool = False, include_swapped: bool = False
    ) -> Iterator[Any]:
        """Return all models of the app, with all their fields."""
        self.apps.ask(*(key for key in self.apps.states if key[0] == self.label))
        return iter(list(super().get_models(include_auto_created, include_swapped)))


class LazyApps(StateApps):
    """The models of `states`, each rendered when it is first asked for.

    A model that was asked for has all its fields and, in `_meta.related_objects`, all relations to
    it. What its own relations point to is a stub: table and options, the primary key and the fields
    that are pointed to. A stub grows into the whole model, the same class, when it is asked for.
    `states` must not change any more. `first` is where its fields' creation counters begin.

    What still refers to a removed model gets the class from `gone`. It is no model of this
    registry, as in Django's, which keep rendered classes until something has them rendered again.
    """

    def __init__(self, states: States, labels: Iterable[str], first: int, gone: Gone) -> None:
        self.states = states
        self.gone = gone
        self._first = first
        self._rendered: dict[ModelKey, set[str]] = {}
        self._asked: set[ModelKey] = set()
        # StateApps.__init__ renders everything; its other duties are done here (5.2, 6.1): no
        # models of apps without migrations, which are among `states`, and no locks.
        self.real_models: list[ModelState] = []
        labels = {*labels, *(app for app, _ in states)}
        Apps.__init__(self, [LazyAppConfig(label) for label in sorted(labels)])
        self._lock = self.ready_event = None

    def ask(self, *keys: ModelKey) -> None:
        """Render models in full, those of them that there are."""
        new = [key for key in keys if key in self.states and key not in self._asked]
        # Not ready: a model is being rendered and asks for its bases, which are there already.
        if not new or not self.ready:
            return
        with self.bulk_update():
            for key in new:
                self._grow(key, None)
        self._asked.update(new)

    def get_models(
        self, include_auto_created: bool = False, include_swapped: bool = False
    ) -> list[Any]:
        """Return all models; with auto-created ones, those that the models asked for relate to.

        With them it is Options._populate_directed_relation_graph that wants to know (5.2, 6.1), and
        what it does not get here is not related to anything that was asked for. Apps' method keeps
        its answers for the life of the process, this one does not.
        """
        if include_auto_created:
            self._render_related()
        return [
            model
            for config in self.app_configs.values()
            # The first way is AppConfig's own, which renders nothing.
            for model in (
                AppConfigStub.get_models(config, True, include_swapped)
                if include_auto_created
                else config.get_models(False, include_swapped)
            )
        ]

    def clear_cache(self) -> None:
        """Have every model forget what it knew of its relations.

        Apps' method also empties caches that all registries share, the installed models' among
        them, and the next foreign key looks through all of those again (5.2, 6.1).
        """
        if self.ready:
            for rendered in self.all_models.values():
                for model in rendered.values():
                    model._meta._expire_cache()

    def _is_whole(self, key: ModelKey) -> bool:
        have = self._rendered.get(key)
        return have is not None and have >= self.states[key].fields.keys()

    def _grow(self, key: ModelKey, names: Collection[str] | None) -> None:
        """Render the fields `names` of a model (None: all of them), and stubs of what they need.

        A reference to a model that never was stays unresolved. Django says so when it needs it, and
        renders nothing at all otherwise.
        """
        state = self.states.get(key)
        if state is None:
            if gone := self.gone(key):
                self.do_pending_operations(gone)
            return
        if names is not None and (_is_indivisible(state) or not state.fields.keys() >= set(names)):
            # What a model does not have itself it inherits, or it is a column's name.
            names = None
        wanted = _stub_fields(state, names)
        for base in base_keys(state):
            self._grow(base, None if names is None else ())
        have = self._rendered.get(key)
        missing = [name for name in state.fields if name in wanted and name not in (have or ())]
        if have is None:
            model = self._render(key, state, missing)
        elif missing:
            model = self._add_fields(key, state, missing)
        else:
            return
        for target, to_fields in _targets(model):
            self._grow(target, to_fields)

    def _render(self, key: ModelKey, state: ModelState, names: list[str]) -> Any:
        part = copy_of(state)
        part.fields = {name: state.fields[name] for name in names}
        model = part.render(self)
        number_fields(model, state, self._first)
        self._rendered[key] = set(names)
        return model

    def _add_fields(self, key: ModelKey, state: ModelState, names: list[str]) -> Any:
        model = self.all_models[key[0]][key[1]]
        for position, name in enumerate(state.fields):
            if name in names:
                field = state.fields[name].clone()
                # Options.add_field puts it where its number says (5.2, 6.1).
                _number(field, self._first + position)
                model.add_to_class(name, field)
        self._rendered[key].update(names)
        return model

    def _render_related(self) -> None:
        related = self._related_to(self._asked)
        # In the states' order, so that statements come in the same order every time.
        missing = [key for key in self.states if key in related and not self._is_whole(key)]
        if missing:
            with self.bulk_update():
                for key in missing:
                    self._grow(key, None)

    def _related_to(self, keys: Iterable[ModelKey]) -> set[ModelKey]:
        """Return the models that refer to `keys`, and to these by what may be a key in turn.

        A primary key that changes its type changes the foreign keys to it; where one of these is
        itself a primary key or unique, that goes on. What refers to a base refers to the model, and
        what refers to a proxy to what it stands for.
        """
        found: set[ModelKey] = set()
        todo = list(keys)
        seen = set(todo)
        while todo:
            key = todo.pop()
            referrers = self._referrers.get(key, {})
            found.update(referrers)
            bases = base_keys(self.states[key]) if key in self.states else ()
            onward = {*bases, *(each for each, unique in referrers.items() if unique)} - seen
            seen |= onward
            todo += onward
        return found

    @cached_property
    def _referrers(self) -> dict[ModelKey, dict[ModelKey, bool]]:
        """The models that refer to a model, by its key, and whether by a unique field."""
        found: dict[ModelKey, dict[ModelKey, bool]] = defaultdict(dict)
        for key, state in self.states.items():
            for base in base_keys(state):
                found[base][key] = True
            for field in state.fields.values():
                if field.remote_field and field.remote_field.model:
                    target = resolve_relation(field.remote_field.model, *key)
                    found[target][key] = found[target].get(key, False) or field.unique
        return found


def number_fields(model: Any, state: ModelState, first: int) -> None:
    """Number a model's fields from `first` on, in their order in the state.

    Where an operation mixes the fields of two states, SQLite's table has its columns in the order
    of creation counters (5.2, 6.1). Django renders states in the order of history, so that the
    older state's fields come first. Here each state has its own range of numbers, reserved when it
    came to be, and it does not matter when its models are rendered.
    """
    places = {name: place for place, name in enumerate(state.fields)}
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if field.name in places:
            _number(field, first + places[field.name])
        elif isinstance(field, models.OrderWrt):
            _number(field, first + len(places))


def _number(field: Any, number: int) -> None:
    # Fields that Django makes of itself count downwards from -1, by Field.auto_creation_counter
    # (5.2, 6.1).
    field.creation_counter = number if field.creation_counter >= 0 else -number


def base_keys(state: ModelState) -> list[ModelKey]:
    """Return the models that a model inherits from; abstract ones are classes, not keys."""
    return [make_model_tuple(base) for base in state.bases if isinstance(base, str)]


def _stub_fields(state: ModelState, names: Collection[str] | None) -> Collection[str]:
    """Return the fields that a model needs, to have the fields `names` and a primary key."""
    if names is None:
        return state.fields.keys()
    keys = {name for name, field in state.fields.items() if _is_key(field)}
    return keys.union(names)


def _is_key(field: Any) -> bool:
    # Options._prepare makes a parent link the primary key where there is no other (5.2, 6.1).
    return field.primary_key or getattr(field.remote_field, "parent_link", False)


def _is_indivisible(state: ModelState) -> bool:
    """Tell whether making the model's class needs more fields than its primary key.

    It does for `_order`, for a primary key of several fields, and where an abstract base would
    bring the fields that are left out, as they are today.
    """
    return bool(
        state.options.get("order_with_respect_to")
        or any(hasattr(base, "_meta") for base in state.bases)
        or any(isinstance(field, models.CompositePrimaryKey) for field in state.fields.values())
    )


def _targets(model: Any) -> Iterator[tuple[ModelKey, list[str]]]:
    """Yield the models that a rendered model refers to, and the fields it names of them."""
    key = make_model_tuple(model)
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if not field.is_relation or not field.remote_field:
            continue
        # None is the primary key.
        names = [name for name in getattr(field, "to_fields", ()) if name]
        yield resolve_relation(field.remote_field.model, *key), names
        if through := getattr(field.remote_field, "through", None):
            yield resolve_relation(through, *key), []
