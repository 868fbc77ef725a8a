"""The `evolve` command: parses, runs, and turns errors into text and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import Error as DatabaseError
from django.utils import translation

import evolve
from evolve.cli.adopt import add_adopt
from evolve.cli.ask import say
from evolve.cli.check import add_check
from evolve.cli.convert import add_convert
from evolve.cli.databases import choose_databases
from evolve.cli.find import set_up_project
from evolve.cli.generate import add_datamigration, add_schemamigration
from evolve.cli.history import add_history
from evolve.cli.inspect import add_inspect
from evolve.cli.leave import add_leave
from evolve.cli.listing import add_journal, add_list
from evolve.cli.merge import add_merge
from evolve.cli.migrate import add_migrate
from evolve.cli.picture import add_graph
from evolve.cli.rebase import add_rebase
from evolve.cli.squash import add_squash
from evolve.cli.stamp import add_stamp
from evolve.errors import EvolveError
from evolve.project import Project

_DESCRIPTION = """\
Schema and data migrations for Django: South's workflow on Alembic's revision graph.

  evolve schemamigration APP --initial    write the first revision of an app
  evolve schemamigration APP --auto       write what has changed in models.py since
  evolve datamigration APP NAME           write a skeleton that changes rows
  evolve migrate [APP [TARGET]]           bring the database there
  evolve list                             show what is applied
  evolve journal                          show what was run, when, by whom
  evolve convert APP                      put an app with tables under migration
"""
_EPILOG = """\
The project is found by --settings, else DJANGO_SETTINGS_MODULE, else the nearest manage.py.
Exit codes: 0 done, or nothing to do; 1 failed while running; 2 refused or wrongly called, and
nothing was touched; 3 the state is in doubt and needs a person.
"""
_COMMANDS = (
    add_schemamigration,
    add_datamigration,
    add_migrate,
    add_list,
    add_history,
    add_graph,
    add_stamp,
    add_merge,
    add_rebase,
    add_squash,
    add_check,
    add_journal,
    add_adopt,
    add_convert,
    add_leave,
    add_inspect,
)


def run() -> None:
    """Run the command line and exit with its code."""
    sys.exit(main())


def main(argv: Sequence[str] | None = None, prog: str = "evolve") -> int:
    """Run a command and return its exit code."""
    given = _spelled_out(sys.argv[1:] if argv is None else argv)
    args = _parser(prog).parse_args(given)
    args.argv = given
    try:
        set_up_project(args.settings, args.pythonpath, Path.cwd())
        choose_databases(args)
        # As Django's own commands: what is frozen must not be in the language of the settings.
        with translation.override(None):
            return int(args.run(Project(), args))
    except EvolveError as error:
        return _failed(error, error.exit_code, args.traceback)
    except DatabaseError as error:
        said = EvolveError(
            f"The database refused: {type(error).__name__}: {str(error).strip()}",
            "--traceback shows where. What was applied before it is in `evolve list`.",
        )
        return _failed(said.with_traceback(error.__traceback__), 1, args.traceback)
    except BrokenPipeError:
        # The reader of stdout is gone (`| head`); what was done is done.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _failed(EvolveError("Interrupted."), 130, args.traceback)


def _spelled_out(argv: Sequence[str]) -> list[str]:
    """Let -v without a number be 2, as it is in Alembic: `history -v shop`."""
    given = list(argv)
    for at in reversed([at for at, each in enumerate(given) if each == "-v"]):
        if given[at + 1 : at + 2] not in [["0"], ["1"], ["2"], ["3"]]:
            given.insert(at + 1, "2")
    return given


def _failed(error: EvolveError, code: int, with_traceback: bool) -> int:
    sys.stdout.flush()
    if with_traceback:
        say(*traceback.format_exception(error))
    first, *rest = str(error).splitlines() or [""]
    say(f" ! {first}", *(f"   {line}" for line in rest))
    return code


def _parser(prog: str) -> argparse.ArgumentParser:
    common = _common(argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog=prog,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common(None)],
    )
    parser.add_argument("--version", action="version", version=f"evolve {evolve.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_with(common))
    for add in _COMMANDS:
        add(commands)
    return parser


def _with(common: argparse.ArgumentParser) -> type[argparse.ArgumentParser]:
    """Return a parser class whose parsers take the common options too, after the command."""

    class CommandParser(argparse.ArgumentParser):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(parents=[common], **kwargs)  # type: ignore[arg-type]
            self._intermixed = False

        def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
            """Take options between the arguments, too: `migrate shop --fake zero`."""
            if self._intermixed:
                return super().parse_known_args(args, namespace)
            self._intermixed = True
            return self.parse_known_intermixed_args(args, namespace)

    return CommandParser


def _common(default: str | None) -> argparse.ArgumentParser:
    """Return the options of every command; SUPPRESS keeps what stands before the command."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("for every command")

    def add(*flags: str, fallback: object, **kwargs: object) -> None:
        group.add_argument(*flags, default=default or fallback, **kwargs)  # type: ignore[arg-type]

    add("--settings", fallback=None, metavar="MODULE", help="Django's settings module")
    add("--pythonpath", fallback=None, metavar="DIR", help="a directory to add to sys.path")
    add("--traceback", fallback=False, action="store_true", help="show where an error came from")
    add(
        "--no-input",
        "--noinput",
        fallback=False,
        action="store_true",
        help="never ask: fail, and say which option would have answered",
    )
    add(
        "-v",
        "--verbosity",
        fallback=1,
        type=int,
        choices=range(4),
        metavar="0-3",
        help="2 (also without a number): each operation and its time",
    )
    return parser
