"""Files are written whole, and an old text is never lost."""

import os

import pytest

from evolve.errors import Refused
from evolve.revisions.disk import Replacement, write_whole


def names(directory):
    return sorted(each.name for each in directory.iterdir())


def test_a_file_is_written_once(tmp_path):
    write_whole(tmp_path / "a.py", "x\n")
    with pytest.raises(Refused, match="already exists"):
        write_whole(tmp_path / "a.py", "y\n")
    assert (tmp_path / "a.py").read_text() == "x\n"
    assert names(tmp_path) == ["a.py"]


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Refused, match="No space left on device"):
        write_whole(tmp_path / "a.py", "x\n")
    assert names(tmp_path) == []


def test_a_replacement_is_beside_until_it_is_put(tmp_path):
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    old.write_text("old")
    replacement = Replacement(old, new, "new", keep=False)
    assert old.read_text() == "old"
    assert not new.exists()
    assert replacement.put() is None
    replacement.drop()
    assert names(tmp_path) == ["new.py"]


def test_dropped_it_leaves_everything_as_it_was(tmp_path):
    old = tmp_path / "old.py"
    old.write_text("old")
    Replacement(old, old, "new", keep=True).drop()
    assert names(tmp_path) == ["old.py"]
    assert old.read_text() == "old"


def test_a_kept_text_never_takes_another_ones_place(tmp_path):
    old = tmp_path / "a.py"
    for number, text in enumerate(("one", "two", "three")):
        old.write_text(text)
        kept = Replacement(old, old, "new", keep=True).put()
        assert kept.name == f"a.py.orig{number or ''}"
        assert kept.read_text() == text
    assert old.read_text() == "new"


def test_nothing_in_its_place_removes_the_old_one(tmp_path):
    old = tmp_path / "a.py"
    old.write_text("old")
    assert Replacement(old, None, "", keep=True).put().read_text() == "old"
    assert names(tmp_path) == ["a.py.orig"]


def test_another_file_with_its_name_is_not_overwritten(tmp_path):
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    old.write_text("old")
    new.write_text("mine")
    with pytest.raises(Refused, match="already exists"):
        Replacement(old, new, "new", keep=False)
