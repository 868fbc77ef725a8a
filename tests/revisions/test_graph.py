"""The graph: resolving, lineage, order, and what is no graph."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BrokenGraph, UnknownName
from evolve.revisions.graph import Graph
from evolve.revisions.revision import Key, Revision
from tests.revisions.graphs import graph, graphs, key, names

ROOT = Path(__file__).parent.parent.parent


def test_a_merge_comes_after_both_sides_and_the_root_once():
    """
    a - b1 - c - d
      \\ b2 ---/
    """
    it = graph("a", "b1 < a", "b2 < a", "c < b1 b2", "d < c")
    assert names(it) == "a b1 b2 c d"
    assert names(it.heads("a")) == "d"
    assert names(it.bases("a")) == "a"
    assert it.ancestors([key("c")]) == {key(each) for each in ("a", "b1", "b2", "c")}
    assert it.descendants([key("b2")]) == {key(each) for each in ("b2", "c", "d")}


def test_the_order_does_not_depend_on_the_order_of_the_files():
    lines = ["a", "b1 < a", "b2 < a", "x:r", "c < b1 b2 ; x:r"]
    assert [*graph(*lines)] == [*graph(*reversed(lines))]


def test_a_part_keeps_the_order_of_the_whole_also_where_it_leaves_out_what_is_between():
    """z - y - x, of which x and z are asked for."""
    assert names(graph("z", "y < z", "x < y").order([key("x"), key("z")])) == "z x"


def test_heads_count_lineage_alone():
    """b of other depends on a, which nothing revises."""
    it = graph("a", "other:b ; a:a")
    assert names(it.heads("a")) == "a"
    assert it.dependents(key("a")) == (Key("other", "b"),)


def test_only_the_needed_part_of_another_app_is_an_ancestor():
    it = graph("a", "b < a ; o:y", "o:x", "o:y < x", "o:z < y")
    assert names(it.ancestors([key("b")]) & set(it.of("o"))) in ("o:x o:y", "o:y o:x")


def test_dependencies_between_apps_are_transitive():
    it = graph("a ; b:x", "b:x ; c:x", "c:x")
    assert names(it) == "c:x b:x a"


def test_a_dependency_that_is_also_the_parent_counts_once():
    assert graph("a", "b < a ; a:a").requirements(key("b")) == (key("a"),)


def test_run_before_orders_the_other_way_round():
    early = Revision("z", "early", "early", run_before=("a:b",))
    assert names(Graph([early, *[Revision("a", "b", "b")]])) == "z:early b"


def test_first_and_latest_are_bases_and_heads_of_the_other_app():
    it = graph("o:x", "o:y < x", "p ; o:__first__", "q ; o:__latest__")
    assert it.requirements(key("p")) == (Key("o", "x"),)
    assert it.requirements(key("q")) == (Key("o", "y"),)


def test_first_of_the_own_app_and_of_an_app_without_revisions_say_nothing():
    it = graph("a ; a:__first__ none:__first__")
    assert it.requirements(key("a")) == ()


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("0001_initial", "0001_initial"),
        ("0002", "0002_more"),
        ("abcdef123456", "0002_more"),
        ("abcd", "0002_more"),
    ],
)
def test_a_revision_is_found_by_name_id_and_unique_prefixes(reference, found):
    it = Graph(
        [
            Revision("a", "0001_initial", "ffff00000000"),
            Revision("a", "0002_more", "abcdef123456", ("ffff00000000",)),
        ]
    )
    assert it.find("a", reference).name == found


def test_an_ambiguous_prefix_lists_the_candidates():
    with pytest.raises(UnknownName, match=r"ambiguous.*0001_a, 0001_b"):
        graph("0001_a", "0001_b < 0001_a").find("a", "0001")


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownName, match=r"(?s)no revision.*Did you mean: 0001_initial"):
        graph("0001_initial").find("a", "0001_inital")


def test_an_id_prefix_needs_four_characters():
    it = Graph([Revision("a", "0001_initial", "abcdef123456")])
    with pytest.raises(UnknownName):
        it.find("a", "abc")


def test_every_fault_is_listed_at_once_with_its_file():
    with pytest.raises(BrokenGraph) as error:
        graph("a < gone", "b < a ; o:missing")
    assert "a:a.py: its parent 'a:gone' does not exist" in str(error.value)
    assert "a:b.py: its dependency 'o:missing' does not exist" in str(error.value)


def test_two_files_with_one_id_are_refused():
    with pytest.raises(BrokenGraph, match=r"b\.py and a\.py have the same id, 'x'"):
        Graph([Revision("a", "1", "x", path="a.py"), Revision("a", "2", "x", path="b.py")])


@pytest.mark.parametrize(
    "lines", [["a < a"], ["a ; a:a"], ["x", "a < b", "b < a"], ["a ; o:b", "o:b ; a:a"]]
)
def test_a_circle_names_its_members_and_nobody_else(lines):
    with pytest.raises(BrokenGraph, match="wait for each other") as error:
        graph(*lines)
    assert "a.py" in str(error.value)
    assert "x.py" not in str(error.value)


def test_a_long_chain_needs_no_recursion():
    lines = ["r0000", *(f"r{each:04d} < r{each - 1:04d}" for each in range(1, 3000))]
    it = graph(*lines)
    assert names([*it][-1:]) == "r2999"
    assert len(it.ancestors([key("r2999")])) == 3000


def test_every_circle_is_listed_beside_the_other_faults_and_what_stands_on_one_is_not():
    """b and c revise each other, d revises c; o:x and o:y too; e revises what is not there."""
    with pytest.raises(BrokenGraph) as error:
        graph("b < c", "c < b", "d < c", "o:x < y", "o:y < x", "e < gone")
    text = str(error.value)
    assert text.count("wait for each other") == 2
    assert all(f"{each}.py" in text for each in ("a:b", "a:c", "o:x", "o:y", "a:e"))
    assert "a:d.py" not in text


def test_names_that_are_parts_of_one_another_are_no_circle():
    assert names(graph("user", "user_foo < user ; a:user")) == "user user_foo"


def test_a_django_migration_waits_for_the_first_of_an_apps_bases_alone():
    """a:2 has no parent and waits for b:1, which waits for a's __first__."""
    it = Graph(
        [
            Revision("a", "1", "1", kind="django"),
            Revision("a", "2", "2", depends_on=("b:1",), kind="django"),
            Revision("b", "1", "1", depends_on=("a:__first__",), kind="django"),
        ]
    )
    assert names(it) == "1 b:1 2"


