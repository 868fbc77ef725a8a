"""References mean the same to the graph and to a revision under manage.py."""

from __future__ import annotations

import sys
import tempfile
from itertools import count
from pathlib import Path

import pytest
from django.apps import apps
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BrokenRevision
from evolve.revisions.files import load, read_revisions
from evolve.revisions.graph import Graph
from evolve.revisions.references import References
from evolve.revisions.revision import Key, Revision
from evolve.revisions.squashed import without_replaced

_NUMBERS = count()
_FILE = '''"""A revision."""
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = {id!r}
    down_revision = {down!r}
    branch_labels = {labels!r}
    depends_on = {depends!r}
    supersedes = {supersedes!r}
    replaces = {replaces!r}
'''


def names_of(*revisions, app="shop"):
    known = References(revisions)
    return lambda text: [key.name for key in known.named(app, text)]


def test_a_name_or_id_in_full_comes_before_a_label_and_that_before_prefixes():
    named = names_of(
        Revision("shop", "0001", "5e1a00000000"),
        Revision("shop", "0001_more", "0001_", branch_labels=("5e1b",)),
        Revision("shop", "0002_x", "5e1b00000000"),
    )
    assert named("0001") == ["0001"]
    assert named("0001_") == ["0001_more"]
    assert named("5e1b") == ["0001_more"]
    assert named("5e1b0") == ["0002_x"]
    assert named("000") == ["0001", "0001_more", "0002_x"]
    assert named("5e1") == []
    assert named("") == []


def test_what_is_gone_means_what_has_taken_its_place():
    squash = Revision(
        "shop",
        "0001_squashed",
        "aaaa00000000",
        replaces=("shop:0001_initial", "shop:0002_more"),
        replaced_ids={"bbbb00000000": "0001_initial", "cccc00000000": "0002_more"},
    )
    updated = Revision("shop", "0003_y", "dddd00000000", supersedes={"eeee00000000": "0003_x"})
    named = names_of(squash, updated)
    for text in ("0001", "0002_more", "0002", "bbbb", "cccc00000000"):
        assert named(text) == ["0001_squashed"]
    for text in ("0003_x", "eeee00"):
        assert named(text) == ["0003_y"]
    first = Revision("shop", "0001_initial", "bbbb00000000")
    assert names_of(squash, first)("0001") == ["0001_initial"]
    assert names_of(squash, first)("0001_s") == ["0001_squashed"]


def test_an_app_squashed_into_another_one_is_found_there():
    squash = Revision("shop", "0001_all", "0001_all", replaces=("old:0001_initial",), kind="django")
    assert References([squash]).named("old", "0001_initial") == (Key("shop", "0001_all"),)


_hex = st.text("0123456789ab", min_size=12, max_size=12)


@st.composite
def projects(draw):
    """Files of two apps, whose later ones refer to earlier ones in every way there is."""
    files: list[dict] = []
    ids = draw(st.lists(_hex, min_size=8, max_size=8, unique=True))
    old = draw(st.lists(_hex, min_size=3, max_size=3, unique=True))
    for number in range(draw(st.integers(2, 6))):
        app = draw(st.sampled_from(["law", "ally"]))
        before = [each for each in files if each["app"] == app]
        named = f"{draw(st.sampled_from(['0001', '0002', '01']))}_{draw(st.sampled_from('xy'))}"
        entry = {
            "app": app,
            "name": f"{named}{number}",
            "id": ids[number],
            "down": before[-1]["id"] if before else None,
            "labels": draw(st.sampled_from([[], [], [f"line{number}"]])),
            "depends": [],
            "supersedes": {},
            "replaces": {},
        }
        former = draw(st.sampled_from(["", "", "supersedes", "replaces"]))
        if former and number < len(old) and not set(old) & set(ids):
            entry[former] = {old[number]: f"0009_old{number}"}
        if files and draw(st.booleans()):
            target = draw(st.sampled_from(files))
            entry["depends"] = [f"{target['app']}:{draw(_references(target))}"]
        if before and draw(st.booleans()):
            entry["down"] = draw(_references(before[-1]))
        files.append(entry)
    return files


def _references(entry):
    """Texts that may name a file: in full, by a label, by what it was, by any prefix, wrongly."""
    former = [
        text for each in ("supersedes", "replaces") for pair in entry[each].items() for text in pair
    ]
    whole = st.sampled_from([entry["id"], entry["name"], *entry["labels"], *former])
    return st.one_of(
        whole, st.tuples(whole, st.integers(1, 12)).map(lambda each: each[0][: each[1]])
    )


@pytest.fixture(scope="module")
def written():
    """Write files of the two test apps into packages of their own, and return their revisions."""
    with tempfile.TemporaryDirectory() as directory:
        sys.path.insert(0, directory)

        def write(files):
            modules = {app: f"refs{next(_NUMBERS)}_{app}" for app in ("law", "ally")}
            for module in modules.values():
                (Path(directory) / module).mkdir()
                (Path(directory) / module / "__init__.py").touch()
            for each in files:
                path = Path(directory) / modules[each["app"]] / f"{each['name']}.py"
                path.write_text(_FILE.format(**each))
            return override_settings(MIGRATION_MODULES=modules)

        yield write
        sys.path.remove(directory)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_graph_and_django_s_loader_read_the_same(written, data):
    files = data.draw(projects())
    with written(files):
        configs = [apps.get_app_config(app) for app in ("law", "ally")]
        revisions = read_revisions(configs)
        graph = Graph(without_replaced(revisions, frozenset()), strict=False)
        # What else may be wrong with random files, circles above all, is not about references.
        unclear = [each for each in graph.faults if "its parent" in each or "its dep" in each]
        loaded, broken = {}, False
        for each in revisions:
            try:
                migration = load(each, apps.get_app_config(each.app))
                loaded[each.key] = {Key(*pair) for pair in migration.dependencies}
            except BrokenRevision:
                broken = True
        assert broken == bool(unclear), graph.faults
        if not broken:
            assert loaded == {key: set(graph.requirements(key)) for key in graph}
