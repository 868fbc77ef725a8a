"""The text of a models.py for models that an inspection found."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from evolve.database.inspection.found import FoundField, FoundModel
from evolve.frozen.source import MODELS_IMPORT, Source, call, source

_WIDTH = 100
# What a definition names by its whole path, as somebody would write it in a models.py.
_PATHS = {
    "django.db.models.expressions.": "models.expressions.",
    "django.db.models.functions.datetime.": "models.functions.",
    "django.db.models.constraints.": "models.",
    "django.db.models.deletion.": "models.",
    "django.contrib.postgres.indexes.": "indexes.",
    "evolve.fields.": "fields.",
}
_IMPORTS = {
    "import django.db.models.expressions": MODELS_IMPORT,
    "import django.db.models.functions.datetime": MODELS_IMPORT,
    "import django.db.models.constraints": MODELS_IMPORT,
    "import django.db.models.deletion": MODELS_IMPORT,
    "import django.contrib.postgres.indexes": "from django.contrib.postgres import indexes",
    "import evolve.fields": "from evolve import fields",
    "import fields": "from evolve import fields",
}
_STRING_OR_PATH = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\b(""" + "|".join(map(re.escape, _PATHS)) + ")"
)


def models_text(found: Sequence[FoundModel], of: str) -> str:
    """Return the file; `of` says in its docstring whose tables they are."""
    parts, imports = [], {MODELS_IMPORT}
    for model in found:
        lines = list(_class(model, imports))
        parts.append("\n".join(lines))
    return "\n".join([f'"""{of}"""', "", *_sorted(imports), "", "", "\n\n\n".join(parts), ""])


def _sorted(imports: set[str]) -> list[str]:
    """Return the standard library's, then Django's, then evolve's."""
    lines = {_IMPORTS.get(line, line) for line in imports}
    groups: list[list[str]] = [[], [], []]
    for line in sorted(lines):
        top = line.split()[1].partition(".")[0]
        groups[("django", "evolve").index(top) + 1 if top in ("django", "evolve") else 0].append(
            line
        )
    return "\n\n".join("\n".join(group) for group in groups if group).splitlines()


def _class(model: FoundModel, imports: set[str]) -> Iterator[str]:
    yield f"class {model.name}(models.Model):"
    for field in model.fields:
        yield from _comments(field.said, 4)
        yield from _field(field, imports)
    yield ""
    yield from _comments(model.said, 4)
    yield "    class Meta:"
    for name, value in model.options.items():
        written = _noted(source(value), imports)
        if isinstance(value, list) and len(written) > _WIDTH - 11 - len(name):
            items = [_noted(source(each), imports) for each in value]
            yield f"        {name} = ["
            yield from (f"            {each}," for each in items)
            yield "        ]"
        else:
            yield f"        {name} = {written}"


def _field(field: FoundField, imports: set[str]) -> Iterator[str]:
    written = _noted(call(field.path, field.args, dict(field.kwargs)), imports)
    line = f"    {field.name} = {written}"
    if len(line) <= _WIDTH:
        yield line
        return
    head, _, rest = written.partition("(")
    yield f"    {field.name} = {head}("
    if len(rest) <= _WIDTH - 8:
        yield f"        {rest[:-1]}"
    else:
        given = [source(each) for each in field.args]
        named = ((name, source(each)) for name, each in sorted(field.kwargs.items()))
        given += [each._replace(text=f"{name}={each.text}") for name, each in named]
        yield from (f"        {_noted(each, imports)}," for each in given)
    yield "    )"


def _noted(written: Source, imports: set[str]) -> str:
    """Return the text with its paths shortened, and note what it imports."""
    imports |= written.imports
    return _STRING_OR_PATH.sub(lambda found: found[1] or _PATHS[found[2]], written.text)


def _comments(said: Sequence[str], indent: int) -> Iterator[str]:
    start = " " * indent + "# "
    for each in said:
        plain = " ".join(each.split())
        yield from textwrap.wrap(
            plain, _WIDTH, initial_indent=start, subsequent_indent=start, break_long_words=False
        )
