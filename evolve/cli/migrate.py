"""`evolve migrate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from evolve.adopting import existing
from evolve.cli.ask import agreed, at_terminal, say
from evolve.cli.databases import add_databases, named_databases, on_each
from evolve.cli.ghosts import confirm, delete, ghosts_of
from evolve.cli.listing import show_list
from evolve.cli.places import TARGET, add_format, split, tell, tell_json
from evolve.cli.system_checks import add_skip_checks, check_databases
from evolve.cli.watch import Watcher, section_lines, step_line
from evolve.errors import EvolveError, Refused, RevisionFailed, few_lines
from evolve.guards.dependents import others
from evolve.guards.out_of_order import branches
from evolve.history.ghosts import Ghost
from evolve.plan import Plan
from evolve.project import Project
from evolve.running import (
    Run,
    announce_nothing,
    lost_objects,
    mark_squashes,
    migrate,
    rehearse,
)
from evolve.settings import evolve_settings

_FLAGS = (
    (("--list",), "show what is applied, as `evolve list`"),
    (("--changes",), "show each revision with its operations"),
    (("--plan",), "show what would run, and run nothing"),
    (
        ("--db-dry-run",),
        "run everything in a transaction and roll it back; no signal is sent. What a data "
        "migration does outside the database is done",
    ),
    (("--fake",), "mark as applied, or as not applied, and run nothing"),
    (
        ("--fake-initial",),
        "mark first revisions whose tables are there already; tables that differ from the revision "
        "are said, and refused without --force",
    ),
    (("--force",), "with --fake-initial: mark them although the tables differ"),
    (
        ("--merge", "--skip"),
        "also run what should have been applied before others that are applied already",
    ),
    (
        ("--delete-ghost-migrations",),
        "remove the rows of revisions whose files are gone, of APP or of all apps, after asking",
    ),
    (("--ignore-ghost-migrations",), "go on although files of applied revisions are gone"),
    (
        ("--accept-lost-objects",),
        "go on although objects that no model expresses would be dropped: checks, actions of "
        "foreign keys, triggers, views, columns",
    ),
    (("--run-syncdb",), "first make the missing tables of apps that have no revisions"),
    (("--no-initial-data",), "do not load the fixtures called initial_data"),
    (("--yes", "-y"), "do what would be asked about: roll back other apps' revisions, too"),
)


def add_migrate(commands: Any) -> None:
    """Add the parsers of `migrate`, of Alembic's words for it, and of `rollback`."""
    for name, only, text in (
        ("migrate", None, "bring a database to a revision, forwards or backwards"),
        ("upgrade", "forwards", "bring a database to a revision, forwards alone"),
        ("downgrade", "backwards", "bring a database back to a revision, backwards alone"),
    ):
        parser = _add(commands, name, only, text)
        required = {} if only != "backwards" else {"nargs": None}
        parser.add_argument("app", metavar="APP[:TARGET]", **{"nargs": "?", **required})
        parser.add_argument("target", metavar="TARGET", nargs="?", help=TARGET)
    parser = _add(commands, "rollback", "backwards", "take back an app's last revisions")
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument("steps", metavar="N", nargs="?", type=int, default=1, help="how many")


def _add(commands: Any, name: str, only: str | None, text: str) -> Any:
    parser = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}. Without TARGET to the last one, without APP "
        "every app. The whole plan is checked before anything runs.",
    )
    add_databases(parser)
    add_format(parser)
    for names, help_text in _FLAGS:
        parser.add_argument(*names, action="store_true", help=help_text)
    add_skip_checks(parser)
    parser.set_defaults(run=run_migrate, only=only)
    return parser


def run_migrate(project: Project, args: argparse.Namespace) -> int:
    """Run, rehearse or show the plan for a target, on each database."""
    _place(args)
    aliases = named_databases(args)
    if not (args.list or args.changes):
        check_databases(args, aliases)
    return on_each(args, aliases, partial(_checked, project))


def _checked(project: Project, args: argparse.Namespace) -> Callable[[], int]:
    """Check everything on one database, and return what goes on with it."""
    if args.list or args.changes:
        return partial(show_list, project, args, [args.app] if args.app else [])
    ghosts = ghosts_of(project, args)
    plan = _plan(project, args)
    for section in plan.sections:
        if section.target.soft and section.target.key:
            name = section.target.key.name
            tell(args, f" - Soft matched migration {section.target.soft} to {name}.")
    plan = _faked(project, plan, args)
    if args.plan:
        return partial(_show_plan, project, plan, args)
    lost = {} if args.accept_lost_objects else lost_objects(project, plan, args.database)
    project.refuse(plan, {"out-of-order"} if args.merge else (), lost)
    say(*_orders(plan), *(f" ! {line}" for line in project.warnings(args.database) if plan))
    if args.db_dry_run:
        return partial(_rehearse, project, plan, args)
    confirm(args, ghosts)
    _confirm(plan, args)
    return partial(_carried_out, project, plan, ghosts, args)


