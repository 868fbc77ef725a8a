"""`evolve list`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from evolve.project import Project
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key


def add_list(commands: Any) -> None:
    """Add the parser of `list`."""
    parser = commands.add_parser(
        "list",
        help="show each app's revisions, with (*) before what is applied",
        description="Show each app's revisions in graph order: (*) applied, ( ) not applied, "
        "(?) applied here, but its file is gone.",
    )
    parser.add_argument("apps", metavar="APP", nargs="*", help="labels of apps; without any, all")
    parser.add_argument(
        "--database", metavar="ALIAS", default="default", help="Django's name of it"
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.set_defaults(run=lambda project, args: show_list(project, args, args.apps))


def show_list(project: Project, args: argparse.Namespace, apps: Sequence[str]) -> int:
    """Print the revisions of `apps`, or of all."""
    for app in apps:
        project.config(app)
    rows = project.markers(args.database).applied()
    graph = project.graph(rows)
    applied = project.applied(graph, rows)
    listed = {app: _entries(app, graph, applied, rows) for app in apps or graph.apps}
    if getattr(args, "format", "text") == "json":
        print(
            json.dumps([{"app": app, "revisions": each} for app, each in listed.items()], indent=2)
        )
        return 0
    for app, entries in listed.items():
        print(f"\n {app}")
        for entry in entries:
            print(f"  ({_sign(entry)}) {entry['name']}")
        if not entries:
            print("  (no revisions)")
    print()
    return 0


def _entries(
    app: str, graph: Graph, applied: frozenset[Key], rows: Mapping[Key, datetime]
) -> list[dict[str, Any]]:
    """Return the app's revisions in graph order, then the rows whose file is gone."""
    replaced = {each for key in graph.of(app) for each in graph[key].replaces}
    gone = sorted(
        key for key in rows if key.app == app and key not in graph and str(key) not in replaced
    )
    return [
        {
            "name": key.name,
            "id": graph[key].id if key in graph else None,
            "applied": key in applied or key in rows,
            "applied_at": rows[key].isoformat() if key in rows else None,
            "file": key in graph,
        }
        for key in (*graph.of(app), *gone)
    ]


def _sign(entry: Mapping[str, Any]) -> str:
    if not entry["file"]:
        return "?"
    return "*" if entry["applied"] else " "
