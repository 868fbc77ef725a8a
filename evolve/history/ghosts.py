"""Ghosts: what is applied on a database and not, or not so, in the files any more."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from evolve.history.journal import Entry
from evolve.revisions.revision import Key, Revision


@dataclass(frozen=True, slots=True)
class Ghost:
    """A row of the history table whose file is gone, or was rewritten by `--update`.

    `entry` is its last run in the journal, None where evolve did not run it. `replaced_by` is the
    revision that `--update` made of it. `newest` tells that nothing of its app that is known was
    applied later, so that the files do not know what the schema is.
    """

    key: Key
    applied: datetime
    entry: Entry | None = None
    replaced_by: Key | None = None
    newest: bool = True

    @property
    def stops(self) -> bool:
        """Tell whether nothing can be run on top of it without knowing what it did."""
        return self.newest or self.replaced_by is not None

    def __str__(self) -> str:
        when = f"{self.applied:%Y-%m-%d %H:%M:%S}"
        did = f" It did: {self.entry.description}" if self.entry and self.entry.description else ""
        if self.replaced_by == self.key:
            return f"{self.key} is applied here since {when}, and its file was written anew.{did}"
        if self.replaced_by:
            return f"{self.key} is applied here since {when}, replaced by {self.replaced_by}.{did}"
        journal = did or ("" if self.entry else " The journal does not know it.")
        return f"{self.key} is applied here since {when}, but its file is gone.{journal}"


def find_ghosts(
    revisions: Iterable[Revision],
    apps: Container[str],
    rows: Mapping[Key, datetime],
    last: Mapping[Key, Entry],
) -> list[Ghost]:
    """Return the ghosts of `apps` among `rows`, sorted; `last` is each revision's last run.

    Rows of squashed revisions whose files are gone are none: their squash says that it replaces
    them.
    """
    listed = {each.key: each for each in revisions}
    known = listed.keys() | {key for each in listed.values() for key in each.replaced}
    newest = {
        key.app: rows[key] for key in sorted(listed.keys() & rows.keys(), key=lambda key: rows[key])
    }
    old = _superseded(listed.values())
    found: list[Ghost] = []
    for key in sorted(key for key in rows if key.app in apps):
        new = _replacement(listed.get(key), key, last.get(key), old)
        if new or key not in known:
            is_newest = newest.get(key.app, rows[key]) <= rows[key]
            found.append(Ghost(key, rows[key], last.get(key), new, is_newest))
    return found


def _superseded(revisions: Iterable[Revision]) -> dict[tuple[str, str], Key]:
    """Return which revision was made of one that had an id or a name, by app and that."""
    return {
        (each.app, reference): each.key
        for each in revisions
        for pair in each.supersedes.items()
        for reference in pair
    }


def _replacement(
    revision: Revision | None,
    key: Key,
    entry: Entry | None,
    old: Mapping[tuple[str, str], Key],
) -> Key | None:
    """Return the revision that has taken the place of the one that is applied; None for none.

    It may have the same name: then only the journal knows that its file was another.
    """
    if entry and (key.app, entry.revision) in old:
        return old[key.app, entry.revision]
    if revision is None:
        return old.get(key)
    # An id that is the name is Django's format: a file may go from one format to the other.
    if entry is None or key.name in (entry.revision, revision.id):
        return None
    return key if entry.revision != revision.id else None
