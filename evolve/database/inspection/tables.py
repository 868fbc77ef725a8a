"""Live tables as models, put together from names, types, defaults and keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from evolve.database.catalogue import (
    changes_on_update,
    columns_of,
    default_text,
    generated_columns,
    is_numbered,
    raw_types,
)
from evolve.database.inspection.defaults import db_default
from evolve.database.inspection.found import FoundField, FoundModel
from evolve.database.inspection.keys import ON_DELETE, Keys, keys_of
from evolve.database.inspection.names import column_option, field_names, model_names
from evolve.database.inspection.types import kind_of
from evolve.errors import Refused


@dataclass
class _Read:
    """What was read of one table."""

    name: str
    model: str
    comment: str
    rows: Sequence[Any]
    types: Mapping[str, str]
    generated: Mapping[str, tuple[str, bool]]
    keys: Keys
    fields: Mapping[str, str]


def inspect_tables(
    connection: Any, tables: Sequence[str], others: Mapping[str, type[models.Model]]
) -> list[FoundModel]:
    """Return models for tables of a database, in the order of the tables.

    `others` are the models of tables that others than these have. Raises Refused for what no
    model can be.
    """
    names, taken = model_names(tables), set[str]()
    with connection.cursor() as cursor:
        infos = {each.name: each for each in connection.introspection.get_table_list(cursor)}
        read = {
            table: _read(connection, cursor, infos[table], names[table], taken) for table in tables
        }
    return [_Table(connection, each, read, others).model() for each in read.values()]


def without_key(connection: Any, tables: Sequence[str]) -> list[str]:
    """Return the tables that have no primary key: no model can be made of them."""
    with connection.cursor() as cursor:
        return [
            table
            for table in tables
            if not connection.introspection.get_primary_key_columns(cursor, table)
        ]


def _read(connection: Any, cursor: Any, info: Any, model: str, taken: set[str]) -> _Read:
    rows = columns_of(connection, cursor, info.name)
    keys = keys_of(connection, cursor, info.name, taken)
    return _Read(
        info.name,
        model,
        getattr(info, "comment", None) or "",
        rows,
        raw_types(connection, cursor, info.name),
        generated_columns(connection, cursor, info.name),
        keys,
        field_names([row.name for row in rows], keys.relations),
    )


class _Table:
    """One table among those that are inspected."""

    def __init__(
        self,
        connection: Any,
        read: _Read,
        tables: Mapping[str, _Read],
        others: Mapping[str, type[models.Model]],
    ) -> None:
        self._connection = connection
        self._read = read
        self._keys = read.keys
        self._tables = tables
        self._others = others
        self._used: set[str] = set()

    def model(self) -> FoundModel:
        """Return the table as a model."""
        found = [self._field(row) for row in self._read.rows]
        if len(self._keys.primary) > 1:
            names = [self._read.fields[each] for each in self._keys.primary]
            found.insert(0, FoundField("pk", "django.db.models.CompositePrimaryKey", names))
        said = tuple(self._keys.said)
        return FoundModel(self._read.model, self._read.name, found, self._options(), said)

    def _options(self) -> dict[str, Any]:
        keys, options = self._keys, {"db_table": self._read.name}
        if self._read.comment and self._connection.features.supports_comments:
            options["db_table_comment"] = self._read.comment
        found: dict[str, Any] = {
            "unique_together": [self._names(each) for each in keys.together],
            "indexes": [
                kind(fields=[self._ordered(*part) for part in parts], name=name)
                for kind, name, parts in keys.indexes
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=self._names(columns), name=name, deferrable=_deferrable(deferred)
                )
                for name, columns, deferred in keys.constraints
            ],
        }
        return {**options, **{name: value for name, value in found.items() if value}}

    def _names(self, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._read.fields[each] for each in columns)

    def _ordered(self, column: str, order: str) -> str:
        return f"{'-' if order == 'DESC' else ''}{self._read.fields[column]}"

    def _field(self, row: Any) -> FoundField:
        column, name = row.name, self._read.fields[row.name]
        relation = self._keys.relations.get(column)
        options: dict[str, Any] = dict(column_option(name, column, bool(relation)))
        if row.null_ok and column not in self._keys.primary:
            options |= {"blank": True, "null": True}
        if self._connection.features.supports_comments and row.comment:
            options["db_comment"] = row.comment
        is_key = self._keys.primary == (column,)
        if is_key:
            options["primary_key"] = True
        elif column in self._keys.unique:
            options["unique"] = True
        elif column in self._keys.indexed:
            options["db_index"] = True
        if column in self._read.generated:
            return self._generated(row, name, options)
        path, args, given, said = self._class(row, name, relation, is_key, options)
        return FoundField(name, path, args, given, [*said, *self._unsaid(row, is_key)])

    def _class(
        self, row: Any, name: str, relation: Any, is_key: bool, options: dict[str, Any]
    ) -> tuple[str, list[Any], dict[str, Any], list[str]]:
        if relation:
            return (*self._relation(name, relation, options), [])
        raw = self._read.types[row.name]
        found, given = kind_of(self._connection, self._read.name, row, raw, is_key)
        options = {**given, **options}
        text = default_text(self._connection, row)
        said: list[str] = []
        if text is not None and not is_numbered(row):
            options["db_default"], remark = db_default(text, found(**given))
            said += [remark] if remark else []
        return _path(found), [], options, said

    def _unsaid(self, row: Any, is_key: bool) -> Iterator[str]:
        if changes_on_update(row):
            yield "The database sets it whenever the row changes."
        if is_numbered(row) and not is_key:
            yield "The database numbers it, which only a primary key can say: rows need a value."

    def _generated(self, row: Any, name: str, options: dict[str, Any]) -> FoundField:
        expression, stored = self._read.generated[row.name]
        if not expression:
            raise Refused(
                f"The column {row.name} of {self._read.name} is generated, and the database does "
                "not say from what.",
                "Nothing was written. Name the other tables with --table, and write this model by "
                "hand with a GeneratedField.",
            )
        raw = self._read.types[row.name]
        found, given = kind_of(self._connection, self._read.name, row, raw, False)
        options.pop("null", None)
        options.pop("blank", None)
        options |= {
            "expression": models.expressions.RawSQL(expression, []),
            "output_field": found(**given),
            "db_persist": stored,
        }
        return FoundField(name, "django.db.models.GeneratedField", [], options)

    def _relation(
        self, name: str, relation: tuple[str, str], options: dict[str, Any]
    ) -> tuple[str, list[Any], dict[str, Any]]:
        table, column = relation
        target = self._tables.get(table)
        if target:
            to = "self" if table == self._read.name else target.model
            key, fields = target.keys.primary, target.fields
            busy = {*fields.values()}
        else:
            other = self._other(name, table)
            to, key = other._meta.label, (other._meta.pk.column,)
            fields = {each.column: each.name for each in other._meta.concrete_fields}
            busy = {each.name for each in other._meta.get_fields()}
        if key != (column,):
            options["to_field"] = fields[column]
        options |= self._related_name(to, name, busy)
        one = options.pop("unique", False) or "primary_key" in options
        if not one and not options.pop("db_index", False):
            options["db_index"] = False
        kind = "OneToOneField" if one else "ForeignKey"
        acts = self._keys.on_delete.get(self._column_of(name), "")
        return f"django.db.models.{kind}", [to, ON_DELETE.get(acts, models.DO_NOTHING)], options

    def _column_of(self, name: str) -> str:
        return next(column for column, each in self._read.fields.items() if each == name)

    def _other(self, name: str, table: str) -> type[models.Model]:
        if table not in self._others:
            raise Refused(
                f"{self._read.name}.{name} refers to the table {table}, which has no model and is "
                "not among those that are inspected.",
                f"Nothing was written. Add --table {table}.",
            )
        return self._others[table]

    def _related_name(self, to: str, name: str, busy: set[str]) -> dict[str, str]:
        """Return a name for the way back where Django's is not free."""
        model = self._read.model.lower()
        if model in busy or f"{model}_set" in busy:
            return {"related_name": "+"}
        if to in self._used:
            return {"related_name": f"{model}_{name}_set"}
        self._used.add(to)
        return {}


def _deferrable(deferred: bool | None) -> models.Deferrable | None:
    if deferred is None:
        return None
    return models.Deferrable.DEFERRED if deferred else models.Deferrable.IMMEDIATE


def _path(found: type[models.Field]) -> str:
    own = found.__module__.startswith("django.db.models")
    return f"django.db.models.{found.__name__}" if own else f"fields.{found.__name__}"
