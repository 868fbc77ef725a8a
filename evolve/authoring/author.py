"""Writing revisions: what schemamigration and datamigration make of a project's models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.apps import apps

from evolve.authoring.circles import Opened, opened
from evolve.authoring.deferred import without_fields
from evolve.authoring.drafting import (
    file_of,
    frozen_at,
    frozen_elsewhere,
    heads_by_app,
    place_at,
)
from evolve.authoring.proof import proven
from evolve.authoring.questions import Declared, composed
from evolve.authoring.replaced import check_replaced, replaced_models
from evolve.authoring.written import NewRevision
from evolve.autodiff.changes import Change
from evolve.autodiff.detect import Difference, detect
from evolve.autodiff.detector import project_detector
from evolve.autodiff.naming import automatic_slug, checked_slug, renamed
from evolve.autodiff.parts import Parts, with_parts
from evolve.autodiff.questions import Questioner
from evolve.autodiff.renames import find_renames
from evolve.autodiff.values import check_keys
from evolve.errors import Refused
from evolve.frozen.closure import live_models, reachable
from evolve.frozen.referred import as_referred
from evolve.frozen.snapshot import ModelKey, Snapshot
from evolve.project import Project
from evolve.revisions.draft import data_draft, depends_on, empty_draft, schema_draft
from evolve.revisions.files import frozen_of, package_of, read_text
from evolve.revisions.graph import Graph
from evolve.revisions.mentions import apps_before, apps_pointing_to
from evolve.revisions.revision import RESERVED, Key, Revision
from evolve.revisions.writer import Draft, write_revision
from evolve.settings import evolve_settings


@dataclass(frozen=True)
class Wish:
    """What a user says of a revision beforehand.

    `slug` of its file ("" for a made one), fields "Model.field" that are `deferred` to a later
    revision, apps to `freeze` beside its own, the `parts` of models.py to take instead of all, and
    the `parent` where it is not the app's head.
    """

    slug: str = ""
    deferred: Sequence[str] = ()
    freeze: Sequence[str] = ()
    parts: Parts = field(default_factory=Parts)
    parent: Key | None = None
    labels: Sequence[str] = ()
    depends_on: Sequence[str] = ()

    @property
    def header(self) -> bool:
        """Tell whether it asks for more in the header than what the models need."""
        return bool(self.freeze or self.labels or self.depends_on)


class Author:
    """Makes the revisions of a project as text; nothing is written before `NewRevision.write`."""

    def __init__(
        self, project: Project, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._project = project
        self._now = now

    def difference(
        self, app: str, graph: Graph, ask: Questioner, wish: Wish | None = None
    ) -> Difference:
        """Return what models.py of `app` has that its frozen state has not, and the reverse."""
        return detect(app, *self._sides(app, graph, wish or Wish()), ask)

    def _sides(self, app: str, graph: Graph, wish: Wish) -> tuple[Snapshot, Snapshot]:
        """Return the models that a new revision begins with, and those that it is to make."""
        # What the project's makemigrations patches has to be there before models are read.
        project_detector()
        old = frozen_at(self._project, graph, graph.heads(app), [app])
        new = without_fields(live_models(apps, app), old, app, wish.deferred)
        if wish.parts:
            new = with_parts(app, old, new, wish.parts)
        return old, new

    def _opened(
        self, app: str, graph: Graph, old: Snapshot, new: Snapshot, ask: Questioner
    ) -> tuple[Opened, Questioner]:
        """Return what to make instead of `new`, and who knows the renames that were asked for."""
        deleted = [old[key].label for key in sorted(old.of(app).keys() - new.keys())]
        if not _mentioning(app, deleted, (), graph):
            return Opened(new, (), ()), ask
        renamed = find_renames(app, old, new, ask)
        others = frozen_elsewhere(self._project, graph, app)
        frozen = Snapshot({**others, **old.of(app)}).following(app, renamed)
        result = opened(app, frozen, lambda label: live_models(apps, label), new)
        return result, Declared(ask, composed([renamed]))

    def schema_revision(
        self, app: str, wish: Wish, ask: Questioner, initial: bool = False
    ) -> NewRevision | None:
        """Return the revision that `--initial` or `--auto` writes; None where nothing changed."""
        graph = self._graph(app, wish.parent)
        package = package_of(self._project.config(app))
        if package and not graph.of(app) and not live_models(apps, app).of(app):
            return None
        self._check_begun(app, graph, initial)
        found = self._schema(app, graph, wish, ask, "Initial" if initial else "")
        if found is None:
            return None
        draft, changes, notes = found
        slug = wish.slug or ("initial" if initial else wish.parts.slug or automatic_slug(changes))
        new = replace(self._file(app, slug, draft, wish, changes), notes=notes)
        return proven(self._project, graph, graph.heads(app), new)

    def updated_revision(
        self, old: Revision, graph: Graph, wish: Wish, ask: Questioner
    ) -> NewRevision | None:
        """Return the revision that `--update` writes in the place of `old`; None for no change.

        `graph` is that without `old` and all that requires it. The number stays; a slug that was
        made from the changes is made anew, and one that a user gave stays.
        """
        found = self._schema(old.app, graph, wish, ask, "" if old.down else "Initial")
        if found is None:
            return None
        draft, changes, notes = found
        was = old.name.partition("_")[2]
        slug = wish.slug or (automatic_slug(changes) if was.startswith("auto") else was)
        draft = replace(
            draft,
            supersedes={**old.supersedes, old.id: old.name},
            branch_labels=(*old.branch_labels, *wish.labels),
            depends_on=sorted({*draft.depends_on, *wish.depends_on}),
        )
        package = package_of(self._project.config(old.app))
        assert package is not None
        name = renamed(old.name, checked_slug(slug, RESERVED))
        new = NewRevision(package, name, write_revision(draft), changes, notes)
        return proven(self._project, graph, graph.heads(old.app), new)

    def _schema(
        self, app: str, graph: Graph, wish: Wish, ask: Questioner, message: str
    ) -> tuple[Draft, tuple[Change, ...], tuple[str, ...]] | None:
        """Return the draft of what models.py has more than the graph, its changes and notes."""
        old, new = self._sides(app, graph, wish)
        way, asking = self._opened(app, graph, old, new, ask)
        difference = detect(app, old, way.new, asking)
        if not difference:
            return None
        for label in wish.freeze:
            self._project.config(label)
        place = place_at(self._project, app, graph, self._now())
        check_keys(difference.forwards)
        self._check_references(difference, graph)
        self._check_replaced(difference, graph)
        after = self._after(difference, graph) | set(wish.freeze)
        draft = schema_draft(place, difference, message, heads_by_app(graph), after)
        return draft, difference.forwards, way.notes(app)

    def _check_references(self, difference: Difference, graph: Graph) -> None:
        """Refuse a reference to another app's model or field that no revision of it has yet."""
        frozen = [each for each in difference.frozen.values() if each]
        keys = {key for each in frozen for key in each.references() if key[0] != difference.app}
        others = {app for app, _ in keys} & set(graph.apps)
        heads = [key for app in others for key in graph.heads(app)]
        known = frozen_at(self._project, graph, heads, others) if others else Snapshot()
        missing = {(*key, "") for key in keys - known.keys() if key[0] in others}
        for key, name in {target for each in frozen for target in each.target_fields()}:
            # What a model with bases does not have itself it may inherit.
            if key in known and name not in known[key].fields and "bases" not in known[key].meta:
                missing.add((*key, f".{name}"))
        for app, model, name in sorted(missing):
            raise Refused(
                f"Models of '{difference.app}' refer to {app}.{model}{name}, which no revision "
                "has yet.",
                f"Run `evolve schemamigration {app} --auto` first.",
            )

    def _check_replaced(self, difference: Difference, graph: Graph) -> None:
        """Refuse to replace a model by another of its name where something refers to it."""
        if replaced := replaced_models(difference).values():
            found = _mentioning(difference.app, replaced, (), graph)
            heads = [key for app in found for key in graph.heads(app)]
            check_replaced(difference, frozen_at(self._project, graph, heads, found).values())

    def _after(self, difference: Difference, graph: Graph) -> set[str]:
        """Return the other apps whose revisions have to come before a difference is made."""
        app, gone = difference.app, difference.gone
        revisions = [graph[key] for key in graph]
        found = _mentioning(app, gone, difference.frozen, graph) | apps_pointing_to(
            app, difference.lost_fields, revisions, lambda each: read_text(each.path)
        )
        self._check_gone(difference, graph, found)
        return found

    def _check_gone(self, difference: Difference, graph: Graph, others: set[str]) -> None:
        """Refuse to delete what models of other apps still refer to."""
        app, fields = difference.app, difference.removed_fields
        deleted = {(app, label.partition(".")[2].lower()) for label in difference.gone}
        deleted -= difference.new.keys() | _gone_names(difference)
        if not (deleted or fields):
            return
        heads = [key for each in others for key in graph.heads(each)]
        for definition in frozen_at(self._project, graph, heads, others).values():
            lost = "model" if definition.references() & deleted else "field"
            if lost == "model" or definition.target_fields() & fields:
                raise Refused(
                    f"{definition.label} still refers to a {lost} of '{app}' that is gone.",
                    f"Run `evolve schemamigration {definition.app} --auto` first.",
                )

    def empty_revision(self, app: str, wish: Wish) -> NewRevision:
        """Return the schema revision, to be written by hand, that `--empty` writes."""
        graph, slug = self._graph(app, wish.parent), wish.slug
        for label in wish.freeze:
            self._project.config(label)
        message = slug.replace("_", " ").capitalize()
        entries = depends_on(app, (), heads_by_app(graph), wish.freeze)
        place = place_at(self._project, app, graph, self._now())
        return self._file(app, slug, empty_draft(place, message, entries), wish)

    def data_revision(self, app: str, wish: Wish) -> NewRevision:
        """Return the skeleton of a data revision that freezes what `app` and others reach."""
        graph, slug = self._graph(app, wish.parent), wish.slug
        freeze = [*wish.freeze, *evolve_settings().FREEZE]
        for each in (app, *freeze):
            self._project.config(each)
        if not graph.of(app):
            raise Refused(
                f"The app '{app}' has no revisions, so there are no frozen models to work on.",
                f"Run `evolve schemamigration {app} --initial` first.",
            )
        heads = [key for label in graph.apps for key in graph.heads(label)]
        states = frozen_at(self._project, graph, heads, graph.apps)
        closure = reachable(states, [app, *freeze], apps, self._project.unmigrated)
        closure = Snapshot(
            {key: each if key[0] == app else as_referred(each) for key, each in closure.items()}
        )
        message = slug.replace("_", " ").capitalize()
        place = place_at(self._project, app, graph, self._now())
        return self._file(app, slug, data_draft(place, message, closure, heads_by_app(graph)), wish)

    def _file(
        self, app: str, slug: str, draft: Draft, wish: Wish, changes: tuple[Change, ...] = ()
    ) -> NewRevision:
        """Return a draft as a file, with what the wish adds to its header."""
        graph = self._project.graph()
        for label in wish.labels:
            checked_slug(label, RESERVED)
            if graph.labelled(app, label):
                raise Refused(f"{graph.labelled(app, label)} has the label '{label}' already.")
        entries = sorted({*draft.depends_on, *wish.depends_on})
        draft = replace(draft, branch_labels=tuple(wish.labels), depends_on=entries)
        return file_of(self._project, app, slug, draft, changes)

    def _graph(self, app: str, parent: Key | None) -> Graph:
        """Return the graph for a new revision: up to `parent` in its app, where that is given."""
        graph = self._project.graph()
        if parent is None:
            return graph
        return graph.without(set(graph.of(app)) - graph.lineage(parent))

    def _check_begun(self, app: str, graph: Graph, initial: bool) -> None:
        self._project.config(app)
        if initial and graph.of(app):
            raise Refused(
                f"The app '{app}' already has revisions, from {graph.of(app)[0].name} on.",
                f"Use `evolve schemamigration {app} --auto` for what has changed since.",
            )
        if not initial and not graph.of(app):
            raise Refused(
                f"The app '{app}' has no revisions to compare models.py with.",
                f"Use `evolve schemamigration {app} --initial` first.",
            )


def _mentioning(app: str, gone: Iterable[str], changed: Iterable[str], graph: Graph) -> set[str]:
    """Return the other apps whose revisions know models of `app` as they were; see apps_before."""
    revisions = [graph[key] for key in graph]
    return apps_before(app, gone, changed, revisions, lambda each: read_text(each.path), frozen_of)


def _gone_names(difference: Difference) -> set[ModelKey]:
    return {(difference.app, old.lower()) for old in difference.renamed if "." not in old}
