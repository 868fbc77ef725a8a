"""Is the project as its revisions say? One question a file."""

from __future__ import annotations

from collections.abc import Sequence

from evolve.checking import head_file, models, one_head, operations, squashes, usable
from evolve.errors import EvolveError
from evolve.findings import Finding
from evolve.project import Project

_CHECKS = (one_head.check, head_file.check, operations.check, usable.check, models.check)


def check(project: Project, apps: Sequence[str]) -> tuple[list[Finding], list[Finding]]:
    """Return what is wrong with `apps`, and what else is to be known of them.

    Where the files make no graph, that is all that is said. No database is needed for what is
    wrong, and none is changed.
    """
    if faults := project.visible().faults:
        return [Finding("graph", "revisions", fault) for fault in faults], []
    graph = project.graph()
    found: list[Finding] = []
    for app in apps:
        for each in _CHECKS:
            try:
                found += each(project, graph, app)
            except EvolveError as error:
                found.append(Finding("unreadable", app, error.found, error.hint))
    return found, [note for app in apps for note in squashes.notes(project, app)]
