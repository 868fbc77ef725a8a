"""Has each app one head?"""

from __future__ import annotations

from evolve.errors import few
from evolve.findings import Finding
from evolve.project import Project
from evolve.revisions.graph import Graph


def check(project: Project, graph: Graph, app: str) -> list[Finding]:
    """Return a finding where an app's lineage ends in several places."""
    heads = graph.heads(app)
    if len(heads) < 2:
        return []
    names = few(key.name for key in heads)
    return [
        Finding(
            "several-heads",
            app,
            f"it has more than one head: {names}.",
            f"`evolve merge {app}` makes one of them, `evolve rebase {app} {heads[-1].name}` puts "
            "one on the other.",
        )
    ]
