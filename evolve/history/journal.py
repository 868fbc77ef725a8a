"""The journal: a row for every run of every revision on a database, in evolve's own table."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import socket
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import django
from django.apps.registry import Apps
from django.db import Error, models, transaction
from django.utils import timezone

from evolve._version import VERSION
from evolve.plan import Step
from evolve.revisions.revision import Key

TABLE = "evolve_journal"

Outcome = Literal["running", "done", "failed", "faked"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal. `ended` is None, and `outcome` "running", where a run was cut off.

    `revision` is the id, `checksum` the SHA-256 of the file as it was, `description` what it does.
    """

    app: str
    name: str
    revision: str
    direction: str
    outcome: str
    description: str
    checksum: str
    started: datetime
    ended: datetime | None
    error: str
    evolve_version: str
    django_version: str
    username: str
    host: str

    @property
    def key(self) -> Key:
        """The revision's own row in the history table."""
        return Key(self.app, self.name)


@cache
def _model() -> type[models.Model]:
    """Return the model of the table, in a registry of its own: no migration and no app sees it.

    Made when it is asked for: a model cannot be made before Django is set up.
    """

    class JournalRow(models.Model):
        app = models.CharField(max_length=255)
        name = models.CharField(max_length=255)
        revision = models.CharField(max_length=255)
        direction = models.CharField(max_length=9)
        outcome = models.CharField(max_length=7)
        description = models.TextField(default="")
        checksum = models.CharField(max_length=64, default="")
        started = models.DateTimeField()
        ended = models.DateTimeField(null=True)
        error = models.TextField(default="")
        evolve_version = models.CharField(max_length=40, default="")
        django_version = models.CharField(max_length=40, default="")
        username = models.CharField(max_length=255, default="")
        host = models.CharField(max_length=255, default="")

        class Meta:
            apps = Apps()
            app_label = "evolve"
            db_table = TABLE

    return JournalRow


_COLUMNS = tuple(Entry.__dataclass_fields__)


class Journal:
    """The rows of `evolve_journal` on one database connection.

    Reading never creates the table; `prepare` does, before the first step runs.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def entries(self, app: str | None = None) -> list[Entry]:
        """Return what was run, oldest first; nothing where there is no journal yet."""
        there = self._columns()
        if not there:
            return []
        rows = self._rows.order_by("id")
        found = rows if app is None else rows.filter(app=app)
        # An older version's table has fewer columns until the next run.
        fewer = {name: _model()._meta.get_field(name).get_default() for name in _COLUMNS}
        known = [name for name in _COLUMNS if name in there]
        return [Entry(**{**fewer, **row}) for row in found.values(*known)]

    def last(self) -> dict[Key, Entry]:
        """Return the last run of each revision that came to its end."""
        ended = (each for each in self.entries() if each.outcome in ("done", "faked"))
        return {each.key: each for each in ended}

    def prepare(self) -> None:
        """Create the table where it is missing, and add the columns that this version has more."""
        there = self._columns()
        fields = [each for each in _model()._meta.local_fields if each.column not in there]
        if not fields:
            return
        with self._connection.schema_editor() as editor:
            if not there:
                editor.create_model(_model())
                return
            for field in fields:
                editor.add_field(_model(), field)

    def begin(self, step: Step, description: str, whole: bool) -> Run:
        """Return the run of a step that begins now.

        Where the step is `whole`, one transaction with its row, nothing is written before its end.
        Else a row says that it is running, for the case that nobody comes to write how it ended.
        """
        run = Run(self._rows, step, description)
        if not whole:
            run.write("running")
        return run

    @property
    def _rows(self) -> Any:
        return _model()._default_manager.using(self._connection.alias)

    def _columns(self) -> set[str]:
        with self._connection.cursor() as cursor:
            if TABLE not in self._connection.introspection.table_names(cursor):
                return set()
            found = self._connection.introspection.get_table_description(cursor, TABLE)
            return {column.name for column in found}


class Run:
    """One run of one step, and its row."""

    def __init__(self, rows: Any, step: Step, description: str) -> None:
        self._rows = rows
        self._id: int | None = None
        self._started = timezone.now()
        self._said = {
            "app": step.key.app,
            "name": step.key.name,
            "revision": step.revision.id,
            "direction": step.direction,
            "description": description,
            "checksum": _checksum(step.revision.path),
            "evolve_version": VERSION,
            "django_version": django.get_version(),
            "username": _user(),
            "host": socket.gethostname(),
        }

    def write(self, outcome: Outcome, error: str = "") -> None:
        """Write how the run goes, in the transaction that is open."""
        ended = None if outcome == "running" else timezone.now()
        said = {"outcome": outcome, "ended": ended, "error": error}
        if self._id is not None:
            self._rows.filter(id=self._id).update(**said)
            return
        row = self._rows.create(**self._said, started=self._started, **said)
        self._id = row.id if outcome == "running" else None

    def failed(self, error: str) -> None:
        """Write that the run failed; where the database takes nothing any more, that is that."""
        with contextlib.suppress(Error), transaction.atomic(self._rows.db):
            self.write("failed", error)


def _checksum(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in this container
        return ""
