"""An app whose revisions are written in turn by evolve and by Django's makemigrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps as installed
from django.db.migrations import Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from evolve.authoring.author import Author, Wish
from evolve.authoring.merge import merge_revision
from evolve.authoring.squash import squashed, write_all
from evolve.autodiff.questions import Answers
from evolve.frozen.capture import capture_state
from evolve.frozen.snapshot import Snapshot
from evolve.revisions import files
from evolve.revisions.revision import Key
from tests.contract.engine import World, rendered

APP = "law"


class Questioner(MigrationQuestioner):
    """Knows which fields were renamed; every other question has no answer."""

    def __init__(self, renames: dict[str, str]) -> None:
        super().__init__()
        self.renames = renames

    def ask_rename(self, model_name: str, old_name: str, new_name: str, field: Any) -> bool:
        return self.renames.get(f"{model_name.lower()}.{old_name}") == new_name

    def ask_rename_model(self, *args: Any) -> bool:
        return False


class Mixed:
    """The revisions of the app `law` in a world; `number` makes names that nothing else has."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = 0

    def fresh(self, prefix: str) -> str:
        """Return a name that was not used before."""
        self.number += 1
        return f"{prefix}{self.number}"

    @property
    def heads(self) -> list[Key]:
        """The app's heads."""
        return list(self.world.project.graph().heads(APP))

    def auto(self, text: str, parent: Key | None = None, renames: Any = ()) -> None:
        """Have evolve write what is new in a models.py."""
        answers = {"renames": renames} if renames else {}
        name = self.fresh("step")
        self.world.models[APP] = text
        given, project = Answers(**answers), self.world.project
        initial = not project.graph().of(APP)
        new = Author(project).schema_revision(APP, Wish(name, parent=parent), given, initial)
        assert new, "nothing has changed"
        self._wrote(new)

    def data(self) -> None:
        """Have evolve write a data revision that does nothing."""
        new = Author(self.world.project).data_revision(APP, Wish(self.fresh("rows")))
        text = new.text.replace('"Write your forwards methods here."', "pass")
        new.path.write_text(text.replace('"Write your backwards methods here."', "pass"))
        self._forget(new.name)

    def empty(self) -> None:
        """Have evolve write an empty revision."""
        self._wrote(Author(self.world.project).empty_revision(APP, Wish(self.fresh("empty"))))

    def merge(self) -> None:
        """Have evolve merge the heads."""
        project = self.world.project
        self._wrote(merge_revision(project, APP, self.heads, {}, Answers(), self.fresh("merge")))

    def squash(self) -> None:
        """Have evolve squash the whole line, where there are two revisions of its own in it."""
        made = squashed(self.world.project, APP, None, self.heads[0], Answers(), "")
        write_all(made.squashes)
        for each in made.squashes:
            self._forget(each.new.name)

    def makemigrations(self, text: str, renames: dict[str, str] | None = None) -> None:
        """Have Django write what is new in a models.py."""
        self.world.models[APP] = text
        changes = self.djangos_changes(renames or {})
        for migration in changes[APP]:
            migration.name = f"{self._next_number()}_{self.fresh('django')}"
            self._write(migration)

    def djangos_changes(self, renames: dict[str, str] | None = None) -> dict[str, list[Migration]]:
        """Return what makemigrations would write."""
        loader = MigrationLoader(None)
        after = ProjectState.from_apps(rendered(self.world.models))
        before = loader.project_state()
        before.models = {k: v for k, v in before.models.items() if k[0] in self.world.models}
        before.real_apps = set()
        detector = MigrationAutodetector(before, after, Questioner(renames or {}))
        return detector.changes(loader.graph, trim_to_apps={APP})

    def django_empty(self) -> None:
        """Have Django write an empty migration on all heads: an empty one, or a merge."""
        migration = Migration(f"{self._next_number()}_{self.fresh('django')}", APP)
        migration.dependencies = [tuple(key) for key in self.heads]
        self._write(migration)

    def states(self) -> dict[Key, tuple[Snapshot, Snapshot]]:
        """Return the state at each revision as evolve has it and as Django's loader has it."""
        project = self.world.project
        graph, loader = project.graph(), MigrationLoader(None)
        return {
            key: (
                _captured(project.state(graph, graph.ancestors([key]))),
                _captured(loader.project_state(tuple(key))),
            )
            for key in graph.of(APP)
        }

    def _next_number(self) -> str:
        package = files.package_of(installed.get_app_config(APP))
        assert package is not None
        numbers = [int(name[:4]) for name in files.module_names(package)]
        return f"{max(numbers, default=0) + 1:04d}"

    def _write(self, migration: Migration) -> None:
        writer = MigrationWriter(migration)
        Path(writer.path).write_text(writer.as_string())
        self._forget(migration.name)

    def _wrote(self, new: Any) -> None:
        new.write()
        self._forget(new.name)

    def _forget(self, name: str) -> None:
        package = files.package_of(installed.get_app_config(APP))
        assert package is not None
        files.forget(package, name)


def _captured(state: ProjectState) -> Snapshot:
    return Snapshot({k: capture_state(state.models[k]) for k in state.models if k[0] == APP})