def _carried_out(
    project: Project, plan: Plan, ghosts: Sequence[Ghost], args: argparse.Namespace
) -> int:
    delete(project, args, ghosts)
    for table in project.make_tables(args.database) if args.run_syncdb else ():
        tell(args, f" - Made the table {table} of an app without revisions.")
    return _run(project, plan, args)


def _place(args: argparse.Namespace) -> None:
    """Let the commands that are not `migrate` have its arguments."""
    if hasattr(args, "steps"):
        if args.steps < 1:
            raise Refused(f"{args.steps} revisions cannot be taken back.", "Give 1 or more.")
        return
    split(args)
    if args.only == "backwards" and not args.target:
        raise Refused("There is no target to go back to.", "Give one: a revision, -1, or zero.")


def _plan(project: Project, args: argparse.Namespace) -> Plan:
    if hasattr(args, "steps"):
        return project.rollback(args.database, args.app, args.steps)
    return project.plan(args.database, args.app, args.target, args.only)


def _faked(project: Project, plan: Plan, args: argparse.Namespace) -> Plan:
    """Return the plan with what --fake and --fake-initial mark."""
    if args.fake:
        return plan.faking({step.key for step in plan.steps})
    if not args.fake_initial:
        return plan
    found = existing(project, plan, args.database)
    if found.differences and not args.force:
        raise Refused(
            "The tables that are there are not what the revisions would make:\n"
            + few_lines(f" - {each}" for each in found.differences),
            "Nothing was touched. Correct the tables or the revisions, or give --force to mark the "
            "revisions all the same.",
        )
    say(*(f" ! {each}" for each in found.differences))
    return plan.faking(found.keys)


def _orders(plan: Plan) -> list[str]:
    """Return what is to be known of the order in which the plan comes."""
    late = [
        f" ! Migration {step.revision} should not have been applied after {each} but will be."
        for step in plan.steps
        for each in step.late
    ]
    return few_lines([*late, *branches(plan)]).splitlines()


def _confirm(plan: Plan, args: argparse.Namespace) -> None:
    if steps := others(plan):
        listed = few_lines(map(step_line, steps))
        found = f"Going back rolls back revisions of other apps as well:\n{listed}"
        agreed(args, "--yes", found, "Roll them back too?")


def _run(project: Project, plan: Plan, args: argparse.Namespace) -> int:
    code = _carry_out(project, plan, args) if plan else _nothing(plan, args)
    if not plan and args.app is None:
        announce_nothing(project, args.database, args.verbosity)
    for key in mark_squashes(project, args.database) if args.only != "backwards" else ():
        tell(args, f" - Marked {key} as applied: all that it replaces is.")
    return code


def _carry_out(project: Project, plan: Plan, args: argparse.Namespace) -> int:
    interactive = args.interactive and at_terminal()
    fixture = None if args.no_initial_data else evolve_settings().INITIAL_DATA
    run = Run(args.database, args.verbosity, interactive, fixture)
    with Watcher(len(plan.steps), _loudness(args)) as watcher:
        migrate(project, plan, run, watcher)
    tell_json(args, _as_json(plan))
    return 0


def _loudness(args: argparse.Namespace) -> int:
    return 0 if args.format == "json" else int(args.verbosity)


def _as_json(plan: Plan) -> list[dict[str, Any]]:
    """Return the steps, in order."""
    return [
        {
            "app": step.key.app,
            "name": step.key.name,
            "id": step.revision.id,
            "direction": step.direction,
            "faked": step.faked,
        }
        for step in plan.steps
    ]


def _nothing(plan: Plan, args: argparse.Namespace) -> int:
    for section in plan.sections if args.app else ():
        tell(args, f"Running migrations for {section.target.app}:")
    tell(args, "- Nothing to migrate.")
    tell_json(args, [])
    return 0


def _rehearse(project: Project, plan: Plan, args: argparse.Namespace) -> int:
    if not plan:
        return _nothing(plan, args)
    try:
        with Watcher(len(plan.steps), _loudness(args)) as watcher:
            rehearse(project, plan, args.database, watcher)
    except Refused as error:
        tell(args, f" - No dry run: {error.found} This is the plan:")
        return _show_plan(project, plan, args)
    except RevisionFailed as error:
        raise EvolveError(error.found, "Dry run: all of it was rolled back.") from error
    tell(args, " - Dry run: all of it was rolled back.")
    tell_json(args, _as_json(plan))
    return 0


def _show_plan(project: Project, plan: Plan, args: argparse.Namespace) -> int:
    if not plan:
        tell(args, "- Nothing to migrate.")
    for section in plan.sections:
        tell(args, *(section_lines(section) if section.steps else ()))
        for step in section.steps:
            words = (
                ["(faked)"] if step.faked else project.facts.words(step.revision, step.direction)
            )
            tell(args, step_line(step), *(f"   - {each}" for each in words))
    tell_json(args, _as_json(plan))
    return 0
