"""Short names for fields, operations and what comes of them, for tests that fit on a page."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import operations as o
from django.db.migrations.state import ProjectState

from evolve.database.lazy import LazyState

Steps = list[tuple[str, Any]]


class Mixed:
    """A base that is no model."""


class Stamped(models.Model):
    """A base that brings a field with it, which no operation names."""

    stamp = models.IntegerField(default=0)

    class Meta:
        abstract = True


def text(**options: Any) -> Any:
    return models.CharField(**{"max_length": 20, "default": "", **options})


def fk(to: str, **options: Any) -> Any:
    return models.ForeignKey(to, **{"on_delete": models.CASCADE, "null": True, **options})


def one(to: str, **options: Any) -> Any:
    return models.OneToOneField(to, **{"on_delete": models.CASCADE, **options})


def many(to: str, **options: Any) -> Any:
    return models.ManyToManyField(to, **options)


def parent(to: str) -> Any:
    return one(to, auto_created=True, parent_link=True, primary_key=True, serialize=False)


def create(
    named: str, /, *, bases: Any = (), meta: Any = None, keyed: bool = False, **fields: Any
) -> Any:
    """Create a model with an `id`, unless `keyed`: one of its fields is the primary key."""
    keys = {} if keyed else {"id": models.AutoField(primary_key=True)}
    return o.CreateModel(named, list({**keys, **fields}.items()), meta, bases or None)


def of(app: str, *operations: Any) -> Steps:
    return [(app, each) for each in operations]


STAR = [create("M0", name=text()), *(create(f"M{i}", fk=fk("a.M0")) for i in range(1, 50))]
CHAIN = [create("M0", name=text()), *(create(f"M{i}", fk=fk(f"a.M{i - 1}")) for i in range(1, 50))]


def state_after(steps: Steps, kind: type[ProjectState] = LazyState) -> Any:
    state = kind()
    for app, operation in steps:
        operation.state_forwards(app, state)
    return state


def rendered(state: LazyState) -> dict[str, list[str]]:
    """Return the fields of the models that are rendered."""
    return {
        model.__name__: [field.name for field in model._meta.local_fields]
        for registry in state.apps.all_models.values()
        for model in registry.values()
    }


def described(state: ProjectState) -> dict[Any, Any]:
    """Return all that is in a state, in terms that are equal only if it is."""
    return {
        key: (
            (each.name, repr(each.options), each.bases, each.managers),
            [
                (name, repr(field.deconstruct()), _ends(field))
                for name, field in each.fields.items()
            ],
        )
        for key, each in state.models.items()
    }


def _ends(field: Any) -> Any:
    names = ("to_fields", "from_fields", "field_names")
    return [list(getattr(field, name, None) or ()) for name in names]
