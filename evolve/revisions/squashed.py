"""Squashed migrations: which of a squash and what it replaces is in the graph, per database.

The rules are those of Django's MigrationLoader (5.2; 6.0 and later for squashes of squashes): a
squash stands for what it replaces where all or nothing of that is applied; where a part of it is,
what it replaces stays and the squash goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from evolve.revisions.revision import Key, Revision


def without_replaced(
    revisions: Iterable[Revision], applied: AbstractSet[Key]
) -> tuple[Revision, ...]:
    """Return the revisions that count where `applied` are applied, references redirected."""
    by_key = {revision.key: revision for revision in revisions}
    squashes = [revision for revision in by_key.values() if revision.replaces]
    if not squashes:
        return tuple(by_key.values())
    known = implied(by_key.values(), applied)
    gone: dict[Key, Key] = {}
    for squash in _inner_first(squashes):
        done = [key in known for key in _keys(squash)]
        if all(done) or not any(done):
            gone.update(dict.fromkeys(_keys(squash), squash.key))
        else:
            there = [key for key in _keys(squash) if key in by_key]
            gone[squash.key] = there[-1] if there else squash.key
    kept = (each for key, each in by_key.items() if gone.get(key, key) == key)
    return tuple(_redirected(each, gone, by_key) for each in kept)


def implied(revisions: Iterable[Revision], applied: AbstractSet[Key]) -> frozenset[Key]:
    """Return `applied` and every squash all of whose replaced revisions are in it."""
    known = set(applied)
    for squash in _inner_first(each for each in revisions if each.replaces):
        if all(key in known for key in _keys(squash)):
            known.add(squash.key)
    return frozenset(known)


def _inner_first(squashes: Iterable[Revision]) -> list[Revision]:
    """Put a squash after the squashes that it replaces."""
    by_key = {each.key: each for each in squashes}

    def depth(key: Key, seen: frozenset[Key] = frozenset()) -> int:
        if key not in by_key or key in seen:
            return 0
        return 1 + max((depth(each, seen | {key}) for each in _keys(by_key[key])), default=0)

    return [by_key[key] for key in sorted(by_key, key=lambda key: (depth(key), key))]


def _keys(squash: Revision) -> list[Key]:
    return [Key(*each.split(":", 1)) for each in squash.replaces]


def _final(key: Key, gone: Mapping[Key, Key]) -> Key:
    seen = {key}
    while (after := gone.get(key, key)) not in seen:
        seen.add(after)
        key = after
    return key


def _redirected(
    revision: Revision, gone: Mapping[Key, Key], by_key: Mapping[Key, Revision]
) -> Revision:
    """Return a revision whose references to what is gone lead to what stands for it.

    A squash also waits for whatever the revisions that it replaces waited for.
    """

    def led(app: str, reference: str) -> str | None:
        key = _named(app, reference, by_key, gone)
        final = key and _final(key, gone)
        if final == revision.key:
            return None
        return reference if final == key or final is None else final.name

    def outside(entry: str) -> str | None:
        app, _, reference = entry.partition(":")
        name = led(app, reference)
        return name and f"{app}:{name}"

    stood_for = sorted(key for key in gone if _final(key, gone) == revision.key)
    files = [by_key[key] for key in stood_for if key in by_key]
    sources = [revision, *(each for each in files if not each.replaces)]
    return replace(
        revision,
        down=_unique(led(each.app, name) for each in sources for name in each.down),
        depends_on=_unique(outside(entry) for each in sources for entry in each.depends_on),
        run_before=_unique(outside(entry) for each in sources for entry in each.run_before),
    )


def _unique(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _named(
    app: str, reference: str, by_key: Mapping[Key, Revision], gone: Mapping[Key, Key]
) -> Key | None:
    """Return what a reference names; the file of what was replaced may be gone already."""
    exact = Key(app, reference)
    if exact in by_key or exact in gone:
        return exact
    own = (each for key, each in by_key.items() if key.app == app)
    return next((each.key for each in own if each.id == reference), None)
