"""Historical states with references to models that are gone, which Django's registries keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.db.migrations import operations as o
from django.db.migrations.state import ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolve.database.lazy import LazyState
from tests.database.shorthand import Steps, create, fk, many, of, one, parent, state_after, text
from tests.database.test_lazy_schema import (  # noqa: F401
    _own_database,
    as_django_does,
    as_evolve_does,
    new_database,
)


def proxy(name: str, of: str) -> Any:
    return create(name, bases=(f"a.{of}",), meta={"proxy": True}, keyed=True)


def child(name: str, of: str, **fields: Any) -> Any:
    link = {f"{of.lower()}_ptr": parent(f"a.{of}")}
    return create(name, bases=(f"a.{of}",), keyed=True, **link, **fields)


def state_only(*operations: Any) -> Any:
    return o.SeparateDatabaseAndState(state_operations=list(operations))


def proxy_before_what_points_to_it() -> Steps:
    return of(
        "a",
        create("Thing", name=text()),
        proxy("Other", "Thing"),
        create("Order", other=fk("a.Other"), n=text()),
        o.DeleteModel("Other"),
        o.RemoveField("Order", "other"),
    )


def model_before_what_points_to_it() -> Steps:
    return of(
        "a",
        create("Owner", name=text()),
        create("Thing", owner=fk("a.Owner"), code=text(unique=True)),
        create("Order", thing=fk("a.Thing", to_field="code"), n=text()),
        o.DeleteModel("Thing"),
        o.DeleteModel("Owner"),
        o.RemoveField("Order", "thing"),
    )


def in_the_state_only() -> Steps:
    return of(
        "a",
        create("Thing", name=text()),
        create("Order", thing=fk("a.Thing", db_column="thing")),
        state_only(o.DeleteModel("Thing")),
        o.AlterField("Order", "thing", models.IntegerField(null=True)),
        create("Last", name=text()),
    )


def base_before_its_child() -> Steps:
    return of(
        "a",
        create("Place", name=text()),
        child("Shop", "Place", open=text(), near=many("a.Place", related_name="+")),
        proxy("Kiosk", "Shop"),
        create("Other", shop=one("a.Shop")),
        state_only(o.DeleteModel("Place")),
        o.DeleteModel("Other"),
        o.DeleteModel("Kiosk"),
        o.DeleteModel("Shop"),
    )


def through_before_its_field() -> Steps:
    return of(
        "a",
        create("A", name=text()),
        create("B", name=text()),
        create("AB", a=fk("a.A"), b=fk("a.B")),
        o.AddField("A", "bs", many("a.B", through="a.AB")),
        o.DeleteModel("AB"),
        o.RemoveField("A", "bs"),
        o.DeleteModel("B"),
    )


def created_again() -> Steps:
    return of(
        "a",
        create("Thing", name=text()),
        create("Order", thing=fk("a.Thing")),
        o.DeleteModel("Thing"),
        create("Thing", code=text()),
        create("Bill", thing=fk("a.Thing", related_name="+")),
        o.DeleteModel("Bill"),
        o.RemoveField("Order", "thing"),
    )


def followed_by_code() -> Steps:
    def follow(apps: Any, editor: Any) -> None:
        order = apps.get_model("a", "Order")
        thing = order._meta.get_field("thing").related_model
        order.objects.create(thing=thing.objects.create(name="x"))
        assert order.objects.get(thing__owner__name=None).thing.owner is None
        assert {each.__name__ for each in apps.get_models()} == {"Owner", "Order"}

    return of(
        "a",
        create("Owner", name=text()),
        create("Thing", owner=fk("a.Owner"), name=text()),
        child("Special", "Thing"),
        create("Order", thing=fk("a.Thing")),
        create("Bill", special=fk("a.Special")),
        state_only(o.DeleteModel("Bill")),
        state_only(o.DeleteModel("Special")),
        state_only(o.DeleteModel("Thing")),
        o.RunPython(follow, o.RunPython.noop),
        o.RemoveField("Order", "thing"),
    )


DANGLING: dict[str, Callable[[], Steps]] = {
    each.__name__: each
    for each in (
        proxy_before_what_points_to_it,
        model_before_what_points_to_it,
        in_the_state_only,
        base_before_its_child,
        through_before_its_field,
        created_again,
        followed_by_code,
    )
}


def forwards_and_back(way: Any, state: ProjectState, steps: Steps) -> tuple[list[Any], str]:
    new_database()
    done: list[Any] = []
    try:
        for each in way(state, steps):
            done.append(each)
    except Exception as error:
        return done, f"{type(error).__name__}: {error}"
    return done, ""


@pytest.mark.parametrize("history", DANGLING)
def test_what_a_model_was_serves_what_still_refers_to_it(history: str) -> None:
    make = DANGLING[history]
    expected, failed = forwards_and_back(as_django_does, ProjectState(), make())
    assert not failed

    assert forwards_and_back(as_evolve_does, LazyState(), make()) == (expected, "")


def test_a_removed_model_is_in_no_list() -> None:
    state = state_after(model_before_what_points_to_it()[:4])
    order = state.apps.get_model("a", "Order")

    assert order._meta.get_field("thing").related_model._meta.db_table == "a_thing"
    for registry in (state.apps, _complete(state).apps):
        assert {each.__name__ for each in registry.get_models()} == {"Order", "Owner"}
        with pytest.raises(LookupError, match="doesn't have a 'Thing' model"):
            registry.get_model("a", "Thing")


def _complete(state: LazyState) -> LazyState:
    state.clear_delayed_apps_cache()
    return state


Recipe = list[tuple[str, int, int, bool]]
KINDS = (
    *("create", "proxy", "child", "delete", "delete", "fk", "many", "plain"),
    *("remove", "remove", "repoint", "flatten", "longer", "rename", "rename model", "key"),
)
recipes = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 5), st.booleans()),
    min_size=4,
    max_size=14,
)


def operations_of(recipe: Recipe) -> Steps:
    """Return the operations of a recipe: its numbers choose among the models and fields there are.

    What refers to a model that is deleted stays, to be removed, altered or deleted later.
    """
    there: dict[str, dict[str, str]] = {"A": {"name": "plain"}, "B": {"name": "plain"}}
    made = [create("A", name=text()), create("B", name=text())]
    for count, (kind, first, second, state_too) in enumerate(recipe):
        if not there:
            break
        model, target = (sorted(there)[each % len(there)] for each in (first, second))
        operation = _operation(kind, model, target, second, there, f"{count}")
        if operation is not None:
            made.append(operation if state_too or kind != "delete" else state_only(operation))
    return of("a", *made)


def _operation(
    kind: str, model: str, target: str, number: int, there: dict[str, dict[str, str]], new: str
) -> Any:
    fields = there[model]
    field = sorted(fields)[number % len(fields)] if fields else None
    if kind in ("create", "proxy", "child"):
        there[f"M{new}"] = {"name": "plain"} if kind == "create" else {}
        made = {
            "create": lambda: create(f"M{new}", name=text()),
            "proxy": lambda: proxy(f"M{new}", target),
            "child": lambda: child(f"M{new}", target),
        }
        return made[kind]()
    if kind == "delete":
        del there[model]
        return o.DeleteModel(model)
    if kind in ("fk", "many", "plain"):
        fields[f"f{new}"] = kind
        types = {"fk": fk, "many": many}
        related = {"related_name": f"r{new}"}
        added = types[kind](f"a.{target}", **related) if kind in types else text()
        return o.AddField(model, f"f{new}", added)
    if kind == "rename model":
        there[f"N{new}"] = there.pop(model)
        return o.RenameModel(model, f"N{new}")
    if kind == "key":
        return o.AlterField(model, "id", models.BigAutoField(primary_key=True))
    return _field_operation(kind, model, target, field, fields, new)


def _field_operation(
    kind: str, model: str, target: str, field: str | None, fields: dict[str, str], new: str
) -> Any:
    if field is None:
        return None
    if kind == "remove":
        del fields[field]
        return o.RemoveField(model, field)
    if kind == "rename":
        fields[f"g{new}"] = fields.pop(field)
        return o.RenameField(model, field, f"g{new}")
    if kind == "longer":
        return o.AlterField(model, field, text(max_length=50)) if fields[field] == "plain" else None
    if fields[field] != "fk":
        return None
    if kind == "flatten":
        fields[field] = "flat"
        return o.AlterField(model, field, models.IntegerField(null=True))
    return o.AlterField(model, field, fk(f"a.{target}", related_name=f"s{new}"))


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(recipe=recipes)
def test_what_django_does_in_any_order_is_done_the_same(recipe: Recipe) -> None:
    """Django's forwards run may fail; what it did until then, and back from there, is compared."""
    forwards, failed = forwards_and_back(as_django_does, ProjectState(), operations_of(recipe))
    steps = len(operations_of(recipe))
    if failed and len(forwards) < steps:
        steps = len(forwards)
        forwards, _ = forwards_and_back(
            as_django_does, ProjectState(), operations_of(recipe)[:steps]
        )

    done, error = forwards_and_back(as_evolve_does, LazyState(), operations_of(recipe)[:steps])

    assert done[: len(forwards)] == forwards, error
