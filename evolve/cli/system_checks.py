"""Django's system checks before a command, as makemigrations and migrate run them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, SystemCheckError
from django.db import Error as DatabaseError
from django.db import connections

from evolve.database.connect import connected
from evolve.errors import Refused, SystemCheckFailed

_HINT = "Nothing was touched. --skip-checks runs the command without them."


def add_skip_checks(parser: Any) -> None:
    """Add --skip-checks."""
    parser.add_argument("--skip-checks", action="store_true", help="skip Django's system checks")


def check_project(args: argparse.Namespace) -> None:
    """Run the checks that `makemigrations` runs. Raises SystemCheckFailed.

    From Django 6.0 on some of them ask the databases what they can do. Where one cannot be reached
    it is left out: a revision can be written without a database.
    """
    if args.skip_checks:
        return
    try:
        _check(None)
    except DatabaseError:
        _check([])


def check_databases(args: argparse.Namespace, aliases: Sequence[str]) -> None:
    """Run the checks that `migrate` runs, those of the databases included.

    A database that is unknown or cannot be reached is left out; the command itself refuses it, so
    that nothing is checked where none can be. Raises SystemCheckFailed.
    """
    if args.skip_checks:
        return
    if reachable := [alias for alias in aliases if alias in connections and _is_reachable(alias)]:
        _check(reachable)


def _is_reachable(alias: str) -> bool:
    try:
        connected(alias)
    except Refused:
        return False
    return True


def _check(databases: list[str] | None) -> None:
    """Print warnings to stderr as Django does; raise SystemCheckFailed for errors."""
    command = BaseCommand(sys.stdout, sys.stderr, no_color=True)
    try:
        command.check(databases=databases)
    except SystemCheckError as error:
        raise SystemCheckFailed(str(error).strip(), _HINT) from error
    except DatabaseError:
        raise
    except Exception as error:
        raise SystemCheckFailed(
            f"Django's system checks could not run: {type(error).__name__}: {error}",
            f"--traceback shows where. {_HINT}",
        ) from error
