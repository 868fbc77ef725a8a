"""`python -m benchmarks [diff] [fresh] [plan]`: evolve beside Django and Alembic.

`python -m benchmarks histories` compares what they do, not how long it takes.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import diff, fresh, plan

_ALL = {"diff": diff.run, "fresh": fresh.run, "plan": plan.run}


def main() -> None:
    """Run the benchmarks that are named, or all that measure time."""
    names = [*_ALL, "histories"]
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names", nargs="*", choices=[[], *names], metavar="NAME", help=", ".join(names)
    )
    parser.add_argument("--models", type=int, default=1000, help="models of the project to diff")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1, help="of the first history")
    parser.add_argument("--database", default="sqlite", choices=["sqlite", "postgresql", "mariadb"])
    parser.add_argument("--wide", action="store_true", help="also unmanaged models")
    args = parser.parse_args()
    failed = 0
    for name in args.names or _ALL:
        with tempfile.TemporaryDirectory() as directory:
            if name == "histories":
                # Only here: it sets Django up, as the tests do.
                from benchmarks import histories  # noqa: PLC0415

                failed += histories.run(args.runs, args.seed, args.database, args.wide)
            else:
                _ALL[name](Path(directory), args.models, args.runs)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
