"""Models deleted as a whole, after all that points to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation

from evolve.autodiff.named_parts import parts_off

Fields = Mapping[str, set[str]]


def with_whole_deletions(app: str, ops: list[Operation], before: ProjectState) -> list[Operation]:
    """Delete models as a whole, those that point to others first.

    Django takes relations, and from 6.0 indexes and constraints, off a model one by one before it
    deletes it. Here that is done only with foreign keys in a circle, and with many-to-many fields
    through a model that is deleted: they have no table without it.
    """
    deletions = {op.name_lower: op for op in ops if isinstance(op, operations.DeleteModel)}
    if not deletions:
        return ops
    states = {name: before.models[app, name] for name in deletions}
    order, loose = _order_and_loose(app, states)
    deleted = iter(deletions[name] for name in order)
    kept = [op for op in ops if not _takes_off(op, deletions)]
    whole = [next(deleted) if isinstance(op, operations.DeleteModel) else op for op in kept]
    return [*_taken_off(states, loose), *_after_pointers(app, whole, before, deletions)]


def _order_and_loose(app: str, states: Mapping[str, ModelState]) -> tuple[list[str], Fields]:
    """Return the models in the order of their deletion, and the fields that go before."""
    for which in (_is_through, _is_key, _is_relation):
        loose = {
            name: {
                each
                for each in state.fields
                if _is_through(app, state, each, states) or which(app, state, each, states)
            }
            for name, state in states.items()
        }
        try:
            return _order(app, states, loose), loose
        except CycleError:
            continue
    raise AssertionError("models cannot be each other's parents or primary keys")


def _order(app: str, states: Mapping[str, ModelState], loose: Fields) -> list[str]:
    """Return the models in an order in which none is gone before what points to it."""
    before: dict[str, set[str]] = defaultdict(set, {name: set() for name in sorted(states)})
    for name, state in sorted(states.items()):
        for target in sorted(_targets(app, state, loose[name]) & states.keys() - {name}):
            before[target].add(name)
    return list(TopologicalSorter(before).static_order())


def _taken_off(states: Mapping[str, ModelState], loose: Fields) -> list[Operation]:
    """Return what removes the fields that are in the way, and before that what names them."""
    result: list[Operation] = []
    for name, fields in sorted(loose.items()):
        state = states[name]
        result += parts_off(state, fields)
        result += [operations.RemoveField(state.name, each) for each in sorted(fields)]
    return result


def _after_pointers(
    app: str, ops: list[Operation], before: ProjectState, models: Container[str | None]
) -> list[Operation]:
    """Have models deleted after the fields that point to them: Django deletes proxies before."""
    away = [
        place
        for place, op in enumerate(ops)
        if any(name in models for name in _pointed_to(app, op, before))
    ]
    end = max(away, default=-1) + 1
    early = [op for op in ops[:end] if isinstance(op, operations.DeleteModel)]
    return [*(op for op in ops[:end] if op not in early), *early, *ops[end:]]


def _pointed_to(app: str, op: Any, before: ProjectState) -> set[str | None]:
    """Return the models of the app that a field points to which an operation removes or alters."""
    if not isinstance(op, operations.RemoveField | operations.AlterField):
        return set()
    model = before.models[app, op.model_name_lower]
    if op.name not in model.fields or not model.fields[op.name].remote_field:
        return set()
    return {_target(app, model, op.name), _through(app, model, op.name)}


def _takes_off(op: Any, models: Container[str]) -> bool:
    if isinstance(op, operations.AlterUniqueTogether):  # from 6.1
        return op.name_lower in models
    taking = (operations.RemoveField, operations.RemoveIndex, operations.RemoveConstraint)
    return isinstance(op, taking) and op.model_name_lower in models


def _is_through(app: str, model: ModelState, field: str, deleted: Container[str | None]) -> bool:
    """Tell whether a field is many-to-many through a model that is deleted."""
    return _through(app, model, field) in deleted


def _is_relation(app: str, model: ModelState, field: str, deleted: Container[str | None]) -> bool:
    """Tell whether a field points to another deleted model and can go first: no parent, no key."""
    target = _target(app, model, field)
    parent = getattr(model.fields[field].remote_field, "parent_link", False)
    # Only SQLite can add a primary key again to a table that was made without it.
    stays = parent or model.fields[field].primary_key
    return target in deleted and target != model.name_lower and not stays


def _is_key(app: str, model: ModelState, field: str, deleted: Container[str | None]) -> bool:
    """Tell whether a field is such a relation and has a column."""
    return not model.fields[field].many_to_many and _is_relation(app, model, field, deleted)


def _target(app: str, model: ModelState, name: str) -> str | None:
    """Return the model of the app that a field points to."""
    remote = model.fields[name].remote_field
    return _own(app, model, remote.model) if remote else None


def _through(app: str, model: ModelState, name: str) -> str | None:
    """Return the model of the app that a many-to-many field goes through."""
    through = getattr(model.fields[name].remote_field, "through", None)
    return _own(app, model, through) if through else None


def _own(app: str, model: ModelState, named: Any) -> str | None:
    label, name = resolve_relation(named, app, model.name_lower)
    return str(name) if label == app else None


def _targets(app: str, model: ModelState, loose: Container[str]) -> set[str]:
    """Return the models of the app that a model points to, or is a child or a proxy of."""
    found = {_own(app, model, base) for base in model.bases if isinstance(base, str)}
    found |= {_target(app, model, name) for name in model.fields if name not in loose}
    return {name for name in found if name}
