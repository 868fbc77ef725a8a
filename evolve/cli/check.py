"""`evolve check`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from evolve.adopting import installed
from evolve.checking import check
from evolve.cli.places import add_format
from evolve.project import Project
from evolve.revisions.files import package_of


def add_check(commands: Any) -> None:
    """Add the parser of `check`."""
    parser = commands.add_parser(
        "check",
        help="check that models, revisions and heads agree; exit 1 where they do not",
        description="Check that the models are what is frozen, that each revision's operations "
        "make what it froze, there and back, that each app has one head, and that the files make a "
        "graph. It says when the files that a squash replaces can go. The methods of schema "
        "revisions are called, on states alone. Exit 1 where something is wrong.",
    )
    parser.add_argument(
        "apps",
        metavar="APP",
        nargs="*",
        help="labels of apps; without any, the project's own that have revisions",
    )
    add_format(parser)
    parser.set_defaults(run=run_check)


def run_check(project: Project, args: argparse.Namespace) -> int:
    """Print what is wrong."""
    apps = list(dict.fromkeys(args.apps)) or _own(project)
    for app in apps:
        project.config(app)
    findings, notes = check(project, apps)
    if args.format == "json":
        found = {"findings": findings, "notes": notes}
        said = {name: [asdict(each) for each in listed] for name, listed in found.items()}
        print(json.dumps(said, indent=2))
        return 1 if findings else 0
    for sign, listed in (("!", findings), ("-", notes)):
        for each in listed:
            print(f" {sign} {each}")
    if not findings:
        print(f"Nothing is wrong with {', '.join(apps) or 'no app: none has revisions'}.")
    return 1 if findings else 0


def _own(project: Project) -> list[str]:
    """Return the apps whose revisions are not in other people's packages."""
    packages = {app: package_of(project.config(app)) for app in project.visible().apps}
    return [app for app, each in packages.items() if each and not installed(each.directory)]
