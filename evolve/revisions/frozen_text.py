"""The `frozen` of a revision file, read from its text as definitions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from evolve.errors import BrokenRevision
from evolve.frozen.snapshot import Definition, ModelKey

Frozen = dict[ModelKey, Definition | None]

_START = "\n    frozen = {\n"
_MODEL = re.compile(r'        "(\w+)\.(\w+)": (\{|\{\},|None,)$')
_FIELD = re.compile(r'            "(\w+)": (.+),$')
_OPTION = re.compile(r'                "(\w+)": (.+),$')


def read_frozen(app: str, path: str, text: str) -> Frozen:
    """Return what the revision file froze, by model key; None stands for a removed model.

    `app` is only named in errors. Raises BrokenRevision where `frozen` is not a literal dict.
    """
    start = text.find(_START)
    if start >= 0:
        frozen = _as_written(text[start + len(_START) :].splitlines(), _imports(text))
        if frozen is not None:
            return frozen
    return _parsed(path, text)


def _imports(text: str) -> frozenset[str]:
    """Return the import lines of a file, of which only what is above the class is parsed."""
    try:
        tree = ast.parse(text[: text.find("\nclass Migration")])
    except SyntaxError:
        # The cut fell inside something else: a string has such a line.
        tree = ast.parse(text)
    return _imports_in(tree)


def _imports_in(tree: ast.Module) -> frozenset[str]:
    lines = (each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom))
    return frozenset(map(ast.unparse, lines))


def _as_written(lines: list[str], imports: frozenset[str]) -> Frozen | None:
    """Read the layout that evolve writes, a line a field; None where any line is laid out else.

    Parsing the text of 1000 models takes 0.4 s of CPU, this 0.02 s.
    """
    frozen: Frozen = {}
    rows = iter(lines)
    for row in rows:
        if row == "    }":
            return frozen
        model = _MODEL.match(row)
        if not model:
            return None
        app, name, opening = model.groups()
        if opening == "None,":
            frozen[app, name.lower()] = None
            continue
        body = ({}, {}) if opening == "{}," else _model_as_written(rows)
        if body is None:
            return None
        frozen[app, name.lower()] = Definition(app, name, body[0], body[1], imports)
    return None


def _model_as_written(rows: Iterator[str]) -> tuple[dict[str, str], dict[str, str]] | None:
    fields: dict[str, str] = {}
    for row in rows:
        if row == "        },":
            return fields, {}
        if row == '            "Meta": {':
            meta = _meta_as_written(rows)
            return (fields, meta) if meta is not None and next(rows, "") == "        }," else None
        field = _FIELD.match(row)
        if not field or field[1] == "Meta" or "#" in row:
            return None
        fields[field[1]] = field[2]
    return None


def _meta_as_written(rows: Iterator[str]) -> dict[str, str] | None:
    meta: dict[str, str] = {}
    for row in rows:
        if row == "            },":
            return meta
        option = _OPTION.match(row)
        if not option or "#" in row:
            return None
        meta[option[1]] = option[2]
    return None


def _parsed(path: str, text: str) -> Frozen:
    """Read any layout: reformatted by a tool, or written by hand."""
    tree = ast.parse(text)
    imports = _imports_in(tree)
    node = _frozen_node(tree)
    frozen: Frozen = {}
    for label, body in _items(node, path) if node else ():
        app, _, name = label.rpartition(".")
        if isinstance(body, ast.Constant) and body.value is None:
            frozen[app, name.lower()] = None
            continue
        entries = dict(_items(body, path))
        meta = entries.pop("Meta", None)
        frozen[app, name.lower()] = Definition(
            app,
            name,
            {field: ast.unparse(value) for field, value in entries.items()},
            {key: ast.unparse(value) for key, value in _items(meta, path)} if meta else {},
            imports,
        )
    return frozen


def _frozen_node(tree: ast.Module) -> ast.expr | None:
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    for line in next((node.body for node in classes if node.name == "Migration"), []):
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "frozen":
            return line.value
    return None


def _items(node: ast.expr, path: str) -> Iterator[tuple[str, ast.expr]]:
    if not isinstance(node, ast.Dict):
        raise BrokenRevision(
            f"{path}:{node.lineno}: `frozen` holds {ast.unparse(node)[:60]!r} instead of a dict.",
            "It is read as text and has to be a literal dict of models, each a dict of its fields.",
        )
    for key, value in zip(node.keys, node.values, strict=True):
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            raise BrokenRevision(f"{path}:{node.lineno}: a key in `frozen` is not a string.")
        yield key.value, value
