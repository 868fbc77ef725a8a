"""Options that answer beforehand what a diff would ask."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from evolve.autodiff.questions import Answers, Questioner
from evolve.cli.ask import Prompts, at_terminal
from evolve.cli.python_values import python_value
from evolve.errors import Refused

_ANSWERS = (
    (
        "--default",
        "Model.field=PYTHON",
        "one-off value for existing rows of a NOT NULL column; datetime, timezone, uuid and "
        "decimal are at hand",
    ),
    (
        "--rename",
        "OLD=NEW",
        "Old=New for a model, Model.old=new for a field: a rename, not a new thing",
    ),
    (
        "--irreversible",
        "Model.field",
        "no default for the way back: the revision says that it cannot be reversed",
    ),
    (
        "--shared-default",
        "Model.field",
        "the table has at most one row, which may have the default of a unique field",
    ),
)


def add_answers(parser: argparse.ArgumentParser, renames: bool = True) -> Any:
    """Add the options, and return their group; those of renames where there can be any."""
    group = parser.add_argument_group("answers to what would be asked; each can be given again")
    for option, metavar, text in _ANSWERS:
        if renames or option != "--rename":
            group.add_argument(option, action="append", default=[], metavar=metavar, help=text)
    if renames:
        group.add_argument(
            "--no-rename",
            action="store_true",
            help="nothing else was renamed, however similar it is",
        )
    return group


def questioner(args: argparse.Namespace, answers: Answers | None = None) -> Questioner:
    """Return who answers questions: options alone, or somebody at the terminal."""
    given = answers or Answers()
    return Prompts(given) if args.interactive and at_terminal() else given


def answers_of(args: argparse.Namespace) -> Answers:
    """Return what the options answer. Raises Refused for what cannot be read."""
    return Answers(
        defaults={name: _value(name, text) for name, text in _pairs("--default", args.default)},
        renames=dict(_pairs("--rename", getattr(args, "rename", []))),
        no_rename=getattr(args, "no_rename", False),
        irreversible=frozenset(map(_without_app, args.irreversible)),
        shared_defaults=frozenset(map(_without_app, args.shared_default)),
    )


def _pairs(option: str, given: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [each.partition("=") for each in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise Refused(f"{option} {wrong[0]}: there is no '=' in it.", f"Write {option} NAME=VALUE.")
    if empty := [value for name, _, value in pairs if not name.strip()]:
        raise Refused(
            f"{option} ={empty[0]}: there is no name in it.", f"Write {option} NAME=VALUE."
        )
    return [(_without_app(name.strip()), _new_name(option, value)) for name, _, value in pairs]


def _without_app(name: str) -> str:
    """Return Model.field for a field that is named with its app, as the output names it."""
    return name.partition(".")[2] if name.count(".") == 2 else name


def _new_name(option: str, value: str) -> str:
    """A rename may repeat its model: User.old=User.new says the same as User.old=new."""
    return value.strip().rpartition(".")[2] if option == "--rename" else value


def _value(name: str, text: str) -> Any:
    try:
        return python_value(text)
    except Exception as error:
        raise Refused(
            f"--default {name}={text}: {type(error).__name__}: {error}",
            "The value is Python: write a string as '\"text\"'. Nothing was written.",
        ) from error
