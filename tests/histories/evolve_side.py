"""What evolve makes of a history: its files, and a database that they migrate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState

from evolve.autodiff.questions import (
    Answers,
    DefaultNeeded,
    GiveUpReversing,
    OneOff,
    RenamedField,
    RenamedModel,
)
from evolve.checking import check
from evolve.errors import Refused
from evolve.revisions.graph import Graph
from tests.contract.engine import APPS, World, rendered
from tests.histories.compare import Failed, words
from tests.histories.rows import several, value_of
from tests.histories.version import Version, renames, texts

Fields = Mapping[tuple[str, str], Any]
"""Fields by the model's name in small letters and their own."""


@dataclass
class _Told:
    """Answers evolve's questions: these renames, a value for every default."""

    renames: Mapping[str, str]
    fields: Fields
    several_rows: bool

    def default(self, question: DefaultNeeded) -> OneOff | GiveUpReversing:
        one = self.fields[question.model.lower(), question.field]
        no_value = one.remote_field or (one.unique and self.several_rows)
        if question.may_be_irreversible and no_value:
            return GiveUpReversing()
        return OneOff(value_of(one, 9))

    def renamed(self, question: RenamedField | RenamedModel) -> bool:
        name = f"{question.model}." if isinstance(question, RenamedField) else ""
        return self.renames.get(f"{name}{question.old}") == question.new

    def shared_default(self, question: Any) -> None:
        pass

    def settle(self) -> None:
        pass


@dataclass
class EvolveSide:
    """A project's files and the database that they migrate."""

    alias: str
    world: World

    def graph(self) -> Graph:
        """Return the revisions that there are."""
        return self.world.project.graph()

    def write(
        self,
        number: int,
        before: Version,
        after: Version,
        fields: Fields,
    ) -> list[str] | None:
        """Write the revisions of a step; return the apps in order, None where they are refused."""
        written: list[str] = []
        now = texts(after)
        self.world.models |= now
        left, refused = [app for app in APPS if self._begun(app, after)], ""
        while left:
            for app in left:
                ask: Any = _Told(renames(before, after, app), fields, several(self.alias))
                try:
                    self.world.write(now[app], app=app, ask=ask)
                except Refused as found:
                    refused = words(found)
                    continue
                except AssertionError as found:
                    if "nothing has changed" not in str(found):
                        raise Failed("write", number, words(found)) from found
                    left.remove(app)
                    break
                except Exception as found:
                    raise Failed("write", number, words(found)) from found
                written.append(app)
                left.remove(app)
                break
            else:
                if "first." in refused:
                    return None
                raise Failed("write", number, refused)
        return written

    def _begun(self, app: str, version: Version) -> bool:
        there = any(model.app == app and not model.abstract for model in version.values())
        return there or bool(self.graph().of(app))

    def silent(self, number: int, after: Version) -> None:
        """Check that nothing is left to be written, for evolve and for Django."""
        world, now = self.world, texts(after)
        apps = [app for app in APPS if self.graph().of(app)]
        for app in apps:
            left = world.difference(now[app], Answers(no_rename=True), app)
            if left:
                raise Failed("second --auto", number, str([c.comment() for c in left.forwards]))
        findings, _ = check(world.project, apps)
        if findings:
            raise Failed("check", number, "\n".join(f"{each}" for each in findings))
        # Where a migration is applied does not matter here.
        state = MigrationLoader(None).project_state()
        state.models = {key: each for key, each in state.models.items() if key[0] in APPS}
        state._relations = None
        target = ProjectState.from_apps(rendered(now))
        found = MigrationAutodetector(state, target, MigrationQuestioner())._detect_changes()
        ops = [op.describe() for each in found.values() for one in each for op in one.operations]
        if ops:
            raise Failed("makemigrations --check", number, str(ops))

    def forwards(self, written: list[str]) -> None:
        for app in written:
            self.world.migrate(self.alias, app=app)

    def names(self) -> dict[str, str]:
        """Return the last applied revision of each app."""
        graph = self.graph()
        return {app: graph.of(app)[-1].name for app in APPS if graph.of(app)}

    def reversible(self, written: list[str]) -> bool:
        project = self.world.project
        graph = project.graph()
        last = [graph[graph.of(app)[-1]] for app in written]
        return not any(project.facts.irreversible(each) for each in last)

    def back(self, names: Mapping[str, str], written: list[str]) -> None:
        for app in reversed(written):
            self.world.migrate(self.alias, names.get(app, "zero"), app=app)

    def reversible_now(self, names: Mapping[str, str], written: list[str]) -> bool:
        project = self.world.project
        graph = project.graph()
        last = [
            graph[key] for key in graph if names.get(key.app) == key.name and key.app in written
        ]
        return not any(project.facts.irreversible(each) for each in last)
