"""Rebasing: a branch's revisions put on top of another head, code and all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evolve.authoring.head_file import refresh
from evolve.authoring.merge import conflicting, merged_at
from evolve.authoring.moving import Moved, Walk
from evolve.errors import Refused, few
from evolve.project import Project
from evolve.revisions.disk import Replacement, replace_whole
from evolve.revisions.files import (
    UNFINISHED,
    Package,
    forget,
    package_of,
)
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key


@dataclass(frozen=True)
class Rebase:
    """A branch that is put on `onto`: its revisions in order, and what it stood on before."""

    package: Package
    onto: Key
    parent: Key | None
    moved: tuple[Moved, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The revisions as they are before."""
        return tuple(each.old.key for each in self.moved)


def rebased(
    project: Project, app: str, branch: Key, onto: Key, answers: Mapping[str, str]
) -> Rebase:
    """Return what `branch` becomes on top of `onto`, back to where the two part.

    `answers` names fields that both changed, as "ours": the branch's stays. Raises Refused for a
    branch that cannot be moved, and with every conflict.
    """
    graph = project.graph()
    keys = _branch(graph, branch, onto)
    merged = merged_at(project, graph, [branch, onto], answers, on_top=True)
    if merged.conflicts:
        raise conflicting(app, merged, "--ours")
    package = package_of(project.config(app))
    assert package is not None
    parent = next(iter(graph.parents(keys[0])), None)
    walk = Walk(project, graph, app, package, onto)
    return Rebase(package, onto, parent, tuple(walk.moved(graph[key]) for key in keys))


def _branch(graph: Graph, branch: Key, onto: Key) -> tuple[Key, ...]:
    """Return the branch's own revisions, which have to be a line of evolve's."""
    keys = graph.order(graph.lineage(branch) - graph.lineage(onto))
    if not keys or onto in graph.lineage(branch):
        raise Refused(f"{branch} stands on {onto} already, or comes before it.")
    for key in keys:
        others = [each for each in graph.children(key) if each not in keys]
        reasons = {
            "is a Django-format migration": graph[key].kind == "django",
            "is a merge": len(graph.parents(key)) > 1,
            "is a squash": bool(graph[key].replaces),
            f"has another branch on it, {few(others)}": bool(others),
        }
        for reason, holds in reasons.items():
            if holds:
                raise Refused(
                    f"{key} {reason}, so that it cannot be moved.",
                    f"Nothing was touched. `evolve merge {key.app}` makes one head of both.",
                )
    return keys


def prepared(rebase: Rebase) -> list[Replacement]:
    """Write the new files beside the old ones, under other names; none where one cannot be."""
    done: list[Replacement] = []
    try:
        for each in rebase.moved:
            new = rebase.package.directory / f"{each.name}.py"
            done.append(Replacement(Path(each.old.path), new, each.text, keep=False))
    except BaseException:
        for replacement in done:
            replacement.drop()
        raise
    return done


def put(project: Project, rebase: Rebase, replacements: Iterable[Replacement]) -> None:
    """Put the new files in the old ones' places, the first first.

    What they are is in one file meanwhile, so that a rebase that is cut off can be finished.
    """
    files = [[each.old.name, each.name, each.text] for each in rebase.moved]
    marker = rebase.package.directory / UNFINISHED
    replace_whole(marker, json.dumps(files))
    for replacement in replacements:
        replacement.put()
    marker.unlink()
    _settle(project, rebase.package, [each.old.name for each in rebase.moved])


def finish(project: Project, app: str) -> list[str]:
    """Finish a rebase that was cut off between two files; return the names of the new ones.

    Raises Refused where none was.
    """
    package = package_of(project.config(app))
    marker = package.directory / UNFINISHED if package else None
    if package is None or marker is None or not marker.exists():
        raise Refused(f"No rebase of '{app}' was cut off.")
    files = json.loads(marker.read_text(encoding="utf-8"))
    for _, new, text in files:
        replace_whole(package.directory / f"{new}.py", text)
    written = {new for _, new, _ in files}
    for old in (old for old, _, _ in files if old not in written):
        (package.directory / f"{old}.py").unlink(missing_ok=True)
    for each in package.directory.glob(".*.py.*.tmp"):
        each.unlink()
    marker.unlink()
    _settle(project, package, [old for old, _, _ in files])
    return sorted(written)


def _settle(project: Project, package: Package, names: Iterable[str]) -> None:
    for name in names:
        forget(package, name)
    refresh(project.config(package.app))
