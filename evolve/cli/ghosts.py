"""What `migrate` does about ghosts: says them, stops, passes over them, or removes their rows."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from evolve.cli.ask import agreed
from evolve.errors import Refused
from evolve.history.ghosts import Ghost
from evolve.project import Project

_HELP = """\
Check out the version that has the file, roll it back with that, and come back. Where the schema
here is what you want: --delete-ghost-migrations removes the rows and nothing else, and
--ignore-ghost-migrations goes on as if nothing were there."""


def lay_ghosts(project: Project, args: argparse.Namespace) -> None:
    """Delete the ghosts of the apps that are migrated, or refuse, or say nothing.

    A ghost stops a run where nothing was applied after it: the files do not know the schema then.
    Raises Refused with all that stop it, and Quit where deleting them was not confirmed.
    """
    found = project.ghosts(args.database, args.app)
    ghosts = [each for each in found if args.app in (None, each.key.app)]
    if args.delete_ghost_migrations:
        _delete(project, args, ghosts)
        return
    stopping = [each for each in ghosts if each.newest or each.replaced_by]
    if stopping and not args.ignore_ghost_migrations:
        raise Refused(_said(stopping), f"{_HELP}\nNothing was touched.")


def _said(ghosts: Iterable[Ghost]) -> str:
    return "\n".join(map(str, ghosts))


def _delete(project: Project, args: argparse.Namespace, ghosts: Sequence[Ghost]) -> None:
    if not ghosts:
        print("- No ghost migrations.")
        return
    agreed(args, "--yes", _said(ghosts), "Remove these rows? The tables stay as they are.")
    project.forget(args.database, [ghost.key for ghost in ghosts])
    for ghost in ghosts:
        print(f" - Deleted ghost migration {ghost.key}.")
