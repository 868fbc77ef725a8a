"""`evolve inspect`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.db import models

from evolve.adopting import outside_project
from evolve.authoring.models_file import models_text
from evolve.cli.ask import say
from evolve.cli.databases import add_database
from evolve.cli.find import command
from evolve.database.connect import connected
from evolve.database.inspection.found import FoundModel
from evolve.database.inspection.tables import inspect_tables, without_key
from evolve.errors import Refused, UnknownName
from evolve.history.journal import TABLE
from evolve.project import Project
from evolve.revisions.disk import Replacement, write_whole

_OWN = {"django_migrations", TABLE}


def add_inspect(commands: Any) -> None:
    """Add the parser of `inspect`."""
    parser = commands.add_parser(
        "inspect",
        help="write models for tables that are there",
        description="Write an app's models.py for tables that are there and have no models: those "
        "that are named, or all. `convert` then puts the app under migration. What a model cannot "
        "say of its table is in a comment, and on stderr.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument(
        "--table",
        metavar="TABLE",
        action="append",
        default=[],
        help="a table; can be given several times",
    )
    add_database(parser)
    parser.add_argument("--stdout", action="store_true", help="print the file, and write nothing")
    parser.set_defaults(run=inspect)


def inspect(project: Project, args: argparse.Namespace) -> int:
    """Write the models of live tables."""
    config = project.config(args.app)
    path = Path(config.path) / "models.py"
    if not args.stdout:
        _check_place(config, path)
    project.markers(args.database)
    connection = connected(args.database)
    found = inspect_tables(connection, _tables(connection, args), _others(args.app))
    text = models_text(found, f"The tables of {args.app}, as `evolve inspect` found them.")
    _tell(found)
    if args.stdout:
        print(text, end="")
        return 0
    kept = _write(path, text)
    if kept:
        say(f" - What {path.name} was is in {kept.name}.")
    print(
        f"Wrote {path} with {len(found)} model{'s' if len(found) != 1 else ''}. You can now put "
        f"the app under migration with: {command()} convert {args.app}"
    )
    return 0


def _check_place(config: AppConfig, path: Path) -> None:
    """Refuse where models are already, or where the file would be another's."""
    if outside_project(config):
        raise Refused(
            f"The app '{config.label}' is not the project's own: it is in {config.path}.",
            "Nothing was written. --stdout prints the models.",
        )
    if path.with_suffix("").is_dir():
        raise Refused(
            f"The models of '{config.label}' are a package, {path.with_suffix('')}.",
            "Nothing was written. --stdout prints the models, for the file that you choose.",
        )
    if names := [model.__name__ for model in config.get_models()]:
        raise Refused(
            f"{path} defines models already: {', '.join(names)}.",
            "Nothing was written. --stdout prints the models of the tables.",
        )


def _others(app: str) -> dict[str, type[models.Model]]:
    """Return the models of the other apps by their tables."""
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != app and not model._meta.proxy
    }


def _tables(connection: Any, args: argparse.Namespace) -> list[str]:
    """Return the tables that are meant. Raises Refused where no models can be made of them."""
    with connection.cursor() as cursor:
        listed = connection.introspection.get_table_list(cursor)
    there = sorted(each.name for each in listed if each.type == "t")
    others = _others(args.app)
    for name in args.table:
        if name not in there:
            raise UnknownName.among("table", name, there)
        if name in others:
            raise Refused(
                f"The table {name} has a model already: {others[name]._meta.label}.",
                "Nothing was written.",
            )
    named = list(dict.fromkeys(args.table))
    free = named or [name for name in there if name not in others and name not in _OWN]
    keyless = without_key(connection, free)
    if keyless and (named or len(keyless) == len(free)):
        raise Refused(
            f"No model can be made of a table without a primary key: {', '.join(keyless)}.",
            "Nothing was written. Give it one in SQL, or name other tables.",
        )
    if not free:
        raise Refused(
            f"The database '{args.database}' has no table without a model.",
            "Nothing was written.",
        )
    say(*(f" ! {name} has no primary key: no model can be made of it." for name in keyless))
    return [name for name in free if name not in keyless]


def _tell(found: list[FoundModel]) -> None:
    for model in found:
        say(*(f" ! {model.table}: {each}" for each in model.said))
        for field in model.fields:
            say(*(f" ! {model.table}.{field.name}: {each}" for each in field.said))


def _write(path: Path, text: str) -> Path | None:
    """Write the file; return where its old text is kept, if it had any."""
    if not path.exists():
        write_whole(path, text)
        return None
    old = path.read_text(encoding="utf-8")
    return Replacement(path, path, text, keep=bool(old.strip())).put()
