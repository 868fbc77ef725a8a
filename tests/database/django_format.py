"""Histories in Django's format, run on an empty database by Django's executor or by evolve.

A history is a function: it writes migration files and moves apps, more than once if it wants to.
What the database is after every single migration goes into a log, byte for byte, and the two logs
have to be the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from pprint import pformat
from textwrap import dedent, indent
from typing import Any, Protocol
from unittest import mock

from django.apps import apps as installed
from django.core.management import call_command
from django.core.management.commands.migrate import Command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from evolve.errors import EvolveError
from evolve.revisions import files
from evolve.running import Run, mark_squashes, migrate
from tests import databases
from tests.contract.engine import Silent, World

PRELUDE = """
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

key = ("id", models.AutoField(primary_key=True))
text = models.CharField(max_length=20, default="")


def fk(to, **options):
    return models.ForeignKey(to, **{"on_delete": models.CASCADE, "null": True, **options})


def create(named, *fields, **options):
    return migrations.CreateModel(named, [key, *fields], **options)


def rows(apps, app, model):
    return apps.get_model(app, model)._default_manager.order_by("pk")
"""
_FROM_HERE = re.compile(r" AUTO_INCREMENT=\d+")
_NOT_COMPARED = ("evolve_", "django_migrations", "sqlite_")


class Way(Protocol):
    """Django's way of running migrations, or evolve's."""

    def __call__(
        self, world: World, alias: str, app: str, target: str, done: Callable[[str], None]
    ) -> None: ...


def as_django_does(
    world: World, alias: str, app: str, target: str, done: Callable[[str], None]
) -> None:
    """Run MigrationExecutor, with the signals that `migrate` sends around it."""

    def progress(_: Any, action: str, migration: Any = None, fake: bool = False) -> None:
        if action in ("apply_success", "unapply_success"):
            done(f"{action.partition('_')[0]} {migration}")

    with mock.patch.object(Command, "migration_progress_callback", progress):
        named = () if target == "head" else (target,)
        call_command("migrate", app, *named, database=alias, verbosity=0, interactive=False)


def as_evolve_does(
    world: World, alias: str, app: str, target: str, done: Callable[[str], None]
) -> None:
    """Run what `evolve migrate APP TARGET` plans."""
    project = world.project
    plan = project.plan(alias, app, target)
    project.refuse(plan)
    migrate(project, plan, Run(alias, 0), _Watching(done))
    mark_squashes(world.project, alias)


class _Watching(Silent):
    def __init__(self, done: Callable[[str], None]) -> None:
        super().__init__()
        self._done = done

    def finished(self, step: Any, seconds: float) -> None:
        verb = "apply" if step.direction == "forwards" else "unapply"
        self._done(f"{verb} {step.key.app}.{step.key.name}")


class Story:
    """The apps `law` and `ally`, a database, and what happened to it so far."""

    def __init__(self, world: World, alias: str, way: Way) -> None:
        self.world = world
        self.alias = alias
        self.vendor = connections[alias].vendor
        self.log: list[Any] = []
        self._way = way

    def write(self, app: str, name: str, body: str, above: str = "") -> None:
        """Write a migration: the body of its class, and what stands above that."""
        body, above = indent(dedent(body).strip(), "    "), dedent(above).strip()
        head = "class Migration(migrations.Migration):"
        self.text(app, name, f"{PRELUDE}\n\n{above}\n\n\n{head}\n{body}\n")

    def text(self, app: str, name: str, text: str) -> None:
        """Write a file of an app's migrations."""
        package = files.package_of(installed.get_app_config(app))
        assert package is not None
        (package.directory / f"{name}.py").write_text(text)
        files.forget(package, name)

    def to(self, app: str, target: str = "head") -> None:
        """Bring an app to a target, which has to work."""
        self._way(self.world, self.alias, app, target, self._done)
        self.log.append(self.applied())

    def fails(self, app: str, target: str = "head") -> None:
        """Try to bring an app to a target, which has to fail, and log what that leaves."""
        try:
            self._way(self.world, self.alias, app, target, self._done)
        except (Exception, EvolveError):
            self.log.append(self.applied())
            self._done("failed")
        else:
            raise AssertionError(f"{app} {target} did not fail")

    def zero(self, *apps: str) -> None:
        """Take apps back to nothing."""
        for app in apps or ("law",):
            self.to(app, "zero")

    def saw(self, what: Any) -> None:
        """Log something else that has to be the same."""
        self.log.append(what)

    def applied(self) -> list[tuple[str, str]]:
        """Return the rows of the history."""
        found = MigrationExecutor(connections[self.alias]).recorder.applied_migrations()
        return sorted(key for key in found if key[0] in ("law", "ally"))

    def _done(self, what: str) -> None:
        self.log.append((what, exact(self.alias)))


