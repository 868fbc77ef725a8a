"""What a revision would drop of what tables have and models do not say, before it runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.migrations.operations.base import Operation

from evolve.database.agreement import NeedsRows, called
from evolve.database.dropped import Move, dropped
from evolve.database.lazy import LazyState
from evolve.database.recorded import Recording
from evolve.database.states import stepwise
from evolve.database.tables_at_start import TablesAtStart
from evolve.database.unsaid import Unsaid
from evolve.plan import Step
from evolve.revisions.revision import Direction

Steps = Iterator[Move]


def dropped_by(
    live: TablesAtStart,
    migration: Any,
    step: Step,
    now: LazyState,
    then: LazyState,
) -> tuple[str, ...]:
    """Return what a step would drop of what models do not say, a line each.

    It goes from the state `now` to the state `then`. What a data revision does is not foreseen.
    """
    found: list[tuple[str, Unsaid]] = []
    kind, way = step.revision.kind, step.direction
    if kind == "django":
        steps = _djangos(migration, way, now, then)
    elif kind == "schema" and any(_has_unsaid(live, now, key) for key in migration.definitions):
        steps = _recorded(migration, way, now, then, live.connection.alias)
    else:
        return ()
    for move in steps:
        found += dropped(live, move)
    return tuple(dict.fromkeys(f"{table}: {each}" for table, each in found))


def _djangos(migration: Any, way: Direction, now: LazyState, then: LazyState) -> Steps:
    """Yield a Django-format migration's operations in the order in which they run."""
    app, state = migration.app_label, (now if way == "forwards" else then)
    steps = list(stepwise(app, migration.operations, state))
    if way == "forwards":
        yield from (Move(app, operation, way, *states) for operation, *states in steps)
    else:
        yield from (Move(app, each, way, after, was) for each, was, after in steps[::-1])


def _recorded(migration: Any, way: Direction, now: LazyState, then: LazyState, alias: str) -> Steps:
    """Yield the operations that a method calls for, as far as it comes without rows."""
    try:
        done = called(Recording, migration, way, now, then, alias).done
    except NeedsRows:
        done = migration.db.done
    except Exception:
        return  # when it runs, it says so itself
    app, called_for = migration.app_label, (each for each in done if isinstance(each, Operation))
    for operation, *states in stepwise(app, called_for, now):
        yield Move(app, operation, "forwards", *states)


def _has_unsaid(live: TablesAtStart, state: LazyState, key: Any) -> bool:
    """Tell whether a model's table, or one that refers to it, has what its model does not say."""
    if key not in state.models:
        return False
    own = state.apps.get_model(*key)
    models = [own, *(each.related_model for each in own._meta.related_objects)]
    models += [each.remote_field.through for each in own._meta.local_many_to_many]
    return any(live.unsaid(each) for each in models)
