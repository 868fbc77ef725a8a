"""`manage.py evolve …` and call_command("evolve", …), in the project that manage.py names."""

from __future__ import annotations

import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evolve.cli.main import execute, main
from evolve.cli.parser import command_line, evolve_parser
from evolve.database.urls import databases_kept
from evolve.errors import EvolveError

_PROG = "manage.py evolve"


class Command(BaseCommand):
    """Hands the command line to evolve's own parser, and call_command's options too."""

    help = "evolve: schema and data migrations. `manage.py evolve --help` lists its commands."
    # evolve runs them itself, for the commands that need them.
    requires_system_checks: list[str] = []
    stealth_options = ("no_color", "force_color")

    def run_from_argv(self, argv: list[str]) -> None:
        """Run from the command line; exits with evolve's code."""
        sys.exit(main(argv[2:], prog=_PROG))

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return evolve's parser, which raises CommandError for wrong arguments."""
        return evolve_parser(_PROG, on_command_line=False)

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run from call_command; evolve's output has no colours."""
        return super().execute(*args, **{**options, "no_color": True, "force_color": False})

    def handle(self, *args: Any, **options: Any) -> None:
        """Run a command on the streams that call_command was given.

        Raises CommandError, with evolve's exit code, where the command line would fail.
        """
        parser = self.create_parser("", "evolve")
        words = command_line(parser, options)
        # print() ends its lines itself.
        self.stdout.ending = self.stderr.ending = ""
        with redirect_stdout(self.stdout), redirect_stderr(self.stderr), databases_kept():
            try:
                code = execute(parser.parse_args(words))
            except EvolveError as error:
                raise CommandError(str(error), returncode=error.exit_code) from error
        if code:
            raise CommandError(f"evolve {words[0]} ended with exit code {code}.", returncode=code)
