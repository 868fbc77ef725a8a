"""`evolve schemamigration APP --auto --update`."""

from __future__ import annotations

import argparse
import sys

from evolve.authoring.author import Wish
from evolve.authoring.rollback import Rollbacks, located
from evolve.authoring.update import Update, prepared, put, rewritten
from evolve.autodiff.questions import Answers, Questioner
from evolve.cli.anew import (
    add_anew_options,
    check_rollbacks,
    reapply,
    roll_all_back,
    show_rollbacks,
)
from evolve.cli.ask import agreed, say
from evolve.cli.find import command
from evolve.errors import Refused
from evolve.project import Project

_OPTIONS = (
    ("--update", "with --auto: roll the last revision back where it is applied, and write it anew"),
    ("--force", "write a revision anew that was edited by hand; its text is kept as NAME.py.orig"),
    ("--remove", "remove the last revision where models.py has nothing of it any more"),
)


def add_update_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of an update."""
    group = parser.add_argument_group("writing the last revision anew")
    for option, text in _OPTIONS:
        group.add_argument(option, action="store_true", help=text)
    add_anew_options(group)


def update(
    project: Project,
    args: argparse.Namespace,
    wish: Wish,
    ask: Questioner,
    answers: Answers,
) -> int:
    """Write an app's last revision anew. First all checks and questions, then all changes."""
    found = answers.settled(lambda: rewritten(project, args.app, wish, ask))
    if found.same:
        said = f"{found.old.name} says what models.py says already. Nothing was touched."
        print(said, file=sys.stderr if args.print_only else sys.stdout)
        return 0
    lines = found.new.lines if found.new else []
    if args.print_only:
        say(*lines)
        sys.stdout.write(found.new.text if found.new else "")
        return 0
    rollbacks = located(project, [found.old.key], found.parent, args.skip_unreachable)
    for line in lines or ["Nothing seems to have changed since the revision before it."]:
        print(line)
    if args.dry_run:
        show_rollbacks(rollbacks)
        if found.edited:
            print(f"{found.old.name}.py was edited by hand: this needs --force.")
        new = f"become {found.new.name}.py" if found.new else "be removed"
        print(f"{found.old.name}.py would {new}. Nothing was touched.")
        return 0
    _check(found, rollbacks, args)
    return _carry_out(project, found, rollbacks, args)


def _check(update: Update, rollbacks: Rollbacks, args: argparse.Namespace) -> None:
    """Have everything answered that stands against it. Raises Refused and Quit."""
    if update.edited and not args.force:
        raise Refused(
            f"{update.old.path} is not as evolve wrote it: it was edited by hand.",
            "Nothing was touched. Give --force to write it anew all the same; its text is kept as "
            f"{update.old.name}.py.orig.",
        )
    check_rollbacks(rollbacks, args)
    if update.new is None:
        agreed(args, "--remove", f"{update.old.name} would have nothing in it.", "Remove it?")


def _carry_out(
    project: Project, update: Update, rollbacks: Rollbacks, args: argparse.Namespace
) -> int:
    # Where it stays applied, only its own text can take it back.
    replacement = prepared(update, bool(rollbacks.unreachable))
    try:
        roll_all_back(project, rollbacks, args)
        kept = put(update, replacement)
    finally:
        replacement.drop()
    if kept:
        print(f"The text of {update.old.name}.py is kept in {kept.name}.")
    _conclude(update, args)
    if update.new:
        say(*update.new.notes)
        reapply(rollbacks, args)
    return 0


def _conclude(update: Update, args: argparse.Namespace) -> None:
    if update.new is None:
        print(f"Removed {update.old.name}.py.")
        return
    renamed = update.new.name != update.old.name
    was = f" It was {update.old.name}.py." if renamed else ""
    print(
        f"Updated {update.new.name}.py.{was} You can now apply this migration with: "
        f"{command()} migrate {args.app}"
    )
