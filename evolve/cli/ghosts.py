"""What `migrate` does about ghosts: says them, stops, passes over them, or removes their rows."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from evolve.cli.ask import agreed
from evolve.errors import Refused, few_lines
from evolve.history.ghosts import Ghost
from evolve.project import Project

_HELP = """\
Check out the version that has the file, roll it back with that, and come back. Where the schema
here is what you want: --delete-ghost-migrations removes the rows and nothing else, and
--ignore-ghost-migrations goes on as if nothing were there."""
_REPLACED = """\
Roll it back with the file that it was: check out the version that has it, or put NAME.py.orig in
the new file's place, migrate to the revision before it, and come back."""


def ghosts_of(project: Project, args: argparse.Namespace) -> list[Ghost]:
    """Return the ghosts of the apps that a command is for, which are to be deleted.

    None where they are not to be. A ghost stops a run where nothing was applied after it: the
    files do not know the schema then. Raises Refused with all that stop it.
    """
    found = project.ghosts(args.database, args.app)
    ghosts = [each for each in found if args.app in (None, each.key.app)]
    if args.delete_ghost_migrations:
        return ghosts
    stopping = [each for each in ghosts if each.stops]
    if stopping and not args.ignore_ghost_migrations:
        replaced = any(each.replaced_by for each in stopping)
        raise Refused(_said(stopping), f"{_REPLACED if replaced else _HELP}\nNothing was touched.")
    return []


def _said(ghosts: Iterable[Ghost]) -> str:
    return few_lines(ghosts)


def confirm(args: argparse.Namespace, ghosts: Sequence[Ghost]) -> None:
    """Have it agreed to that rows are removed. Raises Refused and Quit."""
    if ghosts:
        agreed(args, "--yes", _said(ghosts), "Remove these rows? The tables stay as they are.")


def delete(project: Project, args: argparse.Namespace, ghosts: Sequence[Ghost]) -> None:
    """Remove the rows, and say so."""
    if args.delete_ghost_migrations and not ghosts:
        print("- No ghost migrations.")
    if ghosts:
        project.forget(args.database, [ghost.key for ghost in ghosts])
    for ghost in ghosts:
        print(f" - Deleted ghost migration {ghost.key}.")
