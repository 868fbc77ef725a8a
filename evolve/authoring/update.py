"""`--update`: rolling an app's last revision back where it is applied, and writing it anew.

First all checks, then all changes. The new file is written beside the old one before anything is
rolled back, takes its place in one step after that, and says what it supersedes, so that a crash
leaves the old state or the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, router

from evolve.authoring.author import Author, Wish
from evolve.authoring.head_file import refresh
from evolve.authoring.written import NewRevision
from evolve.autodiff.questions import Questioner
from evolve.database.losses import Loss
from evolve.errors import EvolveError, Refused, RevisionFailed
from evolve.plan import Plan, make_plan
from evolve.project import Project
from evolve.revisions import digest
from evolve.revisions.disk import Replacement
from evolve.revisions.files import forget, package_of, read_text
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from evolve.revisions.targets import Target
from evolve.running import Audience, Run, migrate, plan_losses

_HAND = "Edit it by hand: roll it back with `evolve migrate {app} {parent}`, edit, apply it again."


@dataclass(frozen=True)
class Rollback:
    """A database on which the revision is applied, and the plan that takes it back.

    `previous` is when the revision before it was applied, None where there is none.
    """

    alias: str
    plan: Plan
    previous: datetime | None
    losses: tuple[Loss, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """What is rolled back, the last first."""
        return tuple(step.key for step in self.plan.steps)


@dataclass(frozen=True)
class Update:
    """The revision to be written anew: what it becomes (None for nothing), and where it is applied.

    `edited`: its file is not what evolve wrote.
    """

    old: Revision
    parent: Key | None
    new: NewRevision | None
    edited: bool
    rollbacks: tuple[Rollback, ...] = ()
    unreachable: tuple[str, ...] = ()

    @property
    def dependents(self) -> list[Key]:
        """The other revisions that have to be rolled back with it, on whatever database."""
        keys = (key for each in self.rollbacks for key in each.keys if key != self.old.key)
        return list(dict.fromkeys(keys))


def rewritten(project: Project, app: str, wish: Wish, ask: Questioner) -> Update:
    """Return the update of an app's last revision as far as its files go.

    Raises Refused for a revision that cannot be written anew.
    """
    graph = project.graph()
    old = _head(project, graph, app)
    after = graph.descendants([old.key])
    parents = graph.parents(old.key)
    new = Author(project).updated_revision(old, graph.without([old.key]), wish, ask)
    dependents = [str(key) for key in graph.order(after - {old.key})]
    if new is None and dependents:
        raise Refused(
            f"Without {old.name} nothing of models.py has changed, so that it would go, and "
            f"{', '.join(dependents)} depends on it.",
            "Nothing was touched. Take that dependency out first.",
        )
    is_edited = digest.edited(read_text(old.path)) is not False
    return Update(old, parents[0] if parents else None, new, is_edited)


def _head(project: Project, graph: Graph, app: str) -> Revision:
    project.config(app)
    heads = graph.heads(app)
    if not heads:
        raise Refused(
            f"The app '{app}' has no revision to update.", f"Use --initial: {app} is new."
        )
    if len(heads) > 1:
        raise Refused(
            f"The app '{app}' has more than one head: {', '.join(key.name for key in heads)}.",
            "Only the last revision can be updated: merge them first.",
        )
    head = graph[heads[0]]
    if reason := _fixed(head):
        parents = graph.parents(head.key)
        hand = _HAND.format(app=app, parent=parents[0].name if parents else "zero")
        raise Refused(f"{head.path}: it is {reason}, which evolve cannot write anew.", hand)
    return head


def _fixed(revision: Revision) -> str | None:
    """Return what keeps a revision from being written anew; None for nothing."""
    reasons = {
        "a Django-format migration": revision.kind == "django",
        "a data migration": revision.kind == "data",
        "a merge": len(revision.down) > 1,
        "a squash": bool(revision.replaces),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def located(project: Project, update: Update, skip_unreachable: bool = False) -> Update:
    """Return the update with every database on which the revision is applied.

    Raises Refused for one that cannot be reached unless `skip_unreachable`, and Guarded where the
    revision cannot be rolled back.
    """
    found: list[Rollback] = []
    unreachable: list[str] = []
    for alias in _aliases(update.old.app):
        try:
            rollback = _rollback(project, update, alias)
        except _Unreachable as error:
            if not skip_unreachable:
                raise Refused(
                    f"{error}\n{update.old.name} may be applied there.",
                    "Nothing was touched. Give --skip-unreachable to leave that database as it is.",
                ) from error
            unreachable.append(alias)
            continue
        found += [rollback] if rollback else []
    return Update(
        update.old, update.parent, update.new, update.edited, tuple(found), tuple(unreachable)
    )


class _Unreachable(Exception):
    """A database cannot be reached."""


def _aliases(app: str) -> Iterable[str]:
    """Return the databases that the routers allow for an app, each database once."""
    seen: dict[tuple[str, ...], str] = {}
    for alias in connections:
        given: dict[str, Any] = settings.DATABASES[alias]
        engine = str(given.get("ENGINE", ""))
        if engine.endswith(".dummy") or not router.allow_migrate(alias, app):
            continue
        place = tuple(str(given.get(each, "")) for each in ("ENGINE", "HOST", "PORT", "NAME"))
        seen.setdefault(place, alias)
    return list(seen.values())


def _rollback(project: Project, update: Update, alias: str) -> Rollback | None:
    try:
        rows = project.markers(alias).applied()
    except Refused as error:
        raise _Unreachable(error.found) from error
    stale = [each for each in project.ghosts(alias) if each.replaced_by == update.old.key]
    if stale:
        raise Refused(
            f"On the database '{alias}', {stale[0]}",
            "Nothing was touched. Roll it back there first, with the file that it was.",
        )
    if update.old.key not in rows:
        return None
    graph = project.graph(rows)
    target = Target(update.old.app, update.parent)
    plan = make_plan(graph, project.applied(graph, rows), [target])
    project.refuse(plan)
    previous = rows.get(update.parent) if update.parent else None
    return Rollback(alias, plan, previous, plan_losses(project, plan, alias))


def prepared(update: Update) -> Replacement:
    """Write the new file beside the old one, under another name. Raises Refused where it cannot."""
    new = update.new
    old = Path(update.old.path)
    return Replacement(old, new.path if new else None, new.text if new else "", update.edited)


def roll_back(project: Project, rollback: Rollback, run: Run, audience: Audience) -> None:
    """Take the revision back on one database."""
    try:
        migrate(project, rollback.plan, run, audience)
    except RevisionFailed as error:
        raise EvolveError(
            f"On the database '{rollback.alias}': {error.found}",
            f"{error.hint}\nNo file was changed. `evolve migrate` applies again what was rolled "
            "back.",
        ) from error


def put(update: Update, replacement: Replacement) -> Path | None:
    """Put the new file in the old one's place; return where an edited old one is kept."""
    kept = replacement.put()
    package = package_of(Project().config(update.old.app))
    assert package is not None
    forget(package, update.old.name)
    refresh(Project().config(update.old.app))
    return kept


def reapplication(update: Update, rollback: Rollback) -> tuple[Project, Plan]:
    """Return the plan that applies again what was rolled back on one database, dependents too."""
    project = Project()
    graph = project.graph(frozenset(project.markers(rollback.alias).applied()))
    applied = project.applied(graph, project.markers(rollback.alias).applied())
    keys: Sequence[Key] = [key for key in reversed(rollback.keys) if key != update.old.key]
    heads = graph.heads(update.old.app)
    targets = [Target(key.app, key) for key in (*heads, *keys)]
    plan = make_plan(graph, applied, targets)
    project.refuse(plan)
    return project, plan
