"""`evolve schemamigration` and `evolve datamigration`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import Any

from evolve.authoring.author import Author, Wish
from evolve.authoring.written import NewRevision, Written
from evolve.autodiff.parts import Parts
from evolve.cli.anew import ANEW
from evolve.cli.answers import add_answers, answers_of, questioner
from evolve.cli.ask import say
from evolve.cli.find import command
from evolve.cli.places import add_installed, add_print_only, check_writable, one
from evolve.cli.system_checks import add_skip_checks, check_project
from evolve.cli.update import add_update_options, update
from evolve.errors import Refused, few
from evolve.project import Project
from evolve.revisions.revision import Key

_PARTS = (
    ("--add-model", "Model", "only a new model of models.py"),
    ("--add-field", "Model.field", "only a new field of models.py"),
    ("--add-index", "Model.field", "only the indexes that models.py has on a field"),
)


def add_schemamigration(commands: Any) -> None:
    """Add the parser of `schemamigration`."""
    parser = commands.add_parser(
        "schemamigration",
        help="write a revision from the difference between the frozen models and models.py",
        description="Write a revision from the difference between the frozen models and models.py. "
        "What evolve cannot know it asks at a terminal; the options below answer beforehand.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument("given", metavar="NAME", nargs="?", help="slug, as --name")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--initial", action="store_true", help="the first revision: create every model"
    )
    what.add_argument(
        "--auto", action="store_true", help="what has changed since the last revision"
    )
    for option, metavar, text in _PARTS:
        parser.add_argument(option, action="append", default=[], metavar=metavar, help=text)
    what.add_argument(
        "--empty",
        metavar="NAME",
        nargs="?",
        const="",
        help="an empty revision, to be written by hand",
    )
    parser.add_argument(
        "--name", metavar="SLUG", help="slug of the file name, instead of a made one"
    )
    add_print_only(parser)
    parser.add_argument(
        "--freeze",
        action="append",
        default=[],
        metavar="APP",
        help="have another app's models in the orm, by a dependency on it",
    )
    add_installed(parser)
    _add_head(parser)
    add_update_options(parser)
    answers = add_answers(parser)
    answers.add_argument(
        "--defer",
        action="append",
        default=[],
        metavar="Model.field",
        help="leave a field for a later revision (apps that refer to each other)",
    )
    parser.set_defaults(run=schemamigration)


def add_datamigration(commands: Any) -> None:
    """Add the parser of `datamigration`."""
    parser = commands.add_parser(
        "datamigration",
        help="write the skeleton of a revision that changes rows, on the models frozen as they are",
        description="Write the skeleton of a revision that changes rows. Its `orm` holds the "
        "models of the app as its revisions have them now, and every model that they reach.",
    )
    parser.add_argument("app", metavar="APP", help="label of the app")
    parser.add_argument("name", metavar="NAME", help="slug of the file name")
    parser.add_argument(
        "--freeze",
        action="append",
        default=[],
        metavar="APP",
        help="freeze the models of another app too; can be given several times",
    )
    add_print_only(parser)
    add_installed(parser)
    _add_head(parser)
    parser.set_defaults(run=datamigration)


def schemamigration(project: Project, args: argparse.Namespace) -> int:
    """Write a schema revision; 0 also where nothing has changed."""
    check_writable(project, args)
    slug = args.name or args.empty or args.given or ""
    parts = Parts(args.add_model, args.add_field, args.add_index)
    _check_kind(args, parts, slug)
    check_project(args)
    wish = replace(_wish(project, args, slug), deferred=args.defer, parts=parts)
    if args.empty is not None:
        return _give(Author(project).empty_revision(args.app, wish), args)
    answers = answers_of(args)
    asking = questioner(args, answers)
    if args.update:
        return update(project, args, wish, asking, answers)
    author = Author(project)
    made = answers.settled(lambda: author.schema_revision(args.app, wish, asking, args.initial))
    if made is None:
        print("Nothing seems to have changed.", file=sys.stderr if args.print_only else sys.stdout)
        return 0
    return _give(made, args)


def _check_kind(args: argparse.Namespace, parts: Parts, slug: str) -> None:
    """Refuse a call that does not say, or says twice, what is to be written."""
    if parts and (args.initial or args.auto or args.update or args.empty is not None):
        raise Refused("--add-model, --add-field and --add-index stand for themselves.")
    if not (parts or args.initial or args.auto or args.empty is not None):
        raise Refused(
            "There is nothing to write.",
            "Give --initial, --auto, --empty NAME, or --add-model, --add-field, --add-index.",
        )
    alone = [name for name in ("force", "remove", *ANEW) if getattr(args, name)]
    if alone and not args.update:
        raise Refused(f"--{alone[0].replace('_', '-')} goes with --auto --update.")
    if args.update and not args.auto:
        raise Refused("--update goes with --auto.", "Use `--auto --update`.")
    if args.empty is not None and not slug:
        raise Refused("--empty needs a name.", "Use `--empty NAME`.")


def datamigration(project: Project, args: argparse.Namespace) -> int:
    """Write the skeleton of a data revision."""
    check_project(args)
    check_writable(project, args)
    wish = _wish(project, args, args.name)
    return _give(Author(project).data_revision(args.app, wish), args, apply=False)


def _wish(project: Project, args: argparse.Namespace, slug: str) -> Wish:
    """Return what both commands can be told."""
    return Wish(
        slug,
        freeze=args.freeze,
        parent=_parent(project, args),
        labels=args.branch_label,
        depends_on=[_dependency(project, each) for each in args.depends_on],
    )


def _dependency(project: Project, text: str) -> str:
    """Return what --depends-on names, by its id."""
    app, colon, target = text.partition(":")
    graph = project.graph()
    key = one(graph, project.targets(graph, app, target if colon else "head"), text)
    return f"{app}:{graph[key].id}"


def _parent(project: Project, args: argparse.Namespace) -> Key | None:
    """Return the revision that --head names. Raises Refused for no head without --splice."""
    if not args.head:
        return None
    graph = project.graph()
    (target, *more) = project.targets(graph, args.app, args.head)
    if more or target.key is None:
        raise Refused(f"--head {args.head} is not one revision.", "Name one.")
    if graph.children(target.key) and not args.splice:
        children = few(graph.children(target.key))
        raise Refused(
            f"{target.key} is no head: {children} revises it.",
            "Give --splice to begin another branch there.",
        )
    return target.key


def _add_head(parser: argparse.ArgumentParser) -> None:
    add_skip_checks(parser)
    parser.add_argument("--head", metavar="REVISION", help="go on from this one of several heads")
    parser.add_argument(
        "--splice", action="store_true", help="with --head: begin a branch where there is no head"
    )
    parser.add_argument(
        "--branch-label",
        action="append",
        default=[],
        metavar="LABEL",
        help="a name for the branch, so that LABEL@head is its head",
    )
    parser.add_argument(
        "--depends-on",
        action="append",
        default=[],
        metavar="APP[:TARGET]",
        help="a revision of another app that has to be applied before, beside those that evolve "
        "finds",
    )


def show_created(made: NewRevision, written: Written) -> None:
    """Print South's lines: what was made for the file, and what the file changes."""
    directory = made.package.directory
    if directory in written.made:
        print(f"Creating migrations directory at '{directory}'...")
    if directory / "__init__.py" in written.made:
        print(f"Creating __init__.py in '{directory}'...")
    for line in made.lines:
        print(line)


def _give(made: NewRevision, args: argparse.Namespace, apply: bool = True) -> int:
    """Print the file, or write it and say so in South's words."""
    if args.print_only:
        say(*made.lines, *made.notes)
        sys.stdout.write(made.text)
        return 0
    show_created(made, made.write())
    now = f" You can now apply this migration with: {command()} migrate {args.app}" if apply else ""
    print(f"Created {made.path.name}.{now}")
    say(*made.notes)
    return 0
