"""What it costs to bring an empty database to the end of a long Django-format history."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import projects
from benchmarks.measure import Command, compare

_MODELS, _REVISIONS = 200, 500


def run(directory: Path, models: int, runs: int) -> None:
    """Compare evolve and Django on the same files; the number of models here is fixed."""
    root = projects.django_project(directory, _MODELS)
    projects.run(root, "manage.py", "makemigrations", "shop", "-v0")
    for number in range(2, _REVISIONS + 1):
        _write_addition(root, number)

    def forget() -> None:
        (root / "db.sqlite3").unlink(missing_ok=True)

    commands = {
        "evolve migrate": Command([sys.executable, "-m", "evolve", "migrate"], root, forget),
        "manage.py migrate": Command([sys.executable, "manage.py", "migrate"], root, forget),
    }
    title = f"{_REVISIONS} Django-format migrations of {_MODELS} models on an empty database"
    compare(title, commands, runs, "manage.py migrate")


def _write_addition(root: Path, number: int) -> None:
    """Write a migration that adds a column, adds a foreign key, or alters a column, in turn."""
    before = "0001_initial" if number == 2 else f"{number - 1:04d}_added"
    model = f"M{number % _MODELS}"
    operation = {
        0: f'AddField("{model}", "g{number}", models.IntegerField(null=True))',
        1: f'AlterField("{model}", "f1", models.CharField(max_length={number}, null=True))',
        2: f'AddField("{model}", "r{number}", models.ForeignKey('
        f'"M{number * 7 % _MODELS}", models.CASCADE, null=True, related_name="+"))',
    }[number % 3]
    (root / "shop" / "migrations" / f"{number:04d}_added.py").write_text(
        "from django.db import migrations, models\n\n\n"
        "class Migration(migrations.Migration):\n"
        f'    dependencies = [("shop", "{before}")]\n'
        f"    operations = [migrations.{operation}]\n"
    )
