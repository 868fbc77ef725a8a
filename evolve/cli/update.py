"""`evolve schemamigration APP --auto --update`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from evolve.authoring.author import Wish
from evolve.authoring.update import (
    Rollback,
    Update,
    located,
    prepared,
    put,
    reapplication,
    rewritten,
    roll_back,
)
from evolve.autodiff.questions import Questioner
from evolve.cli.ask import agreed, at_terminal, say
from evolve.cli.find import command
from evolve.cli.watch import Watcher, step_line
from evolve.errors import EvolveError, Refused
from evolve.project import Project
from evolve.running import Run, migrate

_OPTIONS = (
    ("--update", "with --auto: roll the last revision back where it is applied, and write it anew"),
    ("--reapply", "apply the new revision at once where the old one was applied"),
    ("--dry-run", "say what --update would do, and change nothing"),
    ("--force", "write a revision anew that was edited by hand; its text is kept as NAME.py.orig"),
    ("--with-dependents", "roll other apps' revisions that need it back too, and put them back"),
    ("--accept-data-loss", "roll back although values are lost"),
    ("--skip-unreachable", "leave databases that cannot be reached as they are"),
    ("--remove", "remove the last revision where models.py has nothing of it any more"),
)


def add_update_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of an update."""
    group = parser.add_argument_group("writing the last revision anew")
    for option, text in _OPTIONS:
        group.add_argument(option, action="store_true", help=text)


def update(
    project: Project,
    args: argparse.Namespace,
    wish: Wish,
    ask: Questioner,
    finish: Callable[[], None],
) -> int:
    """Write an app's last revision anew. First all checks and questions, then all changes."""
    found = rewritten(project, args.app, wish, ask)
    finish()
    lines = found.new.lines if found.new else []
    if args.stdout:
        say(*lines)
        sys.stdout.write(found.new.text if found.new else "")
        return 0
    found = located(project, found, args.skip_unreachable)
    for line in lines or ["Nothing seems to have changed since the revision before it."]:
        print(line)
    for alias in found.unreachable:
        say(f" ! The database '{alias}' cannot be reached and is left as it is.")
    if args.dry_run:
        return _show(found)
    _check(found, args)
    return _carry_out(project, found, args)


def _show(update: Update) -> int:
    for rollback in update.rollbacks:
        print(f"On the database '{rollback.alias}' it would be rolled back:")
        for step in rollback.plan.steps:
            print(step_line(step))
        for loss in rollback.losses:
            print(f" ! This would destroy {loss}.")
    new = f"become {update.new.name}.py" if update.new else "be removed"
    print(f"{update.old.name}.py would {new}. Nothing was touched.")
    return 0


def _check(update: Update, args: argparse.Namespace) -> None:
    """Have everything answered that stands against it. Raises Refused and Quit."""
    if update.edited and not args.force:
        raise Refused(
            f"{update.old.path} is not as evolve wrote it: it was edited by hand.",
            "Nothing was touched. Give --force to write it anew all the same; its text is kept as "
            f"{update.old.name}.py.orig.",
        )
    if update.dependents and not args.with_dependents:
        listed = "\n".join(f" < {each}" for each in update.dependents)
        raise Refused(
            f"Other revisions that are applied need {update.old.name}:\n{listed}",
            "Nothing was touched. Give --with-dependents to roll them back too and put them back.",
        )
    lost = [
        f" - {loss} on the database '{each.alias}'"
        for each in update.rollbacks
        for loss in each.losses
    ]
    if lost:
        listed = "\n".join(lost)
        agreed(args, "--accept-data-loss", f"Rolling back destroys\n{listed}", "Destroy that?")
    if update.new is None:
        agreed(args, "--remove", f"{update.old.name} would have nothing in it.", "Remove it?")


def _carry_out(project: Project, update: Update, args: argparse.Namespace) -> int:
    replacement = prepared(update)
    try:
        for rollback in update.rollbacks:
            _announce(update, rollback)
            with Watcher(len(rollback.plan.steps), args.verbosity) as watcher:
                roll_back(project, rollback, _run(rollback, args), watcher)
        kept = put(update, replacement)
    finally:
        replacement.drop()
    if kept:
        print(f"The text of {update.old.name}.py is kept in {kept.name}.")
    _conclude(update, args)
    if update.new and (args.reapply or update.dependents):
        for rollback in update.rollbacks:
            _reapply(update, rollback, args)
    return 0


def _announce(update: Update, rollback: Rollback) -> None:
    """Say South's words; with the database where it is not the only one."""
    where = "" if rollback.alias == "default" else f" on the database '{rollback.alias}'"
    print(
        f"Migration to be updated, {update.old.name}, is already applied{where}, "
        "rolling it back now..."
    )
    if update.parent:
        when = f" (applied: {rollback.previous:%Y-%m-%d %H:%M:%S})" if rollback.previous else ""
        print(f"previous_migration: {update.parent.name}{when}")


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


def _reapply(update: Update, rollback: Rollback, args: argparse.Namespace) -> None:
    try:
        project, plan = reapplication(update, rollback)
        with Watcher(len(plan.steps), args.verbosity) as watcher:
            migrate(project, plan, _run(rollback, args), watcher)
    except EvolveError as error:
        raise EvolveError(
            f"{update.new and update.new.name}.py is written, and on the database "
            f"'{rollback.alias}' the old revision was rolled back; applying again stopped: "
            f"{error.found}",
            f"{error.hint}\nTo go on: {command()} migrate --database {rollback.alias}",
        ) from error


def _run(rollback: Rollback, args: argparse.Namespace) -> Run:
    return Run(rollback.alias, args.verbosity, not args.no_input and at_terminal())
