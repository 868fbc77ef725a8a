"""Django's own pre_migrate and post_migrate: content types, permissions, sites."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db.migrations.state import ModelState, StateApps
from django.utils.module_loading import module_has_submodule

from evolve.database.lazy import LazyState

Pairs = list[tuple[Any, bool]]
"""Migrations with whether they run backwards, as Django's receivers get the plan."""


def connect_receivers() -> None:
    """Import each app's `management` package, where receivers of the signals may be connected."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "management"):
            import_module(".management", config.name)


def announce_plan(state: LazyState, plan: Pairs, alias: str, verbosity: int) -> None:
    """Send pre_migrate; receivers may put operations of their own into the plan's migrations."""
    if plan:
        # Receivers may follow any relation, which only the complete registry has.
        state.clear_delayed_apps_cache()
        emit_pre_migrate_signal(max(verbosity - 1, 0), False, alias, apps=state.apps, plan=plan)


def announce_done(
    state: LazyState, plan: Pairs, alias: str, verbosity: int, always: bool = False
) -> None:
    """Send post_migrate, with every model of the state the database is in now."""
    if plan or always:
        state.clear_delayed_apps_cache()
        registry = state.apps
        _relate_unmigrated(registry)
        emit_post_migrate_signal(max(verbosity - 1, 0), False, alias, apps=registry, plan=plan)


def _relate_unmigrated(registry: StateApps) -> None:
    """Render the models of apps without migrations again, with their relations.

    As Django's `migrate` does (5.2, 6.1): what they point to need not be in an earlier state, and
    auth's own receiver follows Permission.content_type.
    """
    keys = [(each.app_label, each.name_lower) for each in registry.real_models]
    with registry.bulk_update():
        for key in keys:
            registry.unregister_model(*key)
    registry.render_multiple([ModelState.from_model(apps.get_model(*key)) for key in keys])
