"""Rows for models that were drawn: the same ones on several databases, and read back raw."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import Error, connections, models, transaction

NOW = datetime.datetime(2026, 3, 4, 5, 6, 7, tzinfo=datetime.UTC)
_NOT_OURS = ("django_", "evolve_", "auth_")

Rows = dict[str, list[dict[str, str]]]

_VALUES: dict[str, Any] = {
    "UUIDField": lambda n: UUID(int=n),
    "DecimalField": lambda n: Decimal(n) / 4,
    "FloatField": lambda n: n / 4,
    "BooleanField": lambda n: bool(n % 2),
    "DateField": lambda n: NOW.date() + datetime.timedelta(days=n),
    "DateTimeField": lambda n: NOW + datetime.timedelta(days=n),
    "TimeField": lambda n: datetime.time(n % 24, 5),
    "DurationField": lambda n: datetime.timedelta(hours=n),
    "BinaryField": lambda n: b"\x00%d" % n,
    "JSONField": lambda n: {"n": [n, "x"]},
    "GenericIPAddressField": lambda n: f"10.0.0.{n}",
}


def value_of(field: Any, number: int) -> Any:
    """Return a value for a column, another one for each number."""
    kind = field.get_internal_type()
    if kind in _VALUES:
        return _VALUES[kind](number)
    return number if "Integer" in kind or "Auto" in kind or "Order" in kind else f"w{number}"


def put(registry: Apps, aliases: Iterable[str], first: int, most: int) -> int:
    """Put a row into each table that has fewer than `most`; return the next number.

    What the first database refuses is put into none.
    """
    for model in registry.get_models(include_auto_created=True):
        meta = model._meta
        if not _has_table(meta) or _count(model, aliases) >= most:
            continue
        values = _values(model, next(iter(aliases)), first)
        if values is not None:
            first += 1
            _create(model, aliases, values)
    return first


def _has_table(meta: Any) -> bool:
    # An automatic through model is managed if either end is; its table comes with its own model.
    owner = meta.auto_created._meta if meta.auto_created else meta
    return bool(owner.managed and not meta.proxy)


def _count(model: type[models.Model], aliases: Iterable[str]) -> int:
    return model._base_manager.using(next(iter(aliases))).count()


def _create(model: type[models.Model], aliases: Iterable[str], values: dict[str, Any]) -> None:
    for place, alias in enumerate(aliases):
        try:
            with transaction.atomic(alias):
                model._base_manager.using(alias).create(**values)
        except Error:
            if place:
                raise
            return


def _values(model: type[models.Model], alias: str, number: int) -> dict[str, Any] | None:
    """Return a value for each column; None where a row is needed that is not there."""
    values = {}
    for field in model._meta.concrete_fields:
        if getattr(field, "generated", False) or field.many_to_many or not field.column:
            continue
        remote = field.remote_field
        if remote and getattr(remote, "parent_link", False):
            continue
        if remote is None:
            values[field.attname] = value_of(field, number)
            continue
        if not remote.model._meta.managed:
            return None
        there = remote.model._base_manager.using(alias).order_by("-pk")
        target = there.values_list(field.target_field.attname, flat=True).first()
        if target is None and not field.null:
            return None
        values[field.attname] = target
    return values


def rows(alias: str) -> Rows:
    """Return all rows of each table by column, as text."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return {
            name: sorted(_read(cursor, connection.ops.quote_name(name)), key=str)
            for name in names
            if not name.startswith(_NOT_OURS)
        }


def _read(cursor: Any, table: str) -> Iterator[dict[str, str]]:
    cursor.execute(f"SELECT * FROM {table}")
    columns = [each[0] for each in cursor.description]
    for row in cursor.fetchall():
        plain = (bytes(each) if isinstance(each, memoryview) else each for each in row)
        yield dict(sorted(zip(columns, map(repr, plain), strict=True)))


def several(alias: str) -> bool:
    """Tell whether a table has more than one row: a child's row brings one for its parent."""
    return any(len(each) > 1 for each in rows(alias).values())


def only(rows: Rows, columns: dict[str, set[str]]) -> Rows:
    """Return the rows with no columns but these, by table."""
    return {
        table: sorted(
            ({name: row.get(name, "") for name in sorted(names)} for row in rows[table]), key=str
        )
        for table, names in columns.items()
        if table in rows
    }
