"""Would the plan take back what a parallel branch that is applied has changed as well?"""

from __future__ import annotations

from evolve.findings import Finding
from evolve.guards.facts import Facts
from evolve.plan import Plan, Step


def check(plan: Plan, facts: Facts) -> list[Finding]:
    """Return a finding for each backwards step that would undo what another branch did.

    The way back of either leads to what was before both, and no database is there: which branch
    ran last was different from one to the other.
    """
    return [
        Finding(
            "changed-beside",
            str(step.revision),
            f"going back would also undo what {other} did to {', '.join(sorted(both))}.",
            "Take back a merge of the two at most, or correct the database by hand and use --fake.",
        )
        for step in plan.steps
        if step.direction == "backwards" and not step.faked
        for other, both in _shared(step, facts)
    ]


def _shared(step: Step, facts: Facts) -> list[tuple[str, frozenset[str]]]:
    if not step.beside:
        return []
    own = facts.changes(step.key)
    pairs = [(str(other), own & facts.changes(other)) for other in step.beside]
    return [(other, both) for other, both in pairs if both]
