"""May the files go that a squash replaces?"""

from __future__ import annotations

from collections.abc import Iterator

from evolve.errors import Refused, few
from evolve.findings import Finding
from evolve.project import Project
from evolve.revisions.revision import Key, Revision


def notes(project: Project, app: str) -> Iterator[Finding]:
    """Yield what each squash of an app waits for, on the databases that the project has here."""
    there = {each.key for each in project.revisions}
    for squash in project.revisions:
        files = [key for key in squash.replaced if key in there]
        if squash.app != app or not files:
            continue
        waiting = [why for alias in project.aliases(app) if (why := _waits(project, squash, alias))]
        names = few(key.name for key in files)
        if waiting:
            yield Finding("squash-waits", str(squash), f"{names} have to stay: {waiting[0]}")
        else:
            yield Finding(
                "squash-done",
                str(squash),
                f"it is applied wherever they were: {names} can be removed.",
                "Look at the databases that are not in these settings first, and leave `replaces` "
                "in the squash: other files name them by it.",
            )


def _waits(project: Project, squash: Revision, alias: str) -> str:
    """Return why a database still needs the files; nothing where it does not."""
    try:
        rows = project.markers(alias).applied()
    except Refused as error:
        return error.found
    parts: set[Key] = set(squash.replaced)
    done = parts & rows.keys()
    if not done or (squash.key in rows and done == parts):
        return ""
    return (
        f"the database '{alias}' has {len(done)} of these {len(parts)}, and not the squash. "
        f"`evolve migrate {squash.app} --database {alias}` brings it there."
    )
