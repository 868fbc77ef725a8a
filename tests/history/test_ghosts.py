"""Which rows are ghosts, from literals."""

from datetime import UTC, datetime, timedelta

from evolve.history.ghosts import find_ghosts
from evolve.history.journal import Entry
from evolve.revisions.revision import Key, Revision

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def rows(*names):
    return {Key("a", name): NOON + timedelta(minutes=at) for at, name in enumerate(names)}


def revision(name, id_, **given):
    return Revision("a", name, id_, **given)


def entry(name, id_):
    said = dict.fromkeys(Entry.__dataclass_fields__, "")
    return Entry(**{**said, "app": "a", "name": name, "revision": id_, "description": "Did it"})


def found(revisions, applied, entries=()):
    ghosts = find_ghosts(revisions, {"a"}, applied, {each.key: each for each in entries})
    return [
        (each.key.name, each.replaced_by and each.replaced_by.name, each.newest) for each in ghosts
    ]


def test_a_row_with_its_file_is_none():
    assert found([revision("0001", "x")], rows("0001")) == []


def test_a_row_without_a_file_is_one_and_the_journal_says_what_it_did():
    ghosts = find_ghosts(
        [revision("0001", "x")],
        {"a"},
        rows("0001", "0002"),
        {Key("a", "0002"): entry("0002", "y")},
    )
    assert [str(each) for each in ghosts] == [
        "a:0002 is applied here since 2026-01-01 12:01:00, but its file is gone. It did: Did it"
    ]


def test_without_a_journal_that_is_said():
    (ghost,) = find_ghosts([], {"a"}, rows("0001"), {})
    assert str(ghost).endswith("its file is gone. The journal does not know it.")


def test_rows_of_other_apps_are_not_looked_at():
    assert find_ghosts([], {"b"}, rows("0001"), {}) == []


def test_what_a_squash_replaces_is_none():
    squash = revision("0003_squash", "z", replaces=("a:0001", "a:0002"))
    assert found([squash], rows("0001", "0002")) == []


def test_one_below_later_revisions_is_not_the_newest():
    assert found([revision("0002", "y")], rows("0001", "0002")) == [("0001", None, False)]
    assert found([revision("0001", "x")], rows("0001", "0002")) == [("0002", None, True)]


def test_what_update_rewrote_is_known_by_name_and_by_id():
    new = revision("0002_b", "new", supersedes={"old": "0002_a"})
    assert found([new], rows("0002_a")) == [("0002_a", "0002_b", True)]
    assert found([new], rows("0002_a"), [entry("0002_a", "old")]) == [("0002_a", "0002_b", True)]
    same = revision("0002_a", "new", supersedes={"old": "0002_a"})
    assert found([same], rows("0002_a"), [entry("0002_a", "new")]) == []
    assert found([same], rows("0002_a"), [entry("0002_a", "old")]) == [("0002_a", "0002_a", True)]


def test_a_file_that_was_written_anew_by_hand_is_known_by_its_id():
    again = [entry("0001", "first")]
    assert found([revision("0001", "second")], rows("0001"), again) == [("0001", "0001", True)]


def test_a_file_may_go_from_one_format_to_the_other():
    django = revision("0001", "0001", kind="django")
    assert found([django], rows("0001"), [entry("0001", "hex")]) == []
    assert found([revision("0001", "hex")], rows("0001"), [entry("0001", "0001")]) == []


def test_two_ghosts_in_a_row_are_both_the_newest():
    """Nothing that is known was applied after either."""
    assert found([revision("0001", "x")], rows("0001", "0002", "0003")) == [
        ("0002", None, True),
        ("0003", None, True),
    ]


def test_what_is_newest_goes_by_when_it_was_applied_and_ghosts_are_listed_by_name():
    known = [revision("0001", "x"), revision("0009", "y")]
    assert found(known, rows("0009", "0005", "0004", "0001", "0003")) == [
        ("0003", None, True),
        ("0004", None, False),
        ("0005", None, False),
    ]


def test_a_later_revision_of_another_app_says_nothing_of_it():
    applied = {**rows("0001"), Key("b", "0001"): NOON + timedelta(hours=1)}
    (ghost,) = find_ghosts([Revision("b", "0001", "z")], {"a"}, applied, {})
    assert ghost.newest


def test_a_ghost_stops_where_it_is_the_newest_or_was_replaced():
    new = revision("0002_b", "new", supersedes={"old": "0002_a"})
    last = revision("0003", "last")
    (below,) = find_ghosts([last], {"a"}, rows("0002", "0003"), {})
    (above,) = find_ghosts([last], {"a"}, rows("0003", "0004"), {})
    (replaced,) = find_ghosts([new, last], {"a"}, rows("0002_a", "0003"), {})
    assert [each.stops for each in (below, above, replaced)] == [False, True, True]


def test_what_was_replaced_names_what_took_its_place():
    new = revision("0002_b", "new", supersedes={"old": "0002_a"})
    (ghost,) = find_ghosts(
        [new], {"a"}, rows("0002_a"), {Key("a", "0002_a"): entry("0002_a", "old")}
    )
    assert str(ghost).endswith("replaced by a:0002_b. It did: Did it")
    same = revision("0001", "second")
    (ghost,) = find_ghosts([same], {"a"}, rows("0001"), {Key("a", "0001"): entry("0001", "first")})
    assert "and its file was written anew. It did: Did it" in str(ghost)


def test_a_new_revision_of_an_old_name_does_not_stand_for_what_was_replaced():
    """0002_a was rewritten into 0002_b, and then somebody called another one 0002_a."""
    known = [revision("0002_b", "new", supersedes={"old": "0002_a"}), revision("0002_a", "fresh")]
    assert found(known, rows("0002_a"), [entry("0002_a", "old")]) == [("0002_a", "0002_b", True)]
