"""Would the plan run a revision after others that require it, which are applied already?"""

from __future__ import annotations

from evolve.errors import few
from evolve.findings import Finding
from evolve.guards.facts import Facts
from evolve.plan import Plan


def check(plan: Plan, facts: Facts) -> list[Finding]:
    """Return a finding for each step that comes after what should have come after it."""
    return [
        Finding(
            "out-of-order",
            str(step.revision),
            f"it should have been applied before {few(step.late)}, but was not.",
            f"Roll {'it' if len(step.late) == 1 else 'them'} back first, or give --merge to run it "
            "now all the same.",
        )
        for step in plan.steps
        if step.late
    ]


def branches(plan: Plan) -> list[str]:
    """Return a line for each step that runs after what a parallel branch did: for information."""
    return [
        f" - {step.revision} comes from another branch than {few(step.beside)}, "
        "applied already: it runs after it."
        for step in plan.steps
        if step.beside and step.direction == "forwards" and not step.faked
    ]
