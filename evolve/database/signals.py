"""Django's own pre_migrate and post_migrate: content types, permissions, sites."""

from __future__ import annotations

from typing import Any

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal

from evolve.database.lazy import LazyState

Pairs = list[tuple[Any, bool]]
"""Migrations with whether they run backwards, as Django's receivers get the plan."""


def announce_plan(state: LazyState, plan: Pairs, alias: str, verbosity: int) -> None:
    """Send pre_migrate; receivers may put operations of their own into the plan's migrations."""
    if plan:
        # Receivers may follow any relation, which only the complete registry has.
        state.clear_delayed_apps_cache()
        emit_pre_migrate_signal(max(verbosity - 1, 0), False, alias, apps=state.apps, plan=plan)


def announce_done(state: LazyState, plan: Pairs, alias: str, verbosity: int) -> None:
    """Send post_migrate, with every model of the state the database is in now."""
    if plan:
        state.clear_delayed_apps_cache()
        emit_post_migrate_signal(max(verbosity - 1, 0), False, alias, apps=state.apps, plan=plan)
