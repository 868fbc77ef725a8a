"""Makes the projects that benchmarks run on: the same models for Django, evolve and Alembic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SETTINGS = """\
SECRET_KEY = "benchmark"
INSTALLED_APPS = ["django.contrib.contenttypes", "shop", "evolve"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {database!r}}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
_MANAGE = """\
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


def django_project(root: Path, models: int) -> Path:
    """Make a project with one app of `models` models of eight fields, in a chain."""
    (root / "shop").mkdir(parents=True)
    (root / "manage.py").write_text(_MANAGE)
    (root / "settings.py").write_text(_SETTINGS.format(database=str(root / "db.sqlite3")))
    (root / "shop" / "__init__.py").touch()
    write_models(root, models)
    return root


def write_models(root: Path, models: int, extra: bool = False) -> None:
    """Write models.py, with one field more in the middle model where `extra`."""
    text = "from django.db import models\n" + "".join(
        _model(each, extra and each == models // 2) for each in range(models)
    )
    (root / "shop" / "models.py").write_text(text)


def _model(number: int, extra: bool) -> str:
    fields = [f"f{each} = models.CharField(max_length={20 + each}, null=True)" for each in range(6)]
    if number:
        fields.append(f'parent = models.ForeignKey("M{number - 1}", models.CASCADE, null=True)')
    if extra:
        fields.append("added = models.IntegerField(null=True)")
    return f"\n\nclass M{number}(models.Model):\n" + "".join(f"    {field}\n" for field in fields)


def run(root: Path, *argv: str) -> None:
    """Run a Python command in a project, and stop where it fails."""
    done = subprocess.run(
        [sys.executable, *argv], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
