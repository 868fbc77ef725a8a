"""Targets: what a user types after an app, resolved in the graph."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from evolve.errors import Refused, UnknownName
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key

_RELATIVE = re.compile(r"(?:current|(?=[+-]))(?P<steps>[+-]\d+)?")

RESERVED = frozenset({"head", "heads", "base", "zero", "current"})


@dataclass(frozen=True, slots=True)
class Target:
    """A place in an app's lineage; `key` None is before its first revision.

    `soft` is what was typed, where it was matched to a name that is not the same.
    """

    app: str
    key: Key | None
    soft: str = ""


def resolve(
    graph: Graph, app: str, text: str | None, applied: Collection[Key] = ()
) -> tuple[Target, ...]:
    """Return what `text` names: a name, prefix, number or id; head (None), heads, zero or base.

    Also `current`, the last of the app that is applied, and from there `current+N`, `current-N`,
    `+N` and `-N`, N steps along the lineage. Raises UnknownName for an app or a revision that is
    not there, and Refused where there is not exactly one place to go.
    """
    if app not in graph.apps:
        raise UnknownName.among("app with revisions", app, graph.apps)
    if text in ("zero", "base"):
        return (Target(app, None),)
    if text == "heads":
        return tuple(Target(app, key) for key in graph.heads(app))
    if text in (None, "head"):
        return (Target(app, _head(graph, app)),)
    if relative := _RELATIVE.fullmatch(str(text)):
        return (Target(app, _moved(graph, app, applied, int(relative["steps"] or 0))),)
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


def _moved(graph: Graph, app: str, applied: Collection[Key], steps: int) -> Key | None:
    """Return the revision `steps` after the app's current one; None before the first."""
    done = [key for key in graph.of(app) if key in applied]
    ends = [key for key in done if not any(each in applied for each in graph.children(key))]
    at: Key | None = _one(app, ends, "current revision") if ends else None
    for _ in range(abs(steps)):
        if steps < 0 and at is None:
            raise Refused(f"'{steps}' goes back beyond the first revision of the app '{app}'.")
        following = graph.children(at) if at else graph.bases(app)
        around = following if steps > 0 else graph.parents(at) if at else ()
        if not around and steps > 0:
            raise Refused(f"'+{steps}' goes beyond the head of the app '{app}'.")
        at = (
            _one(app, around, "way from " + at.name if at else "first revision") if around else None
        )
    return at


def _one(app: str, keys: Sequence[Key], what: str) -> Key:
    if len(keys) > 1:
        raise Refused(
            f"The app '{app}' has more than one {what}: {', '.join(key.name for key in keys)}.",
            "Name the revision to go to.",
        )
    return keys[0]


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
