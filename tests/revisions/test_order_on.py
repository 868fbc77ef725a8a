"""The order in which revisions came onto a database, for which its rows stand."""

from dataclasses import replace

from evolve.revisions.graph import Graph
from tests.revisions.graphs import graph, key, names, revision

FORK = graph("1", "2 < 1", "3 < 1", "4 < 2 3")


def on(it, rows, keys=None):
    return names(it.order_on(keys or it, [key(each) for each in rows.split()]))


def test_branches_are_in_the_order_in_which_they_came():
    assert on(FORK, "1 2 3 4") == "1 2 3 4"
    assert on(FORK, "1 3 2 4") == "1 3 2 4"


def test_what_has_no_row_came_first_as_far_as_what_it_requires_lets_it():
    assert on(FORK, "1 2") == "1 3 2 4"
    assert on(FORK, "3 1 2 4") == "1 3 2 4"


def test_two_bases_are_branches():
    assert on(graph("1", "2"), "2 1") == "2 1"
    assert graph("1", "2").branched("a")
    assert not graph("1", "o:2").branched("a")
    assert not graph("1", "2 < 1", "o:x ; a:1").branched("a")


def test_an_app_without_branches_is_in_the_graphs_order_whatever_its_rows():
    assert on(graph("1", "o:x", "p:y"), "p:y o:x 1") == "1 o:x p:y"


def test_only_apps_that_are_asked_for_count():
    it = graph("1", "2 < 1", "o:x", "o:y < x", "o:z < x")
    assert on(it, "2 1", [key("2"), key("1")]) == "1 2"
    assert on(it, "o:x o:z o:y") == "1 2 o:x o:z o:y"


def test_a_squash_without_its_row_came_with_the_last_of_what_it_replaces():
    squash = replace(revision("2 < 1"), replaces=("a:p", "a:q"))
    it = Graph([revision("1"), squash, revision("3 < 1")])
    assert on(it, "1 p q 3") == "1 2 3"
    assert on(it, "1 p 3 q") == "1 3 2"
    assert on(it, "1 3 p q") == "1 3 2"


def test_the_row_of_a_squash_is_its_place():
    squash = replace(revision("2 < 1"), replaces=("a:p", "a:q"))
    it = Graph([revision("1"), squash, revision("3 < 1")])
    assert on(it, "1 2 3 p q") == "1 2 3"
    assert on(it, "p q 1 3 2") == "1 3 2"
