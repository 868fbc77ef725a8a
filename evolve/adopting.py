"""Tables that are there before their revisions: what can be marked, and what models can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models

from evolve.database.inspection.tables import without_key
from evolve.database.states import state_after
from evolve.drift import MISSING, drift
from evolve.errors import Refused, UnknownName
from evolve.history.journal import TABLE
from evolve.plan import Plan, Step
from evolve.project import Project
from evolve.revisions.files import package_of
from evolve.revisions.revision import Key

_OWN = {"django_migrations", TABLE}


@dataclass
class Existing:
    """Initial revisions whose tables are there, and in what these differ, a line each."""

    keys: set[Key] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)


def existing(project: Project, plan: Plan, alias: str) -> Existing:
    """Return the plan's initial revisions of whose tables some are there, as `--fake-initial` asks.

    A revision is initial as in Django: where it says so, or revises nothing. Where an app has more
    than one, its models are compared as they are after the last of them.
    """
    state = project.state_of(project.standing(alias))
    found = Existing()
    initial = [step for step in plan.steps if _initial(project, step)]
    before = set(state.models)
    for step in plan.steps[: plan.steps.index(initial[-1]) + 1] if initial else ():
        state = state_after(step.revision, project.load(step.revision), state)
    registry = state.clone().apps if initial else None
    for app in dict.fromkeys(step.key.app for step in initial):
        made = [key for key in state.models if key not in before and key[0] == app]
        steps = [step for step in initial if step.key.app == app]
        if made and registry:
            _compare(steps, [registry.get_model(*key) for key in made], alias, found)
    return found


def _initial(project: Project, step: Step) -> bool:
    if step.direction != "forwards":
        return False
    said = project.load(step.revision).initial if step.revision.kind == "django" else None
    return said if said is not None else not step.revision.down


def _compare(
    steps: Iterable[Step], models: Iterable[type[Any]], alias: str, found: Existing
) -> None:
    tables = drift(connections[alias], models)
    if tables and not all(each == [MISSING] for each in tables.values()):
        found.keys |= {step.key for step in steps}
        found.differences += lines(tables)


def lines(tables: dict[str, list[str]]) -> list[str]:
    """Return a line for each difference of `drift`."""
    return [f"{name}: {each}" for name, differences in tables.items() for each in differences]


def compared(config: AppConfig, alias: str) -> tuple[list[str], bool]:
    """Return how an app's tables differ from its models, and whether there is any of them."""
    tables = drift(connections[alias], config.get_models())
    return lines(tables), not all(each == [MISSING] for each in tables.values())


def installed(path: Path) -> bool:
    """Tell whether a path is in an installed package, so that an update would overwrite it.

    One that is installed to be edited stays where it is, outside of these directories.
    """
    return not {"site-packages", "dist-packages"}.isdisjoint(path.parts)


def check_own(config: AppConfig) -> None:
    """Raise Refused where an app's revisions are in an installed package."""
    package = package_of(config)
    if package and installed(package.directory):
        raise Refused(
            f"The revisions of '{config.label}' are not the project's own: they are in "
            f"{package.directory}.",
            "Nothing was touched. An update of that package would lose what is written there: "
            "point MIGRATION_MODULES to a package of the project, or give --into-installed.",
        )


def check_models_file(config: AppConfig, path: Path) -> None:
    """Raise Refused where models are already, or where the file would be another's."""
    if installed(path):
        raise Refused(
            f"The app '{config.label}' is not the project's own: it is in {config.path}.",
            "Nothing was written. --stdout prints the models.",
        )
    if path.with_suffix("").is_dir():
        raise Refused(
            f"The models of '{config.label}' are a package, {path.with_suffix('')}.",
            "Nothing was written. --stdout prints the models, for the file that you choose.",
        )
    if names := [model.__name__ for model in config.get_models()]:
        raise Refused(
            f"{path} defines models already: {', '.join(names)}.",
            "Nothing was written. --stdout prints the models of the tables.",
        )


def others_tables(app: str) -> dict[str, type[models.Model]]:
    """Return the models of the other apps by their tables."""
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != app and not model._meta.proxy
    }


_KINDS = {"v": "a view", "p": "a partition"}
_MARIADBS_KINDS = """
    SELECT table_name, CONCAT('a table of the kind ', table_type) FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type NOT IN ('BASE TABLE', 'VIEW')
"""


def left_out(connection: Any, named: Sequence[str]) -> list[str]:
    """Return what a database has beside the tables that models are made of, a line each."""
    if named:
        return []
    with connection.cursor() as cursor:
        listed = connection.introspection.get_table_list(cursor)
        kinds = {each.name: _KINDS.get(each.type, "no plain table") for each in listed}
        if connection.vendor == "mysql":
            # Tables with system versioning, and sequences.
            cursor.execute(_MARIADBS_KINDS)
            kinds |= dict(cursor.fetchall())
    return [
        f"{each.name} is left out: it is {kinds[each.name]}."
        for each in sorted(listed)
        if each.type != "t"
    ]


def inspectable(connection: Any, app: str, named: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the tables that models can be made of for an app, and those that have no primary key.

    They are those that are `named`, or all that no other app has. Raises UnknownName and Refused
    where there are none.
    """
    with connection.cursor() as cursor:
        listed = connection.introspection.get_table_list(cursor)
    there = sorted(each.name for each in listed if each.type == "t")
    others = others_tables(app)
    for name in dict.fromkeys(named):
        if name not in there:
            raise UnknownName.among("table", name, there)
        if name in others:
            raise Refused(
                f"The table {name} has a model already: {others[name]._meta.label}.",
                "Nothing was written.",
            )
    free = list(dict.fromkeys(named)) or [
        name for name in there if name not in others and name not in _OWN
    ]
    keyless = without_key(connection, free)
    if keyless and (named or len(keyless) == len(free)):
        raise Refused(
            f"No model can be made of a table without a primary key: {', '.join(keyless)}.",
            "Nothing was written. Give it one in SQL, or name other tables.",
        )
    if not free:
        raise Refused(
            f"The database '{connection.alias}' has no table without a model.",
            "Nothing was written.",
        )
    return [name for name in free if name not in keyless], keyless
