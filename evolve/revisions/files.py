"""Revision files on disk: finding them, reading them, importing one."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import re
import struct
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RenameModel, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from evolve.errors import BrokenRevision, Refused, few, few_lines
from evolve.revisions.frozen_text import Frozen, read_frozen
from evolve.revisions.header import SETTING, NotLiteral, django_revision, read_header
from evolve.revisions.methods import Method, read_methods
from evolve.revisions.references import References
from evolve.revisions.revision import Direction, Key, Revision

UNFINISHED = ".rebase"
"""The file that holds what a rebase writes, while it is writing."""

_DOCSTRING = re.compile(r'\s*[rR]?"""(.*?)(?:"""|\n)')


@dataclass(frozen=True, slots=True)
class Package:
    """Where an app's revision files are, or would be: module name and directory."""

    app: str
    module: str
    directory: Path

    @property
    def exists(self) -> bool:
        """Tell whether it is a package that Django would read migrations from."""
        return (self.directory / "__init__.py").exists()


def package_of(config: AppConfig) -> Package | None:
    """Return the migrations package of an installed app; None for an app that cannot have one.

    MIGRATION_MODULES switches it off, or the app is a module and no package. The directory need
    not exist yet. Raises Refused where MIGRATION_MODULES names a package that cannot be imported.
    """
    module, by_setting = MigrationLoader.migrations_module(config.label)
    if module is None:
        return None
    if not module or not isinstance(module, str):
        raise Refused(
            f"MIGRATION_MODULES has {module!r} for '{config.label}'.",
            "It has to be the dotted path of a package, or None for no migrations.",
        )
    parent, _, last = module.rpartition(".")
    try:
        spec = importlib.util.find_spec(parent or module)
    except ImportError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        if not by_setting:
            return None
        raise Refused(
            f"MIGRATION_MODULES puts the migrations of '{config.label}' into {module}, but "
            f"{parent or module} is not a package that can be imported.",
            f"Make the package {parent or module}, or correct the setting.",
        )
    directory = Path(spec.submodule_search_locations[0])
    return Package(config.label, module, directory / last if parent else directory)


def read_revisions(configs: Iterable[AppConfig]) -> list[Revision]:
    """Return the headers of every revision of the apps, of either format.

    Raises BrokenRevision naming every file that cannot be read.
    """
    revisions, broken = read_all(configs)
    if broken:
        raise BrokenRevision(few_lines(broken))
    return revisions


def read_all(configs: Iterable[AppConfig]) -> tuple[list[Revision], list[str]]:
    """Return the headers of what can be read, and what is wrong with each file that cannot."""
    revisions: list[Revision] = []
    broken: list[str] = []
    for config in configs:
        package = package_of(config)
        if package is None or not package.exists:
            continue
        if (package.directory / UNFINISHED).exists():
            broken.append(
                f"{package.directory / UNFINISHED}: a rebase of '{package.app}' was cut off while "
                f"it wrote its files. `evolve rebase {package.app} --continue` finishes it."
            )
        for name in module_names(package):
            try:
                revisions.append(_read(package, name))
            except BrokenRevision as error:
                broken.append(str(error))
    return _without_superseded(revisions), broken


def _without_superseded(revisions: list[Revision]) -> list[Revision]:
    """Leave out what `--update` rewrote and was cut off before it could remove."""
    old = {(each.app, id_) for each in revisions for id_ in each.supersedes}
    return [each for each in revisions if (each.app, each.id) not in old] if old else revisions


def module_names(package: Package) -> list[str]:
    """Return the names of the revision files in a package, sorted."""
    found = pkgutil.iter_modules([str(package.directory)])
    return sorted(each.name for each in found if not each.ispkg and each.name[0] not in "_~")


_header = lru_cache(maxsize=4096)(read_header)
_frozen = lru_cache(maxsize=64)(read_frozen)


def _read(package: Package, name: str) -> Revision:
    path = str(package.directory / f"{name}.py")
    try:
        revision = _header(package.app, name, path, read_text(path), not _compiled(path))
    except NotLiteral:
        revision = _from_module(package, name, path)
    resolved = tuple(_setting_resolved(path, each) for each in revision.depends_on)
    return replace(revision, depends_on=resolved)


def _compiled(path: str) -> bool:
    """Tell whether Python has compiled a file as it is now, so that its syntax is right.

    The header of a .pyc file has the time and size of its source (PEP 3147, PEP 552).
    """
    try:
        stat = os.stat(path)
        with open(importlib.util.cache_from_source(path), "rb") as file:
            flags, mtime, size = struct.unpack("<4xIII", file.read(16))
    except (OSError, NotImplementedError, struct.error):
        return False
    return flags == 0 and (mtime, size) == (int(stat.st_mtime), stat.st_size)


def _setting_resolved(path: str, reference: str) -> str:
    """Turn "settings.AUTH_USER_MODEL" into the first revision of the app that it names."""
    if not reference.startswith(SETTING):
        return reference
    name = reference.removeprefix(SETTING)
    label = getattr(settings, name, None)
    if not label:
        raise BrokenRevision(f"{path}: it depends on the setting {name}, which is not set.")
    return f"{label.split('.')[0]}:__first__"


def _from_module(package: Package, name: str, path: str) -> Revision:
    """Read the header of a Django-format migration that computes it."""
    migration = _imported(package.module, package.app, name, path)
    if getattr(migration, "revision", None):
        raise BrokenRevision(f"{path}: its header is computed.", "Write it as literals.")
    values = {key: getattr(migration, key) for key in ("dependencies", "run_before", "replaces")}
    renames = dict(_model_renames(migration.operations))
    return django_revision(package.app, name, path, values, renames)


def _model_renames(operations: Iterable[Operation]) -> Iterator[tuple[str, str]]:
    for each in operations:
        if isinstance(each, RenameModel):
            yield each.old_name, each.new_name
        elif isinstance(each, SeparateDatabaseAndState):
            yield from _model_renames(each.state_operations)


@lru_cache(maxsize=4096)
def _text_at(path: str, mtime: int, size: int) -> str:
    return Path(path).read_text(encoding="utf-8-sig")


def read_text(path: str) -> str:
    """Return the text of a revision file. Raises BrokenRevision where it cannot be read."""
    try:
        stat = os.stat(path)
        return _text_at(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenRevision(f"{path}: it cannot be read: {error}.") from error


def frozen_of(revision: Revision) -> Frozen:
    """Return what an evolve revision froze; it is not to be changed."""
    return _frozen(revision.app, revision.path, read_text(revision.path))


def message_of(revision: Revision) -> str:
    """Return the first line of a revision's docstring; the words of its name where it has none."""
    found = _DOCSTRING.match(read_text(revision.path)) if revision.path else None
    slug = revision.name.partition("_")[2] or revision.name
    return found[1].strip() if found else slug.replace("_", " ")


def methods_of(revision: Revision) -> dict[Direction, Method]:
    """Return what an evolve revision's two methods do."""
    return read_methods(read_text(revision.path))


def load(revision: Revision, config: AppConfig) -> Any:
    """Import a revision's module and return its Migration, made for its app.

    Raises BrokenRevision, naming the file, where the import fails.
    """
    package = package_of(config)
    if package is None:
        raise BrokenRevision(f"The app '{revision.app}' has no migrations package.")
    return _imported(package.module, revision.app, revision.name, revision.path)


def _imported(module: str, app: str, name: str, path: str) -> Any:
    try:
        return importlib.import_module(f"{module}.{name}").Migration(name, app)
    except Exception as error:
        frames = [each for each in traceback.extract_tb(error.__traceback__) if each[0] == path]
        line = f":{frames[-1].lineno}" if frames else ""
        raise BrokenRevision(
            f"{path}{line}: importing it failed: {type(error).__name__}: {error}",
            "Correct the file; what it imports must exist for as long as the file does.",
        ) from error


@lru_cache(maxsize=256)
def _revisions_at(package: Package, stamp: int) -> tuple[Revision, ...]:
    return tuple(_without_superseded([_read(package, name) for name in module_names(package)]))


def stamp_of(config: AppConfig) -> int:
    """Return the time (ns) at which an app's migrations directory was last changed; 0 for none."""
    package = package_of(config)
    return package.directory.stat().st_mtime_ns if package and package.exists else 0


def revisions_of(config: AppConfig) -> tuple[Revision, ...]:
    """Return the headers of one app's revisions, remembered while its directory is unchanged."""
    package = package_of(config)
    if package is None or not package.exists:
        return ()
    return _revisions_at(package, stamp_of(config))


def forget(package: Package, name: str) -> None:
    """Forget what is remembered of a file that was written anew, in this process."""
    sys.modules.pop(f"{package.module}.{name}", None)
    _revisions_at.cache_clear()
    _references_at.cache_clear()
    importlib.invalidate_caches()


@lru_cache(maxsize=256)
def _references_at(package: Package, stamp: int) -> References:
    return References(_revisions_at(package, stamp))


def _keys_named(config: AppConfig, reference: str) -> tuple[Key, ...]:
    package = package_of(config)
    if package is None or not package.exists:
        return ()
    return _references_at(package, stamp_of(config)).named(config.label, reference)


def revision_named(config: AppConfig, reference: str) -> Revision | None:
    """Return the one revision of an app that `reference` names; None for none or several.

    It is what Django's own loader needs to know of parents and dependencies, without a graph.
    """
    keys = _keys_named(config, reference)
    own = {each.key: each for each in revisions_of(config)}
    return own.get(keys[0]) if len(keys) == 1 else None


def key_named(config: AppConfig, reference: str) -> Key:
    """Return the key of the revision that `reference` names in an app.

    Raises BrokenRevision where no revision, or more than one, is named so.
    """
    keys = _keys_named(config, reference)
    if not keys:
        # All of an app may be squashed into a revision of another one.
        every = (each for other in apps.get_app_configs() for each in revisions_of(other))
        keys = References(every).named(config.label, reference)
    if len(keys) != 1:
        wrong = f"is ambiguous ({few(key.name for key in keys)})" if keys else "does not exist"
        raise BrokenRevision(f"The revision '{config.label}:{reference}' {wrong}.")
    return keys[0]
