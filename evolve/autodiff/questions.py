"""What a diff has to ask, as values, and the answers that options gave beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from evolve.errors import EvolveError, Refused, Unanswered, few_lines

Result = TypeVar("Result")
Doing = Literal["adding", "removing", "making non-nullable", "making nullable"]


@dataclass(frozen=True, slots=True)
class DefaultNeeded:
    """A NOT NULL column without a default appears, disappears or changes: what of existing rows?"""

    model: str
    field: str
    doing: Doing

    @property
    def may_be_irreversible(self) -> bool:
        """Tell whether only the way back needs the default, so that it can be given up."""
        return self.doing in ("removing", "making nullable")

    @property
    def options(self) -> str:
        """The options that answer this question without a terminal."""
        name = f"{self.model}.{self.field}"
        instead = f" or --irreversible {name}" if self.may_be_irreversible else ""
        return f"--default {name}=PYTHON{instead}"

    def __str__(self) -> str:
        return f"{self.model}.{self.field} is NOT NULL and has no default ({self.doing})"


@dataclass(frozen=True, slots=True)
class RenamedField:
    """One field went and a similar one came."""

    model: str
    old: str
    new: str
    kind: str

    @property
    def options(self) -> str:
        """The options that answer this question without a terminal."""
        return f"--rename {self.model}.{self.old}={self.new} or --no-rename"

    def __str__(self) -> str:
        return f"was {self.model}.{self.old} renamed to {self.model}.{self.new}?"


@dataclass(frozen=True, slots=True)
class RenamedModel:
    """One model went and a similar one came."""

    old: str
    new: str

    @property
    def options(self) -> str:
        """The options that answer this question without a terminal."""
        return f"--rename {self.old}={self.new} or --no-rename"

    def __str__(self) -> str:
        return f"was the model {self.old} renamed to {self.new}?"


@dataclass(frozen=True, slots=True)
class SharedDefault:
    """Existing rows would all get one value in a unique field: there may be at most one row."""

    model: str
    field: str
    doing: Doing = "adding"

    @property
    def may_be_irreversible(self) -> bool:
        """Tell whether only the way back gives rows the value, so that it can be given up."""
        return self.doing in ("removing", "making nullable")

    @property
    def options(self) -> str:
        """The options that answer this question without a terminal."""
        name = f"{self.model}.{self.field}"
        instead = f" or --irreversible {name}" if self.may_be_irreversible else ""
        return f"--shared-default {name} (there is at most one row){instead}"

    @property
    def rows(self) -> str:
        """The rows that get the value."""
        adds = self.doing in ("adding", "removing")
        rows = "every existing row" if adds else "every row where it is NULL"
        return f"on the way back {rows}" if self.may_be_irreversible else rows

    def __str__(self) -> str:
        return f"{self.model}.{self.field} is unique, and {self.rows} gets the same value"


Rename = RenamedField | RenamedModel
Question = DefaultNeeded | SharedDefault | Rename


@dataclass(frozen=True, slots=True)
class OneOff:
    """A default for the rows that exist, used once and not kept in the model."""

    value: Any


@dataclass(frozen=True, slots=True)
class GiveUpReversing:
    """No default: the revision says that it cannot be reversed."""


class Quit(Refused):
    """The user chose to quit, or the input ended; nothing was written."""


class Questioner(Protocol):
    """Who answers: the options, and at a terminal the user."""

    @property
    def renames(self) -> Mapping[str, str]:
        """The renames that were said beforehand: "Old" to "New", "Model.old" to "new"."""

    def default(self, question: DefaultNeeded) -> OneOff | GiveUpReversing:
        """Return a one-off default, or the decision to give up reversing."""

    def renamed(self, question: RenamedField | RenamedModel) -> bool:
        """Tell whether it is a rename."""

    def shared_default(self, question: SharedDefault) -> GiveUpReversing | None:
        """Return where the user goes on, maybe without a way back; raise otherwise."""


@dataclass
class Answers:
    """The answers given by options; what they leave open goes to `unanswered`.

    `defaults` maps "Model.field" to the value; `renames` maps "Old" to "New" and "Model.old" to
    "new"; `no_rename` answers every other rename with no, and `all_renamed` with yes.
    """

    defaults: Mapping[str, Any] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    no_rename: bool = False
    all_renamed: bool = False
    irreversible: frozenset[str] = frozenset()
    shared_defaults: frozenset[str] = frozenset()
    unanswered: list[Question] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def default(self, question: DefaultNeeded) -> OneOff | GiveUpReversing:
        """Return the option's answer, or note the question and go on with None."""
        name = f"{question.model}.{question.field}"
        if name in self.defaults:
            self.used.add(name)
            return OneOff(self.defaults[name])
        if name in self.irreversible and question.may_be_irreversible:
            self.used.add(name)
            return GiveUpReversing()
        self.unanswered.append(question)
        return OneOff(None)

    def renamed(self, question: RenamedField | RenamedModel) -> bool:
        """Return the option's answer, or note the question and go on with no."""
        name = (
            f"{question.model}.{question.old}"
            if isinstance(question, RenamedField)
            else question.old
        )
        if name in self.renames:
            self.used.add(name)
            return self.renames[name] == question.new
        if question.new not in self.renames.values() and not self.no_rename:
            self.unanswered.append(question)
            return self.all_renamed
        return False

    def shared_default(self, question: SharedDefault) -> GiveUpReversing | None:
        """Return the option's answer, or note the question and go on."""
        name = f"{question.model}.{question.field}"
        self.used.add(name)
        if name in self.irreversible and question.may_be_irreversible:
            return GiveUpReversing()
        if name not in self.shared_defaults:
            self.unanswered.append(question)
        return None

    def settled(self, diff: Callable[[], Result]) -> Result:
        """Return what a diff that asks these answers finds; raise Unanswered for open questions.

        A diff goes on without an answer, and may then find something wrong that is not: its own
        error is raised only where every question was answered.
        """
        try:
            found = diff()
        except EvolveError:
            self._settle(diff)
            raise
        self._settle(diff)
        self.finish()
        return found

    def _settle(self, diff: Callable[[], object] | None = None) -> None:
        """Raise Unanswered, naming the options for each open question, those of renames first.

        What is asked only after one answer to the renames comes last: `diff` is tried again to
        know what a yes would lead to.
        """
        if not self.unanswered:
            return
        asked = dict.fromkeys(self.unanswered)
        renames = [each for each in asked if isinstance(each, Rename)]
        after = self._if_renamed(diff) if diff and renames else asked
        both = [each for each in asked if each in after and each not in renames]
        groups = {
            "": [*renames, *both],
            "if these are renames, ": [each for each in after if each not in asked],
            "if they are not, ": [
                each for each in asked if each not in after and each not in renames
            ],
        }
        lines = [
            f" - {when}{question}\n   answer with {question.options}"
            for when, questions in groups.items()
            for question in questions
        ]
        raise Unanswered(
            "There are questions to answer, and nobody to ask:\n" + few_lines(lines),
            "Nothing was written. Run it at a terminal, or give the options.",
        )

    def _if_renamed(self, diff: Callable[[], object]) -> dict[Question, None]:
        """Return what a diff asks if every rename that is open is answered with yes."""
        open_now, self.unanswered, self.all_renamed = self.unanswered, [], True
        try:
            with suppress(EvolveError):
                diff()
            return dict.fromkeys(self.unanswered)
        finally:
            self.unanswered, self.all_renamed = open_now, False

    def finish(self) -> None:
        """Settle, and raise Refused where an option answered nothing: a typing error, no doubt."""
        self._settle()
        given = {*self.defaults, *self.renames, *self.irreversible, *self.shared_defaults}
        if idle := sorted(given - self.used):
            raise Refused(
                f"No question was asked about {', '.join(idle)}, so the option answers nothing.",
                "Nothing was written. Check the names (Model.field), or leave the option out.",
            )
