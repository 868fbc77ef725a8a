"""`python -m evolve`."""

from evolve.cli.main import run

run()
