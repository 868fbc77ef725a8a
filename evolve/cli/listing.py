"""`evolve list` and `evolve journal`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from evolve.cli.columns import drawn
from evolve.cli.databases import add_database
from evolve.cli.places import add_format, give, seen
from evolve.history.ghosts import Ghost
from evolve.history.journal import Entry
from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key


def add_list(commands: Any) -> None:
    """Add the parser of `list`."""
    parser = commands.add_parser(
        "list",
        help="show each app's revisions, with (*) before what is applied",
        description="Show each app's revisions in graph order: (*) applied, ( ) not applied, "
        "(-) applied, with nothing to do here by the routers, (?) applied here, but its file is "
        "gone.",
    )
    parser.add_argument("apps", metavar="APP", nargs="*", help="labels of apps; without any, all")
    parser.add_argument("--changes", action="store_true", help="show their operations as well")
    add_database(parser)
    add_format(parser)
    parser.set_defaults(run=lambda project, args: show_list(project, args, args.apps))


def add_journal(commands: Any) -> None:
    """Add the parser of `journal`."""
    parser = commands.add_parser(
        "journal",
        help="show every run of every revision on a database",
        description="Show every run of every revision on a database, oldest first: when, for how "
        "long, which way, how it ended, and by whom. What another tool applied is not in it.",
    )
    parser.add_argument("app", metavar="APP", nargs="?", help="label of an app; without it, all")
    add_database(parser)
    add_format(parser)
    parser.set_defaults(run=show_journal)


def show_list(project: Project, args: argparse.Namespace, apps: Sequence[str]) -> int:
    """Print the revisions of `apps`, or of all."""
    for app in apps:
        project.config(app)
    rows = project.markers(args.database).applied()
    graph, applied = seen(project, args)
    # What is no graph has no ghosts: nobody knows which file stands for what.
    ghosts = {} if graph.faults else {each.key: each for each in project.ghosts(args.database)}
    listed = {app: _entries(app, graph, applied, rows, ghosts) for app in apps or graph.apps}
    for app, entries in listed.items():
        for entry in entries:
            key = Key(app, entry["name"])
            entry["idle"] = key in graph and project.idle(graph[key], args.database)

    def text() -> None:
        for app, entries in listed.items():
            print(f"\n {app}")
            _print_app(project, args, graph, app, entries)
        print()

    found = [{"app": app, "revisions": each} for app, each in listed.items()]
    return give(args, found, text, graph)


def _print_app(
    project: Project,
    args: argparse.Namespace,
    graph: Graph,
    app: str,
    entries: Sequence[Mapping[str, Any]],
) -> None:
    """Print an app's revisions; in columns where they are more than one line."""
    drawing = {key.name: each for key, *each in drawn(graph, app)} if graph.branched(app) else {}
    width = max((len(cells) for cells, _ in drawing.values()), default=-1) + 1
    for entry in entries:
        cells, notes = drawing.get(entry["name"], ("", ""))
        print(f"  ({_sign(entry)}) {cells:{width}}{entry['name']}{notes}{_note(entry)}")
        if args.changes and entry["file"]:
            _print_changes(project, graph, Key(app, entry["name"]))
    if not entries:
        print("  (no revisions)")


def _entries(
    app: str,
    graph: Graph,
    applied: frozenset[Key],
    rows: Mapping[Key, datetime],
    ghosts: Mapping[Key, Ghost],
) -> list[dict[str, Any]]:
    """Return the app's revisions in graph order, then the rows whose file is gone."""
    gone = [key for key in ghosts if key.app == app and key not in graph]
    return [
        {
            "name": key.name,
            "id": graph[key].id if key in graph else None,
            "applied": key in applied or key in rows,
            "applied_at": rows[key].isoformat() if key in rows else None,
            "file": key in graph,
            "replaced_by": _replaced_by(ghosts.get(key)),
        }
        for key in (*graph.of(app), *gone)
    ]


def _replaced_by(ghost: Ghost | None) -> str | None:
    return ghost.replaced_by.name if ghost and ghost.replaced_by else None


def _sign(entry: Mapping[str, Any]) -> str:
    if not entry["file"] or entry["replaced_by"]:
        return "?"
    if entry["applied"] and entry["idle"]:
        return "-"
    return "*" if entry["applied"] else " "


def _note(entry: Mapping[str, Any]) -> str:
    if entry["replaced_by"] == entry["name"]:
        return "  (applied here as it was before its file was written anew)"
    if entry["replaced_by"]:
        return f"  (applied here, replaced by {entry['replaced_by']})"
    if not entry["file"]:
        return f"  (applied here {entry['applied_at'][:19].replace('T', ' ')}, its file is gone)"
    return ""


def _print_changes(project: Project, graph: Graph, key: Key) -> None:
    for words in project.facts.words(graph[key], "forwards"):
        print(f"        - {words}")


def show_journal(project: Project, args: argparse.Namespace) -> int:
    """Print the journal of a database."""
    if args.app:
        project.config(args.app)
    entries = project.journal(args.database).entries(args.app)
    if args.format == "json":
        print(json.dumps([asdict(each) for each in entries], indent=2, default=str))
        return 0
    for entry in entries:
        print(_entry_line(entry))
        if entry.error:
            print(f"      {entry.error.splitlines()[0]}")
    if not entries:
        print("The journal is empty.")
    return 0


def _entry_line(entry: Entry) -> str:
    sign = ">" if entry.direction == "forwards" else "<"
    took = f" {(entry.ended - entry.started).total_seconds():.3f} s" if entry.ended else ""
    by = "@".join(filter(None, [entry.username, entry.host]))
    when = f"{entry.started:%Y-%m-%d %H:%M:%S}"
    id_ = "" if entry.revision == entry.name else f" {entry.revision}"
    return f"{when} {sign} {entry.key}{id_} {entry.outcome}{took}  {by}".rstrip()
