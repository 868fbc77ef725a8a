"""What the routers let a revision do on a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import router

from evolve.database.migration import RunRevision


def idle(migration: Any, alias: str) -> bool:
    """Tell whether the routers leave a migration, of either format, nothing to do on a database.

    It is marked there all the same, as Django does it. A router that needs the model itself
    (`hints["model"]`) to decide is not asked about it: the model of then is known when it runs.
    """
    asked = [_allowed(alias, migration.app_label, hints) for hints in _questions(migration)]
    return bool(asked) and not any(asked)


def _questions(migration: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the hints that each operation asks the routers with."""
    for operation in migration.operations:
        if isinstance(operation, RunRevision):
            yield from _revision_questions(operation.migration)
            continue
        name = getattr(operation, "model_name", None) or getattr(operation, "name", None)
        if isinstance(name, str) and not hasattr(operation, "hints"):
            yield {"model_name": name.lower()}
        else:
            yield getattr(operation, "hints", None) or {}


def _revision_questions(migration: Any) -> Iterator[Mapping[str, Any]]:
    own = [name for app, name in migration.definitions if app == migration.app_label]
    if migration.header.kind == "data" or not own:
        yield migration.hints
        return
    yield from ({"model_name": name, **migration.hints} for name in own)


def _allowed(alias: str, app: str, hints: Mapping[str, Any]) -> bool:
    try:
        return bool(router.allow_migrate(alias, app, **hints))
    except Exception:
        return True  # a router that cannot answer without the model
