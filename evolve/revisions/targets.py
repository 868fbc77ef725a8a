"""Targets: what a user types after an app, resolved in the graph.

    TARGET = [BRANCH "@"] PLACE        BRANCH = label | revision
    PLACE  = [WHERE] ("+" | "-") N | WHERE
    WHERE  = revision | label | "head" | "heads" | "base" | "zero" | "current"

A revision is a name, an id, a number, or a unique prefix of a name or of an id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from evolve.errors import Ambiguous, Refused, UnknownName, few
from evolve.revisions.graph import Graph
from evolve.revisions.references import SHORTEST_ID
from evolve.revisions.revision import RESERVED, Key, Revision

_RELATIVE = re.compile(r"(?P<where>.*?)(?P<steps>[+-]\d+)")


@dataclass(frozen=True, slots=True)
class Target:
    """A place in an app's lineage; `key` None is before its first revision.

    `soft` is what was typed, where it was matched to a name that is not the same. `within` are the
    revisions of the branch that was named: what goes back goes back among them alone, and what
    requires it; empty for all. `steps` is how far it is from where the app is now, where it was
    named so.
    """

    app: str
    key: Key | None
    soft: str = ""
    within: frozenset[Key] = frozenset()
    steps: int = field(default=0, compare=False)


def resolve(
    graph: Graph, app: str, text: str | None, applied: Collection[Key] = ()
) -> tuple[Target, ...]:
    """Return what `text` names: one target, but for `heads`; None is the head.

    `applied` says where `current` is. Raises UnknownName for an app, a revision or a label that is
    not there, with the nearest names, and Refused where there is not exactly one place.
    """
    if app not in graph.apps:
        raise UnknownName.among("app with revisions", app, graph.apps)
    branch, at, place = str(text or "head").rpartition("@")
    within = graph.line(_branch(graph, app, branch)) if at else frozenset(graph.of(app))
    line = _Line(graph, app, within, applied)
    steps = _steps(place)
    return tuple(
        Target(app, key, soft, within if at else frozenset(), steps)
        for key, soft in line.found(place)
    )


def replaced_target(
    revisions: Iterable[Revision], graph: Graph, app: str, text: str | None
) -> Key | None:
    """Return the revision that a target names where it is not in the graph: a squash replaces it.

    None where the target is in the graph, or means nothing that has a file. Raises Ambiguous.
    """
    place = str(text or "").rpartition("@")[2]
    relative = _RELATIVE.fullmatch(place)
    names = [place, relative["where"]] if relative else [place]
    own = [each for each in revisions if each.app == app]
    for name in filter(None, names):
        exact = [each.key for each in own if name in (each.name, each.id)]
        found = exact or [each.key for each in own if _is_meant(each, name)]
        if any(key in graph for key in found) or graph.labelled(app, name):
            return None
        if len(found) > 1:
            raise Ambiguous(
                f"'{name}' is ambiguous in the app '{app}': {few(key.name for key in found)}.",
                "Give more of the name, or the id.",
            )
        if found:
            return found[0]
    return None


def _is_meant(revision: Revision, text: str) -> bool:
    """Tell whether a number or the beginning of a name or an id means a revision."""
    if text.isdecimal() and revision.number == int(text):
        return True
    long_enough = len(text) >= SHORTEST_ID
    return revision.name.startswith(text) or (long_enough and revision.id.startswith(text))


def _steps(place: str) -> int:
    relative = _RELATIVE.fullmatch(place)
    return int(relative["steps"]) if relative and relative["where"] in ("", "current") else 0


def _branch(graph: Graph, app: str, text: str) -> Key:
    labelled = graph.labelled(app, text)
    if labelled:
        return labelled
    try:
        return _revision(graph, app, text, frozenset(graph.of(app)))
    except Ambiguous:
        raise
    except UnknownName as error:
        names = [*graph.labels(app), *(key.name for key in graph.of(app))]
        raise UnknownName.among(f"branch of '{app}' called", text, names) from error


class _Line:
    """The revisions among which a place is looked for: a branch, or all of an app."""

    def __init__(
        self, graph: Graph, app: str, within: frozenset[Key], applied: Collection[Key]
    ) -> None:
        self._graph = graph
        self._app = app
        self._within = within
        self._applied = applied

    def found(self, text: str) -> list[tuple[Key | None, str]]:
        """Return the keys that a place names, each with `text` where it is not its name."""
        if text == "heads":
            return [(key, "") for key in self._heads()]
        exact = Key(self._app, text) in self._within or self._graph.labelled(self._app, text)
        relative = None if exact else _RELATIVE.fullmatch(text)
        if relative:
            start = self._one_place(relative["where"] or "current", text)
            return [(self._moved(start, int(relative["steps"]), text), "")]
        key = self._one_place(text, text)
        named = text in RESERVED or key is None or text == key.name
        return [(key, "" if named else text)]

    def _one_place(self, where: str, text: str) -> Key | None:
        if where in ("zero", "base"):
            return None
        if where == "head":
            return self._one(self._heads(), "head", "Name one of them, or `heads` for all.")
        if where == "current":
            ends = self._current()
            what = "current revision"
            return self._one(ends, what, "Name the revision to go to.") if ends else None
        if where in RESERVED:
            raise Refused(f"'{where}' cannot stand in '{text}'.", "Name one revision.")
        return _revision(self._graph, self._app, where, self._within)

    def _heads(self) -> list[Key]:
        return [key for key in self._graph.heads(self._app) if key in self._within]

    def _current(self) -> list[Key]:
        done = self._within & frozenset(self._applied)
        return list(self._graph.current(self._app, done))

    def _moved(self, at: Key | None, steps: int, text: str) -> Key | None:
        """Return the revision `steps` after a place; None before the first."""
        for _ in range(abs(steps)):
            if steps < 0 and at is None:
                raise Refused(f"'{text}' goes back beyond the first revision of '{self._app}'.")
            around = self._next(at) if steps > 0 else self._previous(at)
            if steps > 0 and not around:
                raise Refused(f"'{text}' goes beyond the head of the app '{self._app}'.")
            what = f"way from {at.name}" if at else "first revision"
            at = self._one(around, what, "Name the revision to go to.") if around else None
        return at

    def _next(self, at: Key | None) -> list[Key]:
        following = self._graph.children(at) if at else self._graph.bases(self._app)
        return [key for key in following if key in self._within]

    def _previous(self, at: Key | None) -> list[Key]:
        return [key for key in self._graph.parents(at) if key in self._within] if at else []

    def _one(self, keys: Sequence[Key], what: str, hint: str) -> Key:
        if len(keys) > 1:
            names = few(key.name for key in keys)
            raise Refused(f"The app '{self._app}' has more than one {what}: {names}.", hint)
        return keys[0]


def _revision(graph: Graph, app: str, text: str, within: frozenset[Key]) -> Key:
    """Find by name or id first; then a number counts as one, "1" for 0001."""
    if text.isdecimal():
        numbered = [key for key in graph.of(app) if graph[key].number == int(text)]
        among = [key for key in numbered if key in within]
        if len(among) == 1:
            return among[0]
        if numbered and not among:
            raise UnknownName(f"The number {text} is not on the branch that was named.")
        if among and not any(key.name.startswith(text) for key in within):
            names = few(key.name for key in among)
            raise Ambiguous(
                f"The number {text} is ambiguous in the app '{app}': {names}.", "Give the name."
            )
    return graph.find(app, text, within)
