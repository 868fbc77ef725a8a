"""Would the plan drop what a table has and its model does not say?"""

from __future__ import annotations

from evolve.findings import Finding
from evolve.guards.facts import Facts
from evolve.plan import Plan

CODE = "lost-objects"


def check(plan: Plan, facts: Facts) -> list[Finding]:
    """Return a finding for each step with which the schema editor would drop such objects."""
    return [
        Finding(
            CODE,
            str(step.revision),
            "it would drop what the tables have and the models do not say:\n"
            + "\n".join(f" - {each}" for each in lost),
            "Say it in the model where Django can (constraints, db_default, DB_CASCADE), or have "
            "the revision make it again with self.db.execute and pass --accept-lost-objects; pass "
            "it alone to let all of this go.",
        )
        for step in plan.steps
        if not step.faked and (lost := facts.lost_objects(step.key))
    ]
