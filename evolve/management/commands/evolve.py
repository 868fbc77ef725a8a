"""`manage.py evolve …`: the evolve command, in the project that manage.py names."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from evolve.cli.main import main


class Command(BaseCommand):
    """Hands every argument to evolve's own parser."""

    help = "evolve: schema and data migrations. `manage.py evolve --help` lists its commands."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Run from the command line; exits with evolve's code."""
        sys.exit(main(argv[2:], prog="manage.py evolve"))

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whatever call_command gives."""
        parser.add_argument("arguments", nargs="*", help="an evolve command and its arguments")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run from call_command("evolve", "migrate", …); exits where evolve fails."""
        code = main([*map(str, options["arguments"] or args)], prog="manage.py evolve")
        if code:
            sys.exit(code)
