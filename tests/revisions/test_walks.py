"""Walks along edges, from literals."""

from __future__ import annotations

from evolve.revisions.revision import Key
from evolve.revisions.walks import by_rank, inverted, masks, post_order, reached


def edges(**lines):
    """`edges(a="bc", b="")`: a leads to b and c."""
    return {Key("", each): tuple(Key("", to) for to in targets) for each, targets in lines.items()}


def keys(names):
    return [Key("", each) for each in names]


def text(found):
    return "".join(key.name for key in found)


DIAMOND = edges(d="bc", c="a", b="a", a="")


def test_inverted_edges_come_sorted_whatever_the_order_of_the_edges():
    turned = inverted(DIAMOND)
    assert {key.name: text(each) for key, each in turned.items()} == {
        "a": "bc",
        "b": "d",
        "c": "d",
        "d": "",
    }


def test_what_is_known_is_not_gone_into():
    assert text(sorted(reached(keys("d"), DIAMOND))) == "abcd"
    assert text(sorted(reached(keys("d"), DIAMOND, frozenset(keys("b"))))) == "acd"
    assert text(sorted(reached(keys("d"), DIAMOND, frozenset(keys("bc"))))) == "d"
    assert reached(keys("d"), DIAMOND, frozenset(keys("d"))) == frozenset()


def test_a_walk_ends_also_in_a_circle():
    assert text(sorted(reached(keys("a"), edges(a="b", b="a")))) == "ab"
    assert text(post_order(keys("a"), edges(a="b", b="a"), set())) == "ba"


def test_each_comes_right_after_what_it_leads_to_in_the_order_of_the_edges():
    assert text(post_order(keys("d"), DIAMOND, set())) == "abcd"
    assert text(post_order(keys("cd"), DIAMOND, set())) == "acbd"
    assert text(post_order(keys("da"), edges(d="cb", c="", b="", a=""), set())) == "cbda"


def test_what_was_entered_before_is_left_out_and_what_is_entered_is_kept():
    entered = set(keys("c"))
    assert text(post_order(keys("d"), DIAMOND, entered)) == "abd"
    assert text(sorted(entered)) == "abcd"


def ranked(names, edges, ranks):
    return text(by_rank(keys(names), edges, dict(zip(keys(names), ranks, strict=True))))


def test_the_lowest_rank_that_is_ready_comes_next_and_names_break_ties():
    free = edges(a="", b="", c="")
    assert ranked("abc", free, [3, 1, 2]) == "bca"
    assert ranked("cab", free, [1, 1, 1]) == "abc"
    assert ranked("abcd", DIAMOND, [9, 2, 1, 0]) == "acbd"


def test_what_is_not_asked_for_is_not_waited_for():
    assert ranked("db", DIAMOND, [0, 1]) == "bd"
    assert ranked("da", DIAMOND, [0, 1]) == "da"


def test_a_mask_has_its_own_bit_and_those_below():
    bits = dict(zip(keys("abcd"), (1, 2, 4, 8), strict=True))
    found = masks(keys("abcd"), DIAMOND, bits)
    assert [found[key] for key in keys("abcd")] == [1, 3, 5, 15]
