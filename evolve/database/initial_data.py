"""Initial data: an app's fixture, loaded once the app is at its last revision, as South did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps as live_apps
from django.core.management import call_command
from django.core.serializers import get_serializer_formats, python, xml_serializer

from evolve.database.lazy import LazyState
from evolve.errors import EvolveError
from evolve.frozen.closure import live_models

_COMPRESSIONS = ("gz", "zip", "bz2", "lzma", "xz")


def load_initial_data(
    app: str, fixture: str, state: LazyState, alias: str, told: Callable[[], None]
) -> None:
    """Load the fixture called `fixture` of an app, where it has one; `told` is called before.

    It is read with the models of `state`, the state of the database, where models.py has moved on,
    and with the live ones (their natural keys, their methods) where it has not. Raises EvolveError
    where it cannot be loaded.
    """
    place = Path(live_apps.get_app_config(app).path) / "fixtures" / fixture
    if not any(_is_for(each.name, alias) for each in place.parent.glob(f"{fixture}.*")):
        return
    told()
    try:
        with _models_of(app, state):
            call_command("loaddata", str(place), database=alias, verbosity=0)
    except Exception as error:  # whatever the readers of five formats may raise
        raise EvolveError(
            f"The initial data of '{app}' cannot be loaded: {error}",
            f"The revisions are applied and stay so. Correct {place}.*, which is read with the "
            "models of the last revision, and load it with manage.py loaddata.",
        ) from error


def _is_for(name: str, alias: str) -> bool:
    """Tell whether Django would load a file into a database: name[.alias].format[.compression]."""
    _, *parts = name.split(".")
    if len(parts) > 1 and parts[-1] in _COMPRESSIONS:
        del parts[-1]
    return parts[-1] in get_serializer_formats() and parts[:-1] in ([], [alias])


@contextmanager
def _models_of(app: str, state: LazyState) -> Iterator[None]:
    if not state.models.snapshot({app}).changed(live_models(live_apps, app).of(app)):
        yield
        return
    state.clear_delayed_apps_cache()
    # Private (5.2 to 6.1): deserializers look models up in these modules' `apps`, and json, jsonl
    # and yaml build on python.
    modules = (python, xml_serializer)
    try:
        for module in modules:
            module.apps = state.apps
        yield
    finally:
        for module in modules:
            module.apps = live_apps
