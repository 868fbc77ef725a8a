"""Squashes < what counts where nothing, a part, or all of what they replace is applied."""

from dataclasses import replace

import pytest

from evolve.errors import BrokenGraph
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
    assert names(counting("1")) == "o:x 1 2 4 o:y"


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


INNER = replace(revision("s1"), replaces=("a:1", "a:2"))
OUTER = replace(revision("s2"), replaces=("a:s1", "a:3"))
NESTED = (revision("1"), revision("2 < 1"), revision("3 < 2"), revision("4 < 3"), INNER, OUTER)


@pytest.mark.parametrize(
    ("applied", "there"),
    [("", "s2 4"), ("1", "1 2 3 4"), ("1 2", "s1 3 4"), ("1 2 3", "s2 4")],
)
def test_a_squash_of_a_squash_counts_what_was_there_before_any_squash(applied, there):
    it = counting(*applied.split(), revisions=NESTED)
    assert names(it) == there


def test_the_row_of_a_squash_alone_says_nothing():
    """Django leaves it behind when it rolls back 2 and then 1."""
    assert implied([*PARTS, SQUASH], {key("1_to_2")}) == frozenset()
    assert implied([*PARTS, SQUASH], {key("1_to_2"), key("1")}) == {key("1")}


def test_references_to_a_squash_that_goes_lead_to_every_last_part_of_it():
    """
    1 - 2a      squashed into s, which 3 revises
      \\ 2b
    """
    fork = [revision(each) for each in ("1", "2a < 1", "2b < 1", "3 < s")]
    squash = replace(revision("s"), replaces=("a:1", "a:2a", "a:2b"))
    assert names(counting("1", revisions=(*fork, squash)).parents(key("3"))) == "2a 2b"


def test_a_squash_may_replace_another_apps_revisions():
    """The app old was renamed to a; its files are gone, but others still name them."""
    squash = replace(revision("1"), replaces=("old:1", "old:2"))
    it = counting(revisions=(squash, revision("2 < 1"), revision("o:x ; old:2")))
    assert it.requirements(Key("o", "x")) == (key("1"),)
    moved = counting(revisions=(squash, revision("old:2"), revision("old:3 < 2")))
    assert moved.requirements(Key("old", "3")) == (key("1"),)
    assert moved.heads("old") == moved.bases("old") == (Key("old", "3"),)


def test_the_first_of_an_app_that_was_squashed_away_is_the_squash():
    squash = replace(revision("1"), replaces=("old:1",))
    it = counting(revisions=(squash, revision("old:1"), revision("o:x ; old:__first__")))
    assert it.requirements(Key("o", "x")) == (key("1"),)


def test_a_unique_prefix_of_a_replaced_revision_leads_to_the_squash():
    parts = [revision("0001_x"), revision("0002_y < 0001_x"), revision("0003_z < 0002")]
    squash = replace(revision("s"), replaces=("a:0001_x", "a:0002_y"))
    assert names(counting(revisions=(*parts, squash)).parents(key("0003_z"))) == "s"


def test_a_part_that_is_named_by_its_id_is_a_row_by_its_name():
    part = replace(revision("0001_x"), id="abcdef123456")
    squash = replace(revision("s"), replaces=("a:abcdef123456",))
    (left,) = without_replaced([part, squash], frozenset())
    assert left.replaces == ("a:0001_x",)
    assert key("s") in implied([part, squash], {key("0001_x")})


def test_what_waits_for_nothing_replaced_stays_as_it_was_written():
    kept = replace(revision("4 < 2"), depends_on=("o:x",), run_before=("o:y",))
    (there,) = (
        each
        for each in without_replaced([*PARTS[:2], SQUASH, *OTHER, kept], frozenset())
        if each.key == kept.key
    )
    assert (there.down, there.depends_on, there.run_before) == (("1_to_2",), ("o:x",), ("o:y",))


def test_a_half_applied_squash_whose_parts_have_no_files_is_refused():
    with pytest.raises(BrokenGraph, match=r"only a part .*\(a:1\).* files are gone: a:1, a:2"):
        counting("1", revisions=(SQUASH,))


