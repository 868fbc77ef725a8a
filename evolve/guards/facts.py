"""What guards ask about single revisions."""

from __future__ import annotations

from typing import Protocol

from evolve.revisions.revision import Direction, Key, Revision


class Facts(Protocol):
    """Knows revisions from their files, before anything runs."""

    def irreversible(self, revision: Revision) -> str | None:
        """Return why a revision cannot be reversed; None where it can."""

    def unfilled(self, revision: Revision, direction: Direction) -> bool:
        """Tell whether nobody has written what a data revision does in a direction."""

    def lost_objects(self, key: Key) -> tuple[str, ...]:
        """Return what a revision would drop of what tables have and no model says, a line each."""
