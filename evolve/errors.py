"""Every error that evolve raises on purpose, its exit code and what to do about it.

EvolveError                exit 1   something failed while running
├── Refused                exit 2   refused or wrongly called; nothing was touched
│   ├── ProjectNotFound             no settings, no manage.py, or they cannot be imported
│   ├── UnknownName                 an app, target, alias or model that is not there
│   ├── BrokenRevision              a revision file that cannot be read
│   ├── BrokenGraph                 files that do not make a graph
│   ├── Unanswered                  questions that no option answered
│   ├── NotWritable                 a value that cannot be written as source text
│   ├── SystemCheckFailed           Django's system checks found an error
│   └── Guarded                     a guard looked at the plan and said no
├── RevisionFailed         exit 1   a revision stopped half-way; carries the report
├── FrozenMismatch         exit 1   what the operations did is not what `frozen` says
├── Irreversible           exit 1   backwards was run although it cannot be
└── InDoubt                exit 3   the state of the database needs a person
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def few(names: Iterable[object], most: int = 6, last: bool = False) -> str:
    """Return names with commas between them: the first or `last` few, and how many more."""
    texts = [str(each) for each in names]
    more = len(texts) - most
    # One name is no longer than the words that would stand for it.
    if more <= 1:
        return ", ".join(texts)
    if last:
        return f"{more} more, then {', '.join(texts[-most:])}"
    return f"{', '.join(texts[:most])} and {more} more"


def few_lines(lines: Iterable[object], most: int = 20) -> str:
    """Return lines below one another: the first ones, and how many more there are."""
    texts = [str(each) for each in lines]
    more = len(texts) - most
    return "\n".join(texts if more <= 1 else [*texts[:most], f" … and {more} more"])


class EvolveError(Exception):
    """Found, why, and what to do: `str(error)` is the whole text for the user.

    `found` says what was found and why evolve stops; `hint` says what to do.
    """

    exit_code = 1

    def __init__(self, found: str, hint: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.found}\n{self.hint}" if self.hint else self.found


class Refused(EvolveError):
    """Refused before anything was touched, or wrongly called."""

    exit_code = 2


class ProjectNotFound(Refused):
    """There is no Django project here, or its settings cannot be imported."""


class UnknownName(Refused):
    """A name that is not there; the text offers the nearest ones."""

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> UnknownName:
        """Return the error for `name`, a `what` ("app", "alias"), with the nearest names."""
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        listed = near or names[:12]
        hint = (
            f"{'Did you mean' if near else 'Known'}: {', '.join(listed)}"
            if listed
            else "There is none."
        )
        return cls(f"There is no {what} '{name}'.", hint)


class Ambiguous(UnknownName):
    """A name that more than one thing has."""


class BrokenRevision(Refused):
    """A file in a migrations package that cannot be read as a revision."""


class BrokenGraph(Refused):
    """Revision files that do not make a graph: missing parent, cycle, duplicate id."""


class Unanswered(Refused):
    """Questions that nobody was there to answer and no option answered."""


class NotWritable(Refused):
    """A value in a model that cannot be written as source text."""


class SystemCheckFailed(Refused):
    """Django's system checks found an error in the project."""


class Guarded(Refused):
    """A guard looked at the plan and said no."""


class RevisionFailed(EvolveError):
    """A revision stopped half-way. `report` (executor.Report) says what was done and what not."""

    def __init__(self, found: str, hint: str = "", report: object = None) -> None:
        super().__init__(found, hint)
        self.report = report


class FrozenMismatch(EvolveError):
    """What a revision's operations did differs from what its `frozen` says."""


class NotFrozen(EvolveError, AttributeError, LookupError):
    """A revision asked its `orm` for a model that it did not freeze."""


class Irreversible(EvolveError):
    """The backwards of an irreversible revision was called."""


class InDoubt(EvolveError):
    """The state of the database is not known for certain; a person has to look."""

    exit_code = 3
