"""Which models a revision freezes: live ones for a diff, frozen ones for a data migration."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from django.apps.registry import Apps
from django.conf import settings
from django.db.models.utils import make_model_tuple

from evolve.errors import UnknownName
from evolve.frozen.capture import capture, capture_model
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot


def live_models(apps: Apps, app: str) -> Snapshot:
    """Return the live models of `app`, those they refer to, and the bases of these."""
    found = dict(capture(apps, [app]).definitions)
    todo = sorted({key for each in found.values() for key in each.references()} - found.keys())
    while todo:
        key = todo.pop()
        if key in found:
            continue
        found[key] = capture_model(apps.get_model(*key))
        if "bases" in found[key].meta:
            todo += sorted(found[key].references())
    return Snapshot(found)


def reachable(
    states: Snapshot, labels: Iterable[str], live: Apps, unmigrated: AbstractSet[str]
) -> Snapshot:
    """Return every model of the apps `labels` and all that they reach by relation or base.

    Models of `unmigrated` apps are not in `states`; they are taken as they are now, from `live`.
    """
    found: dict[ModelKey, Definition] = {}
    wanted = set(labels)
    models = [
        model for app in wanted & unmigrated for model in live.get_app_config(app).get_models()
    ]
    keys = {make_model_tuple(model) for model in models}
    todo = sorted(keys.union(key for key in states if key[0] in wanted))
    while todo:
        key = todo.pop()
        if key in found:
            continue
        definition = states.get(key)
        if definition is None and key[0] in unmigrated:
            definition = capture_model(live.get_model(*key))
        if definition is None:
            raise UnknownName(
                f"The model {'.'.join(key)} is referred to, but no revision has it frozen.",
                f"Run `evolve schemamigration {key[0]} --auto` first.",
            )
        found[key] = definition
        todo += sorted(definition.references() | _swappable(definition))
    return Snapshot(found)


def _swappable(definition: Definition) -> set[ModelKey]:
    """Return the models that settings name in relations: `to=settings.AUTH_USER_MODEL`."""
    return {
        (label.split(".")[0], label.split(".")[1].lower())
        for name in definition.settings()
        if (label := getattr(settings, name, ""))
    }
