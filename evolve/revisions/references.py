"""What a reference to a revision names: the one reader of references.

A reference is, in this order: a name or an id in full; a branch label; a unique prefix of a name; a
unique prefix of an id, of SHORTEST_ID characters or more. Names and ids whose file is gone mean the
revision that has taken its place: the squash that replaces it, or what `--update` wrote anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from evolve.revisions.revision import Key, Revision

SHORTEST_ID = 4


class References:
    """Revisions, of one app or of many, by what may name them."""

    def __init__(self, revisions: Iterable[Revision]) -> None:
        listed = sorted(revisions, key=lambda each: each.key)
        # Of squashes of squashes the innermost counts: what it replaces leads to the others.
        outer_first = sorted(listed, key=lambda each: -len(each.replaces))
        self._names = {
            **{key: each.key for each in outer_first for key in _former_names(each)},
            **{each.key: each.key for each in listed},
        }
        self._ids = {
            **{key: each.key for each in outer_first for key in _former_ids(each)},
            **{Key(each.app, each.id): each.key for each in listed},
        }
        self._labels: dict[tuple[str, str], Key] = {}
        for each in listed:
            for label in each.branch_labels:
                self._labels.setdefault((each.app, label), each.key)
        self._squashes = {each.key: set(each.replaced) for each in listed if each.replaces}
        self._names_of, self._ids_of = _by_app(self._names), _by_app(self._ids)

    def labelled(self, app: str, label: str) -> Key | None:
        """Return the revision of an app that declares a branch label; None for none."""
        return self._labels.get((app, label))

    def labels(self, app: str) -> tuple[str, ...]:
        """Return the branch labels of an app, sorted."""
        return tuple(sorted(label for own, label in self._labels if own == app))

    def named(self, app: str, reference: str) -> tuple[Key, ...]:
        """Return what a reference names in an app: one revision, none, or several candidates."""
        key = Key(app, reference)
        for exact in (self._names, self._ids, self._labels):
            if key in exact:
                return (exact[key],)
        found = self._beginning(self._names_of[app], reference) if reference else ()
        if not found and len(reference) >= SHORTEST_ID:
            found = self._beginning(self._ids_of[app], reference)
        return found

    def _beginning(self, known: dict[str, Key], prefix: str) -> tuple[Key, ...]:
        """Return what begins with a prefix; a squash only where nothing that it replaces does.

        Its name often begins as its first part's, which the reference meant when it was written.
        """
        found = {key for text, key in known.items() if text.startswith(prefix)}
        parts = {key for key in found if not self._squashes.get(key, set()).isdisjoint(found)}
        return tuple(sorted(found - parts))


def _by_app(keys: dict[Key, Key]) -> defaultdict[str, dict[str, Key]]:
    """Return what texts name, by app."""
    found: defaultdict[str, dict[str, Key]] = defaultdict(dict)
    for (app, text), key in keys.items():
        found[app][text] = key
    return found


def _former_names(revision: Revision) -> Iterator[Key]:
    yield from (Key(revision.app, name) for name in revision.supersedes.values())
    yield from revision.replaced


def _former_ids(revision: Revision) -> Iterator[Key]:
    yield from (Key(revision.app, id_) for id_ in revision.supersedes)
    yield from (Key(revision.app, id_) for id_ in revision.replaced_ids)
