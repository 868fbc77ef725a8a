"""Shows a run: South's lines on stdout, and a bar on stderr where a long run has a terminal."""

from __future__ import annotations

import sys
from typing import Any

from evolve.plan import Section, Step

_LONG = 10


def section_lines(section: Section) -> list[str]:
    """Return South's two lines above the steps of a section."""
    key = section.target.key
    if section.direction == "forwards":
        going = f" - Migrating forwards to {key.name if key else 'zero'}."
    elif key:
        going = f" - Migrating backwards to just after {key.name}."
    else:
        going = " - Migrating backwards to zero state."
    return [f"Running migrations for {section.target.app}:", going]


def step_line(step: Step) -> str:
    """Return South's line of a step."""
    return f" {'>' if step.direction == 'forwards' else '<'} {step.revision}"


class Watcher:
    """Prints what happens; a context manager, for the bar to be cleared also after a failure."""

    def __init__(self, steps: int, verbosity: int) -> None:
        self._verbosity = verbosity
        self._bar: Any = _bar(steps) if steps >= _LONG and sys.stderr.isatty() else None

    def __enter__(self) -> Watcher:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar:
            self._bar.stop()

    def section(self, section: Section) -> None:
        """Print the lines above a section that has steps."""
        if section.steps and self._verbosity > 0:
            for line in section_lines(section):
                print(line)

    def started(self, step: Step) -> None:
        """Print South's line."""
        if self._verbosity > 0:
            print(step_line(step), flush=True)
            if step.faked:
                print("   (faked)")

    def operation(self, words: str, seconds: float) -> None:
        """Print an operation and its time."""
        if self._verbosity > 1:
            print(f"   - {words} ({seconds:.3f} s)", flush=True)

    def loading(self, app: str) -> None:
        """Print South's line."""
        if self._verbosity > 0:
            print(f" - Loading initial data for {app}.")

    def finished(self, step: Step, seconds: float) -> None:
        """Print the time, and move the bar."""
        if self._verbosity > 1:
            print(f"   = {seconds:.3f} s")
        if self._bar:
            self._bar.advance(self._bar.task_ids[0])


def _bar(steps: int) -> Any:
    # Imported here: rich takes longer to load than most commands take to run.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    bar = Progress(console=Console(stderr=True), transient=True)
    bar.add_task("Migrating", total=steps)
    return bar
