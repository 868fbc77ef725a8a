"""Times whole commands in turn and prints medians and ratios."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A command line in a directory, and what to do before each run of it (not timed)."""

    argv: Sequence[str]
    cwd: Path
    before: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Figures:
    """CPU and wall seconds of one run."""

    cpu: float
    wall: float


def compare(title: str, commands: Mapping[str, Command], runs: int, base: str) -> dict[str, float]:
    """Run the commands in turn, print a line each, and return the median CPU seconds.

    Ratios are to `base`. A command that fails stops the benchmark with what it printed.
    """
    print(f"\n{title}  ({runs} runs in turn)")
    taken: dict[str, list[Figures]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(_run(command))
    cpu = {name: statistics.median(each.cpu for each in figures) for name, figures in taken.items()}
    for name, figures in taken.items():
        wall = statistics.median(each.wall for each in figures)
        ratio = cpu[name] / cpu[base]
        print(f"  {name:<28} {cpu[name]:7.2f} s CPU  {wall:7.2f} s wall  {ratio:6.2f} x {base}")
    return cpu


def _run(command: Command) -> Figures:
    command.before()
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        list(command.argv),
        cwd=command.cwd,
        env={
            **os.environ,
            "PYTHONPATH": f"{command.cwd}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(
            f"{' '.join(command.argv)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return Figures(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)
