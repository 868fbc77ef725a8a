"""Rebasing: a branch's revisions put on top of another head, code and all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evolve.authoring.drafting import frozen_at
from evolve.authoring.head_file import refresh
from evolve.authoring.merge import conflicting, merged_at
from evolve.autodiff.naming import numbered
from evolve.errors import Refused
from evolve.frozen.closure import reachable
from evolve.frozen.merge import Conflict, merged_snapshots
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot
from evolve.project import Project
from evolve.revisions.disk import Replacement
from evolve.revisions.draft import new_id
from evolve.revisions.files import (
    Package,
    forget,
    frozen_of,
    module_names,
    package_of,
    read_text,
)
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.rewriter import Move, moved_text
from evolve.settings import evolve_settings


@dataclass(frozen=True)
class Moved:
    """A revision at its new place: the file's name and text."""

    old: Revision
    name: str
    text: str


@dataclass(frozen=True)
class Rebase:
    """A branch that is put on `onto`: its revisions in order, and what it stood on before."""

    package: Package
    onto: Key
    parent: Key | None
    moved: tuple[Moved, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The revisions as they are before."""
        return tuple(each.old.key for each in self.moved)


def rebased(
    project: Project, app: str, branch: Key, onto: Key, answers: Mapping[str, str]
) -> Rebase:
    """Return what `branch` becomes on top of `onto`, back to where the two part.

    `answers` names fields that both changed, as "ours": the branch's stays. Raises Refused for a
    branch that cannot be moved, and with every conflict.
    """
    graph = project.graph()
    keys = _branch(graph, branch, onto)
    merged = merged_at(project, graph, [branch, onto], answers)
    if merged.conflicts:
        raise conflicting(app, merged, "--ours", "take it out of the branch")
    package = package_of(project.config(app))
    assert package is not None
    parent = next(iter(graph.parents(keys[0])), None)
    walk = _Walk(project, graph, app, package, onto, answers)
    return Rebase(package, onto, parent, tuple(walk.moved(graph[key]) for key in keys))


def _branch(graph: Graph, branch: Key, onto: Key) -> tuple[Key, ...]:
    """Return the branch's own revisions, which have to be a line of evolve's."""
    keys = graph.order(graph.lineage(branch) - graph.lineage(onto))
    if not keys or onto in graph.lineage(branch):
        raise Refused(f"{branch} stands on {onto} already, or comes before it.")
    for key in keys:
        others = [each for each in graph.children(key) if each not in keys]
        reasons = {
            "is a Django-format migration": graph[key].kind == "django",
            "is a merge": len(graph.parents(key)) > 1,
            "is a squash": bool(graph[key].replaces),
            f"has another branch on it, {', '.join(map(str, others))}": bool(others),
        }
        for reason, holds in reasons.items():
            if holds:
                raise Refused(
                    f"{key} {reason}, so that it cannot be moved.",
                    f"Nothing was touched. `evolve merge {key.app}` makes one head of both.",
                )
    return keys


@dataclass
class _Walk:
    """The state on top of which the next revision of the branch is put."""

    project: Project
    graph: Graph
    app: str
    package: Package
    onto: Key
    answers: Mapping[str, str]
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        revision = self.graph[self.onto]
        self._parent = (revision.id, revision.name)
        self._state = frozen_at(self.project, self.graph, [self.onto], [self.app])
        self._renames = [
            pair
            for key in self.graph.order(self.graph.lineage(self.onto))
            for pair in self.graph[key].renamed.items()
        ]

    def moved(self, old: Revision) -> Moved:
        """Return a revision on top of the state, and go on from there."""
        frozen = self._data_frozen(old) if old.kind == "data" else self._schema_frozen(old)
        names = [each for each in module_names(self.package) if each not in self._leaving]
        slug = old.name.partition("_")[2] or old.name
        name = numbered(slug, [*names, *self.taken], evolve_settings().FILE_NAME)
        revision = new_id(each.id for each in self.project.revisions)
        move = Move(revision, (self._parent,), {**old.supersedes, old.id: old.name}, frozen)
        self.taken.append(name)
        self._parent = (revision, name)
        return Moved(old, name, moved_text(old, read_text(old.path), move))

    @property
    def _leaving(self) -> set[str]:
        return {
            key.name
            for key in self.graph.of(self.app)
            if key not in self.graph.lineage(self.onto) and key.app == self.app
        }

    def _schema_frozen(self, old: Revision) -> dict[str, Definition | None]:
        """Return what a schema revision changes, on top of the state."""
        before = frozen_at(self.project, self.graph, self.graph.parents(old.key), [self.app])
        after = frozen_at(self.project, self.graph, [old.key], [self.app])
        base = self._followed(before).following(self.app, old.renamed)
        ours = self._state.following(self.app, old.renamed)
        theirs = self._followed(after)
        # What both changed was answered, or there would be a conflict: the branch comes last.
        _, both = merged_snapshots(base, ours, theirs)
        answers = {each.label: "theirs" for each in both if each.answerable}
        self._state, left = merged_snapshots(base, ours, theirs, answers)
        _expect_none(left)
        keys = [key for key in frozen_of(old) if key[0] == self.app]
        return self._labelled(old, keys, self._state)

    def _data_frozen(self, old: Revision) -> dict[str, Definition | None]:
        """Return what a data revision reaches in the state, and what else it had frozen."""
        had = {key: each for key, each in frozen_of(old).items() if each}
        others = {key: each for key, each in had.items() if key[0] != self.app}
        apps = [app for app in self.graph.apps if app != self.app]
        heads = [key for app in apps for key in self.graph.without([old.key]).heads(app)]
        elsewhere = frozen_at(self.project, self.graph.without([old.key]), heads, apps)
        pool = Snapshot({**elsewhere, **others, **self._state})
        closure = reachable(pool, [self.app])
        whole = {**closure, **others}
        return {each.label: each for _, each in sorted(whole.items())}

    def _followed(self, snapshot: Snapshot) -> Snapshot:
        """Give what the branch knew the names that the other one has given."""
        for old, new in self._renames:
            snapshot = snapshot.following(self.app, {old: new})
        return snapshot

    def _labelled(
        self, old: Revision, keys: Iterable[ModelKey], state: Snapshot
    ) -> dict[str, Definition | None]:
        frozen = frozen_of(old)
        labels = {key: (each.label if each else ".".join(key)) for key, each in frozen.items()}
        return {labels[key]: state.get(key) if frozen[key] else None for key in keys}


def _expect_none(conflicts: Sequence[Conflict]) -> None:
    if conflicts:
        labels = ", ".join(each.label for each in conflicts)
        raise Refused(
            f"Both branches change {labels}, so that one cannot be put on the other.",
            "Nothing was touched. Take it out of one of them.",
        )


def prepared(rebase: Rebase) -> list[Replacement]:
    """Write the new files beside the old ones, under other names; none where one cannot be."""
    done: list[Replacement] = []
    try:
        for each in rebase.moved:
            new = rebase.package.directory / f"{each.name}.py"
            done.append(Replacement(Path(each.old.path), new, each.text, keep=False))
    except BaseException:
        for replacement in done:
            replacement.drop()
        raise
    return done


def put(project: Project, rebase: Rebase, replacements: Iterable[Replacement]) -> None:
    """Put the new files in the old ones' places, the first first."""
    for replacement in replacements:
        replacement.put()
    for each in rebase.moved:
        forget(rebase.package, each.old.name)
    refresh(project.config(rebase.package.app))
