"""New models folded into one CreateModel each, in an order in which they can be created.

Django's autodetector emits a model, its relations and its indexes as separate operations, and its
optimizer then joins them in cubic time: minutes for an app of a thousand models. Where a list only
creates, the same is done here by ordering the models once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.migrations.utils import resolve_relation
from django.db.models.utils import make_model_tuple

_PARTS = (
    operations.AddField,
    operations.AddIndex,
    operations.AddConstraint,
    operations.AlterUniqueTogether,
    operations.AlterOrderWithRespectTo,
)


def fold_created(app: str, ops: list[Operation], state: ProjectState) -> list[Operation] | None:
    """Return `ops` folded, or None where they do more than create models; `state` is the target."""
    created = {op.name_lower: op for op in ops if isinstance(op, operations.CreateModel)}
    parts: dict[str, list[Any]] = defaultdict(list)
    for op in ops:
        if isinstance(op, operations.CreateModel):
            continue
        if not isinstance(op, _PARTS) or _model_of(op) not in created:
            return None
        parts[_model_of(op)].append(op)
    return _folded(app, created, parts, state)


def _model_of(op: Any) -> str:
    return str(op.model_name_lower if hasattr(op, "model_name_lower") else op.name_lower)


def _folded(
    app: str, created: dict[str, Any], parts: dict[str, list[Any]], state: ProjectState
) -> list[Operation]:
    hard = {name: _bases(app, op) | _targets(app, name, op.fields) for name, op in created.items()}
    soft = {name: _targets(app, name, _added(parts[name])) for name in created}
    done: dict[str, Operation] = {}
    late: list[Operation] = []
    waiting = dict.fromkeys(created)
    while waiting:
        ready = [
            name for name in waiting if not ((hard[name] | soft[name]) & waiting.keys() - {name})
        ]
        # A circle of foreign keys: the first model that can be created goes without them.
        broken = [] if ready else [next(n for n in waiting if not hard[n] & waiting.keys() - {n})]
        for name in ready or broken:
            del waiting[name]
            now = [part for part in parts[name] if ready or _fits(app, name, part, waiting)]
            late += [part for part in parts[name] if part not in now]
            done[name] = _whole(created[name], now, state.models[app, name])
    return [*done.values(), *late]


def _fits(app: str, name: str, part: Any, waiting: Iterable[str]) -> bool:
    """Tell whether a part of a model in a circle can be made with it: its target is there."""
    targets = _targets(app, name, _added([part])) - {name}
    return isinstance(part, operations.AddField) and targets.isdisjoint(waiting)


def _added(ops: Iterable[Any]) -> list[tuple[str, Any]]:
    return [(op.name, op.field) for op in ops if isinstance(op, operations.AddField)]


def _targets(app: str, model: str, fields: Iterable[tuple[str, Any]]) -> set[str]:
    """Return the models of the app that the relations in `fields` need to be there."""
    names: set[str] = set()
    for _, field in fields:
        remote = field.remote_field
        for to in (remote and remote.model, getattr(remote, "through", None)):
            if to:
                label, name = resolve_relation(to, app, model)
                names |= {name} if label == app else set()
    return names


def _bases(app: str, op: Any) -> set[str]:
    keys = [make_model_tuple(base) for base in op.bases if isinstance(base, str)]
    return {name for label, name in keys if label == app}


def _whole(op: Any, parts: list[Any], model: Any) -> Operation:
    """Return one CreateModel with its parts in it, the fields in the order of the model."""
    fields = dict([*op.fields, *_added(parts)])
    options = dict(op.options)
    for part in parts:
        if isinstance(part, operations.AddIndex):
            options["indexes"] = [*options.get("indexes", []), part.index]
        elif isinstance(part, operations.AddConstraint):
            options["constraints"] = [*options.get("constraints", []), part.constraint]
        elif isinstance(part, operations.AlterOrderWithRespectTo):
            options["order_with_respect_to"] = part.order_with_respect_to
        elif isinstance(part, operations.AlterUniqueTogether):
            options["unique_together"] = part.option_value
    ordered = [(name, fields[name]) for name in model.fields if name in fields]
    return operations.CreateModel(op.name, ordered, options, op.bases, op.managers)
