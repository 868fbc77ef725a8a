"""Squashed migrations: which of a squash and what it replaces is in the graph, per database.

The rules are those of Django's MigrationLoader (6.0 and later for squashes of squashes; 5.2 has
none): a squash stands for what it replaces where all or nothing of that is applied; where a part of
it is, what it replaces stays and the squash goes. What counts is what was there before any squash:
a squash of a squash is applied in part as soon as one of the innermost revisions is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from evolve.errors import BrokenGraph, few
from evolve.revisions.graph import ENDS
from evolve.revisions.references import References
from evolve.revisions.revision import Key, Revision

_ROLES = ("down", "depends_on", "run_before")

Squashes = Mapping[Key, tuple[Key, ...]]


class _Reference(NamedTuple):
    """One reference of a header, as written, and what it names; no keys where that is unclear."""

    role: str
    text: str
    keys: tuple[Key, ...]


def without_replaced(
    revisions: Iterable[Revision],
    applied: AbstractSet[Key],
    opened: AbstractSet[Key] = frozenset(),
) -> tuple[Revision, ...]:
    """Return the revisions that count where `applied` are applied, references redirected.

    `opened` are squashes that go in any case, so that what they replace can be run one by one. A
    squash that stays also waits for whatever the revisions that it replaces waited for, and its
    `replaces` names the rows of nested squashes too. Raises BrokenGraph where squashes replace one
    another, and where one is applied in part and the files of its parts are gone.
    """
    listed = tuple(revisions)
    squashes = _inner_first(listed)
    return _Redirection(listed, squashes, applied, opened).revisions() if squashes else listed


def squashes_over(revisions: Iterable[Revision], key: Key) -> frozenset[Key]:
    """Return the squashes that replace a revision, and those that replace these."""
    squashes = _inner_first(revisions)
    found = {key}
    for squash, replaced in squashes.items():
        if not found.isdisjoint(replaced):
            found.add(squash)
    return frozenset(found - {key})


def implied(revisions: Iterable[Revision], applied: AbstractSet[Key]) -> frozenset[Key]:
    """Return `applied` with those squashes all of whose replaced revisions are in it.

    The row of any other squash does not count, as in Django, whose `migrate` leaves it behind when
    it rolls back replaced revisions one by one. Raises BrokenGraph as `without_replaced`.
    """
    leaves = _leaves(_inner_first(revisions))
    whole = {squash for squash, each in leaves.items() if each <= applied}
    return frozenset(applied - leaves.keys()) | whole


def _inner_first(revisions: Iterable[Revision]) -> Squashes:
    """Return what each squash replaces, a squash after the squashes that it replaces."""
    listed = sorted(revisions, key=lambda each: each.key)
    ids = {(each.app, each.id): each.key for each in listed}
    keys = {each.key for each in listed}
    found: dict[Key, tuple[Key, ...]] = {}
    for each in listed:
        # By name before by id; where the file is gone, the entry itself is the row.
        named = [key if key in keys else ids.get(key, key) for key in each.replaced]
        if named:
            found[each.key] = tuple(dict.fromkeys(named))
    inner = {squash: [key for key in named if key in found] for squash, named in found.items()}
    try:
        return {squash: found[squash] for squash in TopologicalSorter(inner).static_order()}
    except CycleError as error:
        members = few(sorted({str(key) for key in error.args[1]}))
        raise BrokenGraph(f"These squashes replace one another: {members}.") from error


def _leaves(squashes: Squashes) -> dict[Key, frozenset[Key]]:
    """Return what each squash replaces in the end: revisions that are no squashes themselves."""
    found: dict[Key, frozenset[Key]] = {}
    for squash, replaced in squashes.items():
        found[squash] = frozenset().union(*(found.get(key, {key}) for key in replaced))
    return found


class _Redirection:
    """Which revisions go on one database, and what stands for each of them."""

    def __init__(
        self,
        listed: tuple[Revision, ...],
        squashes: Squashes,
        applied: AbstractSet[Key],
        opened: AbstractSet[Key],
    ) -> None:
        self._listed = listed
        self._squashes = squashes
        self._by_key = {each.key: each for each in listed}
        self._by_reference = References(listed)
        # The names of replaced files that are gone are still referred to.
        replaced = {key for each in squashes.values() for key in each}
        self._known: dict[str, list[Key]] = {}
        for key in sorted(self._by_key.keys() | replaced):
            self._known.setdefault(key.app, []).append(key)
        # The apps that have revisions in the end; all of them, until that is known.
        self._left: AbstractSet[str] = self._known.keys()
        self._instead: dict[Key, tuple[Key, ...]] = {}
        for squash, leaves in _leaves(squashes).items():
            whole = leaves <= applied or leaves.isdisjoint(applied)
            if whole and squash not in opened:
                for key in squashes[squash]:
                    self._instead.setdefault(key, (squash,))
            else:
                self._instead[squash] = self._last(squash, leaves & applied)
        self._left = {key.app for key in self._by_key if not self._goes(key)}

    def revisions(self) -> tuple[Revision, ...]:
        """Return what stays, in the order in which it was given."""
        return tuple(self._redirected(each) for each in self._listed if not self._goes(each.key))

    def _goes(self, key: Key) -> bool:
        return key in self._instead

    def _last(self, squash: Key, done: AbstractSet[Key]) -> tuple[Key, ...]:
        """Return those of a squash's parts that no other part of it requires."""
        parts = {end for key in self._squashes[squash] for end in self._final(key)}
        gone = parts - self._by_key.keys()
        if gone:
            raise _half_squashed(self._by_key[squash], done, gone)
        required = {
            end
            for part in parts
            for source in self._sources(part)
            for reference in self._references(source)
            for key in (reference.keys if reference.role != "run_before" else ())
            for end in self._final(key) - {part}
        }
        return tuple(sorted(parts - required))

    def _final(self, key: Key) -> set[Key]:
        """Return what stands for a key in the end; the key itself where it stays."""
        found: set[Key] = set()
        todo = [key]
        while todo:
            at = todo.pop()
            todo += self._instead.get(at, ())
            if not self._goes(at):
                found.add(at)
        return found

    def _sources(self, key: Key) -> list[Revision]:
        """Return a revision and, for a squash, the files of all that it stands for."""
        keys = [key]
        for at in keys:
            keys += [each for each in self._squashes.get(at, ()) if self._instead[each] == (at,)]
        return [self._by_key[each] for each in dict.fromkeys(keys) if each in self._by_key]

    def _references(self, revision: Revision) -> Iterator[_Reference]:
        for text in revision.down:
            yield _Reference("down", text, self._named(revision.app, text))
        for role in _ROLES[1:]:
            for text in getattr(revision, role):
                app, _, reference = text.partition(":")
                yield _Reference(role, text, self._named(app, reference))

    def _named(self, app: str, reference: str) -> tuple[Key, ...]:
        """Return what a reference names before anything goes; the file may be gone already."""
        known = self._known.get(app, [])
        if reference in ENDS:
            # Where all of an app is squashed into another one's, the ends are there now.
            return () if app in self._left else tuple(known)
        found = self._by_reference.named(app, reference)
        return found if len(found) == 1 else ()

    def _redirected(self, revision: Revision) -> Revision:
        said: dict[str, dict[str, None]] = {role: {} for role in _ROLES}
        known: set[tuple[bool, Key]] = set()
        for source in self._sources(revision.key):
            for each in self._references(source):
                for role, text in self._led(revision, each, source is revision, known):
                    said[role][text] = None
        down, depends_on, run_before = (tuple(said[role]) for role in _ROLES)
        return replace(
            revision,
            down=down,
            depends_on=depends_on,
            run_before=run_before,
            replaces=self._rows(revision),
        )

    def _led(
        self, revision: Revision, reference: _Reference, own: bool, known: set[tuple[bool, Key]]
    ) -> list[tuple[str, str]]:
        """Return how `revision` writes a reference: as it is where that still holds.

        One that comes from a replaced file (not `own`) is left out where it is `known` already.
        """
        role, text, keys = reference
        before = role == "run_before"
        ends = {end for key in keys for end in self._final(key)}
        new = {end for end in ends if (before, end) not in known} - {revision.key}
        known |= {(before, end) for end in ends}
        app = revision.app if role == "down" else text.partition(":")[0]
        here = all(end.app == app for end in ends)
        if (own and here and ends == set(keys)) or (not ends and text.endswith(ENDS)):
            return [(role, text)]
        return [_written(revision, role, end) for end in sorted(new)]

    def _rows(self, squash: Revision) -> tuple[str, ...]:
        """Return what a squash replaces, nested ones included: the rows that Django writes."""

        def inside(key: Key) -> Iterator[Key]:
            for each in self._squashes.get(key, ()):
                yield from inside(each)
                yield each

        return tuple(dict.fromkeys(map(str, inside(squash.key))))


def _written(revision: Revision, role: str, end: Key) -> tuple[str, str]:
    """Write a reference of `revision`; a parent that is another app's now is a dependency."""
    own = end.app == revision.app
    if role != "run_before" and own and (role == "down" or revision.kind == "django"):
        return "down", end.name
    return "depends_on" if role == "down" else role, str(end)


def _half_squashed(squash: Revision, done: AbstractSet[Key], gone: AbstractSet[Key]) -> BrokenGraph:
    return BrokenGraph(
        f"{squash.path or squash}: only a part of what it replaces is applied on this database "
        f"({few(sorted(done))}), and these files are gone: "
        f"{few(sorted(gone))}.",
        "Put the files back, migrate this database to the last of them, and remove them again.",
    )
