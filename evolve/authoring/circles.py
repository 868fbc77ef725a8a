"""Deleted models of apps that refer to each other: relations are removed before the models.

The revision that deletes a model comes after those of the apps that refer to it. Where these wait
for the same app in turn, no revision could be the first: one that only removes the relations is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from evolve.authoring.deferred import without
from evolve.frozen.expressions import keywords_of
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot

_STAYING = frozenset({"primary_key", "parent_link"})


@dataclass(frozen=True, slots=True)
class Opened:
    """What a revision goes to where an app is in such a circle.

    `new` holds the deleted models that other apps still refer to, without their relations into
    the circle; `kept` are these models, and `waiting` the apps that refer to them.
    """

    new: Snapshot
    kept: tuple[str, ...]
    waiting: tuple[str, ...]

    def notes(self, app: str) -> tuple[str, ...]:
        """Return what to tell the user."""
        if not self.kept:
            return ()
        commands = [f"`evolve schemamigration {each} --auto`" for each in (*self.waiting, app)]
        return (
            f" ! {', '.join(self.kept)}: not deleted yet, since models of "
            f"{', '.join(self.waiting)} refer to it in their revisions.",
            f" ! Now run {', then '.join(commands)}.",
        )


def opened(app: str, frozen: Snapshot, live_of: Callable[[str], Snapshot], new: Snapshot) -> Opened:
    """Return what the next revision of `app` goes to instead of `new`.

    `frozen` holds the models of all apps before it, with its renames followed, and `live_of`
    returns another app's models as they are in models.py. Where there is no circle, `new` stays.
    """
    waits, gone, live = _waits(app, frozen, {app: new}, live_of)
    circle = {key for key in gone if app in waits[key[0]]}
    mine = {key for key in gone if key[0] == app}
    others = Snapshot({key: each for key, each in frozen.items() if key[0] != app})
    kept = _kept(frozen, mine & _references(others), mine, circle)
    left = Snapshot({**live, **kept})
    if not (_references(frozen.of(app)) - _references(left.of(app))) & circle:
        return Opened(new, (), ())
    labels = tuple(sorted(each.label for each in kept.values()))
    return Opened(left, labels, tuple(sorted(waits[app])))


def _waits(
    app: str, frozen: Snapshot, known: Mapping[str, Snapshot], live_of: Callable[[str], Snapshot]
) -> tuple[dict[str, set[str]], set[ModelKey], Snapshot]:
    """Return the apps that `app` and they wait for, their deleted models, and their live ones.

    An app waits for those whose models refer to one that it deletes.
    """
    waits: dict[str, set[str]] = {}
    gone: set[ModelKey] = set()
    found: dict[ModelKey, Definition] = {}
    todo = [app]
    while todo:
        label = todo.pop()
        if label in waits:
            continue
        live = known[label] if label in known else live_of(label)
        deleted = frozen.of(label).keys() - live.keys()
        referring = {each.app for each in frozen.values() if each.references() & deleted}
        waits[label] = referring - {label}
        gone |= deleted
        found = {**live, **found}
        todo += sorted(waits[label])
    return waits, gone, Snapshot(found)


def _references(models: Snapshot) -> set[ModelKey]:
    return {key for each in models.values() for key in each.references()}


def _kept(
    frozen: Snapshot, wanted: Iterable[ModelKey], deleted: set[ModelKey], circle: set[ModelKey]
) -> dict[ModelKey, Definition]:
    """Return the models `wanted`, and those `deleted` ones that they need, without relations."""
    kept: dict[ModelKey, Definition] = {}
    todo = sorted(wanted)
    while todo:
        key = todo.pop()
        if key not in kept:
            kept[key] = _without_relations(frozen[key], circle)
            todo += sorted(kept[key].references() & deleted)
    return kept


def _without_relations(model: Definition, circle: set[ModelKey]) -> Definition:
    """Return a model without the fields that point to `circle`, and what is computed from them."""
    off = {
        name
        for name, text in model.fields.items()
        if model.references_of(text) & circle and _STAYING.isdisjoint(keywords_of(text))
    }
    off |= {name for name, text in model.fields.items() if model.fields_named(text) & off}
    return without(model, off) if off else model
