"""A history, run by evolve and by Django on a database each: what has to be equal at each step."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from django.apps.registry import Apps
from django.db import DataError, IntegrityError, connections
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
from evolve.errors import EvolveError, Refused
from tests import databases
from tests.contract.engine import APPS, World, built, rendered
from tests.contract.schema import Schema, schema
from tests.histories.django_side import DjangoSide
from tests.histories.rows import NOW, only, put, rows, value_of
from tests.histories.version import (
    History,
    Version,
    kept_fields,
    own_fields,
    renamed_alone,
    renames,
    texts,
)


class Failed(AssertionError):
    """evolve does what Django does not. `where` says at which stage; the same for one cause."""

    def __init__(self, stage: str, step: int, found: str) -> None:
        super().__init__(f"{stage} at version {step}: {found}")
        self.stage = stage
        self.step = step
        self.found = found


@dataclass
class Databases:
    """The aliases of three databases of one vendor: evolve's, Django's, and one to build in."""

    evolve: str
    django: str
    built: str

    @property
    def others(self) -> tuple[str, str]:
        """Those beside evolve's."""
        return self.django, self.built

    def empty(self) -> None:
        """Drop every table."""
        for alias in (self.evolve, *self.others):
            databases.empty(alias)


@contextmanager
def made(alias: str) -> Iterator[Databases]:
    """Make the databases beside one of a vendor, which is there, and drop them afterwards."""
    where = beside(alias)
    try:
        for other in where.others:
            databases.create(connections[other])
        if connections[alias].vendor == "postgresql":
            for each in (alias, *where.others):
                with connections[each].cursor() as cursor:
                    cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        yield where
    finally:
        for other in where.others:
            databases.drop(connections[other])


def beside(alias: str) -> Databases:
    """Return a vendor's database with two beside it, which have to be made."""
    where = Databases(alias, f"{alias}_django", f"{alias}_built")
    for other in where.others:
        given = {other: databases.settings_for(alias), "default": {}}
        connections.settings[other] = connections.configure_settings(given)[other]
    return where


