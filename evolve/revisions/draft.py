"""From a difference to the draft of a revision: parents, dependencies, statements, message."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evolve.autodiff.changes import Change, Definitions
from evolve.autodiff.detect import Difference
from evolve.errors import Refused
from evolve.frozen.snapshot import Definition, Snapshot
from evolve.revisions.header import SETTING
from evolve.revisions.revision import Revision
from evolve.revisions.writer import Call, Draft

Heads = Mapping[str, Sequence[Revision]]

_VERBS = {"Added": "add", "Deleted": "delete", "Changed": "change", "Renamed": "rename"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new revision goes: its parents, its id, and the moment it is made (UTC)."""

    app: str
    parents: Sequence[Revision]
    revision: str
    created: datetime


def new_id(taken: Iterable[str] = ()) -> str:
    """Return a random id of 12 hex characters that is not among `taken`."""
    used = set(taken)
    while (revision := secrets.token_hex(6)) in used:
        pass
    return revision


def schema_draft(
    place: Place, difference: Difference, message: str, heads: Heads, after: Iterable[str] = ()
) -> Draft:
    """Return the draft that makes a difference; `message` replaces the one made from its lines.

    `after` are apps that the revision has to wait for beside those that its models refer to.
    """
    return Draft(
        kind="schema",
        message=message or sentence(difference.forwards),
        revision=place.revision,
        parents=_parents(place),
        created=place.created,
        frozen=difference.frozen,
        depends_on=depends_on(place.app, difference.frozen.values(), heads, after),
        renamed=difference.renamed,
        forwards=calls_of(difference.forwards, difference.new),
        backwards=calls_of(difference.backwards, difference.old),
        irreversible=difference.irreversible,
    )


def empty_draft(place: Place, message: str, entries: Sequence[str] = ()) -> Draft:
    """Return the draft of a schema revision to be written by hand, with its `depends_on`."""
    parents = _parents(place)
    return Draft("schema", message, place.revision, parents, place.created, {}, entries)


def data_draft(place: Place, message: str, closure: Snapshot, heads: Heads) -> Draft:
    """Return the draft of a data revision that freezes `closure`."""
    labelled = {each.label: each for _, each in sorted(closure.items())}
    return Draft(
        kind="data",
        message=message,
        revision=place.revision,
        parents=_parents(place),
        created=place.created,
        frozen=labelled,
        depends_on=depends_on(
            place.app, labelled.values(), heads, {each.app for each in labelled.values()}
        ),
    )


def _parents(place: Place) -> list[tuple[str, str]]:
    return [(each.id, each.name) for each in place.parents]


def calls_of(changes: Iterable[Change], target: Definitions) -> list[Call]:
    """Return the statements that make changes, towards the definitions `target`."""
    return [Call(change.comment(), change.code(target)) for change in changes]


def sentence(changes: Iterable[Change]) -> str:
    """Return the console lines of the changes as one sentence: "Add field a on b, …"."""
    parts = [_clause(line) for change in changes for line in change.lines()]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _clause(line: str) -> str:
    verb, _, rest = line.strip(" +-~").partition(" ")
    return f"{_VERBS[verb]} {rest}"


def depends_on(
    app: str, frozen: Iterable[Definition | None], heads: Heads, also: Iterable[str] = ()
) -> list[str]:
    """Return a `depends_on` entry for each other app that `frozen` refers to and in `also`, sorted.

    Raises Refused where such an app is not among `heads`; one that has none adds no entry.
    """
    definitions = [each for each in frozen if each]
    settings = {name for each in definitions for name in each.settings()}
    apps = {key[0] for each in definitions for key in each.references()}
    apps |= set(also)
    entries = {f"{SETTING}{name}" for name in settings}
    for other in apps - {app}:
        entries |= {f"{other}:{head.id}" for head in _heads_of(app, other, heads)}
    return sorted(entries)


def _heads_of(app: str, other: str, heads: Heads) -> Sequence[Revision]:
    if other not in heads:
        raise Refused(
            f"Models of '{app}' refer to models of '{other}', which has no revisions yet.",
            f"Run `evolve schemamigration {other} --initial` first. Where the two apps refer to "
            "each other, leave a field for a later revision with --defer Model.field.",
        )
    return heads[other]
