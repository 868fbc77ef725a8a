"""What Django makes of a history: `makemigrations` and `migrate`, without files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.migration import Migration
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState

from tests.contract.engine import rendered


def _needed(migration: Migration, left: Sequence[Migration]) -> set[tuple[str, str]]:
    """Return what a migration waits for; for a setting that is all of the app that it names."""
    needed = {each for each in migration.dependencies if each[0] != "__setting__"}
    named = {each[1] for each in migration.dependencies if each[0] == "__setting__"}
    apps = {getattr(settings, name).partition(".")[0] for name in named} - {migration.app_label}
    return needed | {(each.app_label, each.name) for each in left if each.app_label in apps}


OneOff = Callable[[str, str], Any]


class Says(MigrationQuestioner):
    """Answers: these renames, these one-off defaults."""

    def __init__(self, renames: Mapping[str, str], one_off: OneOff) -> None:
        super().__init__()
        self._renames = renames
        self._one_off = one_off

    def ask_rename(self, model_name: str, old_name: str, new_name: str, field: Any) -> bool:
        models = {name.partition(".")[0] for name in self._renames}
        said = {name for name in models if name.lower() == model_name.lower()}
        return any(self._renames.get(f"{model}.{old_name}") == new_name for model in said)

    def ask_rename_model(self, old_model_state: Any, new_model_state: Any) -> bool:
        return self._renames.get(old_model_state.name) == new_model_state.name

    def ask_not_null_addition(self, field_name: str, model_name: str) -> Any:
        return self._one_off(model_name, field_name)

    ask_auto_now_add_addition = ask_not_null_alteration = ask_not_null_addition


class DjangoSide:
    """A database that Django migrates."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self._state = ProjectState()

    def step(self, texts: Mapping[str, str], renames: Mapping[str, str], one_off: OneOff) -> None:
        """Bring the database to the models of `texts`."""
        target = ProjectState.from_apps(rendered(texts))
        found = MigrationAutodetector(self._state, target, Says(renames, one_off))._detect_changes()
        left = [migration for migrations in found.values() for migration in migrations]
        while left:
            names = {(each.app_label, each.name) for each in left}
            ready = [each for each in left if names.isdisjoint(_needed(each, left))]
            assert ready, "Django's migrations wait for each other"
            for migration in ready:
                self._run(migration)
                left.remove(migration)

    def _run(self, migration: Migration) -> None:
        editor = connections[self.alias].schema_editor(atomic=migration.atomic)
        try:
            with editor:
                self._state = migration.apply(self._state, editor)
        except Exception:
            # Django (5.2, 6.1) leaves the transaction open when its deferred SQL fails.
            if connections[self.alias].in_atomic_block:
                editor.atomic.__exit__(*sys.exc_info())
            raise
