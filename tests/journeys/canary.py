"""Runs evolve's commands one after the other in a project, each in a fork: `canary.py < ORDERS`.

Half of a short command's time is setting Django up, which happens once here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import django

from evolve.cli.main import run
from evolve.cli.parser import evolve_parser


def commands() -> dict[str, Any]:
    """Return the parser of every command."""
    return dict(evolve_parser("evolve")._subparsers._group_actions[0].choices)


def places(word: str) -> Iterator[list[str]]:
    """Yield every command with `word` at each place where a word can stand, and one too many."""
    for name, parser in commands().items():
        own = [each for each in parser._actions if each.nargs != 0 and each.dest != "help"]
        needed = [each for each in own if not each.option_strings and each.nargs != "?"]
        plain = ["shop", "0001"][: len(needed)]
        yield [name, *plain, word]
        yield from ([name, *plain, f"--nonsense={word}"], [name, *plain, "-v", word])
        for at in range(len(plain)):
            yield [name, *plain[:at], word, *plain[at + 1 :]]
        for each in own:
            for option in each.option_strings[:1]:
                yield [name, *plain, option, word]
                yield [name, *plain, f"{option}={word}"]


def _run(argv: list[str], out: str) -> None:
    read = os.open(os.devnull, os.O_RDONLY)
    write = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for source, target in ((read, 0), (write, 1), (write, 2)):
        os.dup2(source, target)
    sys.argv = ["evolve", *argv]
    code: object = 1
    try:
        run()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _main() -> None:
    orders = json.load(sys.stdin)
    sys.path[0] = os.getcwd()
    if orders["setup"]:
        django.setup()
    for number, argv in enumerate(orders["argv"]):
        out = f"{orders['out']}/{number}"
        pid = os.fork()
        if not pid:
            sys.stdin, sys.stdout, sys.stderr = (
                os.fdopen(at, mode) for at, mode in enumerate("rww")
            )
            _run(argv, out)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    _main()
