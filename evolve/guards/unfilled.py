"""Would the plan run a data migration that nobody has written?"""

from __future__ import annotations

from evolve.findings import Finding
from evolve.guards.facts import Facts
from evolve.plan import Plan


def check(plan: Plan, facts: Facts) -> list[Finding]:
    """Return a finding for each step whose method is still the skeleton."""
    return [
        Finding(
            "unfilled",
            str(step.revision),
            f"its {step.direction} is still the skeleton that evolve wrote.",
            f"Write it in {step.revision.path or step.revision.name}, or make `pass` its body to "
            "say that it does nothing.",
        )
        for step in plan.steps
        if not step.faked and facts.unfilled(step.revision, step.direction)
    ]
