"""Three-way merges of definitions, from literals."""

from __future__ import annotations

import pytest

from evolve.frozen.merge import changed_labels, merged_snapshots
from evolve.frozen.snapshot import Definition, Snapshot

BASE = {"a": "models.TextField()", "b": "models.TextField()"}


def model(fields=None, *imports, **meta):
    return Definition("law", "Ant", fields or BASE, meta, frozenset(imports))


def merged(base, ours, theirs, answers=None):
    """Return the merged model and the conflicts' labels."""
    sides = (Snapshot({each.key: each} if each else {}) for each in (base, ours, theirs))
    models, conflicts = merged_snapshots(*sides, answers)
    return models.get(("law", "ant")), [each.label for each in conflicts]


def test_a_merge_has_the_imports_of_both_sides():
    made, _ = merged(model(None, "x"), model(None, "x", "ours"), model(None, "x", "theirs"))
    assert made.imports == {"x", "ours", "theirs"}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected", "open_"),
    [
        (None, '["a"]', None, '["a"]', False),
        (None, None, '["a"]', '["a"]', False),
        (None, '["a"]', '["a"]', '["a"]', False),
        ('["a"]', None, None, None, False),
        ('["a"]', '["b"]', '["b"]', '["b"]', False),
        ('["a"]', '["b"]', '[ "b" ]', '["b"]', False),
        ('["a"]', None, '["a"]', None, False),
        ('["a"]', '["a"]', None, None, False),
        ('["a"]', '["b"]', '["c"]', '["b"]', True),
        ('["a"]', None, '["c"]', None, True),
        (None, '["b"]', '["c"]', '["b"]', True),
    ],
)
def test_an_option_is_set_as_a_whole(base, ours, theirs, expected, open_):
    sides = [model(**({"ordering": each} if each else {})) for each in (base, ours, theirs)]
    made, conflicts = merged(*sides)
    assert made.meta.get("ordering") == expected
    assert conflicts == (["Ant.Meta.ordering"] if open_ else [])


@pytest.mark.parametrize(("answer", "expected"), [("ours", None), ("theirs", '["c"]')])
def test_either_side_of_an_option_can_be_taken_also_none(answer, expected):
    sides = model(ordering='["a"]'), model(), model(ordering='["c"]')
    made, conflicts = merged(*sides, {"Ant.Meta.ordering": answer})
    assert (made.meta.get("ordering"), conflicts) == (expected, [])


ONE, TWO, SIX = (f'models.Index(fields=["{each}"], name="{each}")' for each in "ijk")


def test_indexes_are_merged_one_by_one():
    made, conflicts = merged(
        model(indexes=f"[{ONE}]"), model(indexes=f"[{ONE}, {TWO}]"), model(indexes=f"[{SIX}]")
    )
    assert (made.meta["indexes"], conflicts) == (f"[{SIX}, {TWO}]", [])


def test_both_taking_the_last_index_off_is_a_conflict_without_an_answer():
    made, conflicts = merged(
        model(indexes=f"[{ONE}]"), model(), model(), {"Ant.Meta.indexes.i": "ours"}
    )
    assert ("indexes" in made.meta, conflicts) == (False, ["Ant.Meta.indexes.i"])


@pytest.mark.parametrize(
    ("ours", "theirs", "open_"),
    [
        ({"a": "models.IntegerField()"}, {"a": "models.IntegerField()"}, []),
        ({"a": "models.IntegerField()"}, {"a": "models.CharField()"}, ["Ant.a"]),
        ({"c": "models.TextField()"}, {"c": "models.TextField()"}, ["Ant.c"]),
        ({"c": "models.TextField()"}, {"d": "models.TextField()"}, []),
        ({"a": None}, {"a": None}, ["Ant.a"]),
        ({"a": None}, {"a": "models.IntegerField()"}, ["Ant.a"]),
        ({"a": None}, {"b": "models.IntegerField()"}, []),
    ],
)
def test_a_field_that_both_add_or_remove_fails_on_the_second(ours, theirs, open_):
    def side(changes):
        fields = {**BASE, **changes}
        return model({name: text for name, text in fields.items() if text})

    assert merged(model(), side(ours), side(theirs))[1] == open_


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "kept", "open_"),
    [
        (None, model(), None, "ours", False),
        (None, None, model(), "theirs", False),
        (None, model(), model(), "ours", True),
        (model(), None, None, None, True),
        (model(), None, model(), None, False),
        (model(), model(), None, None, False),
        (model(), None, model(ordering='["a"]'), None, True),
        (model(), model(ordering='["a"]'), None, "ours", True),
    ],
)
def test_a_model_comes_and_goes_on_one_side_alone(base, ours, theirs, kept, open_):
    made, conflicts = merged(base, ours, theirs)
    assert made == {"ours": ours, "theirs": theirs, None: None}[kept]
    assert conflicts == (["Ant"] if open_ else [])


def test_what_differs_is_labelled_as_conflicts_are():
    one = model(ordering='["a"]', indexes=f"[{ONE}, {TWO}]")
    other = model({"a": BASE["a"], "c": "models.TextField()"}, indexes=f"[{TWO}, {SIX}]")
    assert set(changed_labels(one, other)) == {
        "Ant.b",
        "Ant.c",
        "Ant.Meta.ordering",
        "Ant.Meta.indexes.i",
        "Ant.Meta.indexes.k",
    }
    assert list(changed_labels(None, one)) == list(changed_labels(one, None)) == ["Ant"]
    assert list(changed_labels(None, None)) == list(changed_labels(one, one)) == []
