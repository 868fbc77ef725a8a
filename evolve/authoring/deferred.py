"""Fields that `--defer` leaves for a later revision, with what needs them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from evolve.errors import Refused, UnknownName
from evolve.frozen.expressions import fields_named
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot

_LISTS = ("indexes", "constraints", "unique_together", "ordering")


def without_fields(new: Snapshot, old: Snapshot, app: str, deferred: Iterable[str]) -> Snapshot:
    """Return the models without the fields "Model.field" that are left for a later revision.

    Indexes, constraints and options that name one of them are left for later too. Raises Refused
    for a field that is there already, or that another field is made of.
    """
    by_model: dict[ModelKey, set[str]] = {}
    for label in deferred:
        model, _, field = label.partition(".")
        definition = new.get((app, model.lower()))
        if definition is None or field not in definition.fields:
            raise UnknownName.among(
                "field", label, [f"{d.name}.{f}" for d in new.of(app).values() for f in d.fields]
            )
        before = old.get(definition.key)
        if before is not None and field in before.fields:
            raise Refused(
                f"'{label}' cannot be left for later: the revisions have it already.",
                "Nothing was written. --defer is for fields that are new.",
            )
        by_model.setdefault(definition.key, set()).add(field)
    left = {key: without(new[key], names) for key, names in by_model.items()}
    return Snapshot({**new, **left})


def without(definition: Definition, gone: set[str]) -> Definition:
    """Return a model without fields, and without what indexes and options say of them.

    Raises Refused where another field is made of one of them.
    """
    for name, text in definition.fields.items():
        if name not in gone and (needed := gone & fields_named(text)):
            labels = " ".join(f"--defer {definition.name}.{each}" for each in [*sorted(gone), name])
            raise Refused(
                f"'{definition.name}.{min(needed)}' cannot be left for later: the field '{name}' "
                "is made of it.",
                f"Nothing was written. Leave that for later too: {labels}.",
            )
    meta = dict(definition.meta)
    for option in {"order_with_respect_to", *_LISTS} & meta.keys():
        kept = _kept(meta.pop(option), option, gone)
        meta |= {option: kept} if kept else {}
    fields = {name: text for name, text in definition.fields.items() if name not in gone}
    return replace(definition, fields=fields, meta=meta)


def _kept(text: str, option: str, gone: set[str]) -> str:
    """Return the text of an option of Meta without the elements that name fields in `gone`."""
    if gone.isdisjoint(fields_named(text, option)):
        return text
    if option not in _LISTS:
        return ""
    tree: Any = ast.parse(text, mode="eval").body
    tree.elts = [
        node
        for node in tree.elts
        if gone.isdisjoint(fields_named(f"[{ast.unparse(node)}]", option))
    ]
    return ast.unparse(tree) if tree.elts else ""
