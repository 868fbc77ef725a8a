"""The `evolve` command: parses, runs, and turns errors into text and an exit code."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from django.db import Error as DatabaseError
from django.utils import translation

from evolve.cli.ask import say
from evolve.cli.databases import choose_databases
from evolve.cli.find import set_up_project
from evolve.cli.parser import evolve_parser
from evolve.cli.streams import Steady
from evolve.database.secrets import Redacting
from evolve.errors import EvolveError
from evolve.frozen.swappable import swappables_looked_up
from evolve.project import Project


def run() -> None:
    """Run the command line and exit with its code."""
    sys.exit(main())


def main(argv: Sequence[str] | None = None, prog: str = "evolve") -> int:
    """Run a command and return its exit code. Nothing that it prints on stderr holds a secret.

    It is 1 where all was done and stdout could not be written, except where its reader is gone.
    """
    given = sys.argv[1:] if argv is None else argv
    out, err = Steady(sys.stdout), Redacting(Steady(sys.stderr), given)
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = _ran(given, prog)
        except Exception:
            # Python itself would write it past the stream.
            say(traceback.format_exc())
            code = 1
        finally:  # also where the parser exits
            out.flush()
            err.flush()
        if out.failure and not isinstance(out.failure, BrokenPipeError):
            say(f" ! What was printed could not be written: {out.failure.strerror}.")
            return code or 1
    return code


def _ran(argv: Sequence[str], prog: str) -> int:
    args = evolve_parser(prog).parse_args(argv)
    try:
        return execute(args)
    except EvolveError as error:
        return _failed(error, error.exit_code, args.traceback)
    except KeyboardInterrupt:
        return _failed(EvolveError("Interrupted."), 130, args.traceback)


def execute(args: argparse.Namespace) -> int:
    """Run a parsed command and return its exit code. Raises EvolveError."""
    try:
        set_up_project(args.settings, args.pythonpath, Path.cwd())
        choose_databases(args)
        # As Django's own commands: what is frozen must not be in the language of the settings.
        with translation.override(None), swappables_looked_up():
            return int(args.run(Project(), args))
    except DatabaseError as error:
        raise EvolveError(
            f"The database refused: {type(error).__name__}: {str(error).strip()}",
            "--traceback shows where. What was applied before it is in `evolve list`.",
        ) from error
    except OSError as error:
        if error.filename is None:
            raise
        raise EvolveError(
            f"{error.filename}: {error.strerror}.", "--traceback shows what evolve wanted of it."
        ) from error


def _failed(error: EvolveError, code: int, with_traceback: bool) -> int:
    sys.stdout.flush()
    if with_traceback:
        say(*traceback.format_exception(error))
    first, *rest = str(error).splitlines() or [""]
    say(f" ! {first}", *(f"   {line}".rstrip() for line in rest))
    return code
