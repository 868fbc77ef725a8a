"""Is everything in models.py frozen in a revision?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evolve.authoring.author import Author
from evolve.autodiff.questions import OneOff
from evolve.findings import Finding
from evolve.project import Project
from evolve.revisions.draft import sentence
from evolve.revisions.graph import Graph


def check(project: Project, graph: Graph, app: str) -> list[Finding]:
    """Return a finding where models.py and the frozen models of an app differ."""
    if len(graph.heads(app)) > 1:
        return []
    difference = Author(project).difference(app, graph, _Nobody())
    if not difference:
        return []
    return [
        Finding(
            "models-differ",
            app,
            f"models.py has what no revision has: {sentence(difference.forwards)}.",
            f"`evolve schemamigration {app} --auto` writes it.",
        )
    ]


class _Nobody:
    """Answers every question, since only whether there is a difference is asked here."""

    renames: Mapping[str, str] = {}

    def renamed(self, question: Any) -> bool:
        """Nothing was."""
        return False

    def default(self, question: Any) -> OneOff:
        """Return one that serves for looking."""
        return OneOff(None)

    def shared_default(self, question: Any) -> None:
        """Go on."""
