"""Revisions by key and by app, and what is wrong with their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from evolve.revisions.revision import RESERVED, Key, Revision


def by_key(revisions: Iterable[Revision], faults: list[str]) -> dict[Key, Revision]:
    """Return revisions by key; two of one key or one id are faults."""
    found: dict[Key, Revision] = {}
    by_id: dict[tuple[str, str], Revision] = {}
    for revision in sorted(revisions, key=lambda each: (each.key, each.path)):
        if revision.key in found:
            both = f"{found[revision.key].place()} and {revision.place()}"
            faults.append(f"{both} are both {revision}.")
            continue
        other = by_id.setdefault((revision.app, revision.id), revision)
        if other is not revision:
            faults.append(
                f"{revision.place('revision')} and {other.place('revision')} have the same id, "
                f"'{revision.id}'."
            )
        found[revision.key] = revision
    return found


def by_app(revisions: Iterable[Key]) -> dict[str, list[Key]]:
    """Return the keys of each app."""
    found: dict[str, list[Key]] = defaultdict(list)
    for key in revisions:
        found[key.app].append(key)
    return dict(found)


def check_labels(revisions: Iterable[Revision], faults: list[str]) -> None:
    """Add a fault for each name, id or label that is reserved, and each label that names two."""
    listed = list(revisions)
    declared: dict[tuple[str, str], Revision] = {}
    named = {(each.app, text): each for each in listed for text in (each.id, each.name)}
    for revision in listed:
        for word in sorted(RESERVED & {revision.id, revision.name, *revision.branch_labels}):
            faults.append(f"{revision.place('revision')}: '{word}' is a reserved word.")
        for label in revision.branch_labels:
            other = declared.setdefault((revision.app, label), revision)
            if other is not revision:
                faults.append(
                    f"{revision.place('branch_labels')} and {other.place('branch_labels')} have "
                    f"the same label, '{label}'."
                )
            namesake = named.get((revision.app, label), revision)
            if namesake is not revision:
                faults.append(
                    f"{revision.place('branch_labels')}: its label '{label}' is what {namesake} "
                    f"({namesake.place('revision')}) is called."
                )
