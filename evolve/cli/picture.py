"""`evolve graph`: a picture of the graph, for the terminal, Mermaid, Graphviz or a browser."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from evolve.cli.columns import drawn
from evolve.cli.databases import add_database
from evolve.cli.places import seen
from evolve.errors import Refused
from evolve.project import Project
from evolve.revisions.files import message_of
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key

_FORMATS = ("text", "mermaid", "dot", "svg", "json")


def add_graph(commands: Any) -> None:
    """Add the parser of `graph`."""
    parser = commands.add_parser(
        "graph",
        help="draw the revisions and what they wait for",
        description="Draw the revisions and what they wait for: (*) and filled are applied. svg "
        "needs Graphviz.",
    )
    parser.add_argument("apps", metavar="APP", nargs="*", help="labels of apps; without any, all")
    parser.add_argument("--format", choices=_FORMATS, default="text")
    add_database(parser)
    parser.set_defaults(run=draw)


def draw(project: Project, args: argparse.Namespace) -> int:
    """Print the picture."""
    for app in args.apps:
        project.config(app)
    graph, applied = seen(project, args)
    keys = [key for app in args.apps or graph.apps for key in graph.of(app)]
    picture = {"text": _text, "mermaid": _mermaid, "dot": _dot, "svg": _svg, "json": _json}
    print(picture[args.format](graph, keys, applied))
    return 2 if graph.faults else 0


def _edges(graph: Graph, keys: Sequence[Key]) -> list[tuple[Key, Key, bool]]:
    """Return each edge within `keys`: what is required, what requires it, whether it is lineage."""
    own = set(keys)
    return [
        (required, key, required in graph.parents(key))
        for key in keys
        for required in graph.requirements(key)
        if required in own
    ]


def _text(graph: Graph, keys: Sequence[Key], applied: frozenset[Key]) -> str:
    """Draw each app's lineage in columns."""
    lines: list[str] = []
    for app in dict.fromkeys(key.app for key in keys):
        lines += ["", f" {app}"] if lines else [f" {app}"]
        for key, cells, notes in drawn(graph, app):
            lines.append(f"  {cells}  {_sign(key, applied)} {key.name}{notes}")
    return "\n".join(lines)


def _sign(key: Key, applied: frozenset[Key]) -> str:
    sign = f"({'*' if key in applied else ' '})"
    if not sys.stdout.isatty():
        return sign
    return f"\033[32m{sign}\033[0m" if key in applied else f"\033[33m{sign}\033[0m"


def _node(key: Key) -> str:
    return "".join(each if each.isalnum() else "_" for each in str(key))


def _mermaid(graph: Graph, keys: Sequence[Key], applied: frozenset[Key]) -> str:
    lines = ["flowchart TD"]
    for app in dict.fromkeys(key.app for key in keys):
        lines.append(f"  subgraph {app}")
        for key in (key for key in keys if key.app == app):
            lines.append(f'    {_node(key)}["{key.name}"]:::{_state(key, applied)}')
        lines.append("  end")
    for required, key, lineage in _edges(graph, keys):
        lines.append(f"  {_node(required)} {'-->' if lineage else '-.->'} {_node(key)}")
    lines += [
        "  classDef applied fill:#cfc,stroke:#393",
        "  classDef pending fill:#ffc,stroke:#993",
    ]
    return "\n".join(lines)


def _state(key: Key, applied: frozenset[Key]) -> str:
    return "applied" if key in applied else "pending"


def _dot(graph: Graph, keys: Sequence[Key], applied: frozenset[Key]) -> str:
    lines = ["digraph revisions {", "  node [shape=box, style=filled];"]
    for app in dict.fromkeys(key.app for key in keys):
        lines.append(f'  subgraph "cluster_{app}" {{ label="{app}";')
        for key in (key for key in keys if key.app == app):
            colour = "#ccffcc" if key in applied else "#ffffcc"
            lines.append(f'    "{key}" [label="{key.name}", fillcolor="{colour}"];')
        lines.append("  }")
    for required, key, lineage in _edges(graph, keys):
        style = "" if lineage else " [style=dashed]"
        lines.append(f'  "{required}" -> "{key}"{style};')
    return "\n".join([*lines, "}"])


def _svg(graph: Graph, keys: Sequence[Key], applied: frozenset[Key]) -> str:
    if not shutil.which("dot"):
        raise Refused("Graphviz is not installed: there is no `dot`.", "Use --format mermaid.")
    source = _dot(graph, keys, applied)
    done = subprocess.run(
        ["dot", "-Tsvg"], input=source, capture_output=True, text=True, check=True
    )
    return done.stdout.rstrip()


def _json(graph: Graph, keys: Sequence[Key], applied: frozenset[Key]) -> str:
    nodes = [
        {"key": str(key), "message": message_of(graph[key]), "applied": key in applied}
        for key in keys
    ]
    edges = [
        {"from": str(required), "to": str(key), "lineage": lineage}
        for required, key, lineage in _edges(graph, keys)
    ]
    return json.dumps({"revisions": nodes, "edges": edges}, indent=2)
