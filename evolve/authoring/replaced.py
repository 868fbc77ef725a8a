"""Models that a revision deletes and creates: a proxy that gets a table, or loses it.

Django does so, and leaves the foreign keys that point to the model with the old table.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.migrations import operations

from evolve.autodiff.detect import Difference
from evolve.errors import Refused
from evolve.frozen.snapshot import Definition, ModelKey


def replaced_models(difference: Difference) -> dict[ModelKey, str]:
    """Return the labels of the models that are deleted and created, by key."""
    found: dict[type, dict[str, str]] = {operations.DeleteModel: {}, operations.CreateModel: {}}
    for change in difference.forwards:
        if type(change.operation) in found:
            found[type(change.operation)][change.model.lower()] = change.label
    deleted, created = found.values()
    return {(difference.app, name): deleted[name] for name in deleted if name in created}


def check_replaced(difference: Difference, elsewhere: Iterable[Definition]) -> None:
    """Raise Refused where a model keeps a relation to one that is replaced.

    `elsewhere` are the definitions of the models of other apps that may have one.
    """
    replaced = replaced_models(difference)
    kept = [each for key, each in difference.new.items() if key not in replaced]
    kept = [each for each in kept if each.key in difference.old]
    own = {each.label: each.references() & difference.old[each.key].references() for each in kept}
    for label, references in {
        **own,
        **{each.label: each.references() for each in elsewhere},
    }.items():
        if pointed := sorted(references & replaced.keys()):
            raise Refused(
                f"{replaced[pointed[0]]} changes between a proxy and a model with a table, and "
                f"{label} refers to it: its foreign key would stay with the old table.",
                "Nothing was written. Remove the relation in a revision of its own, and add it "
                "again in one that follows.",
            )
