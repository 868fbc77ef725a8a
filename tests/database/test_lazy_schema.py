"""A lazily rendered state makes the schema that Django's own makes, on its way up and down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.db import connection, connections
from django.db.migrations import Migration
from django.db.migrations import operations as o
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.test import override_settings

from evolve.database.lazy import LazyState, prerender
from tests.database.lazy_histories import HISTORIES
from tests.database.shorthand import Steps, create, fk, many, of, text

CONTRIB = ("admin", "auth", "contenttypes", "flatpages", "redirects", "sessions", "sites")


@pytest.fixture(autouse=True)
def _own_database() -> Iterator[None]:
    kept = connections["default"]
    yield
    connections["default"] = kept


def new_database() -> None:
    connections["default"] = connections.create_connection("default")


def schema() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master"
            " WHERE name != 'sqlite_sequence' ORDER BY type, name"
        )
        return cursor.fetchall()


def migration(app: str, operation: Any) -> Migration:
    made = Migration("0001", app)
    made.operations = [operation]
    return made


def as_django_does(state: ProjectState, steps: Steps) -> Iterator[Any]:
    """Run the steps forwards, then backwards, as MigrationExecutor does; yield each schema."""
    state.apps  # noqa: B018 - the executor renders everything before it begins
    before = state.clone()
    for app, operation in steps:
        with connection.schema_editor() as editor:
            state = migration(app, operation).apply(state, editor)
        yield operation.describe(), schema()
    states = []
    for app, operation in steps:
        states.append(before)
        before = migration(app, operation).mutate_state(before)
    for (app, operation), state in reversed(list(zip(steps, states, strict=True))):
        with connection.schema_editor() as editor:
            migration(app, operation).unapply(state, editor)
        yield f"back: {operation.describe()}", schema()


def as_evolve_does(state: LazyState, steps: Steps) -> Iterator[Any]:
    """Run the steps forwards, then backwards, with states worked out before; yield each schema."""
    states = [state]
    for app, operation in steps:
        states.append(states[-1].clone())
        operation.state_forwards(app, states[-1])
    moves = list(zip(steps, states, states[1:], strict=False))
    for (app, operation), before, after in moves:
        prerender(operation, app, before)
        with connection.schema_editor() as editor:
            operation.database_forwards(app, editor, before, after)
        yield operation.describe(), schema()
    for (app, operation), before, after in reversed(moves):
        prerender(operation, app, after)
        with connection.schema_editor() as editor:
            operation.database_backwards(app, editor, after, before)
        yield f"back: {operation.describe()}", schema()


def run(way: Any, state: ProjectState, steps: Steps) -> list[Any]:
    new_database()
    return list(way(state, steps))


@pytest.mark.parametrize("way", [as_django_does, as_evolve_does])
@pytest.mark.parametrize("history", HISTORIES)
def test_every_step_makes_the_same_schema(history: str, way: Any) -> None:
    make = HISTORIES[history]

    expected = run(as_django_does, ProjectState(), make())

    assert run(way, LazyState(), make()) == expected


@pytest.mark.parametrize("swapped", ["auth.User", "b.Person"])
def test_a_swapped_user_model(swapped: str) -> None:
    def make() -> Steps:
        return [
            *of("b", create("Person", name=text())),
            *HISTORIES["users"](),
            *of("a", o.AddField("A", "by", fk(swapped, related_name="+"))),
            *of("b", o.AddField("Person", "age", text()), o.RenameField("Person", "name", "n")),
        ]

    with override_settings(AUTH_USER_MODEL=swapped):
        expected = run(as_django_does, ProjectState(), make())
        assert run(as_evolve_does, LazyState(), make()) == expected


@pytest.mark.parametrize("way", [as_django_does, as_evolve_does])
def test_djangos_own_apps(way: Any) -> None:
    def make() -> Steps:
        loader = MigrationLoader(None)
        loader.build_graph()
        plan: list[Any] = []
        for leaf in sorted(loader.graph.leaf_nodes()):
            plan += [key for key in loader.graph.forwards_plan(leaf) if key not in plan]
        migrations = [loader.graph.nodes[key] for key in plan if key[0] in CONTRIB]
        return [(each.app_label, one) for each in migrations for one in each.operations]

    with override_settings(INSTALLED_APPS=[f"django.contrib.{app}" for app in CONTRIB]):
        expected = run(as_django_does, ProjectState(), make())
        assert len(expected) > 50
        assert run(way, LazyState(), make()) == expected


def test_a_renamed_key_can_be_taken_back() -> None:
    """Django writes the new name into the operations before, and cannot go back over them."""

    def make() -> Steps:
        return of(
            "a",
            create("A", code=text(unique=True)),
            create("B", a=fk("a.A", to_field="code")),
            o.RenameField("A", "code", "slug"),
            o.AlterField("A", "slug", text(unique=True, max_length=50)),
        )

    steps = make()
    new_database()
    forwards = list(islice(as_django_does(ProjectState(), make()), len(steps)))

    ran = run(as_evolve_does, LazyState(), steps)

    assert ran[: len(steps)] == forwards
    assert ran[-1][1] == []
    assert steps[1][1].fields[1][1].to_fields == ["code"]


def test_parts_of_an_operation_keep_the_order_of_columns() -> None:
    """Nobody renders the states that SeparateDatabaseAndState makes for its parts in order."""

    def make() -> Steps:
        parts = [o.AlterField("A", "b", text(null=True))]
        return of(
            "a", create("A", b=text(), c=text()), o.SeparateDatabaseAndState(parts, list(parts))
        )

    expected = run(as_django_does, ProjectState(), make())

    assert run(as_evolve_does, LazyState(), make()) == expected
    assert '"c" varchar(20) NOT NULL, "b" varchar(20) NULL)' in str(expected[1])


def test_rows_are_reached_both_ways() -> None:
    seen: list[Any] = []

    def fill(apps: Any, editor: Any) -> None:
        b = apps.get_model("a", "B").objects.create(name="b")
        a = apps.get_model("a", "A").objects.create(b=b, name="a")
        a.friends.add(a)

    def read(apps: Any, editor: Any) -> None:
        b = apps.get_model("a", "B").objects.get(a__friends__b__name="b")
        a = apps.get_model("a", "A").objects.select_related("b").prefetch_related("friends").get()
        seen.append((a.b.name, a.b.a_set.get().name, b.a_set.count(), a.friends.get().name))
        seen.append({model.__name__ for model in apps.get_models()})

    def empty(apps: Any, editor: Any) -> None:
        read(apps, editor)
        apps.get_model("a", "B").objects.all().delete()

    run(
        as_evolve_does,
        LazyState(),
        of(
            "a",
            create("B", name=text()),
            create("A", b=fk("a.B"), name=text()),
            create("Other"),
            o.AddField("A", "friends", many("self")),
            o.RunPython(fill, empty),
            o.SeparateDatabaseAndState([o.RunPython(read, read)]),
            o.AddField("A", "later", text()),
            o.RunPython(read, o.RunPython.noop),
        ),
    )

    assert seen == [("b", "a", 1, "a"), {"A", "B", "Other"}] * 4
