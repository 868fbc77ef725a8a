"""Merge revisions: several heads become one, definition by definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from evolve.authoring.drafting import (
    file_of,
    frozen_at,
    frozen_elsewhere,
    heads_by_app,
    place_at,
)
from evolve.authoring.proof import prove, proven
from evolve.authoring.written import NewRevision
from evolve.autodiff.detect import Difference, detect
from evolve.autodiff.questions import Questioner
from evolve.errors import Refused, UnknownName
from evolve.frozen.merge import Conflict, differing, merged_snapshots
from evolve.frozen.snapshot import Definition, Snapshot
from evolve.project import Project
from evolve.revisions.draft import calls_of, depends_on
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key
from evolve.revisions.writer import Call, Draft

_OTHER = {"ours": "theirs", "theirs": "ours"}

_NOT_RESTORED = "which branch ran last is different from one database to another"

Answers = Mapping[str, str]


@dataclass(frozen=True)
class Merged:
    """What merging gives: the app's models, what stands against it, and the sides' names."""

    models: Snapshot
    conflicts: tuple[Conflict, ...]
    ours: str
    theirs: str


def merge_revision(
    project: Project,
    app: str,
    keys: Sequence[Key],
    answers: Answers,
    ask: Questioner,
    slug: str = "",
) -> NewRevision:
    """Return the revision that merges `keys`, of which the first is ours.

    `answers` maps labels of conflicts ("Model.field") to "ours" or "theirs". Raises Refused with
    every conflict, side by side, that no answer solves.
    """
    graph = project.graph()
    _check_heads(graph, app, keys)
    merged = merged_at(project, graph, keys, answers)
    if merged.conflicts:
        raise conflicting(app, merged, "--ours", True)
    prove(project, graph, keys, None if answers else merged.models)
    frozen = _frozen(project, graph, app, keys, merged.models)
    now = datetime.now(UTC)
    place = place_at(project, app, graph, now, keys)
    made = _difference(project, graph, keys, merged.models, answers, ask)
    forwards = made.forwards if made else ()
    backwards = _restored(made) if made else []
    draft = Draft(
        kind="schema",
        message=f"Merge {', '.join(key.name for key in keys)}",
        revision=place.revision,
        parents=[(each.id, each.name) for each in place.parents],
        created=now,
        frozen=frozen,
        depends_on=depends_on(app, frozen.values(), heads_by_app(graph)),
        forwards=calls_of(forwards, merged.models),
        backwards=backwards or (),
        irreversible=_NOT_RESTORED if backwards is None else None,
    )
    return proven(project, graph, keys, file_of(project, app, slug or "merge", draft, forwards))


def _check_heads(graph: Graph, app: str, keys: Sequence[Key]) -> None:
    if len(keys) < 2:
        raise Refused(f"The app '{app}' has one head: there is nothing to merge.")
    for key in keys:
        above = [each for each in keys if each != key and each in graph.lineage(key)]
        if above:
            raise Refused(f"{key} comes after {above[0]} already: they need no merge.")


def merged_at(
    project: Project, graph: Graph, keys: Sequence[Key], answers: Answers, on_top: bool = False
) -> Merged:
    """Return what merging revisions of one app gives, one after the other.

    `on_top`: the first is to be written anew on top of the others, so that its code follows their
    renames. Merged as it is, it would name what has another name already.
    """
    app = keys[0].app
    given = set(answers)
    known: set[str] = set()
    ours, done = frozen_at(project, graph, keys[:1], [app]), [keys[0]]
    conflicts: list[Conflict] = []
    for key in keys[1:]:
        common = _lineage(graph, done) & graph.lineage(key)
        base = frozen_at(project, graph, common, [app])
        theirs = frozen_at(project, graph, [key], [app])
        sides = (_lineage(graph, done) - common, graph.lineage(key) - common)
        renames = _renamed_and_changed(graph, app, sides, base, ours, theirs)
        conflicts += [each for each in renames if not (on_top and each.renamed == "field")]
        base, ours, theirs = _followed(graph, app, sides, base, ours, theirs)
        _, every = merged_snapshots(base, ours, theirs)
        known |= {each.label for each in every if each.answerable}
        ours, left = merged_snapshots(base, ours, theirs, answers)
        conflicts += left
        done.append(key)
    for label in sorted(given - known):
        raise UnknownName.among("conflict that an answer solves, called", label, known)
    names = ", ".join(key.name for key in keys[1:])
    return Merged(ours, tuple(conflicts), keys[0].name, names)


def _lineage(graph: Graph, keys: Iterable[Key]) -> frozenset[Key]:
    return frozenset().union(*(graph.lineage(key) for key in keys))


def _renames(graph: Graph, keys: Iterable[Key]) -> list[tuple[str, str]]:
    return [pair for key in graph.order(keys) for pair in graph[key].renamed.items()]


def _followed(
    graph: Graph,
    app: str,
    sides: tuple[frozenset[Key], frozenset[Key]],
    base: Snapshot,
    ours: Snapshot,
    theirs: Snapshot,
) -> tuple[Snapshot, Snapshot, Snapshot]:
    """Give all three the names that both sides' renames lead to."""
    for old, new in _renames(graph, sides[0]):
        base, theirs = base.following(app, {old: new}), theirs.following(app, {old: new})
    for old, new in _renames(graph, sides[1]):
        base, ours = base.following(app, {old: new}), ours.following(app, {old: new})
    return base, ours, theirs


