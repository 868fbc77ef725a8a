"""Would the plan roll back a revision that cannot be reversed?"""

from __future__ import annotations

from evolve.findings import Finding
from evolve.guards.facts import Facts
from evolve.plan import Plan, Section, Step


def check(plan: Plan, facts: Facts) -> list[Finding]:
    """Return a finding for each backwards step that has no way back."""
    stuck = [
        (section, step, reason)
        for section in plan.sections
        for step in section.steps
        if step.direction == "backwards"
        and not step.faked
        and (reason := facts.irreversible(step.revision))
    ]
    return [
        Finding(
            "irreversible",
            str(step.revision),
            f"it cannot be reversed: {reason.rstrip('.')}.",
            # Whatever comes after the first one is out of reach behind it.
            "" if place else _way_out(section, step),
        )
        for place, (section, step, reason) in enumerate(stuck)
    ]


def _way_out(section: Section, step: Step) -> str:
    app, own = section.target.app, step.revision
    if own.app == app:
        return f"`evolve migrate {app} {own.name}` goes back as far as it."
    return f"It needs what would be rolled back in {app}: choose a target that keeps that."
