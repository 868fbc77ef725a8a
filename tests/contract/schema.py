"""The schema of a database as a comparable value, as exact as the catalogs of its vendor are.

Each table is a sorted list of lines: columns by name (their order is history), keys, constraints
and indexes with their definitions. Names that Django or the database made up are left out, since
they depend on history; names that stand in Meta count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connections

Schema = dict[str, list[str]]

_HISTORY = {"django_migrations"}
_MADE_UP = re.compile(
    r"_[0-9a-f]{8}(_|$)|_pkey\d*$|_key\d*$|_check\d*$|_excl\d*$|^PRIMARY$|^CONSTRAINT_\d+$"
)


def schema(alias: str) -> Schema:
    """Return the tables of a database with a line for each thing about them."""
    connection = connections[alias]
    read = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}[connection.vendor]
    tables: Schema = defaultdict(list)
    with connection.cursor() as cursor:
        for table, line in read(cursor):
            if table not in _HISTORY and not table.startswith("evolve_"):
                tables[table].append(" ".join(line.split()))
    return {table: sorted(lines) for table, lines in sorted(tables.items())}


def _called(name: str, columns: str = "") -> str:
    """Return a name that somebody chose; MariaDB calls what has no name after its column."""
    return "" if _MADE_UP.search(name) or name == columns else name


def _rows(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)
    return list(cursor.fetchall())


def _postgresql(cursor: Any) -> Iterator[tuple[str, str]]:
    yield from _rows(
        cursor,
        """
        SELECT c.relname, concat_ws(' ', 'table', quote_nullable(obj_description(c.oid)))
        FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT c.relname, concat_ws(' ', 'column', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated,
            'default ' || pg_get_expr(d.adbin, d.adrelid), 'collate ' || o.collname,
            quote_literal(col_description(c.oid, a.attnum)))
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation o ON o.oid = a.attcollation AND o.oid <> t.typcollation
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
        """,
    )
    constraints = _rows(
        cursor,
        """
        SELECT r.relname, o.conname, pg_get_constraintdef(o.oid)
        FROM pg_constraint o JOIN pg_class r ON r.oid = o.conrelid
        WHERE o.connamespace = current_schema()::regnamespace
        """,
    )
    for table, name, definition in constraints:
        yield table, f"constraint {_called(name)} {_without_casts(definition)}"
    indexes = _rows(
        cursor,
        """
        SELECT r.relname, i.relname, pg_get_indexdef(i.oid)
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class r ON r.oid = x.indrelid
        LEFT JOIN pg_constraint o ON o.conindid = i.oid AND o.contype IN ('p', 'u', 'x')
        WHERE i.relnamespace = current_schema()::regnamespace AND o.oid IS NULL
        """,
    )
    for table, name, definition in indexes:
        unique = "unique " if "CREATE UNIQUE" in definition else ""
        yield table, f"{unique}index {_called(name)} {definition.partition(' USING ')[2]}"


def _without_casts(definition: str) -> str:
    """Return a constraint without casts of words and the brackets around them.

    PostgreSQL puts them elsewhere when a column in it gets another type and the same one again.
    """
    text = re.sub(r"::(?:character varying|text)(?:\(\d+\))?(?:\[\])?", "", definition)
    for pattern in (r"\(('(?:[^']|'')*')\)", r"\((ARRAY\[[^]]*\])\)"):
        text = re.sub(pattern, r"\1", text)
    return text


def _mysql(cursor: Any) -> Iterator[tuple[str, str]]:
    here = "table_schema = database()"
    for table, comment in _rows(
        cursor, f"SELECT table_name, table_comment FROM information_schema.tables WHERE {here}"
    ):
        yield table, f"table {comment!r}"
    columns = _rows(
        cursor,
        f"""
        SELECT table_name, column_name, column_type, is_nullable, column_default, extra,
            collation_name, column_comment, generation_expression
        FROM information_schema.columns WHERE {here}
        """,
    )
    for table, *parts in columns:
        yield table, f"column {' '.join(str(part) for part in parts)}"
    yield from _mysql_indexes(cursor, here)
    checks = _rows(
        cursor,
        """
        SELECT table_name, constraint_name, check_clause FROM information_schema.check_constraints
        WHERE constraint_schema = database()
        """,
    )
    for table, name, clause in checks:
        # That of a column has the column's name, and keeps it when the column gets another.
        of_column = re.fullmatch(r"`\w+` >= 0|json_valid\(.*", clause)
        unnamed = f"`{name}`" in clause or bool(of_column)
        called = "" if unnamed else _called(name)
        yield table, f"check {called} {clause}"


def _mysql_indexes(cursor: Any, here: str) -> Iterator[tuple[str, str]]:
    foreign = _rows(
        cursor,
        f"""
        SELECT table_name, column_name, referenced_table_name, referenced_column_name
        FROM information_schema.key_column_usage
        WHERE {here} AND referenced_table_name IS NOT NULL
        """,
    )
    for table, column, *target in foreign:
        yield table, f"foreign key {column} to {' '.join(target)}"
    keys = {(table, column) for table, column, *_ in foreign}
    indexes = _rows(
        cursor,
        f"""
        SELECT table_name, index_name, min(non_unique),
            group_concat(column_name, ' ', coalesce(sub_part, ''), ' ', collation
                         ORDER BY seq_in_index), min(column_name), count(*)
        FROM information_schema.statistics WHERE {here} GROUP BY table_name, index_name
        """,
    )
    for table, name, free, definition, column, count in indexes:
        # A unique column gives its index its name, and leaves it there when it gets another one.
        called = "" if not free and count == 1 else _called(name, column)
        if free and count == 1 and not called and (table, column) in keys:
            # InnoDB makes this index for a foreign key, and drops it when another one will do.
            continue
        kind = "primary key" if name == "PRIMARY" else "index" if free else "unique"
        yield table, f"{kind} {called} {definition}"


def _sqlite(cursor: Any) -> Iterator[tuple[str, str]]:
    made = _rows(cursor, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql NOT NULL")
    for kind, name, table, sql in made:
        if name.startswith("sqlite_"):
            continue
        if kind == "index":
            unique = "unique " if "CREATE UNIQUE" in sql else ""
            yield table, f"{unique}index {_called(name)} {sql.partition(' ON ')[2]}"
            continue
        yield table, "table"
        for part in _parts(sql[sql.index("(") + 1 : sql.rindex(")")]):
            named = re.match(r'CONSTRAINT "(\w+)" (.*)', part, re.DOTALL)
            yield table, f"{_called(named[1])} {named[2]}" if named else f"column {part}"


def _parts(text: str) -> Iterator[str]:
    """Split what is between the brackets of CREATE TABLE at the commas outside of any."""
    depth, start, quoted = 0, 0, ""
    for place, letter in enumerate(text):
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in "'\"":
            quoted = letter
        elif letter == "," and not depth:
            yield text[start:place].strip()
            start = place + 1
        else:
            depth += {"(": 1, ")": -1}.get(letter, 0)
    yield text[start:].strip()