def test_squashes_that_replace_one_another_are_refused():
    pair = [replace(revision("p"), replaces=("a:q",)), replace(revision("q"), replaces=("a:p",))]
    with pytest.raises(BrokenGraph, match="replace one another: a:p, a:q"):
        counting(revisions=pair)


LONG = [
    replace(revision("0001_x"), id="aaaa11112222"),
    replace(revision("0002_y < 0001_x"), id="bbbb11112222"),
    replace(revision("0003_z"), id="cccc11112222"),
]


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("0002_y", True),
        ("0002", True),
        ("bbbb11112222", True),
        ("bbbb1", True),
        ("bbbb", True),
        ("bbb", False),
        ("000", False),
        ("", False),
        ("cccc", False),
    ],
)
def test_a_part_is_named_by_name_id_and_unique_prefixes_also_in_a_squash(reference, named):
    """What names no part stays as it is written; the graph says what is wrong with it."""
    squash = replace(revision("s"), replaces=("a:0001_x", "a:0002_y"))
    last = replace(revision("0004_q"), down=(reference,))
    found = without_replaced([*LONG, squash, last], frozenset())
    (left,) = (each for each in found if each.key == last.key)
    assert left.down == (("s",) if named else (reference,))


def test_a_prefix_of_a_name_comes_before_one_of_an_id():
    parts = [replace(revision("abcd_x"), id="1111"), replace(revision("x"), id="abcd2222")]
    squashes = [
        replace(revision("s"), replaces=("a:abcd_x",)),
        replace(revision("t"), replaces=("a:x",)),
    ]
    last = replace(revision("q"), down=("abcd",))
    found = without_replaced([*parts, *squashes, last], frozenset())
    assert found[-1].down == ("s",)


def test_a_name_comes_before_another_ones_id():
    parts = [replace(revision("1"), id="2"), replace(revision("2"), id="1")]
    squash = replace(revision("s"), replaces=("a:2",))
    last = replace(revision("q"), down=("2",))
    assert without_replaced([*parts, squash, last], frozenset())[-1].down == ("s",)
    last = replace(revision("q"), down=("1",))
    assert without_replaced([*parts, squash, last], frozenset())[-1].down == ("1",)


def test_what_stands_for_a_half_applied_squash_is_sorted_and_requires_nothing_else():
    """
    1 - 2 - 3      squashed into s, of which 1 is applied; 5, 4 and 6 were beside it
    """
    parts = [revision(each) for each in ("1", "2 < 1", "6 < 1", "5 < 1", "4 < 1", "7 < s")]
    squash = replace(revision("s"), replaces=("a:1", "a:2", "a:6", "a:5", "a:4"))
    assert names(counting("1", revisions=(*parts, squash)).parents(key("7"))) == "2 4 5 6"


def left(it, *revisions):
    """Return the revision called `it` as it counts on a fresh database."""
    (found,) = (each for each in without_replaced(revisions, frozenset()) if each.key == key(it))
    return found.down, found.depends_on


def test_what_a_part_waits_for_is_said_once_however_many_parts_say_it():
    parts = [revision("0"), revision("1 < 0 ; o:x"), revision("2 < 1 ; a:0 o:x"), revision("o:x")]
    squash = replace(revision("s"), replaces=("a:1", "a:2"))
    assert left("s", *parts, squash) == (("0",), ("o:x",))


def test_what_a_part_calls_by_a_prefix_is_called_by_its_name():
    parts = [revision("0001_x"), revision("0002_y < 0001")]
    squash = replace(revision("s"), replaces=("a:0002_y",))
    assert left("s", *parts, squash) == (("0001_x",), ())


def test_a_parent_in_the_app_of_a_replaced_revision_is_a_dependency_of_its_squash():
    squash = replace(revision("s"), replaces=("old:2",))
    assert left("s", revision("old:1"), revision("old:2 < 1"), squash) == ((), ("old:1",))


@pytest.mark.parametrize(
    ("kind", "expected"), [("schema", ((), ("a:s",))), ("django", (("s",), ()))]
)
def test_a_dependency_on_what_the_own_app_took_over_is_written_as_its_format_has_it(kind, expected):
    """Django knows no order within an app but parents."""
    squash = replace(revision("s"), replaces=("old:1",))
    later = replace(revision("t"), depends_on=("old:1",), kind=kind)
    assert left("t", squash, later) == expected
