"""May this plan run here? One question a file."""

from __future__ import annotations

from collections.abc import Container

from evolve.errors import Guarded, few_lines
from evolve.guards import irreversible, lost_objects, out_of_order, unfilled
from evolve.guards.facts import Facts
from evolve.plan import Plan

_CHECKS = (irreversible.check, unfilled.check, out_of_order.check, lost_objects.check)


def refuse(plan: Plan, facts: Facts, allowed: Container[str] = ()) -> None:
    """Let every guard look at the whole plan.

    `allowed` are codes of findings that the user has answered. Raises Guarded with all others.
    """
    found = [finding for check in _CHECKS for finding in check(plan, facts)]
    findings = [finding for finding in found if finding.code not in allowed]
    if findings:
        raise Guarded(few_lines(findings), "Nothing was touched.")
