"""What every new revision needs: the state it begins with, its place, its file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.apps import apps as live_apps

from evolve.adopting import installed
from evolve.authoring.written import NewRevision
from evolve.autodiff.changes import Change
from evolve.autodiff.naming import checked_slug, numbered
from evolve.database.lazy import LazyState
from evolve.database.states import state_at
from evolve.errors import Refused
from evolve.frozen.snapshot import Snapshot
from evolve.project import Project
from evolve.revisions.draft import Place, new_id
from evolve.revisions.files import module_names, package_of, read_text
from evolve.revisions.graph import Graph
from evolve.revisions.header import read_header
from evolve.revisions.revision import RESERVED, Key, Revision
from evolve.revisions.writer import Draft, write_revision
from evolve.settings import evolve_settings


def state_of(
    project: Project, graph: Graph, keys: Iterable[Key], apps: Collection[str]
) -> LazyState:
    """Return the state of `apps` at `keys`, and nothing else; other apps' renames are followed."""
    renaming = {key for key in graph if graph[key].renamed and key.app not in apps}
    order = graph.order(graph.ancestors(keys) | renaming)
    return state_at((graph[key] for key in order), project.load, only=apps)


def frozen_at(
    project: Project, graph: Graph, keys: Iterable[Key], apps: Collection[str]
) -> Snapshot:
    """Return the definitions of `apps` at `keys`, following other apps' renames."""
    return state_of(project, graph, keys, apps).models.snapshot(apps)


def frozen_elsewhere(
    project: Project, graph: Graph, app: str, keys: Iterable[Key] | None = None
) -> Snapshot:
    """Return the definitions of all other apps at `keys`, or at all that there is."""
    others = [each for each in graph.apps if each != app]
    return frozen_at(project, graph, graph if keys is None else keys, others)


def written_dependencies(revision: Revision) -> tuple[str, ...]:
    """Return a revision's dependencies as its file has them: settings are not resolved."""
    text = read_text(revision.path)
    return read_header(revision.app, revision.name, revision.path, text).depends_on


def heads_by_app(graph: Graph) -> Mapping[str, Sequence[Revision]]:
    """Return the heads of every app that has revisions, and none for one that cannot have any.

    Those are other people's apps without migrations, and apps that settings switch them off for.
    """
    configs = live_apps.get_app_configs()
    without = [
        each.label for each in configs if installed(Path(each.path)) or package_of(each) is None
    ]
    heads = {app: [graph[key] for key in graph.heads(app)] for app in graph.apps}
    return {**dict.fromkeys(without, ()), **heads}


def place_at(
    project: Project, app: str, graph: Graph, now: datetime, parents: Sequence[Key] = ()
) -> Place:
    """Return the place of a new revision: on `parents`, else on the app's one head.

    Raises Refused where there is more than one head.
    """
    project.config(app)
    heads = parents or graph.heads(app)
    if len(heads) > 1 and not parents:
        raise Refused(
            f"The app '{app}' has more than one head: {', '.join(key.name for key in heads)}.",
            f"A new revision needs one parent: `evolve merge {app}` makes one of them, `evolve "
            f"rebase {app} {heads[-1].name}` puts one on the other, --head REVISION goes on from "
            "one.",
        )
    taken = [revision.id for revision in project.revisions]
    return Place(app, [graph[key] for key in heads], new_id(taken), now)


def file_of(
    project: Project, app: str, slug: str, draft: Draft, changes: tuple[Change, ...] = ()
) -> NewRevision:
    """Return a draft as a file with the app's next number."""
    package = package_of(project.config(app))
    if package is None:
        raise Refused(
            f"The app '{app}' cannot have migrations: MIGRATION_MODULES switches them off, or the "
            "app is a module and no package."
        )
    names = module_names(package) if package.exists else []
    template = evolve_settings().FILE_NAME
    name = numbered(checked_slug(slug, RESERVED), names, template)
    return NewRevision(package, name, write_revision(draft), changes)
