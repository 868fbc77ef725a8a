"""Headers: what a revision file says of its place in the graph, read from its text.

Nothing is imported for it, so that listing a thousand revisions does not run them. Only the lines
before the first method are parsed where that is enough.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evolve.errors import BrokenRevision
from evolve.revisions.calls import given, last_name, spreads
from evolve.revisions.revision import Kind, Revision

SETTING = "settings."
"""How a `depends_on` entry begins that names a swappable model: "settings.AUTH_USER_MODEL"."""

_RENAME = "RenameModel"

_HEADER = (
    "revision|down_revision|depends_on|branch_labels|renamed|supersedes|replaces|dependencies"
    "|run_before|elidable"
)
_HEADER_LINE = re.compile(rf"^    (?:{_HEADER})\s*(?::[^=\n]+)?=", re.MULTILINE)
_BODY_LINE = re.compile(r"^    (?:def |@|frozen\b|operations\b)", re.MULTILINE)


_OURS = re.compile(r"^    revision\s*(?::[^=\n]+)?=", re.MULTILINE)
# What only running a file shows: additions to a header, code around the class, a base of its own.
_RUNS = re.compile(
    r"^Migration\s*[.=]|^    def __init__\b"
    rf"|^    (?:{_HEADER})\s*\+=|^[ \t]+class Migration\b"
    r"|^class Migration\((?!(?:[\w.]+\.)?(?:Schema|Data)?Migration\))",
    re.MULTILINE,
)


class NotLiteral(Exception):
    """A header is computed; the module has to be imported to know it."""


def read_header(app: str, name: str, path: str, text: str, whole: bool = False) -> Revision:
    """Return the revision that the text of `path` describes, of either format.

    With `whole` the text is compiled to its end, so that a mistake in a method is found too.

    Raises BrokenRevision (with file and line) where it is no revision, and NotLiteral where a
    Django-format header is not written as literals.
    """
    runs = _RUNS.search(text) and not _OURS.search(text)
    try:
        if whole or runs:
            # Half of what a tree of Python objects would cost.
            compile(text, path, "exec", dont_inherit=True)
        if runs:
            raise NotLiteral(path)
        found = _migration_class(text)
        values = _header_values(found)
    except SyntaxError as error:
        raise BrokenRevision(
            f"{path}{f':{error.lineno}' if error.lineno else ''}: {error.msg}.",
            "Correct the file; nothing was run.",
        ) from error
    except LookupError as error:
        raise BrokenRevision(
            f"{path}: there is no class Migration in it.",
            "A migrations package holds revision files alone: move the file elsewhere, or begin "
            "its name with an underscore.",
        ) from error
    if "revision" in values:
        revision = _evolve_revision(app, name, path, values, _kind(found))
    else:
        revision = django_revision(app, name, path, values, _declared_renames(text))
    return replace(revision, lines=_lines(found))


def _kind(node: ast.ClassDef) -> Kind:
    return "data" if "DataMigration" in map(last_name, node.bases) else "schema"


def _migration_class(text: str) -> ast.ClassDef:
    """Return the class Migration, parsed as far as its headers go."""
    body = _BODY_LINE.search(text)
    if body and not _HEADER_LINE.search(text, body.start()):
        try:
            return _class_in(ast.parse(text[: body.start()]))
        except (SyntaxError, LookupError):
            pass  # the cut fell inside something else: a function above the class, a string
    return _class_in(ast.parse(text))


def _class_in(tree: ast.Module) -> ast.ClassDef:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            return node
    raise LookupError("Migration")


def _header_values(node: ast.ClassDef) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for line in node.body:
        target, value = _assignment(line)
        if target is not None and value is not None and target in _HEADER.split("|"):
            values[target] = _literal(value)
    return values


def _lines(node: ast.ClassDef) -> dict[str, int]:
    named = ((_assignment(line)[0], line.lineno) for line in node.body)
    return {name: line for name, line in named if name in _HEADER.split("|")}


def _assignment(line: ast.stmt) -> tuple[str | None, ast.expr | None]:
    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
        return line.targets[0].id, line.value
    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
        return line.target.id, line.value
    return None, None


def _literal(node: ast.expr) -> Any:
    """Evaluate a literal; `swappable_dependency(settings.X)` becomes ("settings.X", "")."""
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(each) for each in node.elts]
    if isinstance(node, ast.Call) and last_name(node.func) == "swappable_dependency":
        found = given(node, ("value",)).get("value")
        setting = ast.unparse(found or node)
        if not setting.startswith(SETTING):
            raise NotLiteral(setting)
        return [setting, "__first__"]
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise NotLiteral(ast.unparse(node)) from error


def _evolve_revision(
    app: str, name: str, path: str, values: Mapping[str, Any], kind: Kind
) -> Revision:
    down = values.get("down_revision")
    replaces = values.get("replaces") or ()
    ids = replaces if isinstance(replaces, Mapping) else {}
    texts: dict[str, Any] = {
        key: _texts(path, key, values.get(key) or ())
        for key in ("depends_on", "branch_labels", "run_before")
    }
    return Revision(
        app,
        name,
        _text(path, "revision", values["revision"]),
        down=() if down is None else _texts(path, "down_revision", down),
        renamed=values.get("renamed") or {},
        supersedes=values.get("supersedes") or {},
        replaces=tuple(f"{app}:{each}" for each in _texts(path, "replaces", [*ids.values()]))
        or _texts(path, "replaces", replaces or ()),
        replaced_ids=ids,
        elidable=bool(values.get("elidable")),
        kind=kind,
        path=path,
        **texts,
    )


def _text(path: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BrokenRevision(
            f"{path}: {key} is {value!r}; it has to be a string that is not empty."
        )
    return value


def _texts(path: str, key: str, value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple):
        raise BrokenRevision(f"{path}: {key} is {value!r}; it has to be a list of strings.")
    return tuple(_text(path, key, each) for each in values)


def django_revision(
    app: str, name: str, path: str, values: Mapping[str, Any], renamed: Mapping[str, str]
) -> Revision:
    """Return the revision of a Django-format migration from its attributes.

    Dependencies are pairs (app, name); within the app they are lineage, else ordering.
    """
    pairs = [tuple(each) for each in values.get("dependencies") or ()]
    return Revision(
        app,
        name,
        id=name,
        # A dependency of an app on its own __first__ says nothing that its lineage does not.
        down=tuple(to for label, to in pairs if label == app and not to.startswith("__")),
        depends_on=tuple(_reference(label, to) for label, to in pairs if label != app),
        run_before=tuple(_reference(*each) for each in values.get("run_before") or ()),
        replaces=tuple(_reference(*each) for each in values.get("replaces") or ()),
        renamed=renamed,
        kind="django",
        path=path,
    )


def _reference(label: str, to: str) -> str:
    return label if label.startswith(SETTING) else f"{label}:{to}"


def _declared_renames(text: str) -> dict[str, str]:
    """Return the models that RenameModel operations rename: other apps' definitions follow them.

    Raises NotLiteral where only running the file can tell.
    """
    if _RENAME not in text:
        return {}
    tree = ast.parse(text)
    calls = list(_state_operations(_assigned(_class_in(tree), "operations")))
    named = [call for call in calls if last_name(call.func) == _RENAME]
    heads = {id(call.func) for call in named}
    if any(_names_rename(node) and id(node) not in heads for node in ast.walk(tree)):
        raise NotLiteral(_RENAME)
    renames = (_arguments(call, ("old_name", "new_name")) for call in named)
    return {str(each["old_name"]): str(each["new_name"]) for each in renames}


def _assigned(node: ast.ClassDef, name: str) -> ast.expr | None:
    values = (value for target, value in map(_assignment, node.body) if target == name)
    return next(values, None)


def _state_operations(node: ast.expr | None) -> Iterator[ast.Call]:
    """Yield the operations in a list that change the state, those of others' state parts too."""
    for each in node.elts if isinstance(node, ast.List | ast.Tuple) else ():
        if not isinstance(each, ast.Call):
            continue
        if last_name(each.func) == "SeparateDatabaseAndState":
            parts = given(each, ("database_operations", "state_operations"))
            yield from _state_operations(parts.get("state_operations"))
        else:
            yield each


def _names_rename(node: ast.AST) -> bool:
    """Tell whether a node is RenameModel: called, given another name, or passed on."""
    if isinstance(node, ast.alias):
        return node.name == _RENAME and node.asname is not None
    return isinstance(node, ast.expr) and last_name(node) == _RENAME


def _arguments(call: ast.Call, parameters: Sequence[str]) -> dict[str, Any]:
    """Return the literal arguments of a call; all of its parameters have to be given."""
    found = given(call, parameters)
    if spreads(call) or not found.keys() >= set(parameters):
        raise NotLiteral(ast.unparse(call))
    return {name: _literal(found[name]) for name in parameters}
