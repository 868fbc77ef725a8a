"""`evolve convert`."""

from __future__ import annotations

import argparse
from typing import Any

from evolve.adopting import compared
from evolve.authoring.author import Author, Wish
from evolve.autodiff.questions import Answers
from evolve.cli.ask import Prompts, at_terminal, say
from evolve.cli.databases import add_database
from evolve.cli.find import command
from evolve.cli.generate import show_created
from evolve.cli.ghosts import confirm, delete, ghosts_of
from evolve.cli.places import add_installed, check_writable
from evolve.cli.watch import Watcher
from evolve.errors import Refused, few_lines
from evolve.plan import Plan
from evolve.project import Project
from evolve.running import Run, migrate


def add_convert(commands: Any) -> None:
    """Add the parser of `convert`."""
    parser = commands.add_parser(
        "convert",
        help="put an app whose tables are there under migration",
        description="Put an app under migration whose tables are there and that has no revisions: "
        "write 0001_initial, compare it with the database, and mark it as applied without running "
        "it. Tables that differ are said, and refused without --force.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    add_database(parser)
    flags = (
        ("--force", "although tables differ, or as --into-installed"),
        ("--delete-ghost-migrations", "remove the rows that the app has in the history already"),
        ("--ignore-ghost-migrations", "go on although the app has rows in the history"),
        ("--yes", "remove them without asking"),
    )
    for name, text in flags:
        parser.add_argument(name, action="store_true", help=text)
    add_installed(parser)
    parser.set_defaults(run=convert)


def convert(project: Project, args: argparse.Namespace) -> int:
    """Write the first revision of an app and mark it as applied."""
    config = project.config(args.app)
    if not args.force:
        check_writable(project, args)
    ghosts = ghosts_of(project, args)
    asking = Prompts(Answers()) if args.interactive and at_terminal() else Answers()
    made = Author(project).schema_revision(args.app, Wish(), asking, initial=True)
    if made is None:
        raise Refused(f"The app '{args.app}' has no models.", "There is nothing to convert.")
    _compare(config, args)
    confirm(args, ghosts)
    delete(project, args, ghosts)
    written = made.write()
    try:
        plan = _marking(args)
    except BaseException:
        written.undo()
        raise
    show_created(made, written)
    print(f"Created {made.path.name}.")
    with Watcher(1, args.verbosity) as watcher:
        migrate(Project(), plan, Run(args.database, args.verbosity), watcher)
    print(
        f"App '{args.app}' converted. On other databases: {command()} migrate {args.app} "
        "--fake-initial --database ALIAS"
    )
    return 0


def _compare(config: Any, args: argparse.Namespace) -> None:
    """Say how the tables differ. Raises Refused where they do, or where there are none."""
    differences, there = compared(config, args.database)
    if not there:
        raise Refused(
            f"The database '{args.database}' has no table of the app '{args.app}'.",
            f"Nothing was touched. Use {command()} schemamigration {args.app} --initial, and "
            "migrate.",
        )
    if differences and not args.force:
        raise Refused(
            "The tables are not what models.py says:\n"
            + few_lines(f" - {each}" for each in differences),
            "Nothing was touched. Make models.py say what the tables are, convert, and change it "
            "then with --auto. Or give --force, and the first revision says what models.py says.",
        )
    say(*(f" ! {each}" for each in differences))


def _marking(args: argparse.Namespace) -> Plan:
    """Return the plan that marks the new revision. Raises Refused where others have to run."""
    plan = Project().plan(args.database, args.app, None)
    if others := [str(step.revision) for step in plan.steps if step.key.app != args.app]:
        raise Refused(
            f"The models of '{args.app}' refer to apps with revisions that are not applied: "
            f"{', '.join(others)}.",
            "Nothing was touched. Migrate these apps first, with --fake-initial where their tables "
            "are there.",
        )
    return plan.faking({step.key for step in plan.steps})
