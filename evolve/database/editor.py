"""What Django's schema editors lose or cannot do. Their methods are private API (5.2 to 6.1)."""

from __future__ import annotations

from typing import Any

from django.db.backends.ddl_references import Statement

from evolve.database.rebuild import keep_dependents


def complete(editor: Any) -> None:
    """Complete an open schema editor, once however often it is asked for."""
    if vars(editor).get("is_completed"):
        return
    editor.is_completed = True
    for add in _ADDITIONS.get(editor.connection.vendor, ()):
        add(editor)


def _rename_keys(editor: Any) -> None:
    """Have SQLite rename the column of a foreign key, as Django has it rename all other columns.

    Django rebuilds the table instead. That fails if an index, a constraint, a generated field or a
    composite primary key names the key, and leaves the old name in tables that refer to it.
    """
    alter = editor._alter_field

    def altered(model: Any, old: Any, new: Any, *args: Any, **kwargs: Any) -> None:
        if not old.remote_field or old.column == new.column or _definition(old) != _definition(new):
            alter(model, old, new, *args, **kwargs)
            return
        table = model._meta.db_table
        editor.execute(editor._rename_field_sql(table, old, new, new.db_type(editor.connection)))
        for sql in editor.deferred_sql:
            if isinstance(sql, Statement):
                sql.rename_column_references(table, old.column, new.column)

    editor._alter_field = altered


def _definition(field: Any) -> tuple[str, Any, dict[str, Any]]:
    """Return what makes a field's column, but for its name."""
    _, path, args, kwargs = field.deconstruct()
    unsaid = {*field.non_db_attrs, "db_column"}
    return path, args, {name: value for name, value in kwargs.items() if name not in unsaid}


def _rename_by_case(editor: Any) -> None:
    """Have SQLite rename a many-to-many table of which only capitals change.

    Django makes a table of the new name beside the old one, which is the same name to SQLite.
    """
    alter = editor._alter_many_to_many

    def altered(model: Any, old_field: Any, new_field: Any, strict: bool) -> None:
        old, new = (each.remote_field.through._meta for each in (old_field, new_field))
        name = old.db_table
        if name.lower() == new.db_table.lower():
            old.db_table = new.db_table
        try:
            alter(model, old_field, new_field, strict)
        finally:
            old.db_table = name

    editor._alter_many_to_many = altered


def _keep_columns(editor: Any) -> None:
    """Have MySQL and MariaDB keep a column's collation and comment where it may be NULL or no more.

    Django writes MODIFY with the type alone, and what MODIFY leaves out is lost.
    """
    stated = editor._alter_column_null_sql

    def kept(model: Any, old_field: Any, new_field: Any) -> tuple[str, Any]:
        sql, params = stated(model, old_field, new_field)
        collation = new_field.db_parameters(editor.connection).get("collation")
        parts = [sql, editor._collate_sql(collation)]
        if new_field.db_comment:
            parts.append(editor._comment_sql(new_field.db_comment))
        return " ".join(filter(None, parts)), params

    editor._alter_column_null_sql = kept


_ADDITIONS = {
    "sqlite": (keep_dependents, _rename_keys, _rename_by_case),
    "mysql": (_keep_columns,),
}
