"""`evolve history`, `current`, `heads`, `branches`, `show` and `edit`."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evolve.authoring.head_file import refresh
from evolve.cli.ask import say
from evolve.cli.databases import add_database
from evolve.cli.places import TARGET, add_format, apps_of, give, one, seen, split
from evolve.errors import Refused
from evolve.project import Project
from evolve.revisions.files import message_of
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key

_COMMANDS = (
    ("history", "show an app's revisions, the newest first"),
    ("current", "show the last revisions that are applied"),
    ("heads", "show the revisions that nothing revises"),
    ("branches", "show where an app's lineage parts"),
)


def add_history(commands: Any) -> None:
    """Add the parsers of the commands that show revisions."""
    for name, text in _COMMANDS:
        parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        parser.add_argument(
            "app", metavar="APP", nargs="?", help="label of an app; without it, all"
        )
        if name == "history":
            parser.add_argument("-r", "--range", metavar="FROM:TO", help="from one to another")
            parser.add_argument(
                "-i",
                "--indicate-current",
                action="store_true",
                help="mark the revisions that are applied",
            )
        if name == "heads":
            parser.add_argument(
                "--write", action="store_true", help="write the head files anew (migrations/HEAD)"
            )
        add_database(parser)
        add_format(parser)
        parser.set_defaults(run=_RUN[name])
    for name, text, run in (
        ("show", "show one revision with its place in the graph", show),
        ("edit", "open a revision's file in $VISUAL or $EDITOR", edit),
    ):
        parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        parser.add_argument("app", metavar="APP[:TARGET]", help="label of the app")
        parser.add_argument("target", metavar="TARGET", nargs="?", help=TARGET)
        add_database(parser)
        if name == "show":
            add_format(parser)
        parser.set_defaults(run=run)


def history(project: Project, args: argparse.Namespace) -> int:
    """Print the revisions of a range, the newest first."""
    graph, applied = seen(project, args)
    found: list[dict[str, Any]] = []
    for app in apps_of(project, graph, args):
        keys = _ranged(project, graph, app, args.range, applied)
        found += [_entry(graph, key, applied) for key in reversed(graph.order(keys))]

    def text() -> None:
        for entry in found:
            mark = _mark(entry) if args.indicate_current else ""
            print(f"{mark}{_line(entry)}")
            for line in _details(entry) if args.verbosity > 1 else ():
                print(f"    {line}")

    return give(args, found, text, graph)


def _ranged(
    project: Project, graph: Graph, app: str, text: str | None, applied: frozenset[Key]
) -> Iterable[Key]:
    """Return an app's revisions from FROM to TO, both included."""
    keys = frozenset(graph.of(app))
    if not text:
        return keys
    start, colon, end = text.partition(":")
    if not colon:
        raise Refused(
            f"-r {text}: there is no ':' in it.", "Write -r FROM:TO; either may be empty."
        )
    if end:
        ends = [target.key for target in project.targets(graph, app, end, applied) if target.key]
        keys &= frozenset().union(*(graph.lineage(key) for key in ends))
    if start and start not in ("base", "zero"):
        first = one(graph, project.targets(graph, app, start, applied), start)
        if end and first not in keys:
            raise Refused(f"{first} does not come before {end}.")
        keys &= graph.descendants([first])
    return keys


def current(project: Project, args: argparse.Namespace) -> int:
    """Print the last applied revisions of each app."""
    graph, applied = seen(project, args)
    keys = [key for app in apps_of(project, graph, args) for key in graph.current(app, applied)]
    return _listed(args, graph, keys, applied)


def heads(project: Project, args: argparse.Namespace) -> int:
    """Print the heads of each app."""
    graph, applied = seen(project, args)
    apps = apps_of(project, graph, args)
    for app in apps if args.write else ():
        refresh(project.config(app))
    keys = [key for app in apps for key in graph.heads(app)]
    return _listed(args, graph, keys, applied)


