"""A branch's revisions on top of another state: what each freezes there, and its text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.apps import apps as live_apps

from evolve.authoring.drafting import frozen_at, frozen_elsewhere, written_dependencies
from evolve.authoring.proof import check_text
from evolve.authoring.questions import Declared, composed
from evolve.autodiff.detect import detect
from evolve.autodiff.naming import numbered
from evolve.autodiff.questions import Answers
from evolve.database.agreement import disagreements, unusable
from evolve.database.lazy import LazyState
from evolve.errors import Refused
from evolve.frozen.closure import reachable
from evolve.frozen.merge import Conflict, merged_snapshots
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot
from evolve.project import Project
from evolve.revisions import digest
from evolve.revisions.draft import calls_of, new_id
from evolve.revisions.files import (
    Package,
    frozen_of,
    message_of,
    module_names,
    read_text,
)
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Direction, Key, Revision
from evolve.revisions.rewriter import Move, moved_text
from evolve.revisions.writer import Draft, write_revision
from evolve.settings import evolve_settings


@dataclass(frozen=True)
class Moved:
    """A revision at its new place: the file's name and text."""

    old: Revision
    name: str
    text: str


@dataclass
class Walk:
    """The state on top of which the next revision of the branch is put."""

    project: Project
    graph: Graph
    app: str
    package: Package
    onto: Key
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
        before = self._state
        frozen = self._data_frozen(old) if old.kind == "data" else self._schema_frozen(old)
        names = [each for each in module_names(self.package) if each not in self._leaving]
        slug = old.name.partition("_")[2] or old.name
        name = numbered(slug, [*names, *self.taken], evolve_settings().FILE_NAME)
        revision = new_id(each.id for each in self.project.revisions)
        move = Move(revision, (self._parent,), {**old.supersedes, old.id: old.name}, frozen)
        text = moved_text(old, read_text(old.path), move)
        if old.kind == "schema" and (said := self._disagrees(old, before)):
            text = self._anew(old, move, before, said)
        if old.kind == "schema":
            check_text(self.app, name, f"{name}.py", text, self._lazy(before))
        self.taken.append(name)
        self._parent = (revision, name)
        return Moved(old, name, text)

    def _disagrees(self, old: Revision, before: Snapshot) -> str:
        """Tell where a revision's methods would not do what it is to freeze now."""
        ways: list[Direction] = ["forwards"]
        ways += [] if self.project.facts.irreversible(old) else ["backwards"]
        states = (self._lazy(before), self._lazy(self._state))
        if found := unusable(states[1], self.app):
            raise Refused(
                f"{old.key} cannot go on top of {self.onto}: the models could not be loaded:\n"
                + "\n".join(found),
                "Nothing was touched. Take what does not fit out of the branch.",
            )
        said = disagreements(self.project.load(old), *states, ways)
        return "\n".join(line for lines in said.values() for line in lines)

    def _lazy(self, own: Snapshot) -> LazyState:
        """Return a state with these definitions of the app, and every other app as it is."""
        others = [key for key in self.graph if key.app != self.app]
        state = self.project.state(self.graph, others)
        for key in [key for key in state.models if key[0] == self.app]:
            del state.models[key]
        for key, definition in own.of(self.app).items():
            state.models[key] = definition
        return state

    def _anew(self, old: Revision, move: Move, before: Snapshot, said: str) -> str:
        """Write a revision's methods anew, where nobody but evolve has written them."""
        if digest.edited(read_text(old.path)) is not False:
            raise Refused(
                f"{old.key} cannot go on top of {self.onto} as it was written:\n{said}",
                "Nothing was touched. Its methods were written by hand: make them fit, or "
                "write it again with `evolve schemamigration --auto`.",
            )
        elsewhere = frozen_elsewhere(self.project, self.graph, self.app)
        asking = Declared(Answers(), composed([old.renamed]))
        found = detect(self.app, before, self._state.overlaid(dict(elsewhere)), asking)
        draft = Draft(
            kind="schema",
            message=message_of(old),
            revision=move.revision,
            parents=move.parents,
            created=datetime.now(UTC),
            frozen=move.frozen,
            depends_on=written_dependencies(old),
            branch_labels=old.branch_labels,
            renamed=found.renamed,
            supersedes=move.supersedes,
            forwards=calls_of(found.forwards, found.new),
            backwards=calls_of(found.backwards, found.old),
            irreversible=found.irreversible or self.project.facts.irreversible(old),
        )
        return write_revision(draft)

    @property
    def _leaving(self) -> set[str]:
        staying = self.graph.lineage(self.onto)
        return {key.name for key in self.graph.of(self.app) if key not in staying}

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
        closure = reachable(pool, [self.app], live_apps, self.project.unmigrated)
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
