"""Django's RenameField and RenameModel, with everything that has the name in it following.

Django's own leave indexes, constraints, `order_with_respect_to`, generated expressions,
`through_fields` and the bases of child models pointing to the old name in its state (5.2, 6.0,
6.1), and the next operation on the model fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.db.migrations.operations import RenameField as DjangoRenameField
from django.db.migrations.operations import RenameModel as DjangoRenameModel
from django.db.migrations.utils import get_references

from evolve.frozen.snapshot import Definition, ModelKey
from evolve.frozen.source import source, value_of

Values = Mapping[str, Any]


class RenameField(DjangoRenameField):
    """RenameField after which the state names the field by its new name everywhere."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Rename the field in `state`, in place."""
        key = app_label, self.model_name_lower
        options = dict(state.models[key].options)
        if not hasattr(state.models, "evaluated_only"):
            _with_own_references(key, state)
        own = _written(key, state.models[key].fields, options)
        # A LazyState's definitions, which are text, follow by themselves.
        with getattr(state.models, "evaluated_only", nullcontext)():
            referring = [_written(each, fields) for each, fields in _referring(key, state).items()]
        super().state_forwards(app_label, state)
        names = self.old_name, self.new_name
        for was in referring:
            now = was.following_target(key, *names)
            state.models[was.key].fields.update(_changed(was.fields, now.fields, was))
        now = own.following_target(key, *names).following_field(*names)
        fields = {self._now(name): text for name, text in own.fields.items()}
        state.models[key].fields.update(_changed(fields, now.fields, own))
        # As they were, but for the name: Django makes lists of the tuples in unique_together.
        state.models[key].options = {**options, **_changed(own.meta, now.meta, own)}
        state.reload_model(*key, delay=False)

    def _now(self, name: str) -> str:
        return self.new_name if name == self.old_name else name


def _with_own_references(key: ModelKey, state: Any) -> None:
    """Give a state of Django's fields of its own that refer to a model.

    Django changes them in place (5.2, 6.1), and the state that this one was cloned from has them
    too: its rollback would look for the new name.
    """
    for model, name, field, _ in list(get_references(state, key)):
        model.fields[name] = field.clone()


def _referring(key: ModelKey, state: Any) -> dict[ModelKey, dict[str, Any]]:
    """Return the fields of other models that refer to this one, by model."""
    fields: dict[ModelKey, dict[str, Any]] = {}
    # Private API (5.2, 6.1): state, field name, field, and how it refers.
    for model, name, field, _ in get_references(state, key):
        fields.setdefault((model.app_label, model.name_lower), {})[name] = field
    fields.pop(key, None)
    return fields


def _written(key: ModelKey, fields: Values, options: Values | None = None) -> Definition:
    """Return a model in a state as text."""
    texts = {name: source(value) for name, value in fields.items()}
    meta = {name: source(value) for name, value in (options or {}).items()}
    imports = (each.imports for each in (*texts.values(), *meta.values()))
    return Definition(
        *key,
        {name: each.text for name, each in texts.items()},
        {name: each.text for name, each in meta.items()},
        frozenset().union(*imports),
    )


def _changed(was: Mapping[str, str], now: Mapping[str, str], model: Definition) -> dict[str, Any]:
    """Return the values of the texts that are no longer what they were."""
    return {
        name: value_of(text, model.imports, f"{model.label}.{name}")
        for name, text in now.items()
        if text != was[name]
    }


class RenameModel(DjangoRenameModel):
    """RenameModel after which child models and proxies have the new name among their bases."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Rename the model in `state`, in place."""
        rename_model(state, app_label, self.old_name, self.new_name)


def rename_model(state: Any, app: str, old: str, new: str) -> None:
    """Rename a model in `state`, in place, also where other models inherit from it."""
    state.rename_model(app, old, new)
    if not isinstance(state.models, dict):
        return  # a LazyState, which has followed in the bases too
    was, now = f"{app}.{old.lower()}", f"{app}.{new.lower()}"
    for key in list(state.models):
        bases = state.models[key].bases
        if was in bases:
            state.models[key].bases = tuple(now if base == was else base for base in bases)
            state.reload_model(*key, delay=True)
