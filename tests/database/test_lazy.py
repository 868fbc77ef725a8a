"""What a lazily rendered state shares with its clones, and what it keeps apart."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.db.migrations import operations as o
from django.db.migrations.exceptions import InvalidBasesError
from django.db.migrations.state import ModelState, ProjectState

from evolve.database.lazy import LazyState, prerender
from tests.database.lazy_histories import HISTORIES
from tests.database.shorthand import (
    CHAIN,
    STAR,
    create,
    described,
    fk,
    many,
    of,
    parent,
    rendered,
    state_after,
    text,
)


def test_state_methods_render_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_after(of("a", *CHAIN))
    state.apps.get_model("a", "M3")
    monkeypatch.setattr(ModelState, "render", None)

    for operation in (
        o.AddField("M3", "other", fk("a.M9")),
        o.AlterField("M3", "other", many("a.M9")),
        o.RenameField("M3", "fk", "link"),
        o.RenameModel("M2", "Two"),
        o.AlterModelOptions("M3", {"ordering": ["id"]}),
        o.RemoveField("M4", "fk"),
        o.DeleteModel("M3"),
        create("M3", fk=fk("a.Two")),
    ):
        operation.state_forwards("a", state)


def test_a_change_is_seen_and_a_registry_stays_what_it_was() -> None:
    state = state_after(of("a", create("A", name=text()), create("B", a=fk("a.A"))))
    old = state.apps

    o.RenameField("A", "name", "title").state_forwards("a", state)
    o.AddField("B", "more", text()).state_forwards("a", state)

    names = [
        [field.name for field in apps.get_model("a", model)._meta.fields]
        for apps in (old, state.apps)
        for model in ("A", "B")
    ]
    assert names == [["id", "name"], ["id", "a"], ["id", "title"], ["id", "a", "more"]]


@pytest.mark.parametrize("history", HISTORIES)
def test_clones_do_not_see_each_others_changes(history: str) -> None:
    steps = HISTORIES[history]()
    state = LazyState()
    kept = []
    for app, operation in steps:
        kept.append((state, described(state)))
        state = state.clone()
        operation.state_forwards(app, state)

    assert all(described(each) == was for each, was in kept)
    # Nor does a clone's own change show in what it was cloned from, or the other way.
    twin = state.clone()
    for key in list(twin.models):
        o.AddField(key[1], "extra", text()).state_forwards(key[0], twin)
    assert described(state) == described(state_after(HISTORIES[history]()))


def test_a_rename_leaves_the_operations_alone() -> None:
    pair = models.CompositePrimaryKey("a", "n")
    made = create("B", keyed=True, id=pair, a=fk("a.A", to_field="code"), n=text())
    steps = of("a", create("A", code=text(unique=True)), made, o.RenameField("A", "code", "slug"))

    state = state_after([*steps, *of("a", o.RenameField("B", "a", "link"))])

    fields = dict(made.fields)
    assert fields["a"].to_fields == ["code"]
    assert fields["id"].field_names == ("a", "n")
    assert state.models["a", "b"].fields["link"].remote_field.field_name == "slug"
    assert state.models["a", "b"].fields["id"].field_names == ("link", "n")


def test_an_altered_field_can_leave_its_default_behind() -> None:
    field = text(default="x")
    steps = of("a", create("A", name=text()), o.AlterField("A", "name", field, False))

    assert described(state_after(steps)) == described(state_after(steps, ProjectState))
    assert field.default == "x"


def test_relations_follow_changes_as_in_djangos_states() -> None:
    def relations(kind: type[ProjectState]) -> Any:
        state = state_after(of("a", create("A"), create("B"), create("C", to=fk("a.A"))), kind)
        assert set(state.relations) == {("a", "a")}
        twin = state.clone()
        o.AlterField("C", "to", fk("a.B")).state_forwards("a", state)
        return {key: dict(each) for key, each in state.relations.items() if each}, twin.relations

    after, before = relations(LazyState)
    assert set(after) == set(relations(ProjectState)[0]) == {("a", "b")}
    assert set(before) == {("a", "a")}


def test_a_model_state_of_another_kind_is_copied_in_its_own_way() -> None:
    class Parted(ModelState):
        def clone(self) -> Any:
            twin = super().clone()
            twin.parts = [*self.parts]
            return twin

    state, made = LazyState(), Parted("a", "A", [("id", models.AutoField(primary_key=True))])
    made.parts = [1]
    state.add_model(made)

    twin = state.clone()
    twin.models["a", "a"].parts.append(2)

    assert state.models["a", "a"] is state.models["a", "a"]
    assert (state.models["a", "a"].parts, twin.models["a", "a"].parts) == ([1], [1, 2])
    assert twin.apps.get_model("a", "A")


def test_a_copy_of_another_state_is_on_its_own() -> None:
    source = state_after(of("a", create("A", name=text())), ProjectState)
    copied = LazyState.of(source)

    o.AddField("A", "more", text()).state_forwards("a", source)
    o.RemoveField("A", "name").state_forwards("a", copied)

    assert [*source.models["a", "a"].fields] == ["id", "name", "more"]
    assert [*copied.models["a", "a"].fields] == ["id"]
    assert copied != source and LazyState.of(copied) == copied


def test_a_clone_copies_no_model_and_shares_what_is_rendered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = state_after(of("a", *STAR))
    clone = state.clone()
    monkeypatch.setattr("evolve.database.lazy.copy_of", None)

    assert clone.clone().apps is clone.apps is state.apps


def test_the_complete_registry_is_kept_until_something_changes() -> None:
    state = state_after(of("a", *STAR))
    clone = state.clone()
    clone.clear_delayed_apps_cache()
    complete = clone.apps
    assert len(complete.all_models["a"]) == 50

    state.clear_delayed_apps_cache()
    assert state.apps is clone.clone().apps is complete

    o.AddField("M1", "more", text()).state_forwards("a", state)
    assert rendered(state) == {}
    assert clone.apps is complete


def test_what_an_operation_needs_is_rendered_before_it_runs() -> None:
    class Own(o.AddField):
        def database_forwards(self, *args: Any) -> None: ...

    def after(operation: Any) -> int:
        state = state_after(of("a", *STAR))
        prerender(operation, "a", state)
        return len(rendered(state))

    assert after(o.AddField("m4", "x", text())) == 2
    assert after(o.RenameModel("M4", "N")) == 2
    assert after(o.RunSQL("SELECT 1")) == after(o.DeleteModel("Gone")) == 0
    assert after(o.RunPython(print)) == after(Own("m4", "x", text())) == 50
    assert after(o.SeparateDatabaseAndState([o.RunPython(print)])) == 50
    with pytest.raises(InvalidBasesError, match=r"'a\.gone'"):
        child = create("C", bases=("a.gone",), keyed=True, gone_ptr=parent("a.Gone"))
        prerender(o.DeleteModel("C"), "a", state_after(of("a", child)))
