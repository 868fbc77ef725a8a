"""What of evolve a project still has once an app has left it: imports, settings, other apps."""

from __future__ import annotations

import ast
import importlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import AppConfig
from django.apps import apps as live_apps
from django.conf import settings

from evolve.adopting import installed
from evolve.project import Project
from evolve.revisions.files import package_of

_NOT_ENTERED = {"node_modules", "__pycache__", "site-packages", "dist-packages"}


@dataclass(frozen=True)
class Remains:
    """Where evolve is still needed: a line each, with the file and its line for an import.

    `own` are the app's own imports, without which it runs; `project` is all else.
    """

    own: tuple[str, ...]
    project: tuple[str, ...]


def remains(app: str) -> Remains:
    """Return what of evolve is left beside an app whose revisions are Django's."""
    config = live_apps.get_app_config(app)
    own = _imports(_places(config))
    others = {
        path
        for each in live_apps.get_app_configs()
        if each.label not in (app, "evolve") and not installed(Path(each.path))
        for path in _places(each)
    }
    settings_file = importlib.import_module(settings.SETTINGS_MODULE).__file__
    others |= {Path(str(settings_file)).parent} - _places(config)
    elsewhere = _imports(others) - own
    return Remains(tuple(sorted(own)), (*_of_settings(), *_of_apps(app), *sorted(elsewhere)))


def _places(config: AppConfig) -> set[Path]:
    package = package_of(config)
    return {Path(config.path), *([package.directory] if package else [])}


def _of_settings() -> Iterator[str]:
    if any(each.split(".")[0] == "evolve" for each in settings.INSTALLED_APPS):
        yield "INSTALLED_APPS in the settings has 'evolve': take it out."
    if hasattr(settings, "EVOLVE"):
        yield "The settings have EVOLVE: take it out."


def _of_apps(app: str) -> Iterator[str]:
    there = {each.app for each in Project().revisions if each.kind != "django"} - {app}
    for each in sorted(there):
        yield f"The app '{each}' has revisions of evolve's: evolve leave {each}"


def _imports(places: Iterable[Path]) -> set[str]:
    """Return where evolve is imported in the files below some directories."""
    files = {path for place in places for path in _below(place)}
    return {line for path in files for line in _of_file(path)}


def _below(place: Path) -> Iterator[Path]:
    """Yield the Python files below a directory, without those of other people's packages."""
    for root, directories, names in os.walk(place):
        directories[:] = [
            each
            for each in directories
            if each not in _NOT_ENTERED
            and not each.startswith(".")
            and not (Path(root) / each / "pyvenv.cfg").exists()
        ]
        yield from (Path(root) / name for name in names if name.endswith(".py"))


def _of_file(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return
    for node in ast.walk(tree):
        if _is_evolves(node):
            yield f"{path}:{node.lineno}: {ast.unparse(node)}"  # type: ignore[attr-defined]


def _is_evolves(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(each.name.split(".")[0] == "evolve" for each in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "evolve"
