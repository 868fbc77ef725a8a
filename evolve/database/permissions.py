"""Permissions of a renamed model: renamed with it, as Django does from 6.1 on."""

from __future__ import annotations

from typing import Any

import django
from django.apps import apps
from django.db import connections, router, transaction
from django.db.migrations.operations import RenameModel


def rename_permissions(migrations: list[tuple[Any, bool]], alias: str) -> None:
    """Give the permissions of renamed models their new names, so that who has them keeps them.

    `migrations` are those that ran, with whether they ran backwards. Django 5.2 and 6.0 leave the
    old ones beside the new ones. Nothing is done where auth has no tables.
    """
    if django.VERSION >= (6, 1) or not apps.is_installed("django.contrib.auth"):
        return
    permission: Any = apps.get_model("auth", "Permission")
    there = connections[alias].introspection.table_names()
    if permission._meta.db_table not in there or not router.allow_migrate_model(alias, permission):
        return
    for migration, backwards in migrations:
        for operation in migration.operations:
            if isinstance(operation, RenameModel):
                names = operation.old_name, operation.new_name
                old, new = reversed(names) if backwards else names
                with transaction.atomic(alias):
                    _rename(permission.objects.using(alias), migration.app_label, old, new)


def _rename(permissions: Any, app: str, old: str, new: str) -> None:
    """Rename the permissions that Django makes for every model; own ones keep their names."""
    own = permissions.filter(content_type__app_label=app, content_type__model=new.lower())
    taken = set(own.values_list("codename", flat=True))
    for action in ("add", "change", "delete", "view"):
        codename = f"{action}_{new.lower()}"
        if codename not in taken:
            own.filter(codename=f"{action}_{old.lower()}").update(
                codename=codename, name=f"Can {action} {_verbose(app, new)}"
            )


def _verbose(app: str, name: str) -> str:
    try:
        return str(apps.get_model(app, name)._meta.verbose_name_raw)
    except LookupError:
        return name.lower()
