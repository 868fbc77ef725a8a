"""A project whose models.py are texts and whose revisions are real files in a directory."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent, indent
from types import SimpleNamespace
from typing import Any
from unittest import mock

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import connections, models
from django.test.utils import isolate_apps, override_settings

from evolve.authoring.author import Author, Wish
from evolve.autodiff.detect import Difference
from evolve.autodiff.naming import numbered
from evolve.autodiff.questions import Answers, Questioner
from evolve.database.lazy import LazyState
from evolve.database.states import state_at
from evolve.executor import Report
from evolve.frozen.closure import live_models
from evolve.frozen.snapshot import Snapshot
from evolve.plan import Plan
from evolve.project import Project
from evolve.revisions import disk, files
from evolve.revisions.draft import new_id
from evolve.revisions.revision import Key, Revision
from evolve.running import Run, migrate
from tests.contract.schema import Schema, schema

APPS = ("law", "ally")
_PRELUDE = """
from django.core.validators import MinValueValidator, RegexValidator
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Abs, Length, Lower, Now, Upper
from tests.apps.law.values import *
from tests.apps.law import values
"""
_CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_numbers = itertools.count(1)


def rendered(texts: Mapping[str, str]) -> Apps:
    """Return a registry with the models that the texts of each app's models.py define.

    A base may be another app's model: `class Kid(law.Ant):`.
    """
    modules: dict[str, Any] = {}
    with isolate_apps(*(f"tests.apps.{app}" for app in texts)) as registry:
        for app in sorted(texts, key=lambda app: _has_foreign_base(app, texts)):
            names = {"__name__": f"tests.apps.{app}.models", **modules}
            exec(compile(_PRELUDE + dedent(texts[app]), f"<{app}/models.py>", "exec"), names)
            modules[app] = SimpleNamespace(**names)
    return registry


def _has_foreign_base(app: str, texts: Mapping[str, str]) -> bool:
    others = "|".join(other for other in texts if other != app)
    return bool(others and re.search(rf"^ *class \w+\((?:{others})\.", texts[app], re.MULTILINE))


def snapshot_of(text: str, app: str = "law", **others: str) -> Snapshot:
    """Return what a diff sees of a models.py: the models of `app`, and those they refer to."""
    return live_models(rendered({app: text, **others}), app)


def built(alias: str, texts: Mapping[str, str]) -> Schema:
    """Return the schema that Django builds directly from models, on a database that is empty."""
    return created(alias, rendered(texts))


def created(alias: str, registry: Apps) -> Schema:
    """Return the schema that Django builds of a registry's models, on a database that is empty."""
    made = registry.get_models()
    with connections[alias].schema_editor() as editor:
        for model in made:
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        # Django (5.2 to 6.1) runs None for a constraint that the database does not support.
        editor.deferred_sql = [each for each in editor.deferred_sql if each is not None]
    result = schema(alias)
    with connections[alias].schema_editor() as editor:
        if connections[alias].vendor == "mysql":
            editor.execute("SET FOREIGN_KEY_CHECKS=0")
        for table in result:
            editor.execute(f"{editor.sql_delete_table}" % {"table": editor.quote_name(table)})
        if connections[alias].vendor == "mysql":
            editor.execute("SET FOREIGN_KEY_CHECKS=1")
    return result


@dataclass(frozen=True)
class Written:
    """A revision that was written, as it is read back."""

    revision: Revision
    text: str

    @property
    def name(self) -> str:
        """The file's name without `.py`."""
        return self.revision.name

    def calls(self, method: str) -> list[str]:
        """Return the names of what a method calls on `self.db`, in order."""
        return re.findall(r"self\.db\.(\w+)\(", self.method(method))

    def method(self, name: str) -> str:
        """Return the source of a method, or of the assignment that stands for it."""
        body = next(
            node.body
            for node in ast.parse(self.text).body
            if isinstance(node, ast.ClassDef) and node.name == "Migration"
        )
        for node in body:
            target = node.targets[0] if isinstance(node, ast.Assign) else node
            if getattr(target, "name", None) == name or getattr(target, "id", None) == name:
                return ast.unparse(node)
        return ""


class Silent:
    """An observer that keeps what it is told and says nothing."""

    def __init__(self) -> None:
        self.started_steps: list[str] = []
        self.operations: list[str] = []

    def section(self, section: Any) -> None:
        pass

    def started(self, step: Any) -> None:
        self.started_steps.append(str(step.revision))

    def operation(self, words: str, seconds: float) -> None:
        self.operations.append(words)

    def finished(self, step: Any, seconds: float) -> None:
        pass

    def loading(self, app: str) -> None:
        pass


