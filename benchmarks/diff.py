"""What it costs to find one added field among many models."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from benchmarks import alembic_project, projects
from benchmarks.measure import Command, compare


def run(directory: Path, models: int, runs: int) -> None:
    """Compare three diffs; evolve's budget is 0.5 s of CPU beyond Django's start-up."""
    ours = projects.django_project(directory / "evolve", models)
    projects.run(ours, "-m", "evolve", "schemamigration", "shop", "--initial")
    theirs = projects.django_project(directory / "django", models)
    projects.run(theirs, "manage.py", "makemigrations", "shop", "-v0")
    for root in (ours, theirs):
        projects.write_models(root, models, extra=True)
    start = "import django; django.setup()"
    commands = {
        "django.setup()": Command(
            ["env", "DJANGO_SETTINGS_MODULE=settings", sys.executable, "-c", start], ours
        ),
        "evolve --auto": Command(
            [sys.executable, "-m", "evolve", "schemamigration", "shop", "--auto", "--stdout"], ours
        ),
        "makemigrations --dry-run": Command(
            [sys.executable, "manage.py", "makemigrations", "shop", "--dry-run"], theirs
        ),
    }
    if importlib.util.find_spec("alembic"):
        commands["alembic --autogenerate"] = alembic_project.diff(directory / "alembic", models)
    else:
        print("Alembic is not installed (pip install alembic): it is left out.")
    cpu = compare(
        f"One added field among {models} models", commands, runs, "makemigrations --dry-run"
    )
    beyond = cpu["evolve --auto"] - cpu["django.setup()"]
    print(f"  evolve takes {beyond:.2f} s of CPU beyond Django's start-up; the budget is 0.50 s")
