"""`evolve merge`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from evolve.authoring.merge import merge_revision
from evolve.cli.answers import questioner
from evolve.cli.find import command
from evolve.cli.generate import show_created
from evolve.cli.places import (
    add_format,
    add_installed,
    add_print_only,
    check_writable,
    one,
    tell,
    tell_json,
)
from evolve.errors import Refused
from evolve.project import Project


def add_merge(commands: Any) -> None:
    """Add the parser of `merge`."""
    parser = commands.add_parser(
        "merge",
        help="make one head of several, by a three-way merge of the frozen models",
        description="Make one head of an app's several, by a three-way merge of the frozen models: "
        "field by field, index by index, option by option. What both sides changed differently is "
        "shown side by side, and nothing is written before every such thing is answered.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument(
        "revisions", metavar="REVISION", nargs="*", help="what to merge; without any, all heads"
    )
    for side in ("ours", "theirs"):
        parser.add_argument(
            f"--{side}",
            action="append",
            default=[],
            metavar="Model.field",
            help=f"take {'the first revision' if side == 'ours' else 'the other'}'s",
        )
    parser.add_argument("--name", metavar="SLUG", default="", help="slug of the file name")
    add_print_only(parser)
    add_installed(parser)
    add_format(parser)
    parser.set_defaults(run=merge)


def merge(project: Project, args: argparse.Namespace) -> int:
    """Write a merge revision."""
    check_writable(project, args)
    graph = project.graph()
    keys = [one(graph, project.targets(graph, args.app, each), each) for each in args.revisions]
    answers = {**dict.fromkeys(args.ours, "ours"), **dict.fromkeys(args.theirs, "theirs")}
    if len(set(keys)) < len(args.revisions) or len(keys) == 1:
        raise Refused("Two different revisions are needed for a merge.", "Nothing was written.")
    heads = keys or list(graph.heads(args.app))
    made = merge_revision(project, args.app, heads, answers, questioner(args), args.name)
    if args.print_only:
        sys.stdout.write(made.text)
        return 0
    written = made.write()
    if args.format == "text":
        show_created(made, written)
    tell(
        args,
        f"Merged {', '.join(key.name for key in heads)}.",
        f"Created {made.path.name}. You can now apply this migration with: "
        f"{command()} migrate {args.app}",
    )
    tell_json(args, {"created": str(made.path), "parents": [key.name for key in heads]})
    return 0
