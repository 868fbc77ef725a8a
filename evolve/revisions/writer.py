"""The text of a revision file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from evolve.frozen.expressions import quote
from evolve.frozen.snapshot import Definition
from evolve.frozen.source import Source
from evolve.frozen.unwritable import check_writable
from evolve.revisions.digest import with_digest

_EVOLVE = "from evolve import"


@dataclass(frozen=True, slots=True)
class Call:
    """One statement of a method, with the comment above it."""

    comment: str
    source: Source


@dataclass(frozen=True)
class Draft:
    """A revision that is not yet a file.

    `parents` pairs each parent's id with its name. `forwards` and `backwards` are statements;
    `irreversible` replaces `backwards` by a reason. `frozen` holds None for a removed model.
    `branch_labels`, `renamed`, `supersedes` and `replaces` are as a Revision has them.
    """

    kind: str
    message: str
    revision: str
    parents: Sequence[tuple[str, str]]
    created: datetime
    frozen: Mapping[str, Definition | None]
    depends_on: Sequence[str] = ()
    branch_labels: Sequence[str] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    supersedes: Mapping[str, str] = field(default_factory=dict)
    replaces: Mapping[str, str] = field(default_factory=dict)
    forwards: Sequence[Call] = ()
    backwards: Sequence[Call] = ()
    irreversible: str | None = None


def write_revision(draft: Draft) -> str:
    """Return the text of the file. The same draft gives the same text, byte for byte.

    Raises NotWritable, naming the place, for a value that no source text makes.
    A schema revision has a digest in it: what `--update` writes anew, nobody shall have edited.
    """
    base = "DataMigration" if draft.kind == "data" else "SchemaMigration"
    parts = [
        _docstring(draft),
        "\n".join(_imports(draft, base)),
        "",
        "",
        f"class Migration({base}):",
        _header(draft),
    ]
    parts += _skeleton() if draft.kind == "data" else _methods(draft)
    parts.append(frozen_lines(draft.frozen))
    text = "\n".join(parts) + "\n"
    return text if draft.kind == "data" else with_digest(text, '"""\n')


def _docstring(draft: Draft) -> str:
    message = draft.message.replace("\\", "\\\\").replace('"""', "'''")
    lines = textwrap.wrap(message, 97, subsequent_indent="") or ["Empty"]
    revises = ", ".join(f"{id} ({name})" if id != name else name for id, name in draft.parents)
    created = draft.created.replace(microsecond=0).isoformat(sep=" ")
    return "\n".join(
        [
            f'"""{lines[0]}',
            *lines[1:],
            "",
            f"Revision ID: {draft.revision}",
            f"Revises: {revises}".rstrip(),
            f"Create Date: {created}",
            '"""',
        ]
    )


def _imports(draft: Draft, base: str) -> list[str]:
    """Return the import lines: plain modules first, then Django's and evolve's names."""
    needed = {line for call in (*draft.forwards, *draft.backwards) for line in call.source.imports}
    for definition in draft.frozen.values():
        needed |= definition.needed_imports() if definition else set()
    plain = sorted(line for line in needed if line.startswith("import "))
    names = ["irreversible"] if draft.irreversible else []
    from_lines = {line for line in needed if not line.startswith("import ")}
    from_lines.add(f"{_EVOLVE} {', '.join([base, *names])}")
    return [*plain, *([""] if plain else []), *sorted(from_lines)]


def _header(draft: Draft) -> str:
    down = parents_line([id for id, _ in draft.parents])
    lines = [
        f"    revision = {quote(draft.revision)}",
        f"    down_revision = {down}",
        f"    depends_on = {_listed(draft.depends_on)}",
    ]
    if draft.branch_labels:
        lines.append(f"    branch_labels = {_listed(draft.branch_labels)}")
    mappings = {
        "renamed": draft.renamed,
        "supersedes": draft.supersedes,
        "replaces": draft.replaces,
    }
    lines += [f"    {name} = {_paired(pairs)}" for name, pairs in mappings.items() if pairs]
    return "\n".join([*lines, ""])


def parents_line(ids: Sequence[str]) -> str:
    """Return how `down_revision` is written."""
    if len(ids) == 1:
        return quote(ids[0])
    return f"({', '.join(map(quote, ids))})" if ids else "None"


def _paired(pairs: Mapping[str, str]) -> str:
    said = [f"{quote(old)}: {quote(new)}" for old, new in pairs.items()]
    one_line = f"{{{', '.join(said)}}}"
    if len(one_line) <= 78:
        return one_line
    return "{\n" + "".join(f"        {each},\n" for each in said) + "    }"


def _listed(values: Iterable[str]) -> str:
    one_line = f"[{', '.join(map(quote, values))}]"
    if len(one_line) <= 78:
        return one_line
    return "[\n" + "".join(f"        {quote(each)},\n" for each in values) + "    ]"


def _methods(draft: Draft) -> list[str]:
    parts = ["    def forwards(self, orm):", *_body(draft.forwards), ""]
    if draft.irreversible:
        return [*parts, f"    backwards = irreversible({quote(draft.irreversible)})", ""]
    return [*parts, "    def backwards(self, orm):", *_body(draft.backwards), ""]


def _body(calls: Sequence[Call]) -> list[str]:
    if not calls:
        return ["        pass"]
    for call in calls:
        check_writable(call.comment, [call.source.text], call.source.imports)
    return [
        line
        for call in calls
        for line in (f"        # {call.comment}", f"        {call.source.text}")
    ]


def _skeleton() -> list[str]:
    return [
        "    def forwards(self, orm):",
        '        "Write your forwards methods here."',
        '        # Note: Don\'t use "from appname.models import ModelName".',
        "        # Use orm.ModelName to refer to models in this application,",
        '        # and orm["appname.ModelName"] for models in other applications.',
        "",
        "    def backwards(self, orm):",
        '        "Write your backwards methods here."',
        "",
    ]


def frozen_lines(frozen: Mapping[str, Definition | None]) -> str:
    """Return how `frozen` is written, without the last line's end."""
    if not frozen:
        return "    frozen = {}"
    lines = ["    frozen = {"]
    for label, definition in frozen.items():
        if definition is None:
            lines.append(f"        {quote(label)}: None,")
        else:
            lines += _model(definition)
    return "\n".join([*lines, "    }"])


def _model(definition: Definition) -> list[str]:
    for name, text in (*definition.fields.items(), *definition.meta.items()):
        check_writable(f"{definition.label}.{name}", [text], definition.imports)
    lines = [f"        {quote(definition.label)}: {{"]
    lines += [f"            {quote(name)}: {text}," for name, text in definition.fields.items()]
    if definition.meta:
        lines.append('            "Meta": {')
        lines += [
            f"                {quote(name)}: {text}," for name, text in definition.meta.items()
        ]
        lines.append("            },")
    return [*lines, "        },"]
