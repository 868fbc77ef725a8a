"""`evolve migrate`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from evolve.autodiff.questions import Answers, Quit
from evolve.cli.ask import Prompts, at_terminal
from evolve.cli.listing import show_list
from evolve.cli.watch import Watcher, section_lines
from evolve.errors import Refused
from evolve.guards.dependents import others
from evolve.plan import Plan
from evolve.project import Project


def add_migrate(commands: Any) -> None:
    """Add the parser of `migrate`."""
    parser = commands.add_parser(
        "migrate",
        help="bring a database to a revision, forwards or backwards",
        description="Bring a database to a revision, forwards or backwards. Without TARGET to the "
        "last one, without APP every app. The whole plan is checked before anything runs.",
    )
    parser.add_argument("app", metavar="APP", nargs="?", help="label of the app; without it, all")
    parser.add_argument(
        "target",
        metavar="TARGET",
        nargs="?",
        help="name, unique prefix, number or id of a revision; zero: before the first",
    )
    parser.add_argument(
        "--database", metavar="ALIAS", default="default", help="Django's name of it"
    )
    parser.add_argument(
        "--list", action="store_true", help="show what is applied, as `evolve list`"
    )
    parser.add_argument("--plan", action="store_true", help="show what would run, and run nothing")
    parser.add_argument(
        "--yes",
        "-y",
        action="store_true",
        help="roll back other apps' revisions too, without asking",
    )
    parser.set_defaults(run=migrate)


def migrate(project: Project, args: argparse.Namespace) -> int:
    """Run, or show, the plan for a target."""
    if args.list:
        return show_list(project, args, [args.app] if args.app else [])
    plan = project.plan(args.database, args.app, args.target)
    for section in plan.sections:
        if section.target.soft and section.target.key:
            name = section.target.key.name
            print(f" - Soft matched migration {section.target.soft} to {name}.")
    if args.plan:
        return _show_plan(project, plan)
    project.refuse(plan)
    _confirm(plan, args)
    return _run(project, plan, args)


def _confirm(plan: Plan, args: argparse.Namespace) -> None:
    steps = others(plan)
    if not steps or args.yes:
        return
    listed = "\n".join(f" < {step.revision}" for step in steps)
    found = f"Going back rolls back revisions of other apps as well:\n{listed}"
    if args.no_input or not at_terminal():
        raise Refused(found, "Nothing was touched. Give --yes to roll them back too.")
    print(found, file=sys.stderr)
    if not Prompts(Answers()).confirm("Roll them back too?"):
        raise Quit("Nothing was touched.")


def _run(project: Project, plan: Plan, args: argparse.Namespace) -> int:
    if not plan:
        for section in plan.sections if args.app else ():
            print(f"Running migrations for {section.target.app}:")
        print("- Nothing to migrate.")
        return 0
    with Watcher(len(plan.steps), args.verbosity) as watcher:
        project.migrate(plan, args.database, watcher, args.verbosity)
    return 0


def _show_plan(project: Project, plan: Plan) -> int:
    if not plan:
        print("- Nothing to migrate.")
    for section in plan.sections:
        if not section.steps:
            continue
        for line in section_lines(section):
            print(line)
        for step in section.steps:
            print(f" {'>' if step.direction == 'forwards' else '<'} {step.revision}")
            for words in project.facts.words(step.revision, step.direction):
                print(f"   - {words}")
    return 0