def branches(project: Project, args: argparse.Namespace) -> int:
    """Print the branch points of each app, with what follows them."""
    graph, applied = seen(project, args)
    apps = apps_of(project, graph, args)
    keys = [key for app in apps for key in graph.of(app) if len(graph.children(key)) > 1]
    return _listed(args, graph, keys, applied)


_RUN = {"history": history, "current": current, "heads": heads, "branches": branches}


def _listed(
    args: argparse.Namespace, graph: Graph, keys: Iterable[Key], applied: frozenset[Key]
) -> int:
    found = [_entry(graph, key, applied) for key in keys]

    def text() -> None:
        for entry in found:
            print(_line(entry))
            for child in entry["children"] if len(entry["children"]) > 1 else ():
                print(f"    -> {child}")

    return give(args, found, text, graph)


def show(project: Project, args: argparse.Namespace) -> int:
    """Print one revision."""
    split(args)
    graph, applied = seen(project, args)
    project.config(args.app)
    key = one(graph, project.targets(graph, args.app, args.target, applied), args.target or "head")
    entry = _entry(graph, key, applied)

    def text() -> None:
        print(f"Revision: {key} ({entry['id']})")
        for line in _details(entry):
            print(line)
        print(f"Applied on {args.database}: {'yes' if entry['applied'] else 'no'}")
        print(f"\n{entry['message']}")

    return give(args, entry, text, graph)


def edit(project: Project, args: argparse.Namespace) -> int:
    """Open a revision's file in an editor, and read it again afterwards."""
    split(args)
    graph, applied = seen(project, args)
    key = one(graph, project.targets(graph, args.app, args.target, applied), args.target or "head")
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise Refused("Neither $VISUAL nor $EDITOR is set.", f"The file is {graph[key].path}.")
    try:
        code = subprocess.call([*shlex.split(editor), graph[key].path])
    except OSError as error:
        raise Refused(f"The editor '{editor}' cannot be run: {error.strerror}.") from error
    faults = Project().visible().faults
    say(*(f" ! {line}" for fault in faults for line in fault.splitlines()))
    return code or (1 if faults else 0)


def _entry(graph: Graph, key: Key, applied: frozenset[Key]) -> dict[str, Any]:
    revision = graph[key]
    parents = graph.parents(key)
    return {
        "app": key.app,
        "name": key.name,
        "id": revision.id,
        "message": message_of(revision),
        "base": not revision.down,
        "parents": [each.name for each in parents],
        "children": [each.name for each in graph.children(key)],
        "depends_on": [str(each) for each in graph.requirements(key) if each not in parents],
        "dependents": [str(each) for each in graph.dependents(key) if each.app != key.app],
        "replaces": [str(each) for each in revision.replaced],
        "labels": list(revision.branch_labels),
        "notes": _notes(graph, key),
        "applied": key in applied,
        "path": str(Path(revision.path)),
    }


def _details(entry: dict[str, Any]) -> list[str]:
    """Return what there is to say of a revision beside its line."""
    names = ("parents", "children", "depends_on", "dependents", "replaces", "labels", "notes")
    said = [
        f"{name.capitalize().replace('_', ' ')}: {', '.join(entry[name])}"
        for name in names
        if entry[name]
    ]
    return [*said, f"Path: {entry['path']}"]


def _notes(graph: Graph, key: Key) -> list[str]:
    children = len(graph.children(key))
    notes = {
        "head": not children,
        "branch point": children > 1,
        "squash": bool(graph[key].replaces),
        "merge": len(graph.parents(key)) > 1,
    }
    return [note for note, holds in notes.items() if holds]


def _line(entry: dict[str, Any]) -> str:
    parents = ", ".join(entry["parents"]) or ("<base>" if entry["base"] else "?")
    notes = "".join(f" ({each})" for each in [*entry["labels"], *entry["notes"]])
    return f"{parents} -> {entry['app']}:{entry['name']}{notes}, {entry['message']}"


def _mark(entry: dict[str, Any]) -> str:
    return "(*) " if entry["applied"] else "( ) "
