"""Calls in the text of revision files: their arguments by the names of the parameters."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import takewhile


def given(call: ast.Call, parameters: Sequence[str]) -> dict[str, ast.expr]:
    """Return the arguments of a call, positional ones under the names in `parameters`.

    What `*args` and `**kwargs` hold is not known and is left out; see `spreads`.
    """
    plain = takewhile(lambda arg: not isinstance(arg, ast.Starred), call.args)
    named = {each.arg: each.value for each in call.keywords if each.arg}
    return {**dict(zip(parameters, plain, strict=False)), **named}


def spreads(call: ast.Call) -> bool:
    """Tell whether a call has `*args` or `**kwargs`."""
    starred = any(isinstance(arg, ast.Starred) for arg in call.args)
    return starred or any(each.arg is None for each in call.keywords)


def last_name(node: ast.expr) -> str:
    """Return "RenameModel" for `RenameModel` and `migrations.RenameModel`; "" for no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def string(node: ast.expr | None) -> str:
    """Return the string that an expression is; "" where it is none."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
