"""`evolve leave`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from evolve import fields
from evolve.authoring.leaving import leaving, write_all
from evolve.authoring.remains import remains
from evolve.cli.ask import agreed
from evolve.cli.places import add_installed, check_writable
from evolve.project import Project


def add_leave(commands: Any) -> None:
    """Add the parser of `leave`."""
    parser = commands.add_parser(
        "leave",
        help="write an app's revisions as Django-format migrations, so that it needs no evolve",
        description="Write an app's revisions as Django-format migrations: schema operations as "
        "Django's, data migrations as RunPython over the same code. Names and rows stay, so that "
        "databases go on as they are; the old texts stay beside, as NAME.py.orig.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument("--dry-run", action="store_true", help="print the files and write nothing")
    parser.add_argument("--yes", "-y", action="store_true", help="do it without asking")
    add_installed(parser)
    parser.set_defaults(run=leave)


def leave(project: Project, args: argparse.Namespace) -> int:
    """Write the files."""
    check_writable(project, args)
    left = leaving(project, args.app)
    for revision, _ in left.others:
        check_writable(project, args, revision.app)
    if args.dry_run:
        for revision, text in (*left.files, *left.others):
            print(f"# {revision.path}\n{text}")
        print("# Nothing was written.")
        return 0
    names = "\n".join(f" - {revision.path}" for revision, _ in (*left.files, *left.others))
    agreed(args, "--yes", f"These files would be written anew:\n{names}", "Write them?")
    kept = write_all(project, args.app, left)
    for revision, _ in left.files:
        print(f"Wrote {revision.name}.py as a Django-format migration.")
    for revision, _ in left.others:
        print(f"Changed {revision}, which named one of them by its id.")
    print(f"The old texts are kept: {', '.join(path.name for path in kept)}.")
    _conclude(args.app)
    return 0


def _conclude(app: str) -> None:
    """Say what of evolve is needed still, and what to do about it."""
    left = remains(app)
    if not left.own:
        print(f"'{app}' needs no evolve now; `manage.py migrate` goes on where it is.")
    else:
        print(f"'{app}' still needs evolve, which these lines import:")
        _list(left.own)
        if any("fields" in each for each in left.own):
            print(f"   Fields and indexes of evolve's: copy {fields.__file__} into the project, ")
            print("   and name that module instead, in models.py and in the migrations alike.")
    if left.project:
        print("Before evolve is uninstalled from the project:")
        _list(left.project)
    print(
        "The table evolve_journal stays on the databases, and nothing needs it; the .orig files "
        "can go when you like."
    )


def _list(lines: Iterable[str]) -> None:
    for each in lines:
        print(f" - {each}")
