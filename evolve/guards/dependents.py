"""Would going back roll back other apps' revisions too?"""

from __future__ import annotations

from evolve.plan import Plan, Step


def others(plan: Plan) -> tuple[Step, ...]:
    """Return the backwards steps of apps that the plan's targets do not name."""
    named = {section.target.app for section in plan.sections}
    steps = (step for step in plan.steps if step.direction == "backwards")
    return tuple(step for step in steps if step.revision.app not in named)
