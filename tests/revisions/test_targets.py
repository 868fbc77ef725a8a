"""Targets < what a user types after an app."""

import pytest

from evolve.errors import Refused, UnknownName
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Revision
from evolve.revisions.targets import Target, resolve
from tests.revisions.graphs import graph, key

LINE = graph("0001_initial", "0002_more < 0001_initial", "0010_last < 0002_more")
FORK = graph("0001_initial", "0002_ours < 0001_initial", "0002_theirs < 0001_initial")


@pytest.mark.parametrize("text", [None, "head"])
def test_without_a_target_it_is_the_head(text):
    assert resolve(LINE, "a", text) == (Target("a", key("0010_last")),)


@pytest.mark.parametrize("text", ["zero", "base"])
def test_zero_and_base_are_before_the_first(text):
    assert resolve(LINE, "a", text) == (Target("a", None),)


@pytest.mark.parametrize(
    ("text", "name"),
    [("0002", "0002_more"), ("2", "0002_more"), ("0010", "0010_last"), ("0002_m", "0002_more")],
)
def test_a_number_or_a_prefix_is_matched_softly(text, name):
    assert resolve(LINE, "a", text) == (Target("a", key(name), soft=text),)


def test_a_whole_name_is_no_soft_match():
    assert resolve(LINE, "a", "0002_more") == (Target("a", key("0002_more")),)


def test_two_heads_are_refused_by_name_and_heads_gives_both():
    with pytest.raises(Refused, match="0002_ours, 0002_theirs"):
        resolve(FORK, "a", None)
    assert [each.key for each in resolve(FORK, "a", "heads")] == [
        key("0002_ours"),
        key("0002_theirs"),
    ]


def test_a_number_that_two_revisions_have_is_ambiguous():
    with pytest.raises(UnknownName, match="ambiguous"):
        resolve(FORK, "a", "0002")


def test_an_unknown_app_offers_the_nearest():
    with pytest.raises(UnknownName, match="no app with revisions 'b'"):
        resolve(LINE, "b", None)


def test_a_short_number_that_two_revisions_have_lists_both():
    with pytest.raises(UnknownName, match=r"The number 2 is ambiguous.*0002_ours, 0002_theirs"):
        resolve(FORK, "a", "2")


@pytest.mark.parametrize(
    ("text", "applied", "name"),
    [
        ("current", ["0001_initial"], "0001_initial"),
        ("current", [], None),
        ("current-1", ["0001_initial", "0002_more"], "0001_initial"),
        ("-1", ["0001_initial"], None),
        ("current+1", [], "0001_initial"),
        ("+2", ["0001_initial"], "0010_last"),
        ("current-2", ["0001_initial", "0002_more", "0010_last"], "0001_initial"),
    ],
)
def test_relative_targets_are_steps_from_where_the_app_is(text, applied, name):
    wanted = Target("a", key(name) if name else None)
    assert resolve(LINE, "a", text, {key(each) for each in applied}) == (wanted,)


@pytest.mark.parametrize(
    ("graph", "text", "applied", "said"),
    [
        (LINE, "+1", ["0001_initial", "0002_more", "0010_last"], "beyond the head"),
        (LINE, "current-2", ["0001_initial"], "beyond the first revision"),
        (FORK, "current+1", ["0001_initial"], "more than one way from 0001_initial"),
        (FORK, "current", ["0001_initial", "0002_ours", "0002_theirs"], "more than one current"),
    ],
)
def test_a_relative_target_that_is_not_one_place_is_refused(graph, text, applied, said):
    with pytest.raises(Refused, match=said):
        resolve(graph, "a", text, {key(each) for each in applied})


def test_an_id_of_digits_alone_is_no_number():
    it = Graph([Revision("a", "0001_initial", "123456789012"), Revision("a", "x", "ffff")])
    for text in ("123456789012", "1234"):
        assert resolve(it, "a", text) == (Target("a", key("0001_initial"), soft=text),)
    with pytest.raises(UnknownName, match="no revision of 'a' '77'"):
        resolve(it, "a", "77")


def test_the_start_of_several_names_is_ambiguous_also_where_it_is_their_number():
    with pytest.raises(
        UnknownName, match="'0002' is ambiguous in the app 'a': 0002_ours, 0002_the"
    ):
        resolve(FORK, "a", "0002")