class World:
    """The apps `law` and `ally`, or others, with revisions of their own below a directory.

    `models` holds the models.py of each app as it is now. Use it as a context.
    """

    def __init__(self, directory: Path, apps: Sequence[str] = APPS) -> None:
        self.name = f"world_{next(_numbers)}"
        self.models: dict[str, str] = dict.fromkeys(apps, "")
        self._directory = directory
        modules = {app: f"{self.name}.{app}" for app in apps}
        self._settings = override_settings(MIGRATION_MODULES=modules)
        self._live = mock.patch("evolve.authoring.author.live_models", self._live_models)

    def __enter__(self) -> World:
        root = self._directory / self.name
        for each in (root, *(root / app for app in self.models)):
            each.mkdir()
            (each / "__init__.py").touch()
        sys.path.insert(0, str(self._directory))
        importlib.invalidate_caches()
        self._settings.enable()
        self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._live.stop()
        self._settings.disable()
        sys.path.remove(str(self._directory))
        for name in [name for name in sys.modules if name.partition(".")[0] == self.name]:
            del sys.modules[name]

    def _live_models(self, _: Apps, app: str) -> Snapshot:
        return live_models(rendered(self.models), app)

    @property
    def project(self) -> Project:
        """The project as a new process sees it."""
        return Project()

    # Files

    def difference(self, text: str, ask: Questioner, app: str = "law") -> Difference:
        """Return what `text` as an app's models.py has that its frozen state has not."""
        self.models[app] = text
        project = self.project
        return Author(project).difference(app, project.graph(), ask)

    def write(
        self,
        text: str,
        *,
        app: str = "law",
        ask: Questioner | None = None,
        defer: tuple[str, ...] = (),
        parent: str | None = None,
        **answers: Any,
    ) -> Written:
        """Give an app another models.py and write the schema revision for it; there has to be one.

        It revises `parent`, else the head. `answers` are those of Answers, and each has to answer
        something.
        """
        self.models[app] = text
        given, project = Answers(**answers), self.project
        initial = not project.graph().of(app)
        author = Author(project, lambda: _CREATED)
        wish = Wish(deferred=defer, parent=Key(app, parent) if parent else None)
        made = author.schema_revision(app, wish, ask or given, initial)
        given.finish()
        assert made, "nothing has changed"
        made.write()
        return self._read(app, made.name)

    def write_data(self, forwards: str, backwards: str = "pass", *, app: str = "law") -> Written:
        """Write a data revision on the frozen models of an app and what they reach."""
        made = Author(self.project, lambda: _CREATED).data_revision(app, Wish("rows"))
        text = made.text
        for method, body in (("forwards", forwards), ("backwards", backwards)):
            start = text.index("\n", text.index(f"def {method}(")) + 1
            end = text.index("\n\n", start) + 1
            text = text[:start] + indent(dedent(body).strip(), " " * 8) + "\n" + text[end:]
        return self.add(made.name.partition("_")[2], text, app=app)

    def by_hand(
        self, methods: str, frozen: str = "{}", *, app: str = "law", base: str = "Schema"
    ) -> Written:
        """Write a revision with class body and `frozen` written by hand."""
        project = self.project
        down = [project.graph()[key].id for key in project.graph().heads(app)]
        return self.add(
            "by_hand",
            f'"""By hand"""\n{_PRELUDE}from evolve import {base}Migration, irreversible\n\n\n'
            f"class Migration({base}Migration):\n    revision = {new_id()!r}\n"
            f"    down_revision = {down[0] if down else None!r}\n\n"
            f"{indent(dedent(methods), '    ')}\n    frozen = {frozen}\n",
            app=app,
        )

    def add(self, slug: str, text: str, *, app: str = "law") -> Written:
        """Write the text of a revision to a file with the next number, and read it back."""
        package = files.package_of(installed.get_app_config(app))
        assert package is not None
        name = numbered(slug, files.module_names(package))
        disk.write_whole(package.directory / f"{name}.py", dedent(text))
        return self._read(app, name)

    def _read(self, app: str, name: str) -> Written:
        # It is kept by the time of the directory, and two writes may fall into one tick.
        config = installed.get_app_config(app)
        package = files.package_of(config)
        assert package is not None
        files.forget(package, name)
        own = files.revisions_of(config)
        revision = next(each for each in own if each.name == name)
        return Written(revision, Path(revision.path).read_text())

    # Databases

    def plan(self, alias: str, target: str | None = None, app: str | None = "law") -> Plan:
        """Return what has to run to bring a database to a target."""
        return self.project.plan(alias, app, target)

    def migrate(
        self,
        alias: str,
        target: str | None = None,
        app: str | None = "law",
        observer: Silent | None = None,
    ) -> Report:
        """Bring a database to a target of an app, the head where none is given; None: all apps."""
        project = self.project
        plan = project.plan(alias, app, target)
        project.refuse(plan)
        return migrate(project, plan, Run(alias, 0), observer or Silent())

    def applied(self, alias: str) -> list[Key]:
        """Return the revisions that are marked as applied on a database, in order."""
        project = self.project
        return list(project.graph().order(project.markers(alias).applied()))

    def state(self, alias: str) -> LazyState:
        """Return the state that a database is in, from its markers and the files."""
        project = self.project
        graph = project.graph()
        return state_at((graph[key] for key in self.applied(alias)), project.load)

    def rows(self, alias: str, model: str, app: str = "law") -> models.QuerySet:
        """Return the rows of a model as it is on a database now."""
        state = self.state(alias)
        state.clear_delayed_apps_cache()
        return state.apps.get_model(app, model)._base_manager.using(alias)
