"""Random histories of models, run by evolve and by Django side by side: do they come to the same?

`python -m benchmarks histories --runs 1000 --seed 1 --database postgresql`, with the databases that
the tests run on. Each failure is printed as the models.py texts of the smallest history that fails
in the same way.
"""

from __future__ import annotations

import re
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

# Django is set up as for the tests, which these are.
from tests import conftest, databases  # noqa: F401  # isort: skip
from django.db import connections

from tests.histories.beside import Run
from tests.histories.compare import Failed
from tests.histories.databases import Databases, made
from tests.histories.draw import history
from tests.histories.shrink import shrunk
from tests.histories.version import History, texts

_NUMBERS = re.compile(r"\d+|/tmp/\S+|'[^']*'|world_\w+")


def run(runs: int, seed: int, vendor: str, wide: bool = False) -> int:
    """Run histories of the seeds from `seed` on; return how many failed."""
    warnings.simplefilter("ignore")
    counted: Counter[str] = Counter()
    causes: dict[str, list[int]] = {}
    begun = time.monotonic()
    with _databases(vendor) as where:
        for number in range(seed, seed + runs):
            drawn, rows = _drawn(number, vendor, wide)
            trial = Run(where, rows)
            cause = _cause(trial, drawn)
            counted += trial.counted
            if cause:
                causes.setdefault(cause, []).append(number)
                if len(causes[cause]) == 1:
                    _print_failure(number, drawn, where, rows, cause)
            if (number - seed) % 20 == 19:
                failed = sum(map(len, causes.values()))
                print(f"{number - seed + 1} histories, {failed} failed", flush=True)
    print(f"\n{runs} histories on {vendor} in {time.monotonic() - begun:.0f} s: {dict(counted)}")
    for cause, seeds in causes.items():
        print(f"  {len(seeds)} x {cause}  (seeds {', '.join(map(str, seeds[:10]))})")
    return sum(map(len, causes.values()))


def _drawn(seed: int, vendor: str, wide: bool) -> tuple[History, int]:
    rng = Random(seed)
    return history(rng, vendor, wide=wide), rng.choice([1, 3])


def _cause(trial: Run, drawn: History) -> str:
    """Run a history; return how it failed, without what differs from run to run, or ""."""
    try:
        trial.history(drawn)
    except Failed as failed:
        lines = failed.found.strip().splitlines()
        said = lines[1] if failed.stage == "check" and len(lines) > 1 else lines[0]
        return f"{failed.stage}: {_NUMBERS.sub('…', said)[:160]}"
    except Exception as error:
        for alias in (trial.where.evolve, *trial.where.others):
            connections[alias].close()
        return f"the harness: {type(error).__name__}: {_NUMBERS.sub('…', str(error))[:160]}"
    return ""


def _print_failure(seed: int, drawn: History, where: Databases, rows: int, cause: str) -> None:
    stage = cause.partition(":")[0]

    def fails(smaller: History) -> bool:
        found = _cause(Run(where, rows), smaller)
        return found.partition(":")[0] == stage and (found == cause or stage != "migrate")

    small = shrunk(drawn, fails)
    try:
        Run(where, rows).history(small)
        found = cause
    except Exception as error:
        found = str(error)
    print(f"\n=== seed {seed}, {rows} rows: {found[:1500]}")
    for number, version in enumerate(small):
        for app, text in texts(version).items():
            models = text.partition("class ")[2]
            if models:
                print(f"--- version {number}, {app}/models.py\nclass {models.rstrip()}")
    print("===\n", flush=True)


@contextmanager
def _databases(vendor: str) -> Iterator[Databases]:
    databases.create(connections[vendor])
    try:
        with made(vendor) as where:
            yield where
    finally:
        databases.drop(connections[vendor])
