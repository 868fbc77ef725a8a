"""Revisions by what names them: key, app, id, label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

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


def exact(revisions: Mapping[Key, Revision]) -> dict[tuple[str, str], Key]:
    """Return the key for each reference in full, the weightier last: superseded, id, name."""
    old = {
        (key.app, reference): key
        for key, each in revisions.items()
        for pair in each.supersedes.items()
        for reference in pair
    }
    ids = {(key.app, each.id): key for key, each in revisions.items()}
    return {**old, **ids, **{(key.app, key.name): key for key in revisions}}


def labelled(revisions: Iterable[Revision], faults: list[str]) -> dict[tuple[str, str], Key]:
    """Return which revision of an app declares a branch label; what is named twice is a fault."""
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
    return {place: each.key for place, each in declared.items()}
