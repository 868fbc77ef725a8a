"""Methods: what `forwards` and `backwards` of a revision will do, read from their text.

A plan is shown and judged before anything runs, so this is known without importing the module:
whether a direction is irreversible, whether anybody filled it in, and its operations in words.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from evolve.revisions.calls import given, string
from evolve.revisions.revision import Direction

_FIELD = ("model_name", "name")
_RENAMED = ("model_name", "old_name", "new_name")
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("create_model", "delete_model", "alter_unique_together"), ("name",)),
    **dict.fromkeys(("alter_model_options", "alter_model_managers"), ("name",)),
    "rename_model": ("old_name", "new_name"),
    "alter_model_table": ("name", "table"),
    "alter_model_table_comment": ("name", "table_comment"),
    "alter_order_with_respect_to": ("name", "order_with_respect_to"),
    **dict.fromkeys(("add_field", "remove_field", "alter_field"), _FIELD),
    **dict.fromkeys(("remove_index", "remove_constraint", "alter_constraint"), _FIELD),
    **dict.fromkeys(("add_index", "add_constraint"), ("model_name",)),
    **dict.fromkeys(("rename_field", "rename_index"), _RENAMED),
    "execute": ("sql",),
    **dict.fromkeys(("run", "undo"), ("operation",)),
}
"""The first parameters of the methods of `self.db`: those that say what is done to what."""

_NO_BACKWARDS = "it has no backwards method"


@dataclass(frozen=True, slots=True)
class Method:
    """One direction of a revision: its operations in words, why it cannot run, whether it is empty.

    `unfilled` is True for a body that is a docstring alone (`pass` says that nothing is meant).
    """

    words: tuple[str, ...] = ()
    irreversible: str | None = None
    unfilled: bool = False


def read_methods(text: str) -> dict[Direction, Method]:
    """Return both directions of the class Migration in `text`, an evolve revision."""
    body = next(
        node.body
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.name == "Migration"
    )
    return {"forwards": _forwards(body), "backwards": _backwards(body)}


def _forwards(body: list[ast.stmt]) -> Method:
    function = _function(body, "forwards")
    return _method(function) if function else Method()


def _backwards(body: list[ast.stmt]) -> Method:
    for node in body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "backwards":
            return Method(irreversible=_reason(node.value))
    function = _function(body, "backwards")
    return _method(function) if function else Method(irreversible=_NO_BACKWARDS)


def _function(body: list[ast.stmt], name: str) -> ast.FunctionDef | None:
    functions = (node for node in body if isinstance(node, ast.FunctionDef))
    return next((node for node in functions if node.name == name), None)


def _method(function: ast.FunctionDef) -> Method:
    statements = [node for node in function.body if not _is_docstring(node)]
    if not statements:
        return Method(unfilled=True)
    if isinstance(statements[0], ast.Raise):
        return Method(irreversible=_reason(statements[0].exc))
    return Method(words=_words(statements))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _reason(node: ast.expr | None) -> str:
    """Return the reason in `irreversible("why")` or `raise RuntimeError("why")`."""
    reason = given(node, ("why",)).get("why") if isinstance(node, ast.Call) else None
    if isinstance(reason, ast.Constant):
        return str(reason.value)
    return ast.unparse(node) if node else "raise"


def _words(statements: list[ast.stmt]) -> tuple[str, ...]:
    calls = (node for each in statements for node in ast.walk(each) if isinstance(node, ast.Call))
    on_db = sorted(
        (node for node in calls if ast.unparse(node.func).startswith("self.db.")),
        key=lambda node: (node.lineno, node.col_offset),
    )
    return tuple(_sentence(node) for node in on_db)


def _sentence(call: ast.Call) -> str:
    """`self.db.add_field("User", "name", …)` -> "Add field User.name"."""
    verb = ast.unparse(call.func).removeprefix("self.db.")
    parameters = PARAMETERS.get(verb, ("name",))
    values = given(call, parameters)
    names = [text for each in parameters if (text := string(values.get(each)))]
    if verb == "execute":
        return f"Execute {' '.join(names[0].split())[:70] if names else 'SQL'}"
    if verb == "run":
        operation = values.get("operation")
        return f"Run {ast.unparse(operation)[:70]}" if operation else "Run an operation"
    said = verb.replace("_", " ").capitalize()
    if verb.startswith("rename_"):
        return f"{said} {'.'.join(names[:-1])} to {names[-1]}" if names else said
    return f"{said} {'.'.join(names)}"
