"""Asks the user, in South's words, what a diff cannot know."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evolve.autodiff.questions import (
    Answers,
    DefaultNeeded,
    GiveUpReversing,
    OneOff,
    Quit,
    RenamedField,
    RenamedModel,
    SharedDefault,
)
from evolve.cli.python_values import python_value
from evolve.errors import Refused

_NOTHING_WRITTEN = "Nothing was written."


class Prompts:
    """Answers from options where there is one, else from the terminal.

    Questions are written to stderr, so that stdout holds the file alone with --stdout. The end of
    the input or Ctrl-C leaves by Quit.
    """

    def __init__(self, answers: Answers, read: Callable[[str], str] = input) -> None:
        self._answers = answers
        self._read = read

    @property
    def renames(self) -> Mapping[str, str]:
        """The renames that options said."""
        return self._answers.renames

    def default(self, question: DefaultNeeded) -> OneOff | GiveUpReversing:
        """Ask South's question about a NOT NULL column without a default."""
        if answer := self._from_options(self._answers.default, question):
            return answer
        say(
            f" ? The field '{question.model}.{question.field}' does not have a default specified, "
            "yet is NOT NULL.",
            f" ? Since you are {question.doing} this field, you MUST specify a default",
            " ? value to use for existing rows. Would you like to:",
        )
        quit_now = (
            "Quit now."
            if question.may_be_irreversible
            else ("Quit now, and add a default to the field in models.py")
        )
        choices = [quit_now, "Specify a one-off value to use for existing columns now"]
        if question.may_be_irreversible:
            choices.append(
                "Disable the backwards migration by raising an exception; "
                "you can edit the migration to fix it later"
            )
        choice = self._choose(choices)
        if choice == 1:
            raise Quit(_NOTHING_WRITTEN)
        return GiveUpReversing() if choice == 3 else OneOff(self._python())

    def renamed(self, question: RenamedField | RenamedModel) -> bool:
        """Ask Django's question about a rename."""
        known = len(self._answers.unanswered)
        answer = self._answers.renamed(question)
        if len(self._answers.unanswered) == known:
            return answer
        self._answers.unanswered.pop()
        if isinstance(question, RenamedField):
            what = (
                f" ? Did you rename the field {question.model}.{question.old} to "
                f"{question.model}.{question.new} (a {question.kind})?"
            )
        else:
            what = f" ? Did you rename the model {question.old} to {question.new}?"
        return self._yes(f"{what} [y/N] ")

    def shared_default(self, question: SharedDefault) -> GiveUpReversing | None:
        """Ask, as Django does of a callable default, about one value in a unique field."""
        known = len(self._answers.unanswered)
        answer = self._answers.shared_default(question)
        if len(self._answers.unanswered) == known:
            return answer
        self._answers.unanswered.pop()
        say(
            f" ? The field '{question.model}.{question.field}' is unique, and {question.rows} "
            "gets the same value.",
            " ? With more than one such row the migration fails. Would you like to:",
        )
        choices = ["Quit now.", "Continue; the table has at most one row"]
        if question.may_be_irreversible:
            choices.append("Disable the backwards migration by raising an exception")
        choice = self._choose(choices)
        if choice == 1:
            raise Quit(_NOTHING_WRITTEN)
        return GiveUpReversing() if choice == 3 else None

    def confirm(self, question: str) -> bool:
        """Ask a question that is answered with yes or no; no is what an empty line says."""
        return self._yes(f" ? {question} [y/N] ")

    def _from_options(self, answer: Callable[[Any], Any], question: Any) -> Any:
        known = len(self._answers.unanswered)
        given = answer(question)
        if len(self._answers.unanswered) == known:
            return given
        self._answers.unanswered.pop()
        return None

    def _choose(self, choices: Sequence[str]) -> int:
        for number, choice in enumerate(choices, 1):
            say(f" ?  {number}. {choice}")
        while True:
            typed = self._line(" ? Please select a choice: ")
            if typed.isdecimal() and 1 <= int(typed) <= len(choices):
                return int(typed)
            say(" ! Invalid choice.")

    def _yes(self, prompt: str) -> bool:
        while True:
            typed = self._line(prompt).lower()
            if typed in ("y", "yes"):
                return True
            if typed in ("", "n", "no"):
                return False
            say(" ! Please answer y or n.")

    def _python(self) -> Any:
        say(
            " ? Please enter Python code for your one-off default value.",
            " ? datetime, timezone (django.utils), uuid and decimal are available, so you can do "
            "e.g. datetime.date.today()",
        )
        while True:
            typed = self._line(" >>> ")
            if typed == "exit":
                raise Quit(_NOTHING_WRITTEN)
            if not typed:
                say(" ! Please enter some code, or 'exit' (with no quotes) to exit.")
                continue
            try:
                return python_value(typed)
            except Exception as error:
                say(f" ! Invalid input: {type(error).__name__}: {error}")

    def _line(self, prompt: str) -> str:
        try:
            sys.stderr.write(prompt)
            sys.stderr.flush()
            return self._read("").strip()
        except (EOFError, KeyboardInterrupt):
            say("")
            raise Quit(_NOTHING_WRITTEN) from None


def agreed(args: Any, option: str, found: str, question: str) -> None:
    """Have what was found agreed to, by an option or by somebody at the terminal.

    Raises Refused where nobody is there, naming the option, and Quit where it is not agreed to.
    """
    if getattr(args, option.strip("-").replace("-", "_")):
        return
    if not args.interactive or not at_terminal():
        raise Refused(found, f"Nothing was touched. Give {option} if that is what you want.")
    say(*(f" ? {line}" for line in found.splitlines()))
    try:
        yes = Prompts(Answers()).confirm(question)
    except Quit:
        yes = False
    if not yes:
        raise Quit("Nothing was touched.")


def say(*lines: str) -> None:
    """Write lines to stderr."""
    for line in lines:
        print(line, file=sys.stderr)


def at_terminal() -> bool:
    """Tell whether there is somebody to ask."""
    return sys.stdin is not None and sys.stdin.isatty()
