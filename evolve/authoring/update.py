"""`--update`: rolling an app's last revision back where it is applied, and writing it anew.

First all checks, then all changes. The new file is written beside the old one before anything is
rolled back, takes its place in one step after that, and says what it supersedes, so that a crash
leaves the old state or the new one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps as live_apps

from evolve.authoring.author import Author, Wish
from evolve.authoring.head_file import refresh
from evolve.authoring.written import NewRevision
from evolve.autodiff.questions import Questioner
from evolve.errors import Refused
from evolve.frozen.closure import live_models
from evolve.project import Project
from evolve.revisions import digest
from evolve.revisions.disk import Replacement
from evolve.revisions.files import forget, frozen_of, package_of, read_text
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision

_HAND = "Edit it by hand: roll it back with `evolve migrate {app} {parent}`, edit, apply it again."
_IDENTITY = {"revision", "supersedes", "depends_on", "branch_labels"}


@dataclass(frozen=True)
class Update:
    """The revision to be written anew, and what it becomes: None for nothing.

    `edited`: its file is not what evolve wrote. `same`: it would do and freeze what it does now.
    """

    old: Revision
    parent: Key | None
    new: NewRevision | None
    edited: bool
    same: bool = False


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
    _check_dependents(graph, app, after - {old.key})
    text = read_text(old.path)
    is_edited = digest.edited(text) is not False
    same = new is not None and not wish.header and new.name == old.name and _same(text, new.text)
    return Update(old, parents[0] if parents else None, new, is_edited, same)


def _same(old: str, new: str) -> bool:
    """Tell whether two revisions' code is the same, whatever their ids and dependencies are.

    A dependency is on the last revision of the other app as it was on the day of the writing.
    """
    return _code(old) == _code(new)


def _code(text: str) -> list[str]:
    tree = ast.parse(text)
    revision = next(each for each in tree.body if isinstance(each, ast.ClassDef))
    revision.body = [each for each in revision.body if _assigned(each) not in _IDENTITY]
    return [ast.dump(each) for each in tree.body if not isinstance(each, ast.Expr)]


def _assigned(node: ast.stmt) -> str:
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def _check_dependents(graph: Graph, app: str, dependents: Iterable[Key]) -> None:
    """Refuse where what stands on the revision refers to models that are gone from models.py."""
    models = live_models(live_apps, app).of(app)
    for key in graph.order(dependents):
        definitions = frozen_of(graph[key]).values() if graph[key].kind != "django" else ()
        named = {
            each for definition in definitions if definition for each in definition.references()
        }
        if missing := sorted(each for each in named - models.keys() if each[0] == app):
            raise Refused(
                f"{key} refers to {'.'.join(missing[0])}, which models.py does not have any more.",
                f"Nothing was touched. Write the revision of '{key.app}' anew first, or go on with "
                "--auto instead of --update.",
            )


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


def prepared(update: Update, keep: bool) -> Replacement:
    """Write the new file beside the old one, under another name. Raises Refused where it cannot.

    An edited old text is kept, and any other if `keep`.
    """
    new = update.new
    old = Path(update.old.path)
    return Replacement(
        old, new.path if new else None, new.text if new else "", update.edited or keep
    )


def put(update: Update, replacement: Replacement) -> Path | None:
    """Put the new file in the old one's place; return where an edited old one is kept."""
    kept = replacement.put()
    package = package_of(Project().config(update.old.app))
    assert package is not None
    forget(package, update.old.name)
    refresh(Project().config(update.old.app))
    return kept
