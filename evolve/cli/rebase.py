"""`evolve rebase`."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from typing import Any

from evolve.authoring.rebase import Rebase, finish, prepared, put, rebased
from evolve.authoring.rollback import Rollbacks, located
from evolve.autodiff.questions import Answers
from evolve.cli.anew import (
    add_anew_options,
    check_rollbacks,
    reapply,
    roll_all_back,
    show_rollbacks,
)
from evolve.cli.ask import Prompts, at_terminal
from evolve.cli.find import command
from evolve.cli.places import (
    TARGET,
    add_format,
    add_installed,
    check_writable,
    one,
    tell,
    tell_json,
)
from evolve.errors import Refused
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key


def add_rebase(commands: Any) -> None:
    """Add the parser of `rebase`."""
    parser = commands.add_parser(
        "rebase",
        help="put a branch on top of another head",
        description="Put a branch on top of another head: it is rolled back where it is applied, "
        "and its files get other parents, numbers and frozen models. Code that was written by hand "
        "stays as it is.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument(
        "branch",
        metavar="BRANCH",
        nargs="?",
        help="the head to move; else the one that is not onto",
    )
    parser.add_argument("--onto", metavar="REVISION", help=f"where to put it: {TARGET}")
    parser.add_argument(
        "--ours",
        action="append",
        default=[],
        metavar="Model.field",
        help="where both changed it: what the branch says holds",
    )
    parser.add_argument(
        "--continue",
        dest="finish",
        action="store_true",
        help="finish a rebase that was cut off while it wrote its files",
    )
    add_installed(parser)
    add_anew_options(parser)
    add_format(parser)
    parser.set_defaults(run=rebase)


def rebase(project: Project, args: argparse.Namespace) -> int:
    """Move a branch. First all checks and questions, then all changes."""
    check_writable(project, args)
    if args.finish:
        names = finish(project, args.app)
        tell(args, f"Finished the rebase of '{args.app}': {', '.join(names)}.")
        tell_json(args, {"written": names})
        return 0
    # What is for people goes to stderr where a script reads stdout.
    with redirect_stdout(sys.stderr if args.format == "json" else sys.stdout):
        found = _rebase(project, args)
    moved = [{"old": each.old.name, "new": each.name} for each in found.moved]
    tell_json(args, {"onto": found.onto.name, "moved": moved, "written": not args.dry_run})
    return 0


def _rebase(project: Project, args: argparse.Namespace) -> Rebase:
    project.config(args.app)
    branch, onto = _ends(project, args)
    found = rebased(project, args.app, branch, onto, dict.fromkeys(args.ours, "ours"))
    rollbacks = located(project, found.keys, found.parent, args.skip_unreachable)
    if args.dry_run:
        show_rollbacks(rollbacks)
        _say(found, "would become")
        print("Nothing was touched.")
        return found
    check_rollbacks(rollbacks, args)
    _carry_out(project, found, rollbacks, args)
    return found


def _ends(project: Project, args: argparse.Namespace) -> tuple[Key, Key]:
    """Return the branch to move and where to put it. Raises Refused where that is not clear."""
    graph = project.graph()
    heads = list(graph.heads(args.app)) if args.app in graph.apps else []
    onto = _named(project, graph, args.app, args.onto)
    branch = _named(project, graph, args.app, args.branch)
    if branch is None and onto is None:
        onto = _asked(args, heads)
    left = [key for key in heads if key not in (branch, onto)]
    if branch is None and len(left) == 1:
        branch = left[0]
    if onto is None and len(left) == 1:
        onto = left[0]
    if branch is None or onto is None:
        names = ", ".join(key.name for key in heads)
        raise Refused(
            f"It is not clear what goes where; the heads of '{args.app}' are: {names or 'none'}.",
            f"Name both: `evolve rebase {args.app} BRANCH --onto REVISION`.",
        )
    return branch, onto


def _named(project: Project, graph: Graph, app: str, text: str | None) -> Key | None:
    return one(graph, project.targets(graph, app, text), text) if text else None


def _asked(args: argparse.Namespace, heads: list[Key]) -> Key | None:
    if len(heads) != 2 or not args.interactive or not at_terminal():
        return None
    for key in heads:
        if Prompts(Answers()).confirm(f"Does {key.name} stay, and the other go on top of it?"):
            return key
    return None


def _carry_out(
    project: Project, found: Rebase, rollbacks: Rollbacks, args: argparse.Namespace
) -> None:
    replacements = prepared(found)
    try:
        roll_all_back(project, rollbacks, args)
        put(project, found, replacements)
    finally:
        for replacement in replacements:
            replacement.drop()
    _say(found, "is now")
    print(f"You can now apply this migration with: {command()} migrate {args.app}")
    reapply(rollbacks, args)


def _say(found: Rebase, becomes: str) -> None:
    print(f"On top of {found.onto.name}:")
    for each in found.moved:
        print(f" {each.old.name}.py {becomes} {each.name}.py")
