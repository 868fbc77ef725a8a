"""An app's lineage drawn as git draws a log: a column for each line of it, the newest below."""

from __future__ import annotations

from collections.abc import Iterator

from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key


def drawn(graph: Graph, app: str) -> Iterator[tuple[Key, str, str]]:
    """Yield each revision of an app with its columns, all of one width, and what they do not show.

    That is what a merge merges, where a branch begins, and what is waited for in other apps.
    """
    columns: list[Key | None] = []
    rows = [(key, *_row(graph, key, columns)) for key in graph.of(app)]
    width = max((len(cells) for _, cells, _ in rows), default=0)
    for key, cells, begins in rows:
        yield key, cells.ljust(width), _notes(graph, key, begins)


def _row(graph: Graph, key: Key, columns: list[Key | None]) -> tuple[str, bool]:
    """Return the cells of one revision, and whether a column begins with it.

    `columns` holds the revision at the end of each line. A column belongs to a revision until the
    last of its children takes it over. Columns that meet in a merge end there; a child that is not
    the last begins a column of its own.
    """
    parents = graph.parents(key)
    own = [at for at, each in enumerate(columns) if each in parents and _last(graph, each, key)]
    place = own[0] if own else _free(columns)
    for at in own:
        columns[at] = None
    columns[place] = key
    cells = ["o" if at == place else "|" if each else " " for at, each in enumerate(columns)]
    if not graph.children(key):
        columns[place] = None
    return " ".join(cells), not own


def _last(graph: Graph, parent: Key | None, key: Key) -> bool:
    """Tell whether `key` is the last child of `parent`, in the order in which they are drawn."""
    return parent is not None and graph.order(graph.children(parent))[-1] == key


def _free(columns: list[Key | None]) -> int:
    if None not in columns:
        columns.append(None)
    return columns.index(None)


def _notes(graph: Graph, key: Key, begins: bool) -> str:
    parents = ", ".join(each.name for each in graph.parents(key))
    waits = [str(each) for each in graph.requirements(key) if each.app != key.app]
    notes = []
    if len(graph.parents(key)) > 1:
        notes.append(f"merges {parents}")
    elif parents and begins:
        notes.append(f"branches from {parents}")
    if waits:
        notes.append(f"waits for {', '.join(waits)}")
    notes += graph[key].branch_labels
    return f"  ({'; '.join(notes)})" if notes else ""
