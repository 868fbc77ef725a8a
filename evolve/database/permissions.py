"""Permissions of a renamed model: renamed with it, as Django does from 6.1 on."""

from __future__ import annotations

from typing import Any

import django
from django.apps import apps
from django.db import connections, router, transaction
from django.db.migrations.operations import RenameModel
from django.db.migrations.state import ProjectState
from django.utils.text import camel_case_to_spaces
from django.utils.translation import override

Migrated = list[tuple[Any, bool]]
"""Migrations that ran, with whether they ran backwards."""

_ACTIONS = ("add", "change", "delete", "view")


def rename_permissions(migrations: Migrated, alias: str, state: ProjectState) -> None:
    """Give the permissions of renamed models their new names, so that who has them keeps them.

    `state` is the one that the database is in now. Django 5.2 and 6.0 leave the old ones beside the
    new ones. Nothing is done where auth has no tables.
    """
    if django.VERSION >= (6, 1) or not apps.is_installed("django.contrib.auth"):
        return
    permission: Any = apps.get_model("auth", "Permission")
    there = connections[alias].introspection.table_names()
    if permission._meta.db_table not in there or not router.allow_migrate_model(alias, permission):
        return
    with transaction.atomic(alias):
        for (app, new), old in _renames(migrations).items():
            _rename(permission.objects.using(alias), app, old, new, state)


def _renames(migrations: Migrated) -> dict[tuple[str, str], str]:
    """Return the old name of each renamed model by its app and last name.

    A content type has its last name already, whatever names came between.
    """
    found: dict[tuple[str, str], str] = {}
    for migration, backwards in migrations:
        for operation in migration.operations[:: -1 if backwards else 1]:
            if isinstance(operation, RenameModel):
                names = operation.old_name, operation.new_name
                old, new = reversed(names) if backwards else names
                app = migration.app_label
                found[app, new] = found.pop((app, old), old)
    return found


def _rename(permissions: Any, app: str, old: str, new: str, state: ProjectState) -> None:
    """Rename the permissions that Django makes for every model; own ones keep their names."""
    own = permissions.filter(content_type__app_label=app, content_type__model=new.lower())
    taken = set(own.values_list("codename", flat=True))
    key = app, new.lower()
    options = state.models[key].options if key in state.models else {}
    # Options.verbose_name_raw: the name in no language.
    with override(None):
        verbose = str(options.get("verbose_name") or camel_case_to_spaces(new))
    for action in options.get("default_permissions", _ACTIONS):
        codename = f"{action}_{new.lower()}"
        if codename not in taken:
            own.filter(codename=f"{action}_{old.lower()}").update(
                codename=codename, name=f"Can {action} {verbose}"
            )
