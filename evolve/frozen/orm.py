"""The frozen ORM: the models as a revision froze them, on the database that is being migrated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.apps.registry import Apps
from django.db import router

from evolve.errors import NotFrozen

_ALIAS = "frozen_alias"


class Orm:
    """The frozen models of a revision: `orm.User`, `orm["app.Model"]`, `orm["app.Model:field"]`.

    Iterating gives the classes. They are rendered when the first one is asked for. Everything they
    read or write goes to the alias being migrated, new objects and relations included, as long as
    the code runs inside `on_their_alias`; `.using(…)` goes elsewhere when it is said.
    """

    def __init__(self, registry: Callable[[], Apps], app: str, alias: str) -> None:
        self._registry = registry
        self._app = app
        self._alias = alias

    @cached_property
    def _apps(self) -> Apps:
        apps = self._registry()
        for model in apps.get_models(include_auto_created=True, include_swapped=True):
            setattr(model, _ALIAS, self._alias)
        return apps

    @property
    def used(self) -> bool:
        """Tell whether any model was asked for."""
        return "_apps" in self.__dict__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._model(self._app, name)

    def __getitem__(self, label: str) -> Any:
        """Return the model "app.Model" ("Model": of the own app) or the field "app.Model:field"."""
        path, _, field = label.partition(":")
        app, _, name = path.rpartition(".")
        model = self._model(app or self._app, name)
        return model._meta.get_field(field) if field else model

    def __iter__(self) -> Iterator[Any]:
        return iter(self._apps.get_models(include_swapped=True))

    def _model(self, app: str, name: str) -> Any:
        try:
            return self._apps.get_model(app, name)
        except LookupError:
            here = sorted(each._meta.label for each in self)
            raise NotFrozen(
                f"The model '{app}.{name}' is not frozen in this revision. "
                f"Frozen are: {', '.join(here) or 'none'}.",
                f"A data migration freezes other apps with `evolve datamigration {self._app} NAME "
                f'--freeze {app}`; models of other apps are orm["app.Model"].',
            ) from None


class _FrozenRouter:
    """Sends frozen models to their alias, and says nothing of any other."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return getattr(model, _ALIAS, None)

    db_for_write = db_for_read

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool | None:
        return True if hasattr(first, _ALIAS) and hasattr(second, _ALIAS) else None


@contextmanager
def on_their_alias() -> Iterator[None]:
    """Send every query on frozen models to their alias meanwhile.

    A project's routers would otherwise be asked first, and a frozen class looks to them like the
    live one. Only classes that an Orm has marked are answered for.
    """
    ours = _FrozenRouter()
    router.routers.insert(0, ours)
    try:
        yield
    finally:
        router.routers.remove(ours)
