"""Which other apps have to run before a revision, since they know its models as they were.

On a fresh database every revision runs in the order of the graph. A foreign key to a model that was
renamed since, or a data migration that reads a column that was dropped since, runs only if it comes
before the renaming and the dropping. Its writer could not know; the writer of the later one can.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from evolve.frozen.slots import class_name, in_field, relation_of
from evolve.frozen.snapshot import Definition, ModelKey
from evolve.revisions.calls import string
from evolve.revisions.revision import Revision

Frozen = Mapping[ModelKey, Definition | None]

# Keywords whose strings may be the label of a model; those of any other keyword are data.
_LABELLED = frozenset({"to", "through", "bases", "model", "label", "app_label"})


def apps_before(
    app: str,
    gone: Iterable[str],
    changed: Iterable[str],
    revisions: Iterable[Revision],
    text_of: Callable[[Revision], str],
    frozen_of: Callable[[Revision], Frozen],
) -> set[str]:
    """Return the other apps that a revision of `app` has to wait for.

    `gone` are the models ("app.Model") that it renames or deletes: whoever mentions one of them
    comes first. `changed` are those that it changes otherwise: data migrations that froze one come
    first. A model is mentioned by its label in code, and by what is frozen.
    """
    any_mention, data_mention = set(gone), {*gone, *changed}
    found: set[str] = set()
    for revision in revisions:
        if revision.app == app or revision.app in found:
            continue
        wanted = data_mention if revision.kind == "data" else any_mention
        text = text_of(revision)
        # Few texts have a label in them at all, and only these are worth parsing.
        if not wanted or not _pattern(wanted).search(text):
            continue
        frozen = {} if revision.kind == "django" else frozen_of(revision)
        if not _keys(wanted).isdisjoint({*_frozen_keys(frozen), *_keys(_labels_in(text))}):
            found.add(revision.app)
    return found


def apps_pointing_to(
    app: str,
    fields: Iterable[tuple[ModelKey, str]],
    revisions: Iterable[Revision],
    text_of: Callable[[Revision], str],
) -> set[str]:
    """Return the other apps that have a revision with a foreign key to one of `fields`.

    `fields` (model and name) are those that a revision of `app` renames or removes: a foreign key
    to one of them can only be made before it.
    """
    patterns = [
        (_pattern([".".join(key)]), re.compile(rf"\bto_field\s*=\s*[\"']{re.escape(name)}[\"']"))
        for key, name in sorted(fields)
    ]
    others = (each for each in revisions if patterns and each.app != app)
    return {
        each.app
        for each in others
        if any(all(part.search(text_of(each)) for part in pair) for pair in patterns)
    }


def _pattern(labels: Iterable[str]) -> re.Pattern[str]:
    names = "|".join(re.escape(label) for label in sorted(labels))
    return re.compile(rf"[\"'](?:{names})(?::\w+)?[\"']", re.IGNORECASE)


def _keys(labels: Iterable[str]) -> set[ModelKey]:
    """Return the models that labels name; `orm["app.Model:field"]` names one too."""
    parts = (label.partition(":")[0].partition(".") for label in labels)
    return {(app, name.lower()) for app, _, name in parts}


def _frozen_keys(frozen: Frozen) -> Iterator[ModelKey]:
    yield from frozen
    for definition in frozen.values():
        yield from definition.references() if definition else ()


def _labels_in(text: str) -> Iterator[str]:
    """Yield the strings in a file's code that can be labels of models."""
    for node in ast.parse(text).body:
        yield from _labels(node)


def _labels(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield string(node)
    elif isinstance(node, ast.Call) and _is_field(node):
        yield from (string(each.node) for each in in_field(node) if each.kind == "model")  # type: ignore[arg-type]
    elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "frozen":
        return
    elif isinstance(node, ast.keyword):
        yield from _named(node.arg or "", node.value)
    elif isinstance(node, ast.Dict):
        yield from map(string, node.keys)
        for key, value in zip(node.keys, node.values, strict=True):
            yield from _named(string(key), value)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _labels(child)


def _is_field(call: ast.Call) -> bool:
    name = class_name(call)
    return name.endswith(("Field", "Key")) or bool(relation_of(name))


def _named(name: str, value: ast.expr) -> Iterator[str]:
    """Yield the labels in what stands under a name, as a keyword or a key: `help_text="…"`."""
    if name in _LABELLED or not _is_literal(value):
        yield from _labels(value)


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True
