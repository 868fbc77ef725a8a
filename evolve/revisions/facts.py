"""What is asked about single revisions of either format before they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evolve.revisions.files import methods_of
from evolve.revisions.revision import Direction, Key, Revision


class RevisionFacts:
    """Answers from the text of evolve's revisions and the operations of Django-format ones.

    `load` imports a revision and returns its Migration; it is called for Django-format ones alone.
    `lost_objects` returns what a revision would drop of what no model says; a database knows that.
    """

    def __init__(
        self,
        load: Callable[[Revision], Any],
        lost_objects: Callable[[Key], tuple[str, ...]] = lambda _: (),
    ) -> None:
        self._load = load
        self.lost_objects = lost_objects

    def irreversible(self, revision: Revision) -> str | None:
        """Return why a revision cannot be reversed; None where it can."""
        if revision.kind != "django":
            return methods_of(revision)["backwards"].irreversible
        stuck = [each for each in self._load(revision).operations if not each.reversible]
        return f"{stuck[0].describe()}: the operation has no way back" if stuck else None

    def unfilled(self, revision: Revision, direction: Direction) -> bool:
        """Tell whether a data migration's method is still the skeleton that evolve wrote."""
        return revision.kind == "data" and methods_of(revision)[direction].unfilled

    def words(self, revision: Revision, direction: Direction) -> tuple[str, ...]:
        """Return what a revision will do in a direction, an operation each."""
        if revision.kind == "django":
            operations = self._load(revision).operations
            said = [each.describe() for each in operations]
            return tuple(
                said if direction == "forwards" else [f"Undo {each}" for each in said[::-1]]
            )
        words = methods_of(revision)[direction].words
        if revision.kind == "data":
            return (f"Run {direction}() on the frozen models", *words)
        return words
