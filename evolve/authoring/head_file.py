"""The head file: an app's heads in `migrations/HEAD`, so that two branches conflict in git."""

from __future__ import annotations

from django.apps import AppConfig

from evolve.revisions.disk import replace_whole
from evolve.revisions.files import Package, forget, package_of, revisions_of
from evolve.revisions.revision import Revision
from evolve.settings import evolve_settings

NAME = "HEAD"


def refresh(config: AppConfig) -> None:
    """Write an app's heads into its head file, as its files are now; none for no revisions."""
    package = package_of(config)
    if package is None or not package.exists or not evolve_settings().HEAD_FILE:
        return
    forget(package, "")
    wanted = expected(revisions_of(config))
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
    revised = {reference for each in revisions for reference in each.down}
    heads = [
        each
        for each in revisions
        if not revised & {each.id, each.name, *each.supersedes, *each.supersedes.values()}
    ]
    return "".join(f"{each.name}\n" for each in sorted(heads, key=lambda each: each.name))
