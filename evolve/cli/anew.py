"""What `--update` and `rebase` have in common: revisions that are rolled back and written anew."""

from __future__ import annotations

import argparse
from typing import Any

from evolve.authoring.rollback import Rollback, Rollbacks, reapplication, roll_back
from evolve.cli.ask import agreed, at_terminal, say
from evolve.cli.find import command
from evolve.cli.watch import Watcher, step_line
from evolve.errors import EvolveError, Refused, few_lines
from evolve.project import Project
from evolve.running import Run, migrate
from evolve.settings import evolve_settings

_OPTIONS = (
    ("--reapply", "apply what was written anew at once where the old was applied"),
    ("--dry-run", "say what would be done, and change nothing"),
    ("--with-dependents", "roll other apps' revisions that need it back too, and put them back"),
    ("--accept-data-loss", "roll back although values are lost"),
    ("--accept-lost-objects", "go on although objects that no model expresses would be dropped"),
    ("--skip-unreachable", "leave databases that cannot be reached as they are"),
)

ANEW = [option.strip("-").replace("-", "_") for option, _ in _OPTIONS]


def add_anew_options(parser: Any) -> None:
    """Add the options."""
    for option, text in _OPTIONS:
        parser.add_argument(option, action="store_true", help=text)


def show_rollbacks(rollbacks: Rollbacks) -> None:
    """Print what would be rolled back, and what that would destroy."""
    if rollbacks.dependents:
        print("This needs --with-dependents.")
    for rollback in rollbacks.found:
        print(f"On the database '{rollback.alias}' it would be rolled back:")
        for step in rollback.plan.steps:
            print(step_line(step))
        for loss in rollback.losses:
            print(f" ! This would destroy {loss}.")


def check_rollbacks(rollbacks: Rollbacks, args: argparse.Namespace) -> None:
    """Have everything answered that stands against it. Raises Refused and Quit."""
    for alias in rollbacks.unreachable:
        say(f" ! The database '{alias}' cannot be reached and is left as it is.")
    name = rollbacks.moved[0].name
    if rollbacks.dependents and not args.with_dependents:
        listed = few_lines(f" < {each}" for each in rollbacks.dependents)
        raise Refused(
            f"Other revisions that are applied need {name}:\n{listed}",
            "Nothing was touched. Give --with-dependents to roll them back too and put them back.",
        )
    objects = [
        f" - {each} on the database '{rollback.alias}'"
        for rollback in rollbacks.found
        for each in rollback.objects
    ]
    if objects:
        listed = "\n".join(objects)
        agreed(
            args,
            "--accept-lost-objects",
            f"Rolling back drops what the tables have and the models do not say:\n{listed}",
            "Drop that?",
        )
    lost = [
        f" - {loss} on the database '{each.alias}'"
        for each in rollbacks.found
        for loss in each.losses
    ]
    if lost:
        listed = "\n".join(lost)
        agreed(args, "--accept-data-loss", f"Rolling back destroys\n{listed}", "Destroy that?")


def roll_all_back(project: Project, rollbacks: Rollbacks, args: argparse.Namespace) -> None:
    """Roll back on one database after the other, in South's words."""
    for rollback in rollbacks.found:
        _announce(rollbacks, rollback)
        with Watcher(len(rollback.plan.steps), args.verbosity) as watcher:
            roll_back(project, rollback, _run(rollback, args), watcher)


def _announce(rollbacks: Rollbacks, rollback: Rollback) -> None:
    """Say what is rolled back; with the database where that is another one."""
    where = "" if rollback.alias == "default" else f" on the database '{rollback.alias}'"
    print(
        f"Migration to be updated, {rollbacks.moved[0].name}, is already applied{where}, "
        "rolling it back now..."
    )
    if rollbacks.parent:
        when = f" (applied: {rollback.previous:%Y-%m-%d %H:%M:%S})" if rollback.previous else ""
        print(f"previous_migration: {rollbacks.parent.name}{when}")


def reapply(rollbacks: Rollbacks, args: argparse.Namespace) -> None:
    """Apply again what was rolled back, where that was asked for or others stood on it."""
    for rollback in rollbacks.found:
        if not args.reapply and set(rollback.keys) <= set(rollbacks.moved):
            continue
        try:
            project, plan = reapplication(rollbacks, rollback, args.accept_lost_objects)
            with Watcher(len(plan.steps), args.verbosity) as watcher:
                migrate(project, plan, _run(rollback, args), watcher)
        except EvolveError as error:
            raise EvolveError(
                "The files are written anew, and on the database "
                f"'{rollback.alias}' the old ones were rolled back; applying again stopped: "
                f"{error.found}",
                f"{error.hint}\nTo go on: {command()} migrate --database {rollback.alias}",
            ) from error


def _run(rollback: Rollback, args: argparse.Namespace) -> Run:
    interactive = args.interactive and at_terminal()
    return Run(rollback.alias, args.verbosity, interactive, evolve_settings().INITIAL_DATA)
