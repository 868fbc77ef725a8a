"""`python -m benchmarks [diff] [fresh] [plan]`: evolve beside Django and Alembic."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import diff, fresh, plan

_ALL = {"diff": diff.run, "fresh": fresh.run, "plan": plan.run}


def main() -> None:
    """Run the benchmarks that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names", nargs="*", choices=[[], *_ALL], metavar="NAME", help=", ".join(_ALL)
    )
    parser.add_argument("--models", type=int, default=1000, help="models of the project to diff")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    for name in args.names or _ALL:
        with tempfile.TemporaryDirectory() as directory:
            _ALL[name](Path(directory), args.models, args.runs)


if __name__ == "__main__":
    main()
