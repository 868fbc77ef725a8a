"""The plan: graph, applied set and targets to the steps that will run, in order.

It is finished before anything runs, and what is shown, guarded and run is this one value.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from evolve.errors import Refused, few
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Direction, Key, Revision
from evolve.revisions.targets import Target


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database stands.

    `rows` are those of its history, the oldest first, with when each was applied; `graph` is the
    one that holds for these rows, and `applied` what of it is applied.
    """

    alias: str
    rows: Mapping[Key, datetime]
    graph: Graph
    applied: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Step:
    """One revision to run, its direction, and the history rows that it adds or removes.

    `faked` steps are marked and not run. `late` are applied revisions that require this one, and
    `beside` those of its app on parallel branches that are applied.
    """

    revision: Revision
    direction: Direction
    marks: tuple[Key, ...]
    faked: bool = False
    late: tuple[Key, ...] = ()
    beside: tuple[Key, ...] = ()

    @property
    def key(self) -> Key:
        """The revision's own row."""
        return self.revision.key


@dataclass(frozen=True, slots=True)
class Section:
    """What one target asks for; other apps' steps that it needs are among its own."""

    target: Target
    direction: Direction
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The sections in the order in which they run; false where there is nothing to do.

    `opened` are the squashes whose parts run one by one: a target was among what they replace.
    """

    sections: tuple[Section, ...]
    opened: frozenset[Key] = frozenset()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in order."""
        return tuple(step for section in self.sections for step in section.steps)

    def __bool__(self) -> bool:
        return any(section.steps for section in self.sections)

    def faking(self, keys: Container[Key]) -> Plan:
        """Return the plan with the steps of `keys` marked and not run."""
        sections = tuple(
            replace(
                section,
                steps=tuple(replace(step, faked=step.key in keys) for step in section.steps),
            )
            for section in self.sections
        )
        return replace(self, sections=sections)


def targets_for_all(graph: Graph, applied: AbstractSet[Key] | None = None) -> tuple[Target, ...]:
    """Return the heads of every app, apps in alphabetical order.

    With `applied` an app with several heads, not all of which are applied, is refused: two branches
    that nobody has put together are not to be run by accident. Raises Refused.
    """
    for app in graph.apps:
        heads = graph.heads(app)
        if applied is not None and len(heads) > 1 and not applied >= set(heads):
            names = few(key.name for key in heads)
            raise Refused(
                f"The app '{app}' has more than one head: {names}.",
                f"`evolve merge {app}` makes one of them, `evolve rebase {app} {heads[-1].name}` "
                f"puts one on the other, `evolve migrate {app} heads` runs both.",
            )
    return tuple(Target(app, key) for app in graph.apps for key in graph.heads(app))


def make_plan(
    graph: Graph,
    applied: AbstractSet[Key],
    targets: Iterable[Target],
    only: Direction | None = None,
) -> Plan:
    """Return what brings a database on which `applied` are applied to the targets, one by one.

    Forwards: the target's ancestors that are not applied. Backwards: what is applied of what
    descends from the target's children (of its app's bases, for zero). `only` goes one way:
    forwards an older target has nothing to do, backwards one that is not applied is refused. Raises
    Refused where one target goes forwards and another backwards.
    """
    now = set(applied)
    sections: list[Section] = []
    seen: set[Key] = set()
    for target in targets:
        section = _section(graph, now, target, only, seen)
        section = replace(section, steps=_placed(graph, applied, section))
        now ^= {step.key for step in section.steps}
        sections.append(section)
    if len({section.direction for section in sections if section.steps}) > 1:
        raise Refused(
            "Some of these targets are forwards and some backwards.",
            "Nothing was touched. Go to one after the other.",
        )
    return Plan(tuple(sections))


def rollback_plan(graph: Graph, applied: AbstractSet[Key], app: str, count: int) -> Plan:
    """Return what takes back the last `count` applied revisions of an app, in the graph's order.

    What stands on them goes first. Over a merge it needs no target, which would have to name both
    sides. Raises Refused where fewer are applied.
    """
    own = [key for key in graph.of(app) if key in applied]
    if count < 1:
        raise Refused(f"{count} revisions cannot be taken back.", "Give 1 or more.")
    if count > len(own):
        raise Refused(f"{count} revisions cannot be taken back: {len(own)} of '{app}' are applied.")
    left, last = own[:-count], own[-count:]
    target = Target(app, left[-1] if left else None)
    section = _steps(graph, target, "backwards", graph.rollback_order(last, applied))
    return Plan((replace(section, steps=_placed(graph, applied, section)),))


