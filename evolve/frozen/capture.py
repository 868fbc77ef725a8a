"""Live models and Django's model states to definitions, and definitions to model states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.migrations.operations import AlterModelOptions
from django.db.migrations.state import ModelState
from django.db.models import options as model_options
from django.db.models.options import normalize_together

from evolve.frozen.snapshot import Definition, ModelKey, Snapshot
from evolve.frozen.source import source, value_of

# ModelState always has these two; None and empty say nothing that their absence does not.
_EMPTY: tuple[Any, ...] = (None, [], (), set())
_SKIPPED_WHEN_EMPTY = frozenset(
    {
        "indexes",
        "constraints",
        "unique_together",
        "index_together",
        "db_table",
        "db_table_comment",
        "order_with_respect_to",
    }
)

ALTERED_META = frozenset(
    {
        *AlterModelOptions.ALTER_OPTION_KEYS,
        "db_table",
        "db_table_comment",
        "unique_together",
        "order_with_respect_to",
        "indexes",
        "constraints",
        "managers",
    }
)
"""The options that operations can change; bases, tablespaces and `swappable` are not among them."""


def capture(apps: Apps, labels: Iterable[str]) -> Snapshot:
    """Return the live models of the apps `labels` as a snapshot.

    Auto-created `through` models are part of their field; swapped and unmanaged models are
    included, as Django's own states include them.
    """
    wanted = set(labels)
    definitions = (
        capture_model(model)
        for model in apps.get_models(include_swapped=True)
        if model._meta.app_label in wanted
    )
    return Snapshot({each.key: each for each in definitions})


def capture_model(model: type[models.Model]) -> Definition:
    """Return the definition of one live model.

    The fields are read in place: ModelState.from_model clones each of them first, which is half of
    the time that a diff of 1000 models has. The rules for what counts are from_model's (5.2, 6.1).
    """
    meta = model._meta
    fields = {
        field.name: field
        for field in (*meta.local_fields, *meta.local_many_to_many)
        if not isinstance(field, models.OrderWrt)
    }
    options = _live_options(model)
    # Bases and managers need the same care as in from_model, and seldom are anything but plain.
    bases: tuple[Any, ...] = (models.Model,)
    managers: list[tuple[str, Any]] = []
    if model.__bases__ != (models.Model,) or any(
        not each.auto_created for each in meta.local_managers
    ):
        state = ModelState.from_model(model)
        bases, managers = state.bases, state.managers
    return _definition(meta.app_label, meta.object_name, fields, options, bases, managers)


def _live_options(model: type[models.Model]) -> dict[str, Any]:
    given = model._meta.original_attrs
    # Asked for each time: packages add names of their own to it.
    names = (each for each in model_options.DEFAULT_NAMES if each not in ("apps", "app_label"))
    options = {name: given[name] for name in names if name in given}
    if "unique_together" in options:
        options["unique_together"] = set(normalize_together(options["unique_together"]))
    if "indexes" in options:
        options["indexes"] = list(model._meta.indexes)
    if "constraints" in options:
        options["constraints"] = list(model._meta.constraints)
    private = {field.name for field in model._meta.private_fields}
    if options.get("order_with_respect_to") in private:
        del options["order_with_respect_to"]
    return options


def capture_state(state: ModelState) -> Definition:
    """Return the definition that is in one of Django's model states."""
    options = dict(state.options)
    for name in ("unique_together", "index_together"):
        # Operations leave lists, sets and tuples behind, by version (5.2: lists after RenameField).
        if options.get(name):
            options[name] = set(normalize_together(tuple(map(tuple, options[name]))))
    for name in ("indexes", "constraints"):
        # Published packages' states list one twice; a table has it once.
        if parts := options.get(name):
            options[name] = [each for at, each in enumerate(parts) if each not in parts[:at]]
    return _definition(
        state.app_label, state.name, state.fields, options, state.bases, state.managers
    )


def _definition(
    app: str,
    name: str,
    fields: Mapping[str, Any],
    options: Mapping[str, Any],
    bases: tuple[Any, ...],
    managers: list[tuple[str, Any]],
) -> Definition:
    imports: set[str] = set()

    def write(value: Any) -> str:
        written = source(value)
        imports.update(written.imports)
        return written.text

    fields_text = {each: write(field) for each, field in fields.items()}
    meta = {
        each: write(value)
        for each, value in options.items()
        if not (each in _SKIPPED_WHEN_EMPTY and value in _EMPTY)
    }
    if tuple(bases) != (models.Model,):
        meta["bases"] = write(tuple(bases))
    if managers:
        meta["managers"] = write([tuple(each) for each in managers])
    return Definition(app, name, fields_text, meta, frozenset(imports))


def model_state(definition: Definition) -> ModelState:
    """Return the model state that a definition describes; the inverse of `capture_state`.

    Raises BrokenRevision where one of its expressions cannot be evaluated.
    """

    def read(name: str, text: str) -> Any:
        return value_of(text, definition.imports, f"{definition.label}.{name}")

    options = {name: read(f"Meta.{name}", text) for name, text in definition.meta.items()}
    bases = options.pop("bases", None)
    managers = options.pop("managers", None)
    fields = [(name, read(name, text)) for name, text in definition.fields.items()]
    return ModelState(definition.app, definition.name, fields, options, bases, managers)


def model_states(definitions: Iterable[Definition]) -> dict[ModelKey, ModelState]:
    """Return the model states of several definitions, by key."""
    return {each.key: model_state(each) for each in definitions}
