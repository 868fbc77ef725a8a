"""Parts of Meta that name fields which are removed: they go before, and may come again after."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from evolve.frozen.named import fields_of


def parts_around(
    before: ModelState, after: ModelState, field: str, added: Container[str]
) -> tuple[list[Operation], list[Operation]]:
    """Return what takes off a model the parts of it that name `field`, and what puts them on again.

    Those are parts that stay: what goes has gone by then, and what is `added` comes by itself.
    """
    name = after.name
    indexes = [each for each in _naming(after, "indexes", {field}) if each.name not in added]
    constraints = [
        each for each in _naming(after, "constraints", {field}) if each.name not in added
    ]
    on: list[Operation] = [operations.AddConstraint(name, each) for each in constraints]
    on += [operations.AddIndex(name, each) for each in indexes]
    kept = _together(before) & _together(after)
    off = _removals(name, indexes, constraints) + _without_together(name, kept, {field})
    if any(field in names for names in kept):
        on.insert(0, operations.AlterUniqueTogether(name, kept))
    return off, on


def parts_off(model: ModelState, fields: set[str]) -> list[Operation]:
    """Return what takes off a model all parts of Meta that name one of `fields`."""
    names, unordered = fields, []
    if model.options.get("order_with_respect_to") in fields:
        names = fields | {"_order"}
        unordered = [operations.AlterOrderWithRespectTo(model.name, None)]
    indexes, constraints = (_naming(model, each, names) for each in ("indexes", "constraints"))
    return [
        *_removals(model.name, indexes, constraints),
        *_without_together(model.name, _together(model), names),
        *unordered,
    ]


def _naming(model: ModelState, option: str, fields: set[str]) -> list[Any]:
    """Return the indexes or constraints of a model that name one of `fields`."""
    parts = model.options.get(option) or ()
    return [each for each in parts if not fields.isdisjoint(fields_of(each, option))]


def _removals(model: str, indexes: Iterable[Any], constraints: Iterable[Any]) -> list[Operation]:
    off: list[Operation] = [operations.RemoveIndex(model, each.name) for each in indexes]
    return off + [operations.RemoveConstraint(model, each.name) for each in constraints]


def _without_together(model: str, sets: set[tuple[str, ...]], fields: set[str]) -> list[Operation]:
    left = {names for names in sets if fields.isdisjoint(names)}
    return [operations.AlterUniqueTogether(model, left)] if left != sets else []


def _together(state: ModelState) -> set[tuple[str, ...]]:
    return {tuple(names) for names in state.options.get("unique_together") or ()}