def _renamed_and_changed(
    graph: Graph,
    app: str,
    sides: tuple[frozenset[Key], frozenset[Key]],
    base: Snapshot,
    ours: Snapshot,
    theirs: Snapshot,
) -> list[Conflict]:
    """Return a conflict for what one side renames and the other one changes."""
    found: list[Conflict] = []
    for side, other, is_ours in ((sides[0], theirs, True), (sides[1], ours, False)):
        for rename in _renames(graph, side):
            if conflict := _rename_conflict(app, rename, base, other):
                swapped = replace(conflict, ours=conflict.theirs, theirs=conflict.ours)
                found.append(conflict if is_ours else swapped)
    return found


def _rename_conflict(
    app: str, rename: tuple[str, str], base: Snapshot, other: Snapshot
) -> Conflict | None:
    """Return the conflict of a rename, as ours, with what the other side made of the same thing."""
    old, new = rename
    model, _, name = old.partition(".")
    before, after = base.get((app, model.lower())), other.get((app, model.lower()))
    if before is None:
        return None
    was, now = (before.fields.get(name) if name else "…"), _text(after, name)
    if was != now if name else not before.same_as(after):
        return Conflict(old, was, f"renamed to {new}", now, "field" if name else "model")
    if _has(after if name else other, new, app):
        return Conflict(new, None, f"{old}, renamed", "its own")
    return None


def _text(model: Definition | None, field: str) -> str | None:
    """Return the text of a field, or a word for a model; None for what does not exist."""
    if model is None:
        return None
    return model.fields.get(field) if field else "changed"


def _has(place: Any, new: str, app: str) -> bool:
    """Tell whether a model has a field, or a snapshot a model, of a name already."""
    if isinstance(place, Snapshot):
        return (app, new.lower()) in place
    return place is not None and new.rpartition(".")[2] in place.fields


def _frozen(
    project: Project, graph: Graph, app: str, keys: Sequence[Key], models: Snapshot
) -> dict[str, Any]:
    """Return the models on which the parents differ, as the merge has them."""
    states = [frozen_at(project, graph, [key], [app]) for key in keys]
    changed = {key for each in states for key in differing(each, models)}
    known = [models, *states]
    labels = {key: next(each[key].label for each in known if key in each) for key in changed}
    return {labels[key]: models.get(key) for key in sorted(changed)}


def _restored(made: Difference) -> list[Call] | None:
    """Return the calls that take answers back; None where a one-off default or more is needed.

    Each restores what is frozen in the state that is moved to: on each database, what the branch
    that ran last there had made.
    """
    codes = [(each.comment(), each.bare_code(made.old)) for each in made.backwards]
    calls = [Call(comment, code) for comment, code in codes if code]
    return calls if len(calls) == len(codes) and not made.irreversible else None


def _difference(
    project: Project,
    graph: Graph,
    keys: Sequence[Key],
    models: Snapshot,
    answers: Answers,
    ask: Questioner,
) -> Difference | None:
    """Return what the merge has to do: nothing, or to make what was answered.

    Which side ran last is different from database to database; evolve knows which it was where it
    runs the merge, and makes the answer of that.
    """
    app = keys[0].app
    if not answers:
        return None
    others = frozen_elsewhere(project, graph, app)
    opposite = merged_at(project, graph, keys, {k: _OTHER[v] for k, v in answers.items()}).models
    return detect(app, opposite, models.overlaid(dict(others)), ask)


def conflicting(app: str, merged: Merged, option: str, both: bool = False) -> Refused:
    """Return the error that shows every conflict side by side.

    `option` answers one; with `both`, --theirs does so too.
    """
    lines = [f"The heads of '{app}' do not go together as they are:"]
    for each in dict.fromkeys(merged.conflicts):
        lines.append(f" {each.label}")
        texts = {"before": each.base, merged.ours: each.ours, merged.theirs: each.theirs}
        lines += [f"   {name}: {text or '(not there)'}" for name, text in texts.items()]
    answerable = [each.label for each in merged.conflicts if each.answerable]
    hint = "Nothing was written."
    if answerable:
        other = f" or --theirs {answerable[0]}" if both else ""
        hint += f" Take one side of each: {option} {answerable[0]}{other}."
    if len(answerable) < len(merged.conflicts):
        hint += (
            " Where a thing does not exist on a side, or was renamed, the second of the two cannot "
            "be applied after the first: change one of them so that it does not touch that"
        )
        renamed = [each for each in merged.conflicts if not each.answerable]
        follow = all(each.renamed == "field" for each in renamed)
        rebase = f", or use `evolve rebase {app}`, which follows a field's rename"
        hint += f"{rebase if follow else ''}."
    return Refused("\n".join(lines), hint)
