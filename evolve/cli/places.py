"""Where in the graph a command is about: the arguments APP and TARGET."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from evolve.adopting import check_own
from evolve.cli.ask import say
from evolve.errors import Refused
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key
from evolve.revisions.targets import Target

TARGET = (
    "name, unique prefix, number or id of a revision; head, heads, base or zero, current; one of "
    "these with +N or -N; +N or -N from where the app is now; LABEL@ or REVISION@ before it names "
    "a branch"
)


def add_format(parser: Any) -> None:
    """Add --format."""
    parser.add_argument("--format", choices=["text", "json"], default="text")


def add_print_only(parser: Any) -> None:
    """Add --stdout; call_command has an option of that name itself, so that its own is another."""
    parser.add_argument(
        "--stdout", action="store_true", dest="print_only", help="print the text and write nothing"
    )


def add_installed(parser: Any) -> None:
    """Add --into-installed, which `check_writable` asks for."""
    parser.add_argument(
        "--into-installed",
        action="store_true",
        help="write although the app's revisions are in an installed package, whose next update "
        "would lose it",
    )


def check_writable(project: Project, args: argparse.Namespace, app: str = "") -> None:
    """Raise Refused where an app's revisions, APP's else, are in an installed package.

    What is printed and not written is no matter. Raises UnknownName where there is no such app.
    """
    config = project.config(app or args.app)
    shown = getattr(args, "print_only", False) or getattr(args, "dry_run", False)
    if not (shown or args.into_installed):
        check_own(config)


def tell(args: argparse.Namespace, *lines: str) -> None:
    """Print lines for people; none where JSON was asked for."""
    for line in lines if args.format != "json" else ():
        print(line)


def tell_json(args: argparse.Namespace, found: Any) -> None:
    """Print what a script reads, where JSON was asked for."""
    if args.format == "json":
        print(json.dumps(found, indent=2, default=str))


def split(args: argparse.Namespace) -> None:
    """Let APP:TARGET be the same as APP TARGET. Raises Refused for a target that is empty.

    It is where a script's variable is not set; the last revision is not what was meant.
    """
    app, colon, target = (args.app or "").partition(":")
    if colon and getattr(args, "target", None) is None:
        args.app, args.target = app, target
    if getattr(args, "target", None) == "":
        raise Refused("The target is empty.", "Name a revision, or leave it out. Nothing was done.")


def one(graph: Graph, targets: tuple[Target, ...], text: str) -> Key:
    """Return the one revision that a target names. Raises Refused for none or several."""
    if len(targets) == 1 and targets[0].key is None:
        raise Refused(f"'{text}' is before the first revision.", "Name one.")
    if len(targets) != 1 or targets[0].key is None:
        raise Refused(f"'{text}' is not one revision.", "Name one.")
    return targets[0].key


def seen(project: Project, args: argparse.Namespace) -> tuple[Graph, frozenset[Key]]:
    """Return the graph as far as it can be shown, and what of it is applied; say its faults."""
    rows = project.markers(args.database).applied()
    graph = project.visible(rows)
    known = project.applied(graph, rows) if not graph.faults else rows.keys() & set(graph)
    say(*(f" ! {line}" for fault in graph.faults for line in fault.splitlines()))
    return graph, frozenset(known)


def apps_of(project: Project, graph: Graph, args: argparse.Namespace) -> list[str]:
    """Return the app that was named, or all that have revisions."""
    if args.app:
        project.config(args.app)
        return [args.app]
    return list(graph.apps)


def give(args: argparse.Namespace, found: Any, text: Callable[[], None], graph: Graph) -> int:
    """Print what was found as JSON or as text. Return the exit code: 2 for a broken graph."""
    if getattr(args, "format", "text") == "json":
        print(json.dumps(found, indent=2, default=str))
    else:
        text()
    return 2 if graph.faults else 0
