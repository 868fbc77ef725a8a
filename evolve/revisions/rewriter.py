"""A revision file with another place in the graph: its header and what it froze, nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evolve.frozen.expressions import quote
from evolve.frozen.snapshot import Definition
from evolve.revisions import digest
from evolve.revisions.revision import Revision
from evolve.revisions.writer import frozen_lines, parents_line


@dataclass(frozen=True)
class Move:
    """What a revision becomes: its id, its parents' ids and names, and what it freezes."""

    revision: str
    parents: tuple[tuple[str, str], ...]
    supersedes: Mapping[str, str]
    frozen: Mapping[str, Definition | None]


def moved_text(old: Revision, text: str, move: Move) -> str:
    """Return the text of a revision file at another place; code and comments stay.

    The digest is made anew where nobody had edited the file.
    """
    edited = digest.edited(text) is not False
    if not edited:
        text = digest.without(text)
    lines = text.splitlines(keepends=True)
    for first, last, new in sorted(_replacements(text, move), reverse=True):
        lines[first - 1 : last] = new
    text = _imported("".join(lines), move.frozen.values())
    revises = ", ".join(f"{id_} ({name})" for id_, name in move.parents)
    text = re.sub(rf"^Revision ID: {old.id}$", f"Revision ID: {move.revision}", text, flags=re.M)
    text = re.sub(r"^Revises:.*$", f"Revises: {revises}".rstrip(), text, count=1, flags=re.M)
    return text if edited or old.kind == "data" else digest.with_digest(text, '"""\n')


def _replacements(text: str, move: Move) -> Iterable[tuple[int, int, list[str]]]:
    """Yield the first and last line of each assignment that changes, and the lines instead."""
    places = {
        ast.unparse(node.targets[0]): node
        for each in ast.parse(text).body
        if isinstance(each, ast.ClassDef) and each.name == "Migration"
        for node in each.body
        if isinstance(node, ast.Assign)
    }
    pairs = ", ".join(f"{quote(old)}: {quote(name)}" for old, name in move.supersedes.items())
    down = places["down_revision"]
    new = {
        "revision": f"    revision = {quote(move.revision)}",
        "down_revision": f"    down_revision = {parents_line([each for each, _ in move.parents])}",
        "supersedes": f"    supersedes = {{{pairs}}}",
        "frozen": frozen_lines(move.frozen),
    }
    for name, written in new.items():
        node = places.get(name)
        if node:
            yield node.lineno, node.end_lineno or node.lineno, [f"{written}\n"]
        elif name == "supersedes":
            # Nothing is replaced: the lines from the one after down_revision to that one itself.
            after = (down.end_lineno or down.lineno) + 1
            yield after, after - 1, [f"{written}\n"]


def _imported(text: str, frozen: Iterable[Definition | None]) -> str:
    """Add the imports that the definitions need and the file has not, above the others."""
    needed = {line for each in frozen if each for line in each.needed_imports()}
    missing = sorted(line for line in needed if not re.search(rf"^{re.escape(line)}$", text, re.M))
    body = ast.parse(text).body
    first = next((each for each in body if isinstance(each, ast.Import | ast.ImportFrom)), body[0])
    lines = text.splitlines(keepends=True)
    lines[first.lineno - 1 : first.lineno - 1] = [f"{line}\n" for line in missing]
    return "".join(lines)
