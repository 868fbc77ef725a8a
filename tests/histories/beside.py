"""A history, run by evolve and by Django on a database each: what has to be equal at each step."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from django.apps.registry import Apps
from django.db import DataError, IntegrityError

from tests.contract.engine import APPS, World, built, rendered
from tests.contract.schema import Schema, schema
from tests.histories.compare import Failed, columns, equal, words
from tests.histories.databases import Databases
from tests.histories.django_side import DjangoSide
from tests.histories.evolve_side import EvolveSide, Fields
from tests.histories.keeper import swapped_in
from tests.histories.rows import NOW, only, put, rows, several, value_of
from tests.histories.version import (
    History,
    Version,
    renamed_alone,
    renames,
    texts,
)


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
            World(Path(directory)) as world,
            swapped_in(),
            mock.patch("django.utils.timezone.now", lambda: NOW),
        ):
            self._evolve = EvolveSide(self.where.evolve, world)
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
        written = self._evolve.write(number, before, after, fields)
        if written is None:
            self.counted["refused"] += 1
            return False
        self._evolve.silent(number, after)
        at, had = schema(self.where.evolve), rows(self.where.evolve)
        try:
            self._evolve.forwards(written)
        except Exception as ours:
            if error is not None or self._alone:
                self.counted["failed on both sides"] += 1
                self._positions = [({}, {})]
                return False
            raise Failed("migrate", number, words(ours)) from ours
        if error is not None:
            self.counted["Django failed"] += 1
            self._alone = True
        self._compare(number, after)
        if self._evolve.reversible(written):
            self._there_and_back(number, before, after, (at, had), written)
        self._positions.append((self._evolve.names(), schema(self.where.evolve)))
        aliases = [self.where.evolve] + [self.where.django] * (not self._alone)
        self._number = put(registries[1], aliases, self._number, self.most_rows)
        self.counted["steps"] += 1
        return True

    def _django_step(self, before: Version, after: Version, fields: Fields) -> Exception | None:
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
            self._evolve.back(self._positions[-1][0], written)
        except Exception as error:
            raise Failed("back", number, words(error)) from error
        equal("schema after the way back", number, schema(self.where.evolve), at[0])
        kept = columns(before, after)
        ours, theirs = only(rows(self.where.evolve), kept), only(at[1], kept)
        equal("rows after the way back", number, ours, theirs)
        try:
            self._evolve.forwards(written)
        except Exception as error:
            raise Failed("again", number, words(error)) from error
        equal("schema again", number, schema(self.where.evolve), here)

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
                equal("schema", number, ours, theirs)
            equal("rows", number, rows(self.where.evolve), rows(self.where.django))
            return
        unmanaged = any("managed" in model.meta for model in after.values())
        if not unmanaged:
            equal("built schema", number, ours, built(self.where.built, texts(after)))

    def _to_zero(self, number: int) -> None:
        while len(self._positions) > 1:
            _, at = self._positions[-2]
            now, names = self._positions[-1][0], self._positions[-2][0]
            written = [app for app in APPS if now.get(app) != names.get(app)]
            # What was written last goes back first.
            order = [key.app for key in self._evolve.graph() if now.get(key.app) == key.name]
            written = [app for app in order if app in written]
            if not self._evolve.reversible_now(now, written):
                self.counted["irreversible"] += 1
                return
            self._positions.pop()
            try:
                self._evolve.back(names, written)
            except Exception as error:
                if self._refused_rows(error):
                    return
                raise Failed("to zero", len(self._positions), words(error)) from error
            found = schema(self.where.evolve)
            equal("schema on the way to zero", len(self._positions), found, at)

    def _refused_rows(self, error: BaseException) -> bool:
        """Tell whether rows that came later were not possible before: no one can restore those."""
        if isinstance(error.__cause__, IntegrityError):
            return several(self.where.evolve)
        return isinstance(error.__cause__, DataError)


def _fields(registries: list[Apps], renamed: Mapping[str, str]) -> Fields:
    """Return the fields of several versions by model and name; later ones win.

    Those of a renamed model are under its new name too: that is how evolve asks of them.
    """
    return {
        (name.lower(), one.name): one
        for registry in registries
        for model in registry.get_models(include_swapped=True)
        for one in model._meta.local_fields
        for name in (model.__name__, renamed.get(model.__name__, model.__name__))
    }
