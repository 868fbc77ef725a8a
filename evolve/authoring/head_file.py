"""The head file: an app's heads in `migrations/HEAD`, so that two branches conflict in git."""

from __future__ import annotations

from django.apps import AppConfig

from evolve.errors import EvolveError
from evolve.revisions.disk import replace_whole
from evolve.revisions.files import Package, forget, package_of, revisions_of
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Revision
from evolve.revisions.squashed import without_replaced
from evolve.settings import evolve_settings

NAME = "HEAD"


def refresh(config: AppConfig) -> None:
    """Write an app's heads into its head file, as its files are now; none for no revisions."""
    package = package_of(config)
    if package is None or not package.exists or not evolve_settings().HEAD_FILE:
        return
    forget(package, "")
    try:
        wanted = expected(revisions_of(config))
    except EvolveError:
        return  # what is no graph has no heads; `evolve check` says what is wrong
    path = package.directory / NAME
    if wanted is None:
        path.unlink(missing_ok=True)
    elif written(package) != wanted:
        replace_whole(path, wanted)


def written(package: Package) -> str | None:
    """Return what a head file says; None where there is none."""
    path = package.directory / NAME
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else None


def expected(revisions: tuple[Revision, ...]) -> str | None:
    """Return what the head file of an app has to say; None for an app that is not evolve's."""
    if all(each.kind == "django" for each in revisions):
        return None
    graph = Graph(without_replaced(revisions, frozenset()), strict=False)
    return "".join(
        f"{name}\n" for name in sorted(key.name for key in graph.heads(revisions[0].app))
    )
