"""What a table has that its model does not say, and that Django's schema editor does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evolve.database.catalogue import (
    Columns,
    columns_of,
    default_text,
    is_numbered,
    special_indexes,
)
from evolve.database.rules import checks, key_rules, others
from evolve.database.sqlite_text import sqlite_text
from evolve.database.unknown import unknown_columns, unknown_keys


@dataclass(frozen=True, slots=True)
class Unsaid:
    """An object of a table: its kind, its name, the columns that it is on, and what it says.

    Kinds are check, foreign key, index, plain index (a list of columns), unique, exclusion,
    column (of no field); of columns alone default, collation, comment, behaviour; of the whole
    table option and trigger, which stands for rules and row-level security, too. A dependent is
    something else that needs it, and a reference the foreign key of the table that it names.
    Statistics, which stands for a publication of some columns too, go with any of their columns.
    """

    kind: str
    name: str
    columns: Columns
    text: str

    def __str__(self) -> str:
        return self.text


# Collations are of the database on PostgreSQL and of the table on MariaDB where nobody said one.
_ATTRIBUTES = {
    "postgresql": """
        SELECT attname, CASE WHEN attcollation <> typcollation THEN collname END, '', '', ''
        FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
        LEFT JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE attrelid = quote_ident(%s)::regclass AND attnum > 0 AND NOT attisdropped
    """,
    "mysql": """
        SELECT column_name, IF(collation_name <> table_collation, collation_name, NULL), extra,
            column_comment, column_type
        FROM information_schema.columns JOIN information_schema.tables
        USING (table_schema, table_name)
        WHERE table_schema = DATABASE() AND table_name = %s
    """,
}
# A trigger, rule or policy of the table itself goes with the table alone, unless it is on a column:
# `UPDATE OF price`. What takes or returns a row of the table depends on its type.
_DEPENDENTS = """
    SELECT DISTINCT pg_describe_object(classid, objid, objsubid),
        COALESCE((SELECT attname FROM pg_attribute WHERE refclassid = 'pg_class'::regclass
            AND attrelid = refobjid AND attnum = refobjsubid AND attnum > 0), ''),
        COALESCE((SELECT relname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
            WHERE classid = 'pg_constraint'::regclass AND pg_constraint.oid = objid), ''),
        classid IN ('pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass)
    FROM pg_depend
    JOIN pg_class own ON own.oid = quote_ident(%s)::regclass
    JOIN pg_type type ON type.oid = own.reltype
    WHERE refclassid = 'pg_class'::regclass AND refobjid = own.oid
        AND (classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass)
            OR classid IN ('pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass)
                AND refobjsubid > 0
            OR classid = 'pg_trigger'::regclass
                AND NOT (SELECT tgisinternal FROM pg_trigger WHERE oid = objid)
            OR classid = 'pg_constraint'::regclass
                AND (SELECT conrelid FROM pg_constraint WHERE oid = objid) <> refobjid)
        OR refclassid = 'pg_type'::regclass AND refobjid IN (type.oid, type.typarray)
            AND deptype = 'n'
"""
_BEHAVIOURS = re.compile(r"on update \S+|invisible|without system versioning", re.IGNORECASE)


def unsaid(connection: Any, cursor: Any, model: Any) -> list[Unsaid]:
    """Return what a model's table has on a database and the model does not say.

    Nothing is known of vendors other than SQLite, PostgreSQL, MariaDB and MySQL.
    """
    return [*_Table(connection, cursor, model).found()]


class _Table:
    """A model's table as it is on a database."""

    def __init__(self, connection: Any, cursor: Any, model: Any) -> None:
        self._connection = connection
        self._cursor = cursor
        self._model = model
        self._meta = model._meta
        self._name = model._meta.db_table
        self._fields = {each.column: each for each in model._meta.local_concrete_fields}
        self._said = {each.name for each in (*self._meta.constraints, *self._meta.indexes)}

    def found(self) -> Iterator[Unsaid]:
        """Yield all that is unsaid."""
        if self._connection.vendor not in ("sqlite", *_ATTRIBUTES):
            return
        yield from self._checks()
        yield from self._keys()
        yield from self._indexes()
        yield from self._columns()
        yield from self._unknown()
        yield from self._others()
        if self._connection.vendor == "postgresql":
            yield from self._dependents()
        if self._connection.vendor == "sqlite":
            yield from _sqlite_options(sqlite_text(self._cursor, self._name))

    def _asked(self, query: str) -> list[tuple[Any, ...]]:
        self._cursor.execute(query, [self._name])
        return list(self._cursor.fetchall())

    def _checks(self) -> Iterator[Unsaid]:
        own = {_plain(text) for each in self._fields.values() for text in self._of_field(each)}
        for name, text, columns in checks(self._connection, self._cursor, self._name):
            if name not in self._said and _plain(text) not in own:
                kind = "exclusion" if text.startswith("EXCLUDE") else "check"
                yield Unsaid(kind, name, columns, text)

    def _of_field(self, field: Any) -> Iterator[str]:
        """Yield the check that a field has itself, as Django writes it."""
        if check := field.db_check(self._connection):
            yield f"CHECK ({check})"
        if field.get_internal_type() == "JSONField":
            # MariaDB's type json has it of itself.
            yield f"CHECK (json_valid({field.column}))"

    def _keys(self) -> Iterator[Unsaid]:
        for rule in key_rules(self._connection, self._cursor, self._name):
            field = self._fields.get(rule.columns[0])
            stated = getattr(getattr(field, "remote_field", None), "on_delete", None)
            # From Django 6.1 on a model can say it: models.DB_CASCADE.
            deletes = rule.on_delete and not type(stated).__name__.startswith("Database")
            unknown = field is not None and not getattr(field, "db_constraint", False)
            if len(rule.columns) > 1 or rule.on_update or deletes or unknown:
                yield Unsaid("foreign key", rule.name, rule.columns, rule.text)

    def _indexes(self) -> Iterator[Unsaid]:
        for name, text in special_indexes(self._connection, self._cursor, self._name).items():
            # Django's own, beside the index of a text, for LIKE.
            if name not in self._said and not name.endswith("_like"):
                yield Unsaid("index", name, (), f"index {name}: {text}")

    def _unknown(self) -> Iterator[Unsaid]:
        """Yield what is in no field, and what is in no Meta although it could be."""
        for name in unknown_columns(self._connection, self._cursor, self._model):
            yield Unsaid("column", name, (name,), f"the column {name}, which is in no model")
        for name, columns, is_unique, is_index in unknown_keys(
            self._connection, self._cursor, self._model
        ):
            listed = f"({', '.join(map(str, columns))})"
            if is_unique and not is_index:
                yield Unsaid("unique", name, columns, f"UNIQUE {listed}")
            # An index on one column alone goes with it: many a field makes one by itself.
            elif is_unique or len(columns) > 1:
                kind = "index" if is_unique else "plain index"
                yield Unsaid(kind, name, columns, f"index {name} on {listed}")

    def _others(self) -> Iterator[Unsaid]:
        """Yield what acts on rows; on PostgreSQL most of it is among the dependents."""
        for text in others(self._connection, self._cursor, self._name):
            if self._connection.vendor != "postgresql" or text == "row-level security":
                yield Unsaid("trigger", text, (), text)

    def _columns(self) -> Iterator[Unsaid]:
        described = columns_of(self._connection, self._cursor, self._name)
        attributes = self._attributes(described)
        for row in described:
            field = self._fields.get(row.name)
            if field is None or field.generated:
                continue
            text = default_text(self._connection, row)
            if text is not None and not field.has_db_default() and not is_numbered(row):
                yield Unsaid("default", "", (row.name,), f"{row.name} DEFAULT {text}")
            yield from self._attributes_of(field, *attributes.get(row.name, ("", "", "", "")))

    def _attributes(self, described: list[Any]) -> dict[str, tuple[str, str, str, str]]:
        if self._connection.vendor in _ATTRIBUTES:
            rows = self._asked(_ATTRIBUTES[self._connection.vendor])
            return {name: (a or "", b or "", c or "", d or "") for name, a, b, c, d in rows}
        return {each.name: (each.collation or "", "", "", "") for each in described}

    def _attributes_of(
        self, field: Any, collation: str, extra: str, comment: str, type_: str
    ) -> Iterator[Unsaid]:
        column = field.column
        is_json = field.get_internal_type() == "JSONField" or type_ == "longtext"
        if collation and not getattr(field, "db_collation", None) and not is_json:
            yield Unsaid("collation", "", (column,), f"{column} COLLATE {collation}")
        if comment and not field.db_comment:
            yield Unsaid("comment", "", (column,), f"{column} COMMENT '{comment}'")
        for found in _BEHAVIOURS.findall(extra):
            yield Unsaid("behaviour", "", (column,), f"{column} {found.upper()}")
        if "auto_increment" in extra.lower() and not field.primary_key:
            yield Unsaid("behaviour", "", (column,), f"{column} AUTO_INCREMENT")

    def _dependents(self) -> Iterator[Unsaid]:
        for text, column, table, goes_along in self._asked(_DEPENDENTS):
            # A view is its rule to the catalogue.
            plain = re.sub(r"^rule _RETURN on ", "", text)
            kind = "statistics" if goes_along else "reference" if table else "dependent"
            yield Unsaid(kind, table, (column,) if column else (), plain)


def _plain(text: str) -> str:
    """Return a check so that a database's spelling and Django's are the same."""
    return re.sub(r"::\w+(?: \w+)?|[\s\"`()\[\]]", "", text).lower()


def _sqlite_options(text: str) -> Iterator[Unsaid]:
    """Yield what is said of the table as a whole, and what happens where rows clash."""
    tail = text.rpartition(")")[2]
    for option in ("WITHOUT ROWID", "STRICT"):
        if re.search(option.replace(" ", r"\s+"), tail, re.IGNORECASE):
            yield Unsaid("option", "", (), option)
    for found in re.findall(r"\bON\s+CONFLICT\s+\w+", text, re.IGNORECASE):
        yield Unsaid("option", "", (), " ".join(found.upper().split()))
