"""What a lazy registry renders, and that nobody can tell it from a complete one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations import operations as o
from django.db.migrations.state import ProjectState

from evolve.database.lazy import LazyState
from tests.database.lazy_histories import HISTORIES
from tests.database.shorthand import (
    CHAIN,
    STAR,
    create,
    described,
    fk,
    many,
    of,
    one,
    parent,
    rendered,
    state_after,
    text,
)


def facts(model: Any) -> Any:
    """Return what the schema editor wants to know of a model."""
    meta = model._meta
    fields = [*meta.local_fields, *meta.local_many_to_many]
    targets = {
        field.name: (each._meta.db_table, each._meta.pk.column, [f.column for f in remote])
        for field in meta.fields
        if field.is_relation
        for each, remote in [(field.related_model, field.foreign_related_fields)]
    }
    return (
        (meta.db_table, meta.pk.name, meta.unique_together, [each.name for each in meta.indexes]),
        [(each.name, each.db_type(connection)) for each in fields],
        targets,
        {(each.related_model._meta.label, each.field.name) for each in meta.related_objects},
        {each.remote_field.through._meta.db_table for each in meta.many_to_many},
    )


@pytest.mark.parametrize("history", HISTORIES)
def test_a_model_is_what_it_is_in_a_registry_of_all(history: str) -> None:
    for count in range(1, len(HISTORIES[history]()) + 1):
        state = state_after(HISTORIES[history]()[:count])
        django = state_after(HISTORIES[history]()[:count], ProjectState)
        assert described(state) == described(django)
        for key in django.models:
            lazy = state_after(HISTORIES[history]()[:count]).apps
            assert facts(lazy.get_model(*key)) == facts(django.apps.get_model(*key))
        assert set(map(str, state.apps.get_models())) == set(map(str, django.apps.get_models()))


@pytest.mark.parametrize(("shape", "asked", "stub"), [(STAR, "M7", "M0"), (CHAIN, "M7", "M6")])
def test_only_a_model_and_its_stubs_are_rendered(shape: Any, asked: str, stub: str) -> None:
    state = state_after(of("a", *shape))
    operation = o.AlterField(asked, "fk", fk(f"a.{stub}", null=False))
    before = state.clone()
    operation.state_forwards("a", state)
    with connection.schema_editor(collect_sql=True) as editor:
        operation.database_forwards("a", editor, before, state)

    expected = {asked: ["id", "fk"], stub: ["id"]}
    assert rendered(before) == rendered(state) == expected


def test_a_hub_is_altered_without_what_refers_to_it() -> None:
    state = state_after(of("a", *STAR))
    before = state.clone()
    operation = o.AlterField("M0", "name", text(max_length=99))
    operation.state_forwards("a", state)
    with connection.schema_editor(collect_sql=True) as editor:
        operation.database_forwards("a", editor, before, state)

    assert rendered(before) == rendered(state) == {"M0": ["id", "name"]}


def test_a_key_is_altered_with_what_refers_to_it() -> None:
    steps = of("a", *CHAIN, create("P", keyed=True, m=one("a.M9", primary_key=True)))
    state = state_after([*steps, *of("a", create("Q", p=fk("a.P")))])

    relations = state.apps.get_model("a", "m9")._meta.related_objects

    assert {each.related_model.__name__ for each in relations} == {"M10", "P"}
    # Q's column follows P's, which follows M9's. M8 is pointed to.
    assert rendered(state).keys() == {"M8", "M9", "M10", "P", "Q"}


def test_what_a_stub_inherits_from_is_a_stub() -> None:
    child = create("B", bases=("a.A",), keyed=True, a_ptr=parent("a.A"), more=text())
    state = state_after(of("a", create("A", name=text()), child, create("C", b=fk("a.B"))))

    state.apps.get_model("a", "C")

    assert rendered(state) == {"A": ["id"], "B": ["a_ptr"], "C": ["id", "b"]}


def test_a_stub_grows_into_the_model() -> None:
    target = create("A", a=text(), code=text(unique=True), b=text(), c=many("a.C"), d=fk("a.C"))
    referrer = create("B", one=fk("a.A"), by_code=fk("a.A", to_field="code", related_name="+"))
    state = state_after(of("a", create("C", name=text()), target, referrer))
    referrer = state.apps.get_model("a", "B")
    stub = referrer._meta.get_field("one").related_model
    assert [field.name for field in stub._meta.fields] == ["id", "code"]

    model = state.apps.get_model("a", "A")

    assert model is stub
    assert [field.name for field in model._meta.fields] == ["id", "a", "code", "b", "d"]
    assert [field.name for field in model._meta.many_to_many] == ["c"]
    assert [each.field.name for each in model._meta.related_objects] == ["one"]


def test_a_missing_model_is_missed_when_it_is_needed() -> None:
    state = state_after(of("a", create("A", name=text(), gone=fk("b.Gone"))))
    model = state.apps.get_model("a", "A")

    with connection.schema_editor(collect_sql=True) as editor:
        editor.alter_db_table(model, "a_a", "a_b")
        with pytest.raises(ValueError, match=r"Related model 'b\.[gG]one' cannot be resolved"):
            editor.create_model(model)
    with pytest.raises(LookupError, match="No installed app with label 'b'"):
        state.apps.get_model("b.Gone")
    with pytest.raises(LookupError, match="doesn't have a 'Z' model"):
        state.apps.get_model("a", "Z")
    state.clear_delayed_apps_cache()
    with pytest.raises(ValueError, match=r"lazy reference to 'b\.gone'"):
        state.apps  # noqa: B018


def test_apps_without_migrations_have_their_live_models() -> None:
    state = LazyState(real_apps={"contenttypes", "auth"})
    create("A", kind=fk("contenttypes.ContentType")).state_forwards("a", state)

    kind = state.apps.get_model("a", "A")._meta.get_field("kind").related_model

    assert kind._meta.db_table == "django_content_type"
    assert state.clone().apps.get_model("auth", "Permission")._meta.get_field("codename")
    assert {model.__name__ for model in state.apps.get_app_config("auth").get_models()} == {
        "Group",
        "Permission",
        "User",
    }
