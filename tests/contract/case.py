"""A case: models.py before and after, rows, and all that has to hold on the way there and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from evolve.autodiff.questions import Answers
from tests.contract.engine import World, built
from tests.contract.schema import schema
from tests.databases import VENDORS

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def model(name: str, *fields: str, meta: Sequence[str] = (), bases: str = "models.Model") -> str:
    """Return the text of a model: its fields, and the lines of its Meta."""
    body = [f"    {each}" for each in fields or (() if meta else ("pass",))]
    if meta:
        body += ["    class Meta:", *(f"        {each}" for each in meta)]
    return "\n".join([f"class {name}({bases}):", *body, ""])


@dataclass(frozen=True)
class Case:
    """What has to hold of a change of models.py.

    `forwards` and `backwards` are the methods of `self.db` that the revision calls; None where they
    are drawn at random. `rows` are
    there before, by model; `then` is what is expected of them after it, `back` after the way back
    (as before, where it is not given); `more` is put in between. `ally` is another app's models.py,
    written first, and `ally_after` what it has to be after; `vendors` are those the case is about.
    """

    name: str
    before: str
    after: str
    forwards: str | None
    backwards: str | None
    answers: Mapping[str, Any] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    then: Rows | None = None
    more: Rows = field(default_factory=dict)
    back: Rows | None = None
    ally: str = ""
    ally_after: str = ""
    vendors: Sequence[str] = VENDORS


def on_their_vendors(cases: Iterable[Case]) -> list[Any]:
    """Return the cases as parameters of a test that runs on each one's vendors."""
    return [
        pytest.param(case, id=case.name.replace(" ", "-"), marks=pytest.mark.vendors(*case.vendors))
        for case in cases
    ]


def hold(case: Case, world: World, alias: str) -> None:
    """Run a case on a database, there and back, and check all that has to hold."""
    first = world.write(case.before) if case.before else None
    if case.ally:
        world.write(case.ally, app="ally")
        world.migrate(alias, app="ally")
    if first:
        world.migrate(alias)
    at_first = schema(alias)
    put(world, alias, case.rows)

    second = world.write(case.after, **case.answers)
    if case.forwards is not None:
        assert " ".join(second.calls("forwards")) == case.forwards
        assert " ".join(second.calls("backwards")) == case.backwards
    assert not world.difference(case.after, Answers()), "the diff afterwards is not empty"

    world.migrate(alias)
    at_second = schema(alias)
    expect(world, alias, case.rows if case.then is None else case.then)
    put(world, alias, case.more)

    world.migrate(alias, first.name if first else "zero")
    assert schema(alias) == at_first
    expect(world, alias, case.rows if case.back is None else case.back)

    everything_away(world, alias)
    others = {"ally": case.ally_after or case.ally} if case.ally else {}
    assert at_second == built(alias, {"law": case.after, **others})
    if case.ally:
        assert not world.difference(others["ally"], Answers(), app="ally")


def everything_away(world: World, alias: str) -> None:
    """Roll both apps back to nothing."""
    for app in ("ally", "law"):
        if world.project.graph().of(app):
            world.migrate(alias, "zero", app=app)
    assert schema(alias) == {}


def put(world: World, alias: str, rows: Rows) -> None:
    """Put rows in, through the models as they are now."""
    for name, each in rows.items():
        queryset = world.rows(alias, name)
        for values in each:
            queryset.create(**values)


def expect(world: World, alias: str, rows: Rows) -> None:
    """Check the named values of all rows, in the order of their primary keys."""
    for name, expected in rows.items():
        names = dict.fromkeys(key for each in expected for key in each)
        found = list(world.rows(alias, name).order_by("pk").values(*names))
        assert found == [dict.fromkeys(names) | dict(each) for each in expected], name