def both_ways(history: Callable[[Story], None]) -> Callable[[str, Path], None]:
    """Make a test of a history: run by Django and by evolve, it makes the same of a database."""

    def test(alias: str, tmp_path: Path) -> None:
        both(history, alias, tmp_path)

    test.__name__, test.__doc__ = history.__name__, history.__doc__
    return test


def both(history: Callable[[Story], None], alias: str, root: Path) -> None:
    """Run a history both ways, each on an empty database."""
    logs = []
    for way in (as_django_does, as_evolve_does):
        databases.empty(alias)
        with World(root) as world:
            story = Story(world, alias, way)
            history(story)
        logs.append(story.log)
    expected, found = logs
    assert len(expected) > 1
    # Django's first: what happened at all, before what came of it.
    assert [_brief(each) for each in found] == [_brief(each) for each in expected], (
        f"evolve: {[*map(_brief, found)]}\nDjango: {[*map(_brief, expected)]}"
    )
    for one, other in zip(found, expected, strict=True):
        lines = (pformat(each, width=150).splitlines() for each in (other, one))
        assert one == other, "\n".join(unified_diff(*lines, "Django", "evolve", n=1))


def _brief(entry: Any) -> Any:
    """Return what happened, without the database after it."""
    return entry[0] if isinstance(entry, tuple) else entry


def exact(alias: str) -> dict[str, Any]:
    """Return all that is in a database, the names that were made up and the rows included."""
    connection = connections[alias]
    read = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}[connection.vendor]
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        kept = [each for each in tables if not each.startswith(_NOT_COMPARED)]
        found = {"schema": read(cursor, kept)}
        for table in kept:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def _sqlite(cursor: Any, tables: list[str]) -> Any:
    cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    return [row for row in cursor.fetchall() if not row[2].startswith(_NOT_COMPARED)]


def _mysql(cursor: Any, tables: list[str]) -> Any:
    found = []
    for table in tables:
        cursor.execute(f"SHOW CREATE TABLE `{table}`")
        found.append(_FROM_HERE.sub("", cursor.fetchone()[1]))
    return found


_CATALOGS = (
    """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
        a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation::text,
        col_description(c.oid, a.attnum), obj_description(c.oid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'v') AND c.relnamespace = current_schema()::regnamespace
        AND c.relname = ANY(%(tables)s)
    ORDER BY c.relname, a.attnum
    """,
    """
    SELECT r.relname, o.conname, pg_get_constraintdef(o.oid), o.convalidated, o.condeferred
    FROM pg_constraint o JOIN pg_class r ON r.oid = o.conrelid
    WHERE r.relname = ANY(%(tables)s) ORDER BY 1, 2
    """,
    """
    SELECT r.relname, i.relname, pg_get_indexdef(i.oid), x.indisvalid
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class r ON r.oid = x.indrelid
    WHERE r.relname = ANY(%(tables)s) ORDER BY 1, 2
    """,
    "SELECT extname FROM pg_extension ORDER BY 1",
    """
    SELECT c.collname, to_jsonb(c) - '{oid,collnamespace,collowner,collversion}'::text[]
    FROM pg_collation c WHERE c.collnamespace = current_schema()::regnamespace ORDER BY 1
    """,
    """
    SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
        AND c.relkind IN ('S', 'v') AND c.relname NOT LIKE 'evolve%%' ORDER BY 1
    """,
)


def _postgresql(cursor: Any, tables: list[str]) -> Any:
    found = []
    for sql in _CATALOGS:
        cursor.execute(sql, {"tables": tables})
        rows = cursor.fetchall()
        found.append([row for row in rows if "django_migrations" not in row[0]])
    return found
