"""Writing revisions: what schemamigration and datamigration make of a project's models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps

from evolve.autodiff.changes import Change
from evolve.autodiff.detect import Difference, detect
from evolve.autodiff.naming import automatic_slug, checked_slug, numbered
from evolve.autodiff.questions import Questioner
from evolve.database.states import snapshot_at
from evolve.errors import Refused, UnknownName
from evolve.frozen.closure import live_models, reachable
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot
from evolve.project import Project
from evolve.revisions.draft import Place, data_draft, empty_draft, new_id, schema_draft
from evolve.revisions.files import (
    Package,
    make_package,
    module_names,
    package_of,
    read_text,
    write_whole,
)
from evolve.revisions.graph import Graph
from evolve.revisions.mentions import apps_before
from evolve.revisions.revision import Key, Revision
from evolve.revisions.targets import RESERVED
from evolve.revisions.writer import Draft, write_revision


@dataclass(frozen=True)
class NewRevision:
    """A revision file as text, and where it goes; `changes` are empty for one written by hand."""

    package: Package
    name: str
    text: str
    changes: tuple[Change, ...] = ()

    @property
    def path(self) -> Path:
        """The file."""
        return self.package.directory / f"{self.name}.py"

    def write(self) -> None:
        """Write the file whole; where that fails, nothing that was made for it stays."""
        made = make_package(self.package)
        try:
            write_whole(self.path, self.text)
        except BaseException:
            for each in reversed(made):
                each.rmdir() if each.is_dir() else each.unlink()
            raise


class Author:
    """Makes the revisions of a project as text; nothing is written before `NewRevision.write`."""

    def __init__(
        self, project: Project, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._project = project
        self._now = now

    def difference(
        self, app: str, graph: Graph, ask: Questioner, deferred: Iterable[str] = ()
    ) -> Difference:
        """Return what models.py of `app` has that its frozen state has not, and the reverse."""
        new = _without_fields(live_models(apps, app), app, deferred)
        old = self._frozen(graph, graph.heads(app), [app])
        difference = detect(app, old, new, ask)
        if difference and not any(graph[key].kind != "django" for key in graph.of(app)):
            # The first evolve revision of an app freezes all of it: nothing older is read again.
            whole = {each.label: each for _, each in sorted(new.of(app).items())}
            return replace(difference, frozen={**difference.frozen, **whole})
        return difference

    def _frozen(self, graph: Graph, keys: Iterable[Key], wanted: Iterable[str]) -> Snapshot:
        """Return the definitions of the apps `wanted` at `keys`, following renames anywhere."""
        own = graph.ancestors(keys)
        renaming = {key for key in graph if graph[key].renamed}
        order = graph.order(own | renaming)
        return snapshot_at((graph[key] for key in order), self._project.load, wanted)

    def schema_revision(
        self, app: str, slug: str, initial: bool, ask: Questioner, deferred: Iterable[str] = ()
    ) -> NewRevision | None:
        """Return the revision that `--initial` or `--auto` writes; None where nothing changed."""
        graph = self._project.graph()
        self._check_begun(app, graph, initial)
        difference = self.difference(app, graph, ask, deferred)
        if not difference:
            return None
        place = self._place(app, graph)
        self._check_references(difference, graph)
        message, heads = "Initial" if initial else "", self._heads(graph)
        draft = schema_draft(place, difference, message, heads, self._after(difference, graph))
        slug = slug or ("initial" if initial else automatic_slug(difference.forwards))
        return self._revision(app, slug, draft, difference.forwards)

    def _check_references(self, difference: Difference, graph: Graph) -> None:
        """Refuse a reference to another app's model that no revision of that app has yet."""
        frozen = [each for each in difference.frozen.values() if each]
        keys = {key for each in frozen for key in each.references() if key[0] != difference.app}
        others = {app for app, _ in keys} & set(graph.apps)
        heads = [key for app in others for key in graph.heads(app)]
        known = self._frozen(graph, heads, others) if others else Snapshot()
        for app, model in sorted(key for key in keys - known.keys() if key[0] in others):
            raise Refused(
                f"Models of '{difference.app}' refer to {app}.{model}, which no revision has yet.",
                f"Run `evolve schemamigration {app} --auto` first.",
            )

    def _after(self, difference: Difference, graph: Graph) -> set[str]:
        """Return the other apps whose revisions have to come before a difference is made."""
        app, gone = difference.app, difference.gone
        revisions = [graph[key] for key in graph]
        found = apps_before(
            app, gone, difference.frozen, revisions, lambda each: read_text(each.path)
        )
        deleted = {(app, label.partition(".")[2].lower()) for label in gone} - difference.new.keys()
        heads = [key for each in found for key in graph.heads(each)]
        for definition in self._frozen(graph, heads, found).values() if deleted else ():
            if definition.references() & (deleted - _renamed(difference)):
                raise Refused(
                    f"{definition.label} still refers to a model of '{app}' that is gone.",
                    f"Run `evolve schemamigration {definition.app} --auto` first.",
                )
        return found

    def empty_revision(self, app: str, slug: str) -> NewRevision:
        """Return the schema revision, to be written by hand, that `--empty` writes."""
        place = self._place(app, self._project.graph())
        return self._revision(app, slug, empty_draft(place, slug.replace("_", " ").capitalize()))

    def data_revision(self, app: str, slug: str, freeze: Sequence[str]) -> NewRevision:
        """Return the skeleton of a data revision that freezes what `app` and `freeze` reach."""
        graph = self._project.graph()
        for each in (app, *freeze):
            self._project.config(each)
        if not graph.of(app):
            raise Refused(
                f"The app '{app}' has no revisions, so there are no frozen models to work on.",
                f"Run `evolve schemamigration {app} --initial` first.",
            )
        heads = [key for label in graph.apps for key in graph.heads(label)]
        states = snapshot_at(
            (graph[key] for key in graph.order(graph.ancestors(heads))),
            self._project.load,
            graph.apps,
        )
        closure = reachable(states, [app, *freeze])
        message = slug.replace("_", " ").capitalize()
        return self._revision(
            app, slug, data_draft(self._place(app, graph), message, closure, self._heads(graph))
        )

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

    def _place(self, app: str, graph: Graph) -> Place:
        self._project.config(app)
        heads = graph.heads(app)
        if len(heads) > 1:
            raise Refused(
                f"The app '{app}' has more than one head: {', '.join(key.name for key in heads)}.",
                "A new revision needs one parent: merge the heads first.",
            )
        taken = [revision.id for revision in self._project.revisions]
        return Place(app, [graph[key] for key in heads], new_id(taken), self._now())

    def _heads(self, graph: Graph) -> Mapping[str, Sequence[Revision]]:
        return {app: [graph[key] for key in graph.heads(app)] for app in graph.apps}

    def _revision(
        self, app: str, slug: str, draft: Draft, changes: tuple[Change, ...] = ()
    ) -> NewRevision:
        package = package_of(self._project.config(app))
        if package is None:
            raise Refused(f"MIGRATION_MODULES switches the migrations of '{app}' off.")
        names = module_names(package) if package.exists else []
        name = numbered(checked_slug(slug, RESERVED), names)
        return NewRevision(package, name, write_revision(draft), changes)


def _renamed(difference: Difference) -> set[ModelKey]:
    return {(difference.app, old.lower()) for old in difference.renamed if "." not in old}


def _without_fields(new: Snapshot, app: str, deferred: Iterable[str]) -> Snapshot:
    """Return the models without the fields "Model.field" that are left for a later revision."""
    left: dict[Any, Definition] = dict(new)
    for name in deferred:
        model, _, field = name.partition(".")
        definition = left.get((app, model.lower()))
        if definition is None or field not in definition.fields:
            raise UnknownName.among(
                "field", name, [f"{d.name}.{f}" for d in new.of(app).values() for f in d.fields]
            )
        fields = {each: text for each, text in definition.fields.items() if each != field}
        left[definition.key] = replace(definition, fields=fields)
    return Snapshot(left)
