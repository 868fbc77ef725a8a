"""Graphs for tests, written as "name [labels] < parents ; dependencies"."""

from __future__ import annotations

from hypothesis import strategies as st

from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision


def key(text: str) -> Key:
    """`"shop:b"` -> its key."""
    app, _, name = text.rpartition(":")
    return Key(app or "a", name)


def revision(line: str) -> Revision:
    """`"shop:b [l] < a ; other:x"` -> b of shop, labelled l, revises a and depends on other's x."""
    head, _, depends = line.partition(";")
    named, _, down = head.partition("<")
    name, _, labels = named.partition("[")
    own = key(name.strip())
    return Revision(
        own.app,
        own.name,
        own.name,
        tuple(down.split()),
        tuple(depends.split()),
        branch_labels=tuple(labels.strip(" ]").split()),
        path=f"{own}.py",
    )


def graph(*lines: str) -> Graph:
    """Return the graph of the lines."""
    return Graph(map(revision, lines))


def names(keys) -> str:
    """Return the names of keys of the app `a`, those of others with their app."""
    return " ".join(each.name if each.app == "a" else str(each) for each in keys)


@st.composite
def graphs(draw, largest=14, branches=True, within=False, django=False):
    """Random graphs of three apps: branches and merges if wanted, dependencies between apps.

    With `within` there are dependencies within apps as well; with `django` all are Django-format.
    """
    revisions: list[Revision] = []
    for number in range(draw(st.integers(1, largest))):
        app = draw(st.sampled_from("abc"))
        own = [each.name for each in revisions if each.app == app]
        others = [str(each) for each in revisions if within or each.app != app]
        down = draw(st.lists(st.sampled_from(own), max_size=2, unique=True)) if own else []
        down = down if branches else own[-1:]
        depends = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
        name = f"{draw(st.integers(0, 99)):02d}_{number}"
        kind = "django" if django else "schema"
        revisions.append(Revision(app, name, name, tuple(down), tuple(depends), kind=kind))
    return revisions
