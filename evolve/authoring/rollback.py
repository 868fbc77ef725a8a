"""Rolling revisions back wherever they are applied, before their files are written anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evolve.database.losses import Loss
from evolve.errors import EvolveError, Refused
from evolve.plan import Plan, make_plan
from evolve.project import Project
from evolve.revisions.revision import Key
from evolve.revisions.targets import Target
from evolve.running import Audience, Run, lost_objects, migrate, plan_losses


@dataclass(frozen=True)
class Rollback:
    """A database on which revisions are applied, and the plan that takes them back.

    `previous` is when the revision before them was applied, None where there is none; `objects`
    are what that drops of what no model says.
    """

    alias: str
    plan: Plan
    previous: datetime | None
    losses: tuple[Loss, ...]
    objects: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """What is rolled back, the last first."""
        return tuple(step.key for step in self.plan.steps)


@dataclass(frozen=True)
class Rollbacks:
    """The rollbacks of `moved`, which are one after the other in one app, on every database."""

    moved: tuple[Key, ...]
    parent: Key | None
    found: tuple[Rollback, ...] = ()
    unreachable: tuple[str, ...] = ()

    @property
    def dependents(self) -> list[Key]:
        """The other revisions that have to be rolled back with them, on whatever database."""
        keys = (key for each in self.found for key in each.keys if key not in self.moved)
        return list(dict.fromkeys(keys))


def located(
    project: Project, moved: Sequence[Key], parent: Key | None, skip_unreachable: bool
) -> Rollbacks:
    """Return where `moved` are applied, on whichever database the routers allow for their app.

    Raises Refused for a database that cannot be reached unless `skip_unreachable`, and Guarded
    where something cannot be rolled back.
    """
    found: list[Rollback] = []
    unreachable: list[str] = []
    for alias in project.aliases(moved[0].app):
        try:
            rollback = _rollback(project, moved, parent, alias)
        except _Unreachable as error:
            if not skip_unreachable:
                raise Refused(
                    f"{error}\n{moved[0].name} may be applied there.",
                    "Nothing was touched. Give --skip-unreachable to leave that database as it is.",
                ) from error
            unreachable.append(alias)
            continue
        found += [rollback] if rollback else []
    return Rollbacks(tuple(moved), parent, tuple(found), tuple(unreachable))


class _Unreachable(Exception):
    """A database cannot be reached."""


def _rollback(
    project: Project, moved: Sequence[Key], parent: Key | None, alias: str
) -> Rollback | None:
    try:
        project.markers(alias)
    except Refused as error:
        raise _Unreachable(error.found) from error
    app = moved[0].app
    if ghosts := [each for each in project.ghosts(alias) if each.key.app == app and each.stops]:
        raise Refused(
            f"On the database '{alias}', {ghosts[0]}",
            "Nothing was touched. Roll it back there first, with the file that it was.",
        )
    standing = project.standing(alias)
    if not standing.rows.keys() & set(moved):
        return None
    target = Target(app, parent, within=frozenset(moved))
    plan = make_plan(standing.graph, standing.applied, [target], "backwards")
    project.refuse(plan)
    previous = standing.rows.get(parent) if parent else None
    found = lost_objects(project, plan, alias).values()
    objects = tuple(dict.fromkeys(each for lines in found for each in lines))
    return Rollback(alias, plan, previous, plan_losses(project, plan, alias), objects)


def roll_back(project: Project, rollback: Rollback, run: Run, audience: Audience) -> None:
    """Take revisions back on one database, unless that was done under another alias of it."""
    if set(rollback.keys).isdisjoint(project.markers(rollback.alias).applied()):
        return
    try:
        migrate(project, rollback.plan, run, audience)
    except EvolveError as error:
        raise EvolveError(
            f"On the database '{rollback.alias}': {error.found}",
            f"{error.hint}\nNo file was changed. `evolve migrate` applies again what was rolled "
            "back.",
        ) from error


def reapplication(
    rollbacks: Rollbacks, rollback: Rollback, accept_lost: bool = False
) -> tuple[Project, Plan]:
    """Return the plan that applies again what was rolled back on one database, dependents too.

    Raises Guarded where a guard objects; lost objects are accepted if `accept_lost`.
    """
    project = Project()
    standing = project.standing(rollback.alias)
    others = [key for key in reversed(rollback.keys) if key not in rollbacks.moved]
    heads = standing.graph.heads(rollbacks.moved[0].app)
    targets = [Target(key.app, key) for key in (*heads, *others)]
    plan = make_plan(standing.graph, standing.applied, targets)
    project.refuse(plan, (), {} if accept_lost else lost_objects(project, plan, rollback.alias))
    return project, plan
