"""Can the models be loaded and made as they are frozen, with those of other apps?"""

from __future__ import annotations

from evolve.database.agreement import unusable
from evolve.errors import few_lines
from evolve.findings import Finding
from evolve.project import Project
from evolve.revisions.graph import Graph


def check(project: Project, graph: Graph, app: str) -> list[Finding]:
    """Return a finding where the frozen models refer to what is not there, or clash."""
    if len(graph.heads(app)) > 1 or not any(graph[key].kind != "django" for key in graph.of(app)):
        return []
    found = unusable(project.state(graph, graph), app)
    return [
        Finding(
            "unusable",
            app,
            "its frozen models do not fit together:\n" + few_lines(found),
            "Write a revision that mends it; what was merged or edited last is where to look.",
        )
    ] * bool(found)
