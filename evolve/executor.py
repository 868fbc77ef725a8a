"""The executor: runs a plan, step by step, through the protocols it declares."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from evolve.errors import RevisionFailed, few
from evolve.plan import Plan, Section, Step


class Runner(Protocol):
    """What can run one step on a database."""

    def run(self, step: Step) -> None:
        """Run a step with its marks, whole where the database allows it; raise where it fails."""

    def left_behind(self, step: Step, error: BaseException) -> str:
        """Say what an error means and what the failed step has left on the database."""


class Observer(Protocol):
    """Who is told what happens while a plan runs."""

    def section(self, section: Section) -> None:
        """A section of the plan begins."""

    def started(self, step: Step) -> None:
        """A step begins."""

    def operation(self, words: str, seconds: float) -> None:
        """An operation of the current step is done; it took `seconds`."""

    def finished(self, step: Step, seconds: float) -> None:
        """A step is done, its marks included; it took `seconds`."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did: steps done, the step that failed and what it left, steps never started."""

    done: tuple[Step, ...]
    failed: Step | None = None
    left: tuple[Step, ...] = ()
    behind: str = ""


def execute(plan: Plan, runner: Runner, observer: Observer) -> Report:
    """Run every step of the plan in order and return the report.

    Raises RevisionFailed, with the report, at the first step that fails; earlier steps stay.
    """
    done: list[Step] = []
    for section in plan.sections:
        observer.section(section)
        for step in section.steps:
            observer.started(step)
            begun = monotonic()
            try:
                runner.run(step)
            except (Exception, KeyboardInterrupt) as error:
                behind = runner.left_behind(step, error)
                raise _failure(plan, tuple(done), step, behind, error) from error
            observer.finished(step, monotonic() - begun)
            done.append(step)
    return Report(tuple(done))


def _failure(
    plan: Plan, done: tuple[Step, ...], step: Step, behind: str, error: BaseException
) -> RevisionFailed:
    report = Report(done, step, plan.steps[len(done) + 1 :], behind)
    cause = "interrupted" if isinstance(error, KeyboardInterrupt) else _described(error)
    place = _place(step, error)
    return RevisionFailed(
        f"{step.revision} failed {step.direction}{place}: {cause}", _what_now(report, step), report
    )


def _described(error: BaseException) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _place(step: Step, error: BaseException) -> str:
    """Return the line of the revision file at which it stopped, where it is known."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == step.revision.path]
    return f" at {step.revision.path}:{lines[-1]}" if lines else ""


def _what_now(report: Report, step: Step) -> str:
    done = few((each.revision for each in report.done), last=True) or "nothing"
    left = few(each.revision for each in report.left) or "nothing"
    return "\n".join(
        [
            f"Done and kept: {done}.",
            f"Failed: {step.revision}. {report.behind}",
            f"Not started: {left}.",
            "To go on: correct the cause and run the same command again.",
        ]
    )
