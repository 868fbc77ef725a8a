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
