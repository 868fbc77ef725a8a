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
from evolve.database.tables_at_start import TablesAtStart
from evolve.database.unsaid import Unsaid
from evolve.frozen.snapshot import ModelKey
from evolve.revisions.revision import Direction

_NAME = r"[\"`]?([^\"`\s;]+)[\"`]?"
_ATTRIBUTES = {"default", "collation", "comment", "behaviour"}
_KEPT_BY_SQLITE = {"index", "plain index", "trigger"}
_REBUILT = re.compile(r"^ALTER TABLE \"new__.*RENAME TO ")
# On the statement's table: what a name or a column that the statement names stands for.
_STATEMENTS: tuple[tuple[re.Pattern[str], Callable[[Unsaid, re.Match[str]], bool]], ...] = (
    (
        re.compile(rf"\bMODIFY {_NAME}|\bCHANGE {_NAME} ", re.IGNORECASE),
        lambda each, found: (
            each.columns == (found[1] or found[2],) and each.kind in {*_ATTRIBUTES, "check"}
        ),
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
        # A column's own attributes go with it, and nobody minds.
        # From Django 6.1 on there is no CASCADE, and a dependent stops it.
        re.compile(rf"\bDROP COLUMN {_NAME}( CASCADE)?"),
        lambda each, found: (
            each.kind not in _ATTRIBUTES
            and bool(found[2] or each.kind not in ("dependent", "reference"))
            and (found[1] in each.columns or _mentions(each, found[1]))
        ),
    ),
    (
        re.compile(r"^DROP TABLE "),
        lambda each, found: each.kind not in {*_ATTRIBUTES, "plain index", "option"},
    ),
    (
        _REBUILT,
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


def dropped(live: TablesAtStart, move: Move) -> Iterator[tuple[str, Unsaid]]:
    """Yield what an operation would drop of what models do not say, with its table.

    What runs others' code, or SQL, is left out: it says itself what it drops.
    """
    operation = move.operation
    if isinstance(operation, operations.SeparateDatabaseAndState):
        yield from _of_parts(live, operation, move)
        return
    made = isinstance(operation, operations.CreateModel) and move.way == "backwards"
    if not (made or isinstance(operation, _SIMULATED)) or not _is_known(operation):
        return
    models = _tables(live, move)
    tables = {name: _unsaid(live, each, move) for name, each in models.items()}
    if not any(tables.values()):
        return
    for table, statement in _statements(live.connection, move):
        yield from ((table, each) for each in tables.get(table, ()) if _is_hit(each, statement))


def _unsaid(live: TablesAtStart, now: Any, move: Move) -> list[Unsaid]:
    """Return what a table has that its model does not say, neither before nor after."""
    key = now._meta.app_label, now._meta.model_name
    renames = isinstance(move.operation, operations.RenameField | operations.RenameModel)
    found = live.unsaid(now, move.before)
    if renames or not found or key not in move.after.models:
        return found
    then = move.after.apps.get_model(*key)
    if then._meta.db_table != now._meta.db_table:
        return found
    still = live.unsaid(then, move.before)
    return [each for each in found if each in still and not _is_meant(each, now, then)]


def _is_meant(each: Unsaid, now: Any, then: Any) -> bool:
    """Tell whether a foreign key goes because the field is a relation no more."""
    before, after = _columns(now), _columns(then)
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


def _of_parts(live: TablesAtStart, operation: Any, move: Move) -> Iterator[tuple[str, Unsaid]]:
    parts = operation.database_operations if move.way == "forwards" else ()
    for part, *states in stepwise(move.app, parts, move.before):
        yield from dropped(live, Move(move.app, part, move.way, *states))


def _is_known(operation: Operation) -> bool:
    """Tell whether the operation does what Django's does, or evolve's."""
    methods = (type(operation).database_forwards, type(operation).database_backwards)
    return all(method.__module__.startswith(("django.", "evolve.")) for method in methods)


def _own(move: Move) -> ModelKey | None:
    """Return the model that an operation is about, if it is in the state before it."""
    names = [
        str(name).lower()
        for attribute in ("model_name", "old_name", "new_name", "name")
        if (name := getattr(move.operation, attribute, None))
    ]
    keys = ((move.app, each) for each in names)
    return next((key for key in keys if key in move.before.models), None)


def _tables(live: TablesAtStart, move: Move) -> dict[str, Any]:
    """Return the models of the live tables that an operation may change: its own and related."""
    key, alias = _own(move), live.connection.alias
    if key is None or not router.allow_migrate(alias, key[0], model_name=key[1]):
        return {}
    own = move.before.apps.get_model(*key)
    if own._meta.db_table not in live.names:
        return {}
    moving = isinstance(move.operation, operations.AlterField | operations.RenameModel)
    related = [each.related_model for each in own._meta.related_objects] if moving else []
    between = [each.remote_field.through for each in own._meta.local_many_to_many]
    return {
        each._meta.db_table: each
        for each in (own, *related, *(each for each in between if each._meta.auto_created))
        if each._meta.managed and each._meta.db_table in live.names
    }


def _statements(connection: Any, move: Move) -> Iterator[tuple[str, str]]:
    """Yield the statements of an operation, each with its table.

    A rebuild on SQLite drops the table; what is on a column that it leaves out cannot be kept.
    """
    found = [(_table_of(connection, each), each) for each in _collected(connection, move)]
    rebuilt = {table for table, each in found if _REBUILT.search(each)}
    for table, statement in found:
        if table not in rebuilt or not statement.startswith("DROP TABLE "):
            yield table, statement
    key = _own(move)
    if not rebuilt or key is None or key not in move.after.models:
        return
    before, after = (_columns(each.apps.get_model(*key)) for each in (move.before, move.after))
    if len(after) < len(before):
        table = move.before.apps.get_model(*key)._meta.db_table
        yield from ((table, f'DROP COLUMN "{name}"') for name in before.keys() - after.keys())


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
