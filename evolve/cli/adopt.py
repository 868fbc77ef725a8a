"""`evolve adopt`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from evolve.cli.places import add_format
from evolve.project import Project
from evolve.survey import Survey, SurveyedApp, survey


def add_adopt(commands: Any) -> None:
    """Add the parser of `adopt`."""
    parser = commands.add_parser(
        "adopt",
        help="look at a whole project before evolve is used on it, and change nothing",
        description="Look at a whole project and its databases, and say what evolve finds: apps, "
        "revisions, heads, what is applied where, what is unusual. Nothing is changed, and nothing "
        "has to be: Django-format migrations are revisions as they are.",
    )
    add_format(parser)
    parser.set_defaults(run=adopt)


def adopt(project: Project, args: argparse.Namespace) -> int:
    """Print what was found."""
    found = survey(project)
    if args.format == "json":
        print(json.dumps(asdict(found), indent=2))
        return 0
    for alias, vendor in found.databases.items():
        print(f"Database {alias}: {vendor}")
    for each in found.apps:
        _say(each)
    for line in found.unusual:
        print(f" ! {line}")
    print(_ready(found))
    return 0


def _say(each: SurveyedApp) -> None:
    kinds = [f"{each.django} of Django's", f"{each.evolve} of evolve's"]
    numbers = [kind for kind in kinds if not kind.startswith("0 ")] or ["none"]
    applied = ", ".join(f"{count} on {alias}" for alias, count in each.applied.items())
    print(f" {each.app}: revisions {' and '.join(numbers)}; applied {applied or 'nowhere'}")
    if each.heads:
        print(f"    head: {', '.join(each.heads)}")
    for line in each.unusual:
        print(f"    ! {line}")


def _ready(found: Survey) -> str:
    own = sum(each.evolve for each in found.apps)
    if own:
        return f"{own} revisions are evolve's already."
    return (
        "Nothing has to be converted: `evolve migrate` runs these as they are, and `evolve "
        "schemamigration APP --auto` goes on from where an app is."
    )
