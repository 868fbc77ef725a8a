"""A registry with every model of a state rendered, for code that follows relations at will."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.migrations.state import ModelState, StateApps
from django.db.migrations.utils import resolve_relation

from evolve.database.lazy_apps import Gone, States, base_keys, number_fields
from evolve.frozen.snapshot import ModelKey


class CompleteApps(StateApps):
    """Django's registry, in which references to removed models have the classes `gone`."""

    def __init__(
        self, states: dict[ModelKey, ModelState], real_apps: set[str], gone: Mapping[ModelKey, Any]
    ) -> None:
        self._gone = gone
        super().__init__(real_apps, states)

    def render_multiple(self, model_states: list[ModelState]) -> None:
        """Render models; removed ones are there meanwhile, to be referred to."""
        for (app, _), model in self._gone.items():
            self.register_model(app, model)
        super().render_multiple(model_states)
        for key in self._gone:
            self.unregister_model(*key)


def complete_apps(
    states: dict[ModelKey, ModelState], real_apps: set[str], first: int, gone: Gone
) -> StateApps:
    """Return a registry with every model rendered; see LazyApps for `first` and `gone`."""
    missing = sorted(_named(states) - states.keys())
    removed = {key: model for key in missing if (model := gone(key))}
    registry = CompleteApps(states, real_apps, removed)
    for key, state in states.items():
        number_fields(registry.get_model(*key), state, first)
    return registry


def _named(states: States) -> set[ModelKey]:
    """Return the models that models refer to or inherit from."""
    return {name for key, state in states.items() for name in _named_by(key, state)}


def _named_by(key: ModelKey, state: ModelState) -> Iterator[ModelKey]:
    yield from base_keys(state)
    for field in state.fields.values():
        for attribute in ("model", "through"):
            if named := getattr(field.remote_field, attribute, None):
                yield resolve_relation(named, *key)