def test_two_files_with_one_key_are_refused_whatever_their_ids():
    with pytest.raises(BrokenGraph, match=r"x\.py and y\.py are both a:1"):
        Graph([Revision("a", "1", "i", path="x.py"), Revision("a", "1", "j", path="y.py")])


def test_an_empty_reference_names_nothing_and_an_unknown_app_is_said_to_be_one():
    with pytest.raises(UnknownName, match="no revision of 'a' ''"):
        graph("1").find("a", "")
    with pytest.raises(UnknownName, match="no app 'shp'"):
        graph("shop:1").find("shp", "1")


def test_an_empty_graph_has_nothing_and_is_no_error():
    it = Graph([])
    assert (it.apps, [*it], it.of("a"), it.heads("a"), it.bases("a")) == ((), [], (), (), ())


@settings(max_examples=150, deadline=None)
@given(graphs(), st.randoms())
def test_the_order_is_the_same_whatever_the_order_of_the_files(revisions, random):
    it = Graph(revisions)
    random.shuffle(revisions)
    assert [*it] == [*Graph(revisions)]
    done = set()
    for each in it:
        assert done.issuperset(it.requirements(each))
        done.add(each)


ORDER_OF_A_FORK = """
from tests.revisions.graphs import graph
lines = ["a", *(f"b{n} < a ; o:x" for n in range(9)), "o:x", "p:y ; a:__latest__ o:__first__"]
print(*graph(*lines))
"""


def test_the_order_is_the_same_for_every_hash_seed():
    def run(seed):
        return subprocess.run(
            [sys.executable, "-c", ORDER_OF_A_FORK],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout

    assert run("1") == run("2") == run("3")


def test_only_what_begins_an_id_is_told_that_four_characters_are_needed():
    it = Graph([Revision("a", "0001_initial", "abcdef123456")])

    def hint(reference):
        with pytest.raises(UnknownName) as error:
            it.find("a", reference)
        return error.value.hint

    assert "at least four characters" in hint("abc")
    assert "four characters" not in hint("bcd")
    assert "four characters" not in hint("")


def test_an_ambiguous_reference_of_a_file_is_called_so():
    with pytest.raises(BrokenGraph, match=r"its parent 'a:x' is ambiguous \(x1, x2\)"):
        graph("x1", "x2 < x1", "y < x")
    with pytest.raises(BrokenGraph, match=r"its dependency 'a:x' is ambiguous \(x1, x2\)"):
        graph("x1", "x2 < x1", "o:y ; a:x")


def test_the_last_of_the_own_app_says_nothing():
    it = graph("a", "b < a ; a:__latest__", "c < b ; a:__first__")
    assert it.requirements(key("b")) == (key("a"),)
    assert it.requirements(key("c")) == (key("b"),)


def test_a_circle_that_others_stand_on_and_that_stands_on_others_is_named_once():
    with pytest.raises(BrokenGraph) as error:
        graph("a", "b < a c", "c < b", "d < c", "e < d b")
    assert str(error.value).count("wait for each other") == 1
    listed = [line for line in str(error.value).splitlines() if line.startswith(" - ")]
    assert [line.split()[1] for line in listed] == ["a:b", "a:c"]


def test_a_dependency_that_names_no_app_is_called_so():
    with pytest.raises(BrokenGraph, match=r"the dependency 'x' names no app"):
        Graph([Revision("a", "1", "1", depends_on=("x",)), Revision("a", "x", "x")])
