"""Squashes < what counts where nothing, a part, or all of what they replace is applied."""

from dataclasses import replace

from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key
from evolve.revisions.squashed import implied, without_replaced
from tests.revisions.graphs import key, names, revision

PARTS = [revision("1"), revision("2 < 1 ; o:x"), revision("4 < 2")]
SQUASH = replace(revision("1_to_2"), replaces=("a:1", "a:2"))
OTHER = [revision("o:x"), revision("o:y < x ; a:2")]


def counting(*applied, revisions=(*PARTS, SQUASH, *OTHER)):
    return Graph(without_replaced(revisions, {key(each) for each in applied}))


def test_on_a_fresh_database_the_squash_stands_for_its_parts():
    it = counting()
    assert names(it) == "o:x 1_to_2 4 o:y"
    assert it.requirements(key("1_to_2")) == (Key("o", "x"),)
    assert it.requirements(Key("o", "y")) == (key("1_to_2"), Key("o", "x"))


def test_where_a_part_is_applied_the_parts_stay_and_the_squash_goes():
    assert names(counting("1")) == "1 o:x 2 4 o:y"


def test_where_all_parts_are_applied_the_squash_counts_as_applied():
    assert key("1_to_2") in implied([*PARTS, SQUASH], {key("1"), key("2")})
    assert key("1_to_2") not in implied([*PARTS, SQUASH], {key("1")})
    assert names(counting("1", "2")) == "o:x 1_to_2 4 o:y"


def test_references_to_parts_whose_files_are_gone_lead_to_the_squash():
    assert names(counting(revisions=(SQUASH, PARTS[2], *OTHER))) in ("1_to_2 4 o:x o:y",)


def test_a_squash_of_a_squash_stands_for_all():
    outer = replace(revision("all"), replaces=("a:1_to_2", "a:4"))
    assert names(counting(revisions=(*PARTS, SQUASH, outer, *OTHER))) == "o:x all o:y"
    assert key("all") in implied([*PARTS, SQUASH, outer], {key("1"), key("2"), key("4")})


def test_without_squashes_nothing_is_touched():
    assert without_replaced(PARTS, frozenset()) == tuple(PARTS)
