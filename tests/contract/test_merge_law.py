"""The law of merges: whichever branch was applied first, the merge is what it froze.

Two branches change random things of random models, on each database.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from evolve.authoring.merge import merge_revision, merged_at
from evolve.autodiff.questions import Answers
from evolve.database.lazy import LazyState
from evolve.errors import Refused
from tests import databases
from tests.contract.case import model
from tests.contract.engine import World, created, snapshot_of
from tests.contract.schema import schema
from tests.contract.test_law import FIELDS, METAS, NAMES

LAW = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def branches(draw):
    """Draw the models.py of a base and of two branches from it."""
    names = NAMES[: draw(st.integers(1, 2))]
    base = {name: (_fields(draw), set()) for name in names}
    sides = [_changed(draw, base) for _ in range(2)]
    if draw(st.booleans()):
        field = draw(st.sampled_from(["name", "size"]))
        both = draw(st.permutations(FIELDS[field]))
        for side, code in zip(sides, both, strict=False):
            side["Ant"][0][field] = code
    return text(base), *map(text, sides)


def _fields(draw):
    kept = {"name", "size"} | draw(st.sets(st.sampled_from(sorted(FIELDS))))
    return {each: draw(st.sampled_from(FIELDS[each])) for each in sorted(kept)}


def _changed(draw, base):
    models = {name: (dict(fields), set(metas)) for name, (fields, metas) in base.items()}
    for _ in range(draw(st.integers(1, 3))):
        fields, metas = models[draw(st.sampled_from(sorted(models)))]
        what = draw(st.sampled_from([*FIELDS, *METAS, "new"]))
        if what == "new":
            models.setdefault(draw(st.sampled_from(NAMES)), (_fields(draw), set()))
        elif what in METAS:
            metas ^= {what}
        elif what in fields and what not in ("name", "size") and draw(st.booleans()):
            del fields[what]
        else:
            fields[what] = draw(st.sampled_from(FIELDS[what]))
    return models


def text(models):
    """Return the models as models.py has them: one Meta line for each option."""
    return "".join(
        model(
            name,
            *(f"{field} = {code}" for field, code in fields.items()),
            meta=_metas(name, sorted(metas)),
        )
        for name, (fields, metas) in models.items()
    )


def _metas(name, metas):
    lines = {}
    for each in metas:
        lines.setdefault(each[:8], each.format(model=name.lower()))
    return list(lines.values())


@LAW
@given(three=branches(), data=st.data())
def test_a_merge_is_what_it_froze_in_either_order_and_branches_go_back_alone(alias, three, data):
    base, *sides = three
    assume(all(snapshot_of(base).changed(snapshot_of(side)) for side in sides))
    with tempfile.TemporaryDirectory() as directory, World(Path(directory)) as world:
        world.write(base)
        written = [_written(world, side) for side in sides]
        keys = [each.revision.key for each in written]
        answers = _answers(world, keys, data)
        if answers is None:
            event("the two cannot be merged")
            with pytest.raises(Refused, match="do not go together"):
                merge_revision(world.project, "law", keys, {}, Answers())
            return
        event("merged with answers" if answers else "merged")
        made = _merge(world, keys, answers)
        assert made, "what has no open conflict can be merged"
        _hold(world, alias, [each.name for each in written], made.name)


def _written(world, side):
    try:
        return world.write(side, parent="0001_initial", no_rename=True)
    except Refused:
        assume(False)


def _answers(world, keys, data):
    """Return a drawn answer to each conflict; None where a conflict has no answer."""
    project = world.project
    conflicts = merged_at(project, project.graph(), keys, {}).conflicts
    if not all(each.answerable for each in conflicts):
        return None
    return {each.label: data.draw(st.sampled_from(["ours", "theirs"])) for each in conflicts}


def _merge(world, keys, answers):
    made = merge_revision(world.project, "law", keys, answers, Answers(no_rename=True))
    made.write()
    return world._read("law", made.name)


def _hold(world, alias, sides, merge):
    project = world.project
    graph = project.graph()
    merged = project.state(graph, graph.of("law")).models
    databases.empty(alias)
    wanted = created(alias, LazyState(dict(merged)).apps)
    databases.empty(alias)
    world.migrate(alias, sides[0])
    alone = schema(alias)
    for order in (sides, sides[::-1]):
        databases.empty(alias)
        for name in order:
            world.migrate(alias, name)
        both = schema(alias)
        world.migrate(alias, merge)
        assert schema(alias) == wanted
        assert world.state(alias).models.keys() == merged.keys()
        world.migrate(alias, order[0])
        assert schema(alias) == both
        world.migrate(alias, f"{sides[1]}@-1")
        assert schema(alias) == alone, f"{sides[1]} was rolled back, applied {order}"
        world.migrate(alias, "zero")
        assert schema(alias) == {}
