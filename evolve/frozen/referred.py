"""Other apps' models in a data revision: frozen without what cannot be written and is not needed.

They serve the revision's `orm` and speak for no state. Validators, choices and labels mean nothing
to rows; a default is only missed where a row is made without a value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from evolve.frozen.expressions import quote
from evolve.frozen.snapshot import Definition
from evolve.frozen.unwritable import stands_in

_MEANINGLESS = {
    *("choices", "error_messages", "help_text", "limit_choices_to", "validators", "verbose_name"),
}
_NEEDED_OPTIONS = {"bases", "db_table", "managed", "proxy", "order_with_respect_to"}
_DEFAULT = "evolve.fields.UnwritableDefault"


def as_referred(definition: Definition) -> Definition:
    """Return a model that is referred to, without what cannot be written, where it can go.

    An unwritable default becomes one that says so when it is used.
    """
    texts = [*definition.fields.values(), *definition.meta.values()]
    if not any(map(stands_in, texts)):
        return definition
    fields = {
        name: _without(text, f"{definition.label}.{name}")
        for name, text in definition.fields.items()
    }
    meta = {
        name: text
        for name, text in definition.meta.items()
        if name in _NEEDED_OPTIONS or not stands_in(text)
    }
    imports = definition.imports | {"import evolve.fields"}
    return replace(definition, fields=fields, meta=meta, imports=imports)


def _without(text: str, place: str) -> str:
    if not stands_in(text):
        return text
    body = ast.parse(text.strip(), mode="eval").body
    for call in _calls(body):
        kept = []
        for given in call.keywords:
            unwritable = stands_in(ast.unparse(given.value))
            if unwritable and given.arg == "default":
                default = f"{_DEFAULT}({quote(place)})"
                given.value = ast.parse(default, mode="eval").body
            if not unwritable or given.arg not in _MEANINGLESS:
                kept.append(given)
        call.keywords = kept
    return ast.unparse(body)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls in an expression, the outer ones first."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            yield each
