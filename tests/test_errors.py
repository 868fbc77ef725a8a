"""Lists in the texts of errors: the few that matter, and how many more there are."""

import pytest

from evolve.errors import RevisionFailed, few, few_lines
from evolve.executor import execute
from evolve.plan import make_plan
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Revision
from evolve.revisions.targets import resolve


def test_a_short_list_is_whole():
    assert few([]) == ""
    assert few("abcdefg") == "a, b, c, d, e, f, g"
    assert few_lines(range(21)).count("\n") == 20


def test_of_a_long_list_it_says_how_many_more():
    assert few("abcdefgh") == "a, b, c, d, e, f and 2 more"
    assert few("abcdefgh", last=True) == "2 more, then c, d, e, f, g, h"
    assert few_lines(range(22)).splitlines()[-2:] == ["19", " … and 2 more"]


class _Failing:
    def run(self, step):
        if step.revision.number == 250:
            raise ValueError("no")

    def left_behind(self, step, error):
        return ""


class _Deaf:
    def section(self, section): ...
    def started(self, step): ...
    def finished(self, step, seconds): ...


def test_a_failure_of_a_long_run_names_the_neighbours_alone():
    revisions = [
        Revision("shop", f"{n:04}_x", f"{n:012x}", (f"{n - 1:012x}",) if n else ())
        for n in range(500)
    ]
    graph = Graph(revisions)
    plan = make_plan(graph, frozenset(), resolve(graph, "shop", None))
    with pytest.raises(RevisionFailed) as caught:
        execute(plan, _Failing(), _Deaf())
    assert "Done and kept: 244 more, then shop:0244_x, " in caught.value.hint
    assert "Not started: shop:0251_x, " in caught.value.hint
    assert "and 243 more." in caught.value.hint
    assert len(caught.value.hint) < 600