@dataclass
class _Told:
    """Answers evolve's questions: these renames, a value for every default."""

    renames: Mapping[str, str]
    fields: Mapping[tuple[str, str], Any]
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
class Run:
    """A history that is being run. `counted` says how its steps ended."""

    where: Databases
    most_rows: int = 1
    counted: Counter[str] = field(default_factory=Counter)

    def history(self, history: History) -> None:
        """Run a history and go back to nothing. Raises Failed at the first difference."""
        self.where.empty()
        self._number, self._django = 1, DjangoSide(self.where.django)
        self._alone = False
        self._positions: list[tuple[dict[str, str], Schema]] = [({}, {})]
        with (
            tempfile.TemporaryDirectory() as directory,
            World(Path(directory)) as self._world,
            mock.patch("django.utils.timezone.now", lambda: NOW),
        ):
            before: Version = {}
            for number, version in enumerate(history):
                if not self._step(number, before, version):
                    break
                before = version
            self._to_zero(len(history))

    def _step(self, number: int, before: Version, after: Version) -> bool:
        registries = [rendered(texts(each)) for each in (before, after)]
        names = {model.name: after[key].name for key, model in before.items() if key in after}
        fields = _fields(registries, names)
        error = self._django_step(before, after, fields)
        written = self._write(number, before, after, fields, error)
        if written is None:
            self.counted["refused"] += 1
            return False
        self._silent(number, after)
        at, had = schema(self.where.evolve), rows(self.where.evolve)
        try:
            self._forwards(written)
        except Exception as ours:
            if error is not None or self._alone:
                self.counted["failed on both sides"] += 1
                self._positions = [({}, {})]
                return False
            raise Failed("migrate", number, _words(ours)) from ours
        if error is not None:
            self.counted["Django failed"] += 1
            self._alone = True
        self._compare(number, after)
        if self._reversible(written):
            self._there_and_back(number, before, after, (at, had), written)
        self._positions.append((self._names(), schema(self.where.evolve)))
        aliases = [self.where.evolve] + [self.where.django] * (not self._alone)
        self._number = put(registries[1], aliases, self._number, self.most_rows)
        self.counted["steps"] += 1
        return True

    # Django

    def _django_step(
        self, before: Version, after: Version, fields: Mapping[tuple[str, str], Any]
    ) -> Exception | None:
        """Migrate Django's database; return what Django fails with."""
        if self._alone:
            return None
        said = {k: v for app in APPS for k, v in renames(before, after, app).items()}
        try:
            for version in [*(renamed_alone(before, after) if said else ()), after]:
                self._django.step(
                    texts(version),
                    said,
                    lambda model, name: value_of(fields[model.lower(), name], 9),
                )
        except Exception as error:
            return error
        return None

    # evolve

    def _write(
        self,
        number: int,
        before: Version,
        after: Version,
        fields: Mapping[tuple[str, str], Any],
        error: Exception | None,
    ) -> list[str] | None:
        """Write the revisions of a step; return the apps in order, None where they are refused."""
        written: list[str] = []
        now = texts(after)
        self._world.models |= now
        left, refused = [app for app in APPS if self._begun(app, after)], ""
        while left:
            for app in left:
                ask: Any = _Told(renames(before, after, app), fields, self.most_rows > 1)
                try:
                    self._world.write(now[app], app=app, ask=ask)
                except Refused as found:
                    refused = _words(found)
                    continue
                except AssertionError as found:
                    if "nothing has changed" not in str(found):
                        raise Failed("write", number, _words(found)) from found
                    left.remove(app)
                    break
                except Exception as found:
                    raise Failed("write", number, _words(found)) from found
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
        return there or bool(self._world.project.graph().of(app))

    def _silent(self, number: int, after: Version) -> None:
        """Check that nothing is left to be written, for evolve and for Django."""
        world, now = self._world, texts(after)
        apps = [app for app in APPS if world.project.graph().of(app)]
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

    def _forwards(self, written: list[str]) -> None:
        for app in written:
            self._world.migrate(self.where.evolve, app=app)

    def _names(self) -> dict[str, str]:
        """Return the last applied revision of each app."""
        graph = self._world.project.graph()
        return {app: graph.of(app)[-1].name for app in APPS if graph.of(app)}

    def _reversible(self, written: list[str]) -> bool:
        project = self._world.project
        graph = project.graph()
        last = [graph[graph.of(app)[-1]] for app in written]
        return not any(project.facts.irreversible(each) for each in last)

    def _back(self, names: Mapping[str, str], written: list[str]) -> None:
        for app in reversed(written):
            self._world.migrate(self.where.evolve, names.get(app, "zero"), app=app)

    def _there_and_back(
        self,
        number: int,
        before: Version,
        after: Version,
        at: tuple[Schema, Any],
        written: list[str],
    ) -> None:
        here = schema(self.where.evolve)
        try:
            self._back(self._positions[-1][0], written)
        except Exception as error:
            raise Failed("back", number, _words(error)) from error
        _equal("schema after the way back", number, schema(self.where.evolve), at[0])
        columns = _columns(before, after)
        ours, theirs = only(rows(self.where.evolve), columns), only(at[1], columns)
        _equal("rows after the way back", number, ours, theirs)
        try:
            self._forwards(written)
        except Exception as error:
            raise Failed("again", number, _words(error)) from error
        _equal("schema again", number, schema(self.where.evolve), here)

    def _compare(self, number: int, after: Version) -> None:
        ours = schema(self.where.evolve)
        if not self._alone:
            theirs = schema(self.where.django)
            if ours != theirs:
                built_ = built(self.where.built, texts(after))
                if ours == built_:
                    self.counted["Django differs from its own models"] += 1
                    self._alone = True
                    return
                _equal("schema", number, ours, theirs)
            _equal("rows", number, rows(self.where.evolve), rows(self.where.django))
            return
        unmanaged = any("managed" in model.meta for model in after.values())
        if not unmanaged:
            _equal("built schema", number, ours, built(self.where.built, texts(after)))

    def _to_zero(self, number: int) -> None:
        while len(self._positions) > 1:
            _, at = self._positions[-2]
            now, names = self._positions[-1][0], self._positions[-2][0]
            written = [app for app in APPS if now.get(app) != names.get(app)]
            # What was written last goes back first.
            graph = self._world.project.graph()
            order = [key.app for key in graph if now.get(key.app) == key.name]
            written = [app for app in order if app in written]
            if not self._reversible_now(now, written):
                self.counted["irreversible"] += 1
                return
            self._positions.pop()
            try:
                self._back(names, written)
            except Exception as error:
                if self._refused_rows(error):
                    return
                raise Failed("to zero", len(self._positions), _words(error)) from error
            found = schema(self.where.evolve)
            _equal("schema on the way to zero", len(self._positions), found, at)

    def _refused_rows(self, error: BaseException) -> bool:
        """Tell whether rows that came later were not possible before: no one can restore those."""
        several = self.most_rows > 1 and isinstance(error.__cause__, IntegrityError)
        return several or isinstance(error.__cause__, DataError)

    def _reversible_now(self, names: Mapping[str, str], written: list[str]) -> bool:
        project = self._world.project
        graph = project.graph()
        last = [
            graph[key] for key in graph if names.get(key.app) == key.name and key.app in written
        ]
        return not any(project.facts.irreversible(each) for each in last)


