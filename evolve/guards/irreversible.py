"""Would the plan roll back a revision that cannot be reversed?"""

from __future__ import annotations

from evolve.findings import Finding
from evolve.guards.facts import Facts
from evolve.plan import Plan


def check(plan: Plan, facts: Facts) -> list[Finding]:
    """Return a finding for each backwards step that has no way back."""
    return [
        Finding(
            "irreversible",
            str(step.revision),
            f"it cannot be reversed: {reason}",
            f"`evolve migrate {step.revision.app} {step.revision.name}` goes back as far as it.",
        )
        for step in plan.steps
        if step.direction == "backwards" and (reason := facts.irreversible(step.revision))
    ]
