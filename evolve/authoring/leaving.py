"""Leaving evolve: an app's revisions as Django-format files that need nothing of evolve."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import migrations
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from evolve.authoring.head_file import refresh
from evolve.authoring.left_orm import MODULE, TEXT
from evolve.autodiff.detect import detect
from evolve.autodiff.questions import Answers
from evolve.database.lazy import LazyState
from evolve.database.recorded import operations_of
from evolve.database.states import state_after
from evolve.errors import Refused
from evolve.frozen.capture import capture_state
from evolve.frozen.snapshot import Snapshot
from evolve.project import Project
from evolve.revisions import digest
from evolve.revisions.disk import Replacement, replace_whole
from evolve.revisions.files import Package, forget, package_of, read_text
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision

_HEADER = {
    *("revision", "down_revision", "depends_on", "branch_labels", "renamed", "supersedes"),
    *("replaces", "run_before", "elidable", "frozen", "hints"),
}


@dataclass(frozen=True)
class Leaving:
    """The files of an app in Django's format, and other apps' files that named them by id."""

    package: Package
    files: tuple[tuple[Revision, str], ...]
    others: tuple[tuple[Revision, str], ...]
    needs_orm: bool


def leaving(project: Project, app: str) -> Leaving:
    """Return an app's revisions as Django-format files. Names and rows stay as they are.

    Raises Refused where the app has none of evolve's, where a squash's replaced files are still
    there, and for what Django's operations cannot say.
    """
    graph = project.graph()
    package = package_of(project.config(app))
    own = [graph[key] for key in graph.of(app) if graph[key].kind != "django"]
    if package is None or not own:
        raise Refused(f"The app '{app}' has no revision of evolve's: there is nothing to leave.")
    hidden = [each for each in project.revisions if each.app == app and each.key not in graph]
    if hidden:
        raise Refused(
            f"A squash of '{app}' still has the files that it replaces: {hidden[0].name}, …",
            "Nothing was written. `evolve check` says when they can be removed; do that first.",
        )
    texts = _texts(project, graph, app)
    needs_orm = any(each.kind == "data" for each in own)
    helper = package.directory / f"{MODULE}.py"
    if needs_orm and helper.exists() and helper.read_text(encoding="utf-8") != TEXT:
        raise Refused(
            f"{helper} exists already, and what data migrations need would be written there.",
            "Nothing was written. Give that file another name.",
        )
    others = tuple(_renamed_references(project, graph, app))
    return Leaving(package, tuple((each, texts[each.key]) for each in own), others, needs_orm)


def _texts(project: Project, graph: Graph, app: str) -> dict[Key, str]:
    """Return the text of each of the app's evolve revisions."""
    texts: dict[Key, str] = {}
    state = project.state(graph, ())
    djangos = ProjectState()
    for key in graph:
        revision, migration = graph[key], project.load(graph[key])
        before, state = state, state_after(revision, migration, state)
        if key.app != app or revision.kind == "django":
            djangos.models.update({k: v for k, v in state.models.items() if k[0] == key.app})
            continue
        operations = _operations(project, revision, migration, before, state, djangos)
        texts[key] = _file(revision, migration, operations, f"{_package(project, app)}.{MODULE}")
    return texts


def _package(project: Project, app: str) -> str:
    package = package_of(project.config(app))
    assert package is not None
    return package.module


def _operations(
    project: Project,
    revision: Revision,
    migration: Any,
    before: LazyState,
    after: LazyState,
    djangos: ProjectState,
) -> list[Any]:
    """Return a schema revision's operations; what Django's leave out of the state goes with them.

    `djangos` is the state as Django's own operations make it, and is moved along.
    """
    if revision.kind == "data":
        return []
    reversible = project.facts.irreversible(revision) is None
    operations = operations_of(migration, before, after, reversible)
    for operation in operations:
        operation.state_forwards(revision.app, djangos)
    difference = detect(
        revision.app,
        _captured(djangos, revision.app),
        _captured(after, None),
        Answers(no_rename=True),
    )
    if difference:
        missing = [change.operation for change in difference.forwards]
        operations.append(migrations.SeparateDatabaseAndState(state_operations=missing))
        operations[-1].state_forwards(revision.app, djangos)
    return operations


def _captured(state: ProjectState, app: str | None) -> Snapshot:
    models = {k: v for k, v in state.models.items() if app in (None, k[0])}
    return Snapshot({key: capture_state(each) for key, each in models.items()})


