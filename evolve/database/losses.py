"""What rows and values a step backwards destroys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evolve.database.lazy import LazyState
from evolve.database.states import follow_renames
from evolve.revisions.revision import Revision


@dataclass(frozen=True, slots=True)
class Loss:
    """A table, or a column of one, that goes with its values: how many there are now."""

    table: str
    column: str | None
    rows: int

    def __str__(self) -> str:
        rows = f"{self.rows} row{'s' if self.rows != 1 else ''}"
        if self.column is None:
            return f"the table {self.table} with {rows}"
        return f"the column {self.table}.{self.column} with values in {rows}"


def losses(alias: str, revision: Revision, now: LazyState, then: LazyState) -> list[Loss]:
    """Return what going back over a revision destroys, from the state `now` to the state `then`.

    Tables without rows and columns without values are no loss. A value is one that is not NULL.
    """
    then = then.clone()
    follow_renames(revision, then)
    counted = (_counted(alias, model, field) for model, field in _gone(revision.app, now, then))
    return [loss for loss in counted if loss.rows]


def _gone(app: str, now: LazyState, then: LazyState) -> Iterator[tuple[Any, Any]]:
    """Yield each model, or model and field, that is in one state and not in the other."""
    for key in sorted(key for key in now.models if key[0] == app):
        fields = now.models[key].fields
        left = then.models[key].fields if key in then.models else {}
        if fields.keys() <= left.keys():
            continue
        model = now.apps.get_model(*key)
        if not model._meta.managed or model._meta.proxy:
            continue
        if key not in then.models:
            yield model, None
        for name in fields:
            field = model._meta.get_field(name)
            if name not in left and (field.many_to_many or key in then.models):
                yield model, field


def _counted(alias: str, model: Any, field: Any) -> Loss:
    if field is None:
        return _rows(alias, model)
    if field.many_to_many:
        return _rows(alias, field.remote_field.through)
    values = model._base_manager.using(alias)
    # A generated column is made again from the others.
    lost = 0 if field.generated else values.filter(**{f"{field.name}__isnull": False}).count()
    return Loss(model._meta.db_table, field.column, lost)


def _rows(alias: str, model: Any) -> Loss:
    return Loss(model._meta.db_table, None, model._base_manager.using(alias).count())
