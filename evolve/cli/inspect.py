"""`evolve inspect`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from evolve.adopting import check_models_file, inspectable, left_out, others_tables
from evolve.authoring.models_file import models_text
from evolve.cli.ask import say
from evolve.cli.databases import add_database
from evolve.cli.find import command
from evolve.cli.places import add_print_only
from evolve.database.connect import connected
from evolve.database.inspection.found import FoundModel
from evolve.database.inspection.tables import inspect_tables
from evolve.project import Project
from evolve.revisions.disk import Replacement, write_whole


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
    add_print_only(parser)
    parser.set_defaults(run=inspect)


def inspect(project: Project, args: argparse.Namespace) -> int:
    """Write the models of live tables."""
    config = project.config(args.app)
    path = Path(config.path) / "models.py"
    if not args.print_only:
        check_models_file(config, path)
    project.markers(args.database)
    connection = connected(args.database)
    tables, keyless = inspectable(connection, args.app, args.table)
    say(*(f" ! {name} has no primary key: no model can be made of it." for name in keyless))
    say(*(f" ! {line}" for line in left_out(connection, args.table)))
    found = inspect_tables(connection, tables, others_tables(args.app))
    text = models_text(found, f"The tables of {args.app}, as `evolve inspect` found them.")
    _tell(found)
    if args.print_only:
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
