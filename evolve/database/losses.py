"""What rows and values a step backwards destroys."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections, router

from evolve.database.lazy import LazyState
from evolve.database.states import follow_renames
from evolve.database.tables import live_tables
from evolve.revisions.revision import Revision

# Going from an earlier one to a later one of these keeps every value.
_WHOLE = ("smallint", "integer", "bigint")
_SIZED = re.compile(r"(?:varchar|character varying|char)\((\d+)\)")


@dataclass(frozen=True, slots=True)
class Loss:
    """A table, or a column of one, that goes with its values: how many there are now.

    `to` is the type that the column gets, where it stays and may not keep its values.
    """

    table: str
    column: str | None
    rows: int
    to: str = ""

    def __str__(self) -> str:
        rows = f"{self.rows} row{'s' if self.rows != 1 else ''}"
        if self.column is None:
            return f"the table {self.table} with {rows}"
        if self.to:
            return (
                f"what {self.to} cannot hold of {self.table}.{self.column}, with values in {rows}"
            )
        return f"the column {self.table}.{self.column} with values in {rows}"


def losses(alias: str, revision: Revision, now: LazyState, then: LazyState) -> list[Loss]:
    """Return what going back over a revision destroys, from the state `now` to the state `then`.

    Tables without rows and columns without values are no loss. A value is one that is not NULL.
    """
    then = then.clone()
    follow_renames(revision, then)
    found = [
        loss
        for model, field, to in _gone(alias, revision.app, now, then)
        if (loss := _counted(alias, model, field, to)).rows
    ]
    return list(dict.fromkeys(found))


def _gone(alias: str, app: str, now: LazyState, then: LazyState) -> Iterator[tuple[Any, Any, str]]:
    """Yield each model, or model and field, that goes; with the type that a changed field gets."""
    for key in sorted(key for key in now.models if key[0] == app):
        fields = now.models[key].fields
        left = then.models[key].fields if key in then.models else None
        if left is not None and _written(fields) == _written(left):
            continue
        model = now.apps.get_model(*key)
        if not model._meta.can_migrate(alias) or not router.allow_migrate_model(alias, model):
            continue
        own = [model._meta.get_field(name) for name in fields]
        if left is None:
            yield model, None, ""
            yield from ((model, each, "") for each in own if each.many_to_many)
        else:
            yield from _changed(alias, model, own, then.apps.get_model(*key), left)


def _written(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: field.deconstruct()[1:] for name, field in fields.items()}


def _changed(
    alias: str, model: Any, own: Iterable[Any], old: Any, left: Container[str]
) -> Iterator[tuple[Any, Any, str]]:
    for field in own:
        if field.name not in left:
            yield model, field, ""
        elif not field.many_to_many:
            to = _narrower(alias, field, old._meta.get_field(field.name))
            if to:
                yield model, field, to


def _narrower(alias: str, field: Any, old: Any) -> str:
    """Return the type that a column gets, where values of its type now may not fit; else ""."""
    if old.many_to_many or getattr(old, "generated", False):
        return ""
    now, then = (str(each.db_type(connections[alias]) or "") for each in (field, old))
    sizes = [_SIZED.fullmatch(each) for each in (now, then)]
    longer = bool(sizes[0] and sizes[1] and int(sizes[0][1]) <= int(sizes[1][1]))
    wider = {now, then} <= {*_WHOLE} and _WHOLE.index(now) <= _WHOLE.index(then)
    to_text = bool(sizes[0]) and then in ("text", "longtext")
    return "" if now == then or longer or wider or to_text else then


def _counted(alias: str, model: Any, field: Any, to: str) -> Loss:
    if field is None:
        return _rows(alias, model)
    if field.many_to_many:
        through = field.remote_field.through
        return _rows(alias, through if through._meta.auto_created else None)
    table = model._meta.db_table
    live = live_tables(connections[alias], [table]).get(table)
    if live is None or field.column not in live.columns or getattr(field, "generated", False):
        # Marked and never made; and a generated column is made again from the others.
        return Loss(table, field.column, 0)
    values = model._base_manager.using(alias).filter(**{f"{field.name}__isnull": False})
    return Loss(table, field.column, values.count(), to)


def _rows(alias: str, model: Any) -> Loss:
    if model is None or not live_tables(connections[alias], [model._meta.db_table]):
        return Loss("", None, 0)
    return Loss(model._meta.db_table, None, model._base_manager.using(alias).count())
