"""Targets: what a user types after an app, resolved in the graph."""

from __future__ import annotations

from dataclasses import dataclass

from evolve.errors import Refused, UnknownName
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key

RESERVED = frozenset({"head", "heads", "base", "zero", "current"})


@dataclass(frozen=True, slots=True)
class Target:
    """A place in an app's lineage; `key` None is before its first revision.

    `soft` is what was typed, where it was matched to a name that is not the same.
    """

    app: str
    key: Key | None
    soft: str = ""


def resolve(graph: Graph, app: str, text: str | None) -> tuple[Target, ...]:
    """Return what `text` names: a name, prefix, number or id; head (None), heads, zero or base.

    Raises UnknownName for an app or a revision that is not there, and Refused where one head is
    asked for and there are more.
    """
    if app not in graph.apps:
        raise UnknownName.among("app with revisions", app, graph.apps)
    if text in ("zero", "base"):
        return (Target(app, None),)
    if text == "heads":
        return tuple(Target(app, key) for key in graph.heads(app))
    if text in (None, "head"):
        return (Target(app, _head(graph, app)),)
    key = _found(graph, app, str(text))
    return (Target(app, key, "" if key.name == text else str(text)),)


def _head(graph: Graph, app: str) -> Key:
    heads = graph.heads(app)
    if len(heads) > 1:
        raise Refused(
            f"The app '{app}' has more than one head: {', '.join(key.name for key in heads)}.",
            "Name one of them, or `heads` for all.",
        )
    return heads[0]


def _found(graph: Graph, app: str, text: str) -> Key:
    """Find by name or id first; then a number counts as one, "1" for 0001."""
    if text.isdecimal():
        numbered = [key for key in graph.of(app) if graph[key].number == int(text)]
        if len(numbered) == 1:
            return numbered[0]
        if numbered and not any(key.name.startswith(text) for key in graph.of(app)):
            names = ", ".join(key.name for key in numbered)
            raise UnknownName(
                f"The number {text} is ambiguous in the app '{app}': {names}.", "Give the name."
            )
    return graph.find(app, text)
