"""Which databases a command is for: one by name or URL, several in turn or at once."""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from evolve.cli.ask import say
from evolve.database.connect import configured, twin_of
from evolve.database.urls import use_environment, use_url
from evolve.errors import EvolveError, Refused

One = Callable[[argparse.Namespace], Callable[[], int]]
"""Checks one database, and returns what runs it."""


def add_database(parser: Any) -> None:
    """Add the options that name one database."""
    parser.add_argument(
        "--database", metavar="ALIAS", default="default", help="Django's name of it"
    )
    _add_url(parser)


def add_databases(parser: Any) -> None:
    """Add the options that name one or more databases."""
    parser.add_argument(
        "--database",
        metavar="ALIAS",
        action="append",
        default=[],
        help="Django's name of it; can be given several times",
    )
    parser.add_argument(
        "--all-databases", action="store_true", help="every database of the settings in turn"
    )
    parser.add_argument(
        "--parallel", metavar="N", type=int, default=1, help="N of several databases at once"
    )
    _add_url(parser)


def _add_url(parser: Any) -> None:
    parser.add_argument(
        "--database-url",
        metavar="URL",
        help="the database itself: postgres://…, mysql://…, sqlite:///…; instead of what the "
        "settings have under ALIAS. DATABASE_URL is used where the settings have none",
    )


def choose_databases(args: argparse.Namespace) -> None:
    """Use the URL that was given for the alias that was given."""
    use_environment()
    url = getattr(args, "database_url", None)
    if url is None:
        return
    named = args.database
    if isinstance(named, list):
        if len(named) > 1 or args.all_databases:
            raise Refused("--database-url is one database.", "Name one --database with it at most.")
        named = named[0] if named else "default"
    use_url(named, url)


def on_each(args: argparse.Namespace, aliases: Sequence[str], one: One) -> int:
    """Do a thing on each of the databases: first all checks, then one after the other.

    What is refused on one is refused on all. A failure on one stops nothing on the others, and is
    said with what happened there. Return the worst exit code.
    """
    if len(aliases) == 1:
        return one(_on(args, aliases[0]))()
    if args.parallel > 1:
        return _at_once(args, aliases, one)
    checked = _checked(args, aliases, one)
    found: dict[str, Any] = {}
    outcomes: dict[str, EvolveError | None] = {}
    for alias, run in checked.items():
        _headline(args, alias)
        with _read(args) as text:
            outcomes[alias] = _outcome(run)
        found[alias] = json.loads(text.getvalue() or "null") if args.format == "json" else None
    if args.format == "json":
        print(json.dumps(found, indent=2))
    return _summed_up(outcomes)


def named_databases(args: argparse.Namespace) -> list[str]:
    """Return the databases that a command is for, each once. Raises Refused."""
    if args.parallel < 1:
        raise Refused(f"--parallel {args.parallel}: it has to be 1 or more.")
    if args.all_databases and args.database:
        raise Refused("--all-databases and --database exclude each other.", "Give one of them.")
    named = list(dict.fromkeys(args.database)) or ["default"]
    if args.all_databases:
        named = configured()
    twins = {alias: twin for alias in named if (twin := twin_of(alias, named)) != alias}
    say(*(f" - '{alias}' is the same database as '{twin}'." for alias, twin in twins.items()))
    return [alias for alias in named if alias not in twins]


def _on(args: argparse.Namespace, alias: str) -> argparse.Namespace:
    own = copy.copy(args)
    own.database = alias
    return own


def _checked(
    args: argparse.Namespace, aliases: Sequence[str], one: One
) -> dict[str, Callable[[], int]]:
    runs: dict[str, Callable[[], int]] = {}
    refused: list[EvolveError] = []
    for alias in aliases:
        try:
            runs[alias] = one(_on(args, alias))
        except EvolveError as error:
            found = error.found.replace("\n", "\n   ")
            refused.append(EvolveError(f"On the database '{alias}': {found}", error.hint))
    if refused:
        raise Refused(
            "\n".join(error.found for error in refused),
            f"{refused[0].hint}\nThe others were not touched either.".strip(),
        )
    return runs


def _headline(args: argparse.Namespace, alias: str) -> None:
    if args.format != "json":
        print(f"\nOn the database '{alias}':")


@contextlib.contextmanager
def _read(args: argparse.Namespace) -> Iterator[io.StringIO]:
    """Keep what is printed where a script reads it, so that there is one document of all."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text) if args.format == "json" else contextlib.nullcontext():
        yield text


def _outcome(run: Callable[[], int]) -> EvolveError | None:
    try:
        run()
    except EvolveError as error:
        return error
    return None


def _summed_up(outcomes: dict[str, EvolveError | None]) -> int:
    """Say what failed where, and where it did not. Return the worst exit code."""
    failed = {alias: error for alias, error in outcomes.items() if error}
    for alias, error in failed.items():
        first, *rest = str(error).splitlines()
        say(f" ! On the database '{alias}': {first}", *(f"   {line}" for line in rest))
    return _worst({alias: error.exit_code if error else 0 for alias, error in outcomes.items()})


def _worst(codes: Mapping[str, int]) -> int:
    """Say where it went well and where not, and return the worst exit code."""
    failed = [alias for alias, code in codes.items() if code]
    if failed:
        done = ", ".join(alias for alias in codes if alias not in failed)
        say(f" - Done on: {done or 'none'}. Failed on: {', '.join(failed)}.")
    return max(codes.values())


def _at_once(args: argparse.Namespace, aliases: Sequence[str], one: One) -> int:
    """Run a process for each database, some at once, and print what each said when it ends.

    All checks and questions come before, here: the processes neither check nor ask again.
    """
    if args.format == "json":
        raise Refused("--parallel has no --format json.", "Leave one of them out.")
    quiet = copy.copy(args)
    quiet.format = "json"
    _checked(quiet, aliases, one)
    base = [*_without_databases(args.argv), "--no-input", "--yes", "--skip-checks"]

    def run(alias: str) -> tuple[str, subprocess.CompletedProcess[str]]:
        command = [sys.executable, "-m", "evolve", *base, "--database", alias]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return alias, done

    codes: dict[str, int] = {}
    with ThreadPoolExecutor(args.parallel) as pool:
        for alias, done in pool.map(run, aliases):
            _headline(args, alias)
            print(done.stdout, end="", flush=True)
            say(*done.stderr.splitlines())
            codes[alias] = done.returncode
    return _worst(codes)


def _without_databases(argv: Sequence[str]) -> list[str]:
    """Return a command line without the options that say which databases it is for."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--database", action="append")
    parser.add_argument("--all-databases", action="store_true")
    parser.add_argument("--parallel")
    return parser.parse_known_args(list(argv))[1]
