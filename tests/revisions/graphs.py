"""Graphs for tests, written as "name < parents ; dependencies"."""

from __future__ import annotations

from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision


def key(text: str) -> Key:
    """`"shop:b"` -> its key."""
    app, _, name = text.rpartition(":")
    return Key(app or "a", name)


def revision(line: str) -> Revision:
    """`"shop:b < a ; other:x"` -> b of shop, which revises a and depends on x of other."""
    head, _, depends = line.partition(";")
    name, _, down = head.partition("<")
    own = key(name.strip())
    return Revision(
        own.app, own.name, own.name, tuple(down.split()), tuple(depends.split()), path=f"{own}.py"
    )


def graph(*lines: str) -> Graph:
    """Return the graph of the lines."""
    return Graph(map(revision, lines))


def names(keys) -> str:
    """Return the names of keys of the app `a`, those of others with their app."""
    return " ".join(each.name if each.app == "a" else str(each) for each in keys)