def stamp_plans(
    graph: Graph, applied: AbstractSet[Key], app: str, targets: Sequence[Target]
) -> list[Plan]:
    """Return what marks an app as being at `targets` and nothing else of it, as faked plans.

    Targets on branches that were named (`label@head`) leave the other branches as they are. Raises
    Refused where revisions of other apps would stand on what is not marked, or what is marked would
    stand on revisions of other apps that are not; and for targets that contradict each other.
    """
    _check_together(app, [target for target in targets if not target.within])
    at = [target.key for target in targets if target.key]
    wanted = frozenset(key for key in graph.ancestors(at) if key.app == app)
    own = frozenset(graph.of(app)) & applied
    if all(target.within for target in targets):
        own &= frozenset().union(*(target.within for target in targets))
    after = (applied - own) | wanted
    for key in graph.order(after):
        missing = [each for each in graph.requirements(key) if each not in after]
        if missing and key in wanted:
            raise Refused(
                f"{key} cannot be applied without {few(missing)}.",
                "Nothing was touched. Stamp or migrate these first.",
            )
        if any(each in own for each in missing):
            gone = few(each for each in missing if each in own)
            raise Refused(
                f"{key} cannot be applied without {gone}.",
                f"Nothing was touched. Take {key} back or stamp it away first.",
            )
    back = _steps(graph, targets[0], "backwards", graph.order(own - wanted)[::-1])
    forth = _steps(graph, targets[0], "forwards", graph.order(wanted - own))
    plans = [Plan((each,)) for each in (back, forth) if each.steps]
    return [plan.faking({step.key for step in plan.steps}) for plan in plans]


def _check_together(app: str, targets: Sequence[Target]) -> None:
    """Raise Refused where an app cannot be at all of the targets: one of them is zero."""
    names = dict.fromkeys(target.key.name if target.key else "zero" for target in targets)
    if "zero" in names and len(names) > 1:
        raise Refused(
            f"'{app}' cannot be at {' and at '.join(names)}.",
            "Nothing was touched. Name one of them.",
        )


def _section(
    graph: Graph,
    applied: AbstractSet[Key],
    target: Target,
    only: Direction | None,
    seen: set[Key],
) -> Section:
    """Return what one target asks for. `seen` grows by what needs no more looking at."""
    if only == "backwards" and target.key and target.key not in applied:
        raise Refused(
            f"{target.key} is not applied, so there is no way back to it.",
            "`evolve migrate` and `evolve upgrade` go forwards.",
        )
    if only == "forwards" and target.steps < 0:
        raise Refused(f"{target.steps} steps from where the app is are no way forwards.")
    above = () if only == "forwards" else _above(graph, applied, target)
    undone = graph.rollback_order(above, applied)
    if undone or target.key is None or only == "backwards":
        return _steps(graph, target, "backwards", undone)
    found = graph.ancestors([target.key], seen)
    seen |= found
    return _steps(graph, target, "forwards", graph.order(found - applied))


def _above(graph: Graph, applied: AbstractSet[Key], target: Target) -> tuple[Key, ...]:
    """Return the revisions that cannot stay at a target, where it is one to go back to."""
    if target.key is None:
        above = graph.bases(target.app)
    else:
        above = graph.children(target.key) if target.key in applied else ()
    return tuple(key for key in above if not target.within or key in target.within)


def _steps(graph: Graph, target: Target, direction: Direction, keys: Iterable[Key]) -> Section:
    steps = (Step(graph[key], direction, _marks(graph[key])) for key in keys)
    return Section(target, direction, tuple(steps))


def _placed(graph: Graph, applied: AbstractSet[Key], section: Section) -> tuple[Step, ...]:
    """Return steps with what is applied beside them, and what should have come after them."""
    steps = section.steps
    forwards = section.direction == "forwards"
    if forwards and not graph.descendants(step.key for step in steps).isdisjoint(applied):
        steps = tuple(
            replace(step, late=graph.order(graph.descendants([step.key]) & applied))
            for step in steps
        )
    there = {key.app for key in applied}
    branched = {app for app in {step.key.app for step in steps} & there if graph.branched(app)}
    for app in sorted(branched):
        tell = graph.beside(app, applied)
        steps = tuple(
            replace(step, beside=tell(step.key)) if step.key.app == app else step for step in steps
        )
    return steps


def _marks(revision: Revision) -> tuple[Key, ...]:
    """Return the rows of a revision: a squash has those of what it replaces too, as in Django."""
    return (*revision.replaced, revision.key)
