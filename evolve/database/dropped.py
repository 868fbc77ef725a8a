"""What Django's schema editor would drop with an operation, beside what the operation is about.

The editor itself says: it collects its statements, as for `sqlmigrate`, and what they drop is
looked up in what the tables have and their models do not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import router
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation

from evolve.database.lazy import LazyState, prerender
from evolve.database.states import stepwise
from evolve.database.unsaid import Unsaid, unsaid
from evolve.revisions.revision import Direction

_NAME = r"[\"`]?([^\"`\s;]+)[\"`]?"
_OF_COLUMN = {"check", "default", "collation", "comment", "behaviour"}
_OTHERS = {"dependent", "reference"}
_KEPT_BY_SQLITE = {"index"}
# On the statement's table: what a name or a column that the statement names stands for.
_STATEMENTS: tuple[tuple[re.Pattern[str], Callable[[Unsaid, re.Match[str]], bool]], ...] = (
    (
        re.compile(rf"\bMODIFY {_NAME}|\bCHANGE {_NAME} ", re.IGNORECASE),
        lambda each, found: each.columns == (found[1] or found[2],) and each.kind in _OF_COLUMN,
    ),
    (
        re.compile(rf"\bDROP (?:FOREIGN KEY|CONSTRAINT|CHECK)(?: IF EXISTS)? {_NAME}"),
        lambda each, found: each.name == found[1],
    ),
    (
        re.compile(rf"\bDROP INDEX(?: CONCURRENTLY)?(?: IF EXISTS)? {_NAME}"),
        lambda each, found: each.name == found[1],
    ),
    (
        re.compile(rf"\bALTER COLUMN {_NAME} TYPE (?!.*COLLATE)"),
        lambda each, found: each.kind == "collation" and each.columns == (found[1],),
    ),
    (
        re.compile(rf"\bALTER COLUMN {_NAME} DROP DEFAULT"),
        lambda each, found: each.kind == "default" and each.columns == (found[1],),
    ),
    (
        re.compile(rf"\bDROP COLUMN {_NAME} CASCADE"),
        lambda each, found: found[1] in each.columns or _mentions(each, found[1]),
    ),
    (
        re.compile(r"\bDROP TABLE \S+ CASCADE"),
        lambda each, found: each.kind in _OTHERS,
    ),
    (
        re.compile(r"^ALTER TABLE \"new__.*RENAME TO "),
        lambda each, found: each.kind not in _KEPT_BY_SQLITE,
    ),
)
_TABLE = re.compile(
    rf"(?:ALTER TABLE(?: IF EXISTS)?(?: \"new__[^\"]*\" RENAME TO)?|DROP TABLE| ON) {_NAME}"
)
_SIMULATED = (
    operations.AlterField,
    operations.RemoveField,
    operations.AddField,
    operations.RenameField,
    operations.DeleteModel,
    operations.RenameModel,
    operations.AlterModelTable,
    operations.AlterUniqueTogether,
    operations.AlterIndexTogether,
    operations.AlterOrderWithRespectTo,
    operations.AddConstraint,
    operations.RemoveConstraint,
    operations.RemoveIndex,
)


def _mentions(each: Unsaid, column: str) -> bool:
    is_partial = each.kind in ("index", "check", "exclusion", "foreign key")
    return is_partial and bool(re.search(rf"\b{re.escape(column)}\b", each.text))


@dataclass(frozen=True, slots=True)
class Move:
    """An operation of an app that leads from a state to another; backwards it is undone."""

    app: str
    operation: Operation
    way: Direction
    before: LazyState
    after: LazyState


def dropped(connection: Any, move: Move, known: frozenset[str]) -> Iterator[tuple[str, Unsaid]]:
    """Yield what an operation would drop of what models do not say, with its table.

    `known` are the models' tables when the run begins, which an earlier step may drop.
    What runs others' code, or SQL, is left out: it says itself what it drops.
    """
    operation = move.operation
    if isinstance(operation, operations.SeparateDatabaseAndState):
        yield from _of_parts(connection, operation, move, known)
        return
    made = isinstance(operation, operations.CreateModel) and move.way == "backwards"
    if not (made or isinstance(operation, _SIMULATED)) or not _is_known(operation):
        return
    models = _tables(connection, move)
    tables = {name: _unsaid(connection, each, move, known) for name, each in models.items()}
    if not any(tables.values()):
        return
    for statement in _collected(connection, move):
        table = _table_of(connection, statement)
        yield from ((table, each) for each in tables.get(table, ()) if _is_hit(each, statement))


def _unsaid(connection: Any, now: Any, move: Move, known: frozenset[str]) -> list[Unsaid]:
    """Return what a table has that its model does not say, neither before nor after."""
    key = now._meta.app_label, now._meta.model_name
    renames = isinstance(move.operation, operations.RenameField | operations.RenameModel)
    with connection.cursor() as cursor:
        found = unsaid(connection, cursor, now)
        if any(each.kind == "reference" for each in found):
            models = known | tables_of(move.before)
            found = [each for each in found if each.kind != "reference" or each.name not in models]
        if renames or key not in move.after.models:
            return found
        then = move.after.apps.get_model(*key)
        still = unsaid(connection, cursor, then)
    return [each for each in found if each in still and not _is_meant(each, now, then)]


def tables_of(state: LazyState) -> set[str]:
    """Return the tables that a state knows, those between two models included."""
    found = set()
    for (app, name), model in state.models.items():
        table = model.options.get("db_table") or f"{app}_{name}"
        found.add(table)
        between = (each for each in model.fields.items() if each[1].many_to_many)
        found |= {getattr(each, "db_table", None) or f"{table}_{field}" for field, each in between}
    return found


def _is_meant(each: Unsaid, now: Any, then: Any) -> bool:
    """Tell whether an object goes with its columns, or with what they were, as the model says."""
    before, after = _columns(now), _columns(then)
    gone = before.keys() - after.keys()
    if each.columns and gone.issuperset(each.columns):
        return each.kind not in _OTHERS
    (column, *more) = each.columns or ("",)
    if each.kind != "foreign key" or more or column not in before or column not in after:
        return False
    return bool(before[column].remote_field and not after[column].remote_field)


def _columns(model: Any) -> dict[str, Any]:
    return {each.column: each for each in model._meta.local_concrete_fields}


def _is_hit(each: Unsaid, statement: str) -> bool:
    return any(
        test(each, found) for pattern, test in _STATEMENTS for found in pattern.finditer(statement)
    )


def _of_parts(
    connection: Any, operation: Any, move: Move, known: frozenset[str]
) -> Iterator[tuple[str, Unsaid]]:
    parts = operation.database_operations if move.way == "forwards" else ()
    for part, *states in stepwise(move.app, parts, move.before):
        yield from dropped(connection, Move(move.app, part, move.way, *states), known)


def _is_known(operation: Operation) -> bool:
    """Tell whether the operation does what Django's does, or evolve's."""
    methods = (type(operation).database_forwards, type(operation).database_backwards)
    return all(method.__module__.startswith(("django.", "evolve.")) for method in methods)


def _tables(connection: Any, move: Move) -> dict[str, Any]:
    """Return the models of the live tables that an operation may change: its own and related."""
    operation, app, state = move.operation, move.app, move.before
    names = [
        str(name).lower()
        for attribute in ("model_name", "old_name", "new_name", "name")
        if (name := getattr(operation, attribute, None))
    ]
    key = next(((app, each) for each in names if (app, each) in state.models), None)
    if key is None or not router.allow_migrate(connection.alias, app, model_name=key[1]):
        return {}
    with connection.cursor() as cursor:
        live = set(connection.introspection.table_names(cursor))
    own = state.apps.get_model(*key)
    if own._meta.db_table not in live:
        return {}
    moving = isinstance(operation, operations.AlterField | operations.RenameModel)
    related = [each.related_model for each in own._meta.related_objects] if moving else []
    return {
        each._meta.db_table: each
        for each in (own, *related)
        if each._meta.managed and each._meta.db_table in live
    }


def _collected(connection: Any, move: Move) -> list[str]:
    """Return the statements of an operation, which are not run.

    The editor is not entered as a context: on SQLite that checks all rows' foreign keys.
    """
    editor = connection.schema_editor(collect_sql=True, atomic=False)
    editor.deferred_sql = []
    prerender(move.operation, move.app, move.before)
    run = getattr(move.operation, f"database_{move.way}")
    run(move.app, editor, move.before, move.after)
    return [str(each) for each in editor.collected_sql]


def _table_of(connection: Any, statement: str) -> str:
    found = _TABLE.search(statement)
    if found:
        return found[1]
    index = re.search(rf"DROP INDEX(?: CONCURRENTLY)?(?: IF EXISTS)? {_NAME}", statement)
    return _table_of_index(connection, index[1]) if index else ""


def _table_of_index(connection: Any, name: str) -> str:
    """Return the table of an index, where that is not said with it: on PostgreSQL."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_indexes WHERE indexname = %s", [name])
        found = cursor.fetchone()
    return str(found[0]) if found else ""
