"""Squashing: a line of revisions becomes one, made from what they froze; nothing is replayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from evolve.authoring.drafting import (
    frozen_at,
    frozen_elsewhere,
    heads_by_app,
    written_dependencies,
)
from evolve.authoring.proof import proven
from evolve.authoring.questions import Declared, composed
from evolve.authoring.written import NewRevision
from evolve.autodiff.detect import Difference, detect
from evolve.autodiff.naming import checked_slug
from evolve.autodiff.questions import Questioner
from evolve.errors import BrokenGraph, Refused
from evolve.project import Project
from evolve.revisions import digest
from evolve.revisions.draft import Place, new_id, schema_draft
from evolve.revisions.files import package_of, read_text
from evolve.revisions.graph import Graph
from evolve.revisions.header import read_header
from evolve.revisions.revision import Key, Revision
from evolve.revisions.squashed import without_replaced
from evolve.revisions.writer import Draft, write_revision


@dataclass(frozen=True)
class Squash:
    """A new revision and what it replaces; `left_out` of these are data revisions that go."""

    new: NewRevision
    replaced: tuple[Key, ...]
    left_out: tuple[Key, ...]


@dataclass(frozen=True)
class Squashed:
    """The squashes of a range, and why some revisions stay between them."""

    squashes: tuple[Squash, ...]
    staying: Mapping[Key, str]


def squashed(
    project: Project, app: str, start: Key | None, end: Key, ask: Questioner, slug: str = ""
) -> Squashed:
    """Return what replaces an app's revisions from `start` (else its first) to `end`.

    A data revision that is not `elidable`, what was edited by hand, and Django-format migrations
    stay as they are: what is before them and what is after them becomes a squash each. Raises
    Refused where other branches leave from the middle, where nothing is to be squashed, and where
    other apps' revisions would have to run between what is squashed.
    """
    graph = project.graph()
    keys = _ranged(graph, start, end)
    staying = {key: why for key in keys if (why := _stays(project, graph[key]))}
    _check_range(graph, keys, staying)
    groups = groupby(keys, key=lambda key: key in staying)
    runs = [tuple(run) for stays, run in groups if not stays]
    made = [
        _squash(project, graph, app, run, ask, slug)
        for run in runs
        if len(run) > 1 and not all(graph[key].elidable for key in run)
    ]
    if not made:
        why = "\n".join(f" - {key.name} {reason}" for key, reason in staying.items())
        raise Refused(
            f"There are no two revisions of '{app}' next to each other to make one of.\n{why}",
            "Nothing was written.",
        )
    _check_order(project, app, made)
    return Squashed(tuple(made), staying)


def _ranged(graph: Graph, start: Key | None, end: Key) -> tuple[Key, ...]:
    lineage = graph.lineage(end)
    if start is None:
        return graph.order(lineage)
    if start not in lineage:
        raise Refused(f"{start} does not come before {end}.")
    between = {key for key in lineage if start in graph.lineage(key)}
    return graph.order(between)


def _stays(project: Project, revision: Revision) -> str:
    """Return why a revision cannot be part of a squash; nothing where it can."""
    there = {each.key for each in project.revisions}
    nested = not there.isdisjoint(revision.replaced)
    rows = revision.kind == "data" and not revision.elidable
    edited = revision.kind == "schema" and digest.edited(read_text(revision.path)) is not False
    reasons = {
        "is a Django-format migration, which `manage.py squashmigrations` squashes": (
            revision.kind == "django"
        ),
        "is a squash itself, and the files that it replaces are still there": nested,
        "is a data migration that does not say `elidable = True`": rows,
        "was written or edited by hand": edited and not revision.elidable,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _check_range(graph: Graph, keys: Sequence[Key], staying: Mapping[Key, str]) -> None:
    """Refuse a range that is not one piece: other branches leave it, or come into it."""
    inside = set(keys)
    for key in keys[:-1]:
        if outside := [each for each in graph.children(key) if each not in inside]:
            raise Refused(
                f"{outside[0]} revises {key}, which would go into the squash.",
                "Squash up to where the branches part, or merge them first.",
            )
    for key in keys[1:]:
        if outside := [each for each in graph.parents(key) if each not in inside]:
            raise Refused(
                f"{key} also revises {outside[0]}, which is not in the range.",
                "Begin before the branches part, or after they are merged.",
            )
    line = all(len(graph.parents(key)) == 1 for key in keys[1:])
    if staying and not line:
        key, why = next(iter(staying.items()))
        raise Refused(
            f"There are branches in the range, and {key} {why}: it has no place in a line.",
            "Squash what is before the branches and what is after them.",
        )


def _squash(
    project: Project, graph: Graph, app: str, run: Sequence[Key], ask: Questioner, slug: str
) -> Squash:
    members = [graph[key] for key in run]
    difference, renamed = _difference(project, graph, app, run, ask)
    parents = [graph[key] for key in graph.parents(run[0])]
    taken = [each.id for each in project.revisions]
    place = Place(app, parents, new_id(taken), datetime.now(UTC))
    reason = next((f"{key.name}: {why}" for key, why in _irreversible(project, members)), None)
    message = f"Squash {run[0].name} to {run[-1].name}"
    draft = replace(
        schema_draft(place, difference, message, heads_by_app(graph)),
        depends_on=sorted({entry for each in members for entry in written_dependencies(each)}),
        renamed=renamed,
        replaces={each.id: each.name for each in members},
        irreversible=difference.irreversible or reason,
    )
    new = _file(project, app, run, draft, difference, slug)
    proven(project, graph, graph.parents(run[0]), new)
    return Squash(new, tuple(run), tuple(key for key in run if graph[key].elidable))


def _file(
    project: Project,
    app: str,
    run: Sequence[Key],
    draft: Draft,
    difference: Difference,
    slug: str,
) -> NewRevision:
    package = package_of(project.config(app))
    assert package is not None
    number = run[0].name.partition("_")[0]
    name = f"{number}_{checked_slug(slug)}" if slug else f"{number}_squashed_{run[-1].name}"
    return NewRevision(package, checked_slug(name), write_revision(draft), difference.forwards)


def _difference(
    project: Project, graph: Graph, app: str, run: Sequence[Key], ask: Questioner
) -> tuple[Difference, dict[str, str]]:
    """Return what all of `run` make together, and every rename that others have to follow."""
    before = frozen_at(project, graph, graph.parents(run[0]), [app])
    after = frozen_at(project, graph, run[-1:], [app])
    elsewhere = frozen_elsewhere(project, graph, app, run[-1:])
    said = Declared(ask, composed(graph[key].renamed for key in run))
    found = detect(app, before, after.overlaid(dict(elsewhere)), said)
    names = {each.name for each in after.values()}
    models = {old: new for old, new in said.renames.items() if "." not in old and new in names}
    return found, {**models, **found.renamed}


def _irreversible(project: Project, members: Iterable[Revision]) -> Iterator[tuple[Key, str]]:
    for each in members:
        why = project.facts.irreversible(each)
        if why and not each.elidable:
            yield each.key, why


def _check_order(project: Project, app: str, made: Iterable[Squash]) -> None:
    """Refuse squashes that would have to run before and after something else."""
    new = [read_header(app, each.new.name, "", each.new.text) for each in made]
    there = {each.key for each in project.revisions}
    resolved = [
        replace(each, depends_on=tuple(x for x in each.depends_on if not x.startswith("settings.")))
        for each in new
    ]
    if taken := [each.name for each in new if each.key in there]:
        raise Refused(f"There is a revision {taken[0]} already.", "Give another --name.")
    try:
        Graph(without_replaced([*project.revisions, *resolved], frozenset()))
    except BrokenGraph as error:
        raise Refused(
            f"These revisions of '{app}' cannot be one: others run between them.\n{error.found}",
            "Nothing was written. Squash what is before and what is after that.",
        ) from error


def write_all(squashes: Iterable[Squash]) -> None:
    """Write every file, or none."""
    done = []
    try:
        for each in squashes:
            done.append(each.new.write())
    except BaseException:
        for written in reversed(done):
            written.undo()
        raise
