"""A Django project in a temporary directory, driven through the real evolve command."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys import forks

_SETTINGS = """\
import dj_database_url
SECRET_KEY = "tests"
INSTALLED_APPS = {apps!r}
DATABASES = {{"default": dj_database_url.config()}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
_MANAGE = """\
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project_settings")
if __name__ == "__main__":
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
_BUILT_IN = ["django.contrib.contenttypes", "django.contrib.auth", "evolve"]


@dataclass(frozen=True)
class Ran:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


class Site:
    """A project with some apps; models are written by the test.

    `connection` is the test's own to the same database, where a fixture gives one.
    """

    connection: Any = None
    hash_seed = "random"

    def __init__(self, root: Path, url: str, *apps: str) -> None:
        self.root = root
        self.url = url
        (root / "manage.py").write_text(_MANAGE)
        (root / "project_settings.py").write_text(_SETTINGS.format(apps=[*apps, *_BUILT_IN]))
        for app in apps:
            (root / app).mkdir()
            (root / app / "__init__.py").touch()

    def models(self, app: str, body: str) -> None:
        """Write an app's models.py."""
        (self.root / app / "models.py").write_text(f"from django.db import models\n\n\n{body}")

    def setting(self, text: str) -> None:
        """Add a line to the settings."""
        with open(self.root / "project_settings.py", "a") as file:
            file.write(f"{text}\n")

    def filled(self, app: str, number: str, forwards: str, backwards: str = "pass") -> None:
        """Write the two methods of a data revision's skeleton, a statement each."""
        path = self.file(app, number)
        text = path.read_text()
        for method, body in (("forwards", forwards), ("backwards", backwards)):
            start = text.index("\n", text.index(f"def {method}(")) + 1
            text = f"{text[:start]}        {body}\n{text[text.index(chr(10) * 2, start) :]}"
        path.write_text(text)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def run_sql(self, sql: str) -> None:
        """Run a statement."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def content(self) -> dict[str, Any]:
        """Return every table with its columns and rows: all that a command could have changed."""
        with self.connection.cursor() as cursor:
            tables = sorted(self.connection.introspection.table_names(cursor))
            columns = {
                table: [
                    tuple(each)[:7]
                    for each in self.connection.introspection.get_table_description(cursor, table)
                ]
                for table in tables
            }
        return {
            table: (columns[table], sorted(map(repr, self.rows(f"SELECT * FROM {table}"))))
            for table in tables
        }

    def applied(self, app: str = "shop") -> list[str]:
        """Return the names of an app's rows in the history, oldest first."""
        found = self.rows(f"SELECT name FROM django_migrations WHERE app = '{app}' ORDER BY id")
        return [name for (name,) in found]

    def refused(self, *args: str) -> str:
        """Run the evolve command, which has to refuse, and return its stderr."""
        ran = self.evolve(*args)
        assert ran.code == 2, ran
        assert "Traceback" not in ran.err
        return ran.err

    def file(self, app: str, number: str) -> Path:
        """Return the revision file that begins with a number."""
        return next((self.root / app / "migrations").glob(f"{number}*.py"))

    def files(self, app: str) -> list[str]:
        """Return the names of an app's revision files."""
        return sorted(each.stem for each in (self.root / app / "migrations").glob("0*.py"))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the commands."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
        given = {"DATABASE_URL": self.url, "PYTHONWARNINGS": "ignore"}
        return {**kept, **given, "PYTHONHASHSEED": self.hash_seed}

    def python(self, *args: str, cwd: Path | None = None) -> Ran:
        """Run Python in the project, without a terminal."""
        done = subprocess.run(
            [sys.executable, *args],
            cwd=cwd or self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def evolve(self, *args: str, cwd: Path | None = None) -> Ran:
        """Run the evolve command, without a terminal."""
        if self.hash_seed != "random":
            return self.python("-m", "evolve", *args, cwd=cwd)
        return Ran(*forks.run(list(args), cwd or self.root, self.environment))

    def must(self, *args: str) -> str:
        """Run the evolve command, which has to succeed, and return its stdout."""
        ran = self.evolve(*args)
        assert ran.code == 0, ran
        assert "Traceback" not in ran.err
        return ran.out

    def type(self, answers: list[str], *args: str) -> Ran:
        """Run the evolve command on a pseudo-terminal, typing an answer at each prompt."""
        pid, terminal = pty.fork()
        if not pid:
            os.chdir(self.root)
            os.execve(sys.executable, [sys.executable, "-m", "evolve", *args], self.environment)
        before = termios.tcgetattr(terminal)
        printed, left = "", list(answers)
        while True:
            if not select.select([terminal], [], [], 30)[0]:
                os.kill(pid, signal.SIGKILL)
                raise AssertionError(f"the command waits after: {printed}")
            try:
                printed += os.read(terminal, 4096).decode()
            except OSError:
                break
            if left and re.search(r"(choice: |>>> |\[y/N\] )$", printed):
                # A key that comes before the terminal is read from can be lost (Ctrl-D is).
                time.sleep(0.05)
                os.write(terminal, left.pop(0).encode())
                printed += "\0"  # so that this prompt is not answered twice
        assert termios.tcgetattr(terminal)[3] == before[3], "the terminal is left in another mode"
        _, status = os.waitpid(pid, 0)
        text = printed.replace("\0", "").replace("\r\n", "\n")
        return Ran(os.waitstatus_to_exitcode(status), text, "")