def _fields(registries: list[Apps], renamed: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """Return the fields of several versions by model and name; later ones win.

    Those of a renamed model are under its new name too: that is how evolve asks of them.
    """
    return {
        (name.lower(), one.name): one
        for registry in registries
        for model in registry.get_models()
        for one in model._meta.local_fields
        for name in (model.__name__, renamed.get(model.__name__, model.__name__))
    }


def _columns(before: Version, after: Version) -> dict[str, set[str]]:
    """Return the columns, by table, whose values the way back has to restore."""
    registry = rendered(texts(before))
    found: dict[str, set[str]] = {}
    for key, number in kept_fields(before, after):
        model = before[key]
        if model.abstract or model.proxy:
            continue
        drawn = own_fields(before, key)[number]
        try:
            made = registry.get_model(model.app, model.name)._meta
            one = made.get_field(drawn.name)
        except Exception:
            continue
        if one in made.local_concrete_fields and made.managed:
            found.setdefault(made.db_table, set()).add(one.column)
        if one.many_to_many and one.remote_field.through._meta.auto_created:
            through = one.remote_field.through._meta
            if {*drawn.refs} <= after.keys():
                found[through.db_table] = {each.column for each in through.local_fields}
    return found


def _equal(stage: str, number: int, ours: Any, theirs: Any) -> None:
    if ours == theirs:
        return
    lines = []
    for table in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(table, []), theirs.get(table, [])
        lines += [f"  + {table}: {each}" for each in mine if each not in other]
        lines += [f"  - {table}: {each}" for each in other if each not in mine]
        if (table in ours) != (table in theirs):
            lines.append(f"  {'+' if table in ours else '-'} {table}")
        elif not lines and len(mine) != len(other):
            lines.append(f"  {table}: {len(mine)} and {len(other)} lines")
    raise Failed(stage, number, "\n" + "\n".join(lines[:12]))


def _words(error: BaseException) -> str:
    hint = f" {error.hint}" if isinstance(error, EvolveError) and error.hint else ""
    cause = f" <- {type(error.__cause__).__name__}: {error.__cause__}" if error.__cause__ else ""
    return f"{type(error).__name__}: {error}{hint}{cause}"