def _file(revision: Revision, migration: Any, operations: list[Any], module: str) -> str:
    """Return the text of one file, as Django's writer writes it."""
    copy = type("Migration", (migrations.Migration,), {})(revision.name, revision.app)
    copy.operations = operations
    copy.dependencies = list(migration.dependencies)
    copy.replaces = list(migration.replaces)
    copy.run_before = list(migration.run_before)
    copy.initial = migration.initial or None
    text = MigrationWriter(copy, include_header=False).as_string()
    if revision.kind == "data":
        text = _with_code(revision, text, module)
    docstring = ast.get_docstring(ast.parse(read_text(revision.path))) or revision.name
    first = docstring.splitlines()[0].replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{first}"""\n{text}'


def _with_code(revision: Revision, text: str, module: str) -> str:
    """Put a data revision's own code into a file, and RunPython over it."""
    source = read_text(revision.path)
    tree = ast.parse(source)
    node = next(
        each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == "Migration"
    )
    back = any(isinstance(each, ast.FunctionDef) and each.name == "backwards" for each in node.body)
    hints = [each for each in node.body if _named(each) == "hints"]
    given = ["forwards", *(["backwards"] if back else [])]
    if hints:
        given.append(f"hints={ast.unparse(hints[0].value)}")  # type: ignore[attr-defined]
    code = "\n\n\n".join(
        [*_above(source, tree, node), _class(source, node), *_functions(revision.app, back)]
    )
    head, _, rest = text.partition("class Migration(")
    rest = rest.replace(
        "    operations = [\n    ]", f"    operations = [migrations.RunPython({', '.join(given)})]"
    )
    return f"{head.rstrip()}\n\nfrom {module} import run\n\n{code}\n\n\nclass Migration({rest}"


def _named(node: ast.stmt) -> str:
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def _above(source: str, tree: ast.Module, node: ast.ClassDef) -> Iterator[str]:
    """Yield the imports, functions and values beside the class, as they were written."""
    kept = [each for each in tree.body if each is not node and not _evolves(each)]
    for each in kept:
        if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)):
            yield ast.get_source_segment(source, each) or ""


def _evolves(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "evolve"


def _class(source: str, node: ast.ClassDef) -> str:
    """Return the methods of a revision as a class of their own."""
    kept = [each for each in node.body if _named(each) not in {*_HEADER, "backwards"}]
    lines = source.splitlines()
    parts = ["\n".join(lines[each.lineno - 1 : each.end_lineno]) for each in kept]
    return "class Code:\n" + "\n\n".join(parts or ["    pass"])


def _functions(app: str, back: bool) -> Iterator[str]:
    for name in ("forwards", "backwards")[: 1 + back]:
        yield textwrap.dedent(f"""\
            def {name}(apps, schema_editor):
                run("{app}", Code(), "{name}", apps, schema_editor)""")


def _renamed_references(project: Project, graph: Graph, app: str) -> Iterator[tuple[Revision, str]]:
    """Yield other apps' evolve files that name a revision of this one by its id, with its name."""
    for revision in project.revisions:
        if revision.app == app or revision.kind == "django":
            continue
        text = changed = read_text(revision.path)
        for entry in (*revision.depends_on, *revision.run_before):
            label, _, reference = entry.partition(":")
            if label == app and not reference.startswith("__"):
                name = graph.find(app, reference).name
                changed = changed.replace(f'"{entry}"', f'"{app}:{name}"')
        if changed != text:
            if digest.edited(text) is False:
                changed = digest.with_digest(digest.without(changed), '"""\n')
            yield revision, changed


def write_all(project: Project, app: str, left: Leaving) -> list[Path]:
    """Write every file, keeping the old texts; return where these are kept."""
    replacements: list[Replacement] = []
    try:
        for revision, text in (*left.files, *left.others):
            path = Path(revision.path)
            keep = revision.app == app
            replacements.append(Replacement(path, path, text, keep))
        if left.needs_orm:
            replace_whole(left.package.directory / f"{MODULE}.py", TEXT)
        kept = [replacement.put() for replacement in replacements]
    finally:
        for replacement in replacements:
            replacement.drop()
    _forget(project, left)
    refresh(project.config(app))
    return [each for each in kept if each]


def _forget(project: Project, left: Leaving) -> None:
    revisions: Iterable[Revision] = (each for each, _ in (*left.files, *left.others))
    for revision in revisions:
        package = package_of(project.config(revision.app))
        if package:
            forget(package, revision.name)
