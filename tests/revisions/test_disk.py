"""Files are written whole, and an old text is never lost."""

import importlib
import os

import pytest

from evolve.errors import Refused
from evolve.revisions.disk import Replacement, make_package, replace_whole, write_whole
from evolve.revisions.files import Package


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


@pytest.fixture
def events(monkeypatch):
    """What happens to files, in order: an fsync with the size that is on the disk by then."""
    found = []

    def spy(module, name, words):
        real = getattr(module, name)

        def called(*args):
            found.append(words(*args))
            return real(*args)

        monkeypatch.setattr(module, name, called)

    def synced(descriptor):
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        return "sync directory" if os.path.isdir(path) else f"sync {os.fstat(descriptor).st_size}"

    spy(os, "fsync", synced)
    spy(os, "replace", lambda old, new: f"rename to {new.name}")
    spy(importlib, "invalidate_caches", lambda: "forget")
    return found


def test_a_text_is_on_the_disk_before_it_has_its_name_and_the_name_after_it(tmp_path, events):
    write_whole(tmp_path / "a.py", "text")
    assert events == ["sync 4", "rename to a.py", "sync directory", "forget"]
    events.clear()
    replace_whole(tmp_path / "a.py", "other")
    assert events == ["sync 5", "rename to a.py", "sync directory"]
    events.clear()
    Replacement(tmp_path / "a.py", tmp_path / "b.py", "third", keep=False).put()
    assert events == ["sync 5", "rename to b.py", "sync directory"]
    assert (tmp_path / "b.py").read_text() == "third"


def test_a_file_that_evolve_alone_writes_is_written_over(tmp_path):
    replace_whole(tmp_path / "HEAD", "one\n")
    replace_whole(tmp_path / "HEAD", "two\n")
    assert (tmp_path / "HEAD").read_bytes() == b"two\n"
    assert names(tmp_path) == ["HEAD"]


def test_where_there_is_no_directory_a_file_cannot_be_written(tmp_path):
    with pytest.raises(Refused, match=r"a\.py cannot be written: No such file"):
        write_whole(tmp_path / "gone" / "a.py", "x")


def test_a_removal_that_is_dropped_removes_nothing(tmp_path):
    old = tmp_path / "a.py"
    old.write_text("old")
    Replacement(old, None, "", keep=True).drop()
    assert names(tmp_path) == ["a.py"]


def test_a_package_is_made_where_it_is_missing_and_what_was_made_is_said(tmp_path, events):
    package = Package("shop", "shop.migrations", tmp_path / "migrations")
    marker = package.directory / "__init__.py"
    assert make_package(package) == [package.directory, marker]
    assert events == ["forget"], "Python finds it at once"
    marker.write_text("# mine")
    assert make_package(package) == []
    assert marker.read_text() == "# mine"
    marker.unlink()
    assert make_package(package) == [marker]
