"""`evolve squash`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from evolve.authoring.squash import Squashed, squashed, write_all
from evolve.cli.answers import add_answers, answers_of, questioner
from evolve.cli.find import command
from evolve.cli.places import add_installed, add_print_only, check_writable, one
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key


def add_squash(commands: Any) -> None:
    """Add the parser of `squash`."""
    parser = commands.add_parser(
        "squash",
        help="make one revision of many, for databases to come",
        description="Make one revision of many, from what they froze. A database on which none of "
        "them is applied runs the new one; one that has them all goes on as it is. A data "
        "migration that says `elidable = True` is left out; others stay, between two squashes.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument(
        "range", metavar="[FROM:]TO", help="the last to replace, and the first; else from the base"
    )
    parser.add_argument(
        "--name", metavar="SLUG", default="", help="slug of the file name, instead of a made one"
    )
    add_print_only(parser)
    add_installed(parser)
    add_answers(parser, renames=False)
    parser.set_defaults(run=squash)


def squash(project: Project, args: argparse.Namespace) -> int:
    """Write what replaces a range of revisions."""
    check_writable(project, args)
    graph = project.graph()
    first, _, last = args.range.rpartition(":")
    end = _one(project, graph, args.app, last)
    start = _one(project, graph, args.app, first) if first not in ("", "base", "zero") else None
    answers = answers_of(args)
    ask = questioner(args, answers)
    made = answers.settled(lambda: squashed(project, args.app, start, end, ask, args.name))
    if args.print_only:
        sys.stdout.write("\n".join(each.new.text for each in made.squashes))
        return 0
    write_all(made.squashes)
    _say(args.app, made)
    return 0


def _one(project: Project, graph: Graph, app: str, text: str) -> Key:
    return one(graph, project.targets(graph, app, text), text)


def _say(app: str, made: Squashed) -> None:
    for each in made.squashes:
        print(f"Created {each.new.path.name}, which replaces")
        for key in each.replaced:
            print(f" - {key.name}{' (its rows: left out)' if key in each.left_out else ''}")
    for key, why in made.staying.items():
        print(f" = {key.name} stays: it {why}.")
    print(
        f"Keep the replaced files until every database has them all: `{command()} check {app}` "
        "says when they can go."
    )
