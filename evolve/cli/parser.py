"""The parser of the `evolve` command, on the command line and under call_command."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.management.base import CommandParser

import evolve
from evolve.cli.adopt import add_adopt
from evolve.cli.check import add_check
from evolve.cli.convert import add_convert
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


def evolve_parser(prog: str, on_command_line: bool = True) -> CommandParser:
    """Return the parser of every command.

    On the command line it exits where the arguments are wrong; elsewhere it raises CommandError.
    """
    parser = _Parser(
        prog=prog,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common(None)],
        called_from_command_line=on_command_line,
    )
    parser.add_argument("--version", action="version", version=f"evolve {evolve.__version__}")
    commands = parser.add_subparsers(
        metavar="COMMAND", dest="command", required=True, parser_class=_SubParser
    )
    for add in _COMMANDS:
        add(commands)
    return parser


class _Parser(CommandParser):
    """The parser of what stands before the command."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse a command line, and keep it as `argv`."""
        given = _spelled_out(args or ())
        parsed = super().parse_args(given, namespace)
        parsed.argv = given
        return parsed


class _SubParser(CommandParser):
    """The parser of one command. It takes the common options too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(parents=[_common(argparse.SUPPRESS)], **kwargs)
        self._intermixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Take options between the arguments, too: `migrate shop --fake zero`."""
        if self._intermixed:
            return super().parse_known_args(args, namespace)
        self._intermixed = True
        return self.parse_known_intermixed_args(args, namespace)


def _spelled_out(argv: Sequence[str]) -> list[str]:
    """Let -v without a number be 2, as it is in Alembic: `history -v shop`."""
    given = list(argv)
    for at in reversed([at for at, each in enumerate(given) if each == "-v"]):
        # Any digit, so that one that is too high is said to be.
        if not (given[at + 1 :] and re.fullmatch(r"\d", given[at + 1])):
            given.insert(at + 1, "2")
    return given


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
        fallback=True,
        action="store_false",
        dest="interactive",
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


def command_line(parser: CommandParser, options: Mapping[str, Any]) -> list[str]:
    """Return the command line that says the same as parsed options do.

    Of call_command's keyword options some come as they were given, a name where a list is meant.
    Raises TypeError, as call_command does, for those that the command does not have.
    """
    commands = next(each for each in parser._actions if each.dest == "command")
    name = options["command"]
    chosen: CommandParser = commands.choices[name]
    own = [each for each in chosen._actions if each.dest in options]
    every = {each.dest for sub in commands.choices.values() for each in sub._actions}
    if wrong := sorted(every & options.keys() - {each.dest for each in own} - {"skip_checks"}):
        raise TypeError(f"Unknown option(s) for evolve {name} command: {', '.join(wrong)}.")
    return [name, *(word for each in own for word in _words(each, options[each.dest]))]


def _words(action: argparse.Action, value: Any) -> Iterator[str]:
    """Yield the words that give an action its value; none where there is none to give."""
    if value in (None, [], ()) or action.dest == "help":
        return
    values = value if isinstance(value, list | tuple) else [value]
    if not action.option_strings:
        yield from map(str, values)
        return
    option = max(action.option_strings, key=len)
    if action.nargs == 0:
        if value is action.const:
            yield option
        return
    yield from (f"{option}={each}" for each in values)
