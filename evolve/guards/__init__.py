"""May this plan run here? One question a file."""

from __future__ import annotations

from evolve.errors import Guarded
from evolve.guards import irreversible, unfilled
from evolve.guards.facts import Facts
from evolve.plan import Plan

_CHECKS = (irreversible.check, unfilled.check)


def refuse(plan: Plan, facts: Facts) -> None:
    """Let every guard look at the whole plan. Raises Guarded with all that they found."""
    findings = [finding for check in _CHECKS for finding in check(plan, facts)]
    if findings:
        raise Guarded("\n".join(map(str, findings)), "Nothing was touched.")
