"""`evolve stamp`: marks alone."""

from __future__ import annotations

import argparse
from typing import Any

from evolve.cli.databases import add_database
from evolve.cli.places import TARGET, add_format, tell, tell_json
from evolve.cli.watch import Watcher
from evolve.errors import Refused, few_lines
from evolve.history.ghosts import Ghost
from evolve.project import Project
from evolve.running import Run, migrate


def add_stamp(commands: Any) -> None:
    """Add the parser of `stamp`."""
    parser = commands.add_parser(
        "stamp",
        help="mark an app as being at a revision, and run nothing",
        description="Mark an app as being at a revision, and run nothing: what comes before the "
        "targets is marked as applied, everything else of the app is not. What other apps' marks "
        "do not allow is refused.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument("targets", metavar="TARGET", nargs="+", help=TARGET)
    parser.add_argument(
        "--purge",
        action="store_true",
        help="also remove the rows of revisions whose files are gone",
    )
    add_database(parser)
    add_format(parser)
    parser.set_defaults(run=stamp)


def stamp(project: Project, args: argparse.Namespace) -> int:
    """Change an app's rows in the history."""
    ghosts = [each for each in project.ghosts(args.database, args.app) if each.key.app == args.app]
    if ghosts and not args.purge:
        raise Refused(few_lines(ghosts), "Give --purge to remove these rows as well.")
    plans = project.stamps(args.database, args.app, args.targets)
    _purge(project, args, ghosts)
    for plan in plans:
        loudness = 0 if args.format == "json" else args.verbosity
        with Watcher(len(plan.steps), loudness) as watcher:
            migrate(project, plan, Run(args.database, args.verbosity), watcher)
    if not any(plans) and not ghosts:
        tell(args, "- Nothing to stamp.")
    marked = [
        (str(step.key), step.direction == "forwards") for plan in plans for step in plan.steps
    ]
    removed = [(str(each.key), False) for each in ghosts]
    tell_json(args, [{"revision": name, "applied": now} for name, now in [*removed, *marked]])
    return 0


def _purge(project: Project, args: argparse.Namespace, ghosts: list[Ghost]) -> None:
    if ghosts:
        project.forget(args.database, [each.key for each in ghosts])
        for ghost in ghosts:
            tell(args, f" - Deleted ghost migration {ghost.key}.")
