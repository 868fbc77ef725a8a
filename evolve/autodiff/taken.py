"""Names of tables, columns and indexes that one thing leaves and another takes, in one revision.

Django orders operations by what they refer to, and two things cannot have one name meanwhile. Here
what has a name leaves it first: by its own operation if that can be earlier, else for a temporary
name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from django.db import models
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from django.db.models.utils import make_model_tuple

from evolve.autodiff.changes import names_of
from evolve.autodiff.named_parts import parts_off
from evolve.errors import Refused
from evolve.frozen.snapshot import ModelKey

_RENAMES = (operations.AlterModelTable, operations.RenameModel, operations.RenameField)
_REMOVES_PART = (operations.RemoveIndex, operations.RemoveConstraint, operations.RenameIndex)
_LONGEST = 40

Name = tuple[str, ...]
"""A table, an index or constraint, or a column of a model. Lower-cased, as databases compare."""


@dataclass(frozen=True, slots=True)
class Holder:
    """What has a name: a model its table; a field its column, or its many-to-many table.

    Or an index or a constraint, its `part`.
    """

    model: ModelKey
    field: str = ""
    part: str = ""


def names_left_first(app: str, ops: list[Operation], before: ProjectState) -> list[Operation]:
    """Return operations of which none takes a name that something else still has.

    `before` is the state that they begin with, and stays as it is. Raises Refused for a model that
    takes the table of the many-to-many field that is to go through it.
    """
    if not _any_taken(app, ops, before.clone()):
        return ops
    state, todo, done = before.clone(), list(ops), []
    had = dict(_names(app, before, before.models))
    waiting: list[Operation] = []
    while todo:
        op = todo[0]
        first = _leaving(app, op, todo, waiting, state)
        if first is not None:
            waiting.append(op)
            todo = [first, *(each for each in todo if each is not first)]
            continue
        _check_indexes(app, op, had, state)
        op.state_forwards(app, state)
        had = {name: _renamed(app, op, holder) for name, holder in had.items()}
        done.append(todo.pop(0))
        waiting = [each for each in waiting if each is not op]
    return done


def _renamed(app: str, op: Operation, holder: Holder) -> Holder:
    """Return a holder after an operation, which may rename its model."""
    if isinstance(op, operations.RenameModel) and holder.model == (app, op.old_name_lower):
        return replace(holder, model=(app, op.new_name_lower))
    return holder


def _any_taken(app: str, ops: Iterable[Operation], state: ProjectState) -> bool:
    """Tell whether an operation takes a name that something has or had; `state` moves along."""
    names = {name for name, _ in _names(app, state, state.models)}
    for op in ops:
        keys = _keys(app, op)
        had = Counter(name for name, _ in _names(app, state, keys))
        op.state_forwards(app, state)
        taken = (Counter(name for name, _ in _names(app, state, keys)) - had).keys()
        if names & taken:
            return True
        names |= taken
    return False


def _leaving(
    app: str,
    op: Operation,
    todo: list[Operation],
    waiting: list[Operation],
    state: ProjectState,
) -> Operation | None:
    """Return what has to come before an operation, so that the name it takes is free."""
    after, keys = state.clone(), _keys(app, op)
    op.state_forwards(app, after)
    had = Counter(name for name, _ in _names(app, state, keys))
    taken = Counter(name for name, _ in _names(app, after, keys)) - had
    holders = dict(_names(app, state, state.models))
    for name in taken:
        holder = holders.get(name)
        own = [each for each in todo[1:] if holder and _leaves(app, each, name, holder, state)]
        if not holder or not own:
            continue
        if len(name) == 1:
            _check_through(app, op, todo, holder, state)
        if own[0] not in waiting and _can_be_next(app, own[0], state):
            return own[0]
        if holder.part:
            return _dropped(holder, state) if isinstance(own[0], operations.DeleteModel) else None
        return _moved_away(name, holder, state, holders)
    return None


def _leaves(app: str, op: Any, name: Name, holder: Holder, state: ProjectState) -> bool:
    """Tell whether an operation takes its name from a holder."""
    if holder.model not in _keys(app, op) or isinstance(op, operations.AddField):
        return False
    if holder.field and getattr(op, "name", holder.field) != holder.field and _is_of_field(op):
        return False
    after = state.clone()
    op.state_forwards(app, after)
    return (name, holder) not in _names(app, after, [holder.model])


def _is_of_field(op: Operation) -> bool:
    return isinstance(op, operations.AlterField | operations.RemoveField)


def _can_be_next(app: str, op: Any, state: ProjectState) -> bool:
    """Tell whether a later operation can come first: no operation before it prepares for it."""
    if isinstance(op, operations.DeleteModel):
        key = app, op.name_lower
        return not any(key in _pointed_to(each) for each in state.models.values())
    if isinstance(op, operations.RemoveField):
        model = state.models[app, op.model_name_lower]
        generated = any(getattr(each, "generated", False) for each in model.fields.values())
        return not generated and not parts_off(model, {op.name})
    if isinstance(op, operations.AlterField):
        remote = op.field.remote_field
        return not remote or resolve_relation(remote.model, app, op.model_name) in state.models
    return isinstance(op, (*_RENAMES, *_REMOVES_PART))


def _pointed_to(model: ModelState) -> set[ModelKey]:
    """Return the other models that a model refers to or inherits from."""
    key = model.app_label, model.name_lower
    found = {make_model_tuple(base) for base in model.bases if isinstance(base, str)}
    for field in model.fields.values():
        remote = field.remote_field
        for to in (remote and remote.model, getattr(remote, "through", None)):
            found |= {resolve_relation(to, *key)} if to else set()
    return found - {key}


def _moved_away(
    name: Name, holder: Holder, state: ProjectState, used: Container[Name]
) -> Operation | None:
    """Return what gives a holder a temporary name; None where it cannot have another one."""
    model = state.models[holder.model]
    numbers = (f"{name[-1][:_LONGEST]}_tmp{number}" for number in count(1))
    free = next(each for each in numbers if (*name[:-1], each) not in used)
    if not holder.field:
        return operations.AlterModelTable(model.name, free)
    field = model.fields[holder.field].clone()
    if getattr(field, "generated", False):
        return None
    setattr(field, "db_table" if field.many_to_many else "db_column", free)
    return operations.AlterField(model.name, holder.field, field)


def _dropped(holder: Holder, state: ProjectState) -> Operation:
    """Return what drops an index or a constraint of a model that is deleted later."""
    model = state.models[holder.model]
    indexes = {each.name for each in model.options.get("indexes", ())}
    kind = operations.RemoveIndex if holder.part in indexes else operations.RemoveConstraint
    return kind(model.name, holder.part)


def _check_through(
    app: str, op: Any, todo: Iterable[Any], holder: Holder, state: ProjectState
) -> None:
    """Refuse to drop the rows of a many-to-many table that is to be the same table afterwards."""
    names = {name for _, name in _keys(app, op)}
    if holder.field:
        field = next((each for each in todo if _adds(app, each, holder)), None)
        through = field and getattr(field.field.remote_field, "through", None)
        model = holder.model
        if not through or resolve_relation(through, *model)[1] not in names:
            return
        label = f"{state.models[model].name}.{holder.field}"
    else:
        adds = isinstance(op, operations.AddField) and op.field.many_to_many
        if not adds or not names & {key[1] for key in _pointed_to(state.models[holder.model])}:
            return
        label = f"{op.model_name}.{op.name}"
    raise Refused(
        f"The table of the many-to-many field {label} stays the same, and the field gets or loses "
        "a through model: made from models.py, the revision would drop the table with its rows.",
        "Nothing was written. Give the table another name (db_table) and copy the rows in a data "
        f"migration, or write the change by hand: `evolve schemamigration {app} --empty NAME`, "
        "with SeparateDatabaseAndState(state_operations=[…]).",
    )


def _check_indexes(app: str, op: Any, had: Mapping[Name, Holder], state: ProjectState) -> None:
    """Refuse a new model in the table that another model had, where their indexes would clash.

    The schema editor makes the names of indexes and foreign keys of those of table and column, and
    a table that is renamed keeps them (5.2 to 6.1).
    """
    if not isinstance(op, operations.CreateModel):
        return
    table = op.options.get("db_table") or f"{app}_{op.name_lower}"
    holder = had.get((table.lower(),))
    left = state.models.get(holder.model) if holder and not holder.field else None
    if left and (shared := sorted(_indexed(dict(op.fields)) & _indexed(left.fields))):
        raise Refused(
            f"The new model {op.name} takes the table that {left.name} had, and both have an index "
            f"on {', '.join(shared)}: that of {left.name} keeps its name, which is made of table "
            "and column, so that the new one could not be created.",
            f"Nothing was written. Give {op.name} another table name (db_table).",
        )


def _indexed(fields: Mapping[str, Any]) -> set[str]:
    return {
        name
        for name, each in fields.items()
        if not each.primary_key and (each.db_index or each.unique or each.many_to_many)
    }


def _adds(app: str, op: Any, holder: Holder) -> bool:
    adds = isinstance(op, operations.AddField)
    return adds and Holder((app, op.model_name_lower), op.name) == holder


def _keys(app: str, op: Operation) -> set[ModelKey]:
    """Return the models of an operation, by their names before and after it."""
    return {(app, name.lower()) for name in names_of(op)}


def _names(app: str, state: ProjectState, keys: Iterable[ModelKey]) -> list[tuple[Name, Holder]]:
    """Return the names that models of the app have in a state, with what has them."""
    found = (state.models[key] for key in keys if key in state.models and key[0] == app)
    return [each for model in found if _has_table(model) for each in _names_of(model)]


def _has_table(model: ModelState) -> bool:
    return bool(model.options.get("managed", True)) and not model.options.get("proxy")


def _names_of(model: ModelState) -> Iterator[tuple[Name, Holder]]:
    key = model.app_label, model.name_lower
    table = str(model.options.get("db_table") or "_".join(key))
    yield (table.lower(),), Holder(key)
    for name, field in model.fields.items():
        if not field.many_to_many:
            # A field in a state is of no model, and has no column of its own accord.
            id_ = "_id" if isinstance(field, models.ForeignKey) else ""
            column = field.db_column or f"{name}{id_}"
            yield (*key, column.lower()), Holder(key, name)
        elif not getattr(field.remote_field, "through", None):
            named = getattr(field, "db_table", None) or f"{table}_{name}"
            yield (named.lower(),), Holder(key, name)
    for option in ("indexes", "constraints"):
        for part in model.options.get(option, ()):
            yield ("index", part.name.lower()), Holder(key, part=part.name)
