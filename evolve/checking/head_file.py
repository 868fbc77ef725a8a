"""Does the head file say what the heads are?"""

from __future__ import annotations

from evolve.authoring.head_file import NAME, expected, written
from evolve.findings import Finding
from evolve.project import Project
from evolve.revisions.files import package_of, revisions_of
from evolve.revisions.graph import Graph
from evolve.settings import evolve_settings


def check(project: Project, graph: Graph, app: str) -> list[Finding]:
    """Return a finding where an app's head file is missing or stale.

    None where a head is a Django-format migration: makemigrations does not know the file, and
    evolve's next revision brings it up to date.
    """
    if any(graph[key].kind == "django" for key in graph.heads(app)):
        return []
    config = project.config(app)
    package = package_of(config)
    if package is None or not evolve_settings().HEAD_FILE:
        return []
    wanted, there = expected(revisions_of(config)), written(package)
    if wanted is None or wanted == there:
        return []
    says = f"says {', '.join(there.split())}" if there else "is missing"
    if there and "<<<<<<<" in there:
        says = "has a conflict of two branches in it"
    return [
        Finding(
            "head-file",
            str(package.directory / NAME),
            f"it {says}, and the app is at {', '.join(wanted.split())}.",
            f"`evolve heads {app} --write` writes it.",
        )
    ]
