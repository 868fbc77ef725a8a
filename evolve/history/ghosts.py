"""Ghosts: what is applied on a database and not, or not so, in the files any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    def __str__(self) -> str:
        when = f"{self.applied:%Y-%m-%d %H:%M:%S}"
        did = f" It did: {self.entry.description}" if self.entry and self.entry.description else ""
        if self.replaced_by:
            return f"{self.key} is applied here since {when}, replaced by {self.replaced_by}.{did}"
        journal = did or ("" if self.entry else " The journal does not know it.")
        return f"{self.key} is applied here since {when}, but its file is gone.{journal}"


def find_ghosts(
    revisions: Iterable[Revision], rows: Mapping[Key, datetime], last: Mapping[Key, Entry]
) -> list[Ghost]:
    """Return the ghosts among `rows`, sorted; `last` is each revision's last run.

    Rows of squashed revisions whose files are gone are none: their squash says that it replaces
    them.
    """
    listed = tuple(revisions)
    known = {each.key for each in listed}
    replaced = {key for each in listed for key in each.replaced}
    by_id = {(each.app, old): each.key for each in listed for old in each.supersedes}
    by_name = {Key(each.app, name): each for each in listed for name in each.supersedes.values()}
    apps = {each.app for each in listed}
    found: list[Ghost] = []
    for key in sorted(rows):
        entry = last.get(key)
        old = entry and by_id.get((key.app, entry.revision))
        new = old or (by_name[key].key if key in by_name and key not in known else None)
        if key.app in apps and (new or key not in known | replaced):
            later = [rows[each] for each in rows if each.app == key.app and each in known - {key}]
            newest = all(each <= rows[key] for each in later)
            found.append(Ghost(key, rows[key], entry, new, newest))
    return found
