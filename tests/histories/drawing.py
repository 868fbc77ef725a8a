"""A version that changes: its things, chosen at random, and new numbers and names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from tests.histories import catalogue
from tests.histories.version import Field, Model, Version, own_fields

WORDS = ("Ant", "Bee", "Cow", "Dog", "Elk", "Fox", "Gnu", "Hen")


class Drawing:
    """What has been drawn so far. `rng` may be hypothesis's."""

    def __init__(self, rng: Random, vendor: str, wide: bool) -> None:
        self.rng = rng
        self.wide = wide
        self.vendor = vendor
        self.last = 0
        # What points to another app does so in one direction: else nothing can be written first.
        self.pointing = rng.choice(["law", "ally"])
        self.gone_names: dict[str, list[str]] = {}
        self.version: Version = {}
        # Whether it is the history's first version; and the last one so far.
        self.first = True
        self.before: Version = {}

    def number(self) -> int:
        self.last += 1
        return self.last

    def some_model(self, wanted: Callable[[Model], bool] = lambda model: True) -> int | None:
        keys = [key for key, model in self.version.items() if wanted(model)]
        return self.rng.choice(keys) if keys else None

    def concrete(self, app: str | None = None) -> int | None:
        return self.some_model(lambda model: not model.abstract and app in (None, model.app))

    def target(self, app: str) -> int | None:
        """Return a model that models of an app may point to."""
        others = app == self.pointing and self.rng.random() < 0.4
        return self.some_model(
            lambda model: not model.abstract and (model.app == app) is not others
        )

    def own(self, key: int, kinds: Sequence[str]) -> list[int]:
        fields = own_fields(self.version, key)
        return [each for each, one in fields.items() if one.kind in kinds]

    def text(self, texts: Sequence[str], number: int) -> str:
        chosen = self.rng.choice(texts).replace("#", str(number))
        return chosen.replace("{collation}", catalogue.COLLATIONS[self.vendor])

    def model_name(self, number: int) -> str:
        """Return a name for a model, which may be that of one that is gone.

        Not of one that goes in the same step: both sides take that for a change of all its fields,
        and most databases, in Django's order, for a table without columns.
        """
        there = {model.name for model in self.before.values()}
        gone = [name for name in self.gone_names.get("model", ()) if name not in there]
        if gone and self.rng.random() < 0.3:
            return self.rng.choice(gone)
        return f"{self.rng.choice(WORDS)}{number}"

    def field_name(self, kind: str, number: int) -> str:
        if (gone := self.gone_names.get(kind)) and self.rng.random() < 0.3:
            return self.rng.choice(gone)
        return f"{kind}{number}"

    def with_model(self, key: int, **changes: object) -> Version:
        return {**self.version, key: replace(self.version[key], **changes)}

    def with_field(self, key: int, number: int, one: Field) -> Version:
        return self.with_model(key, fields={**self.version[key].fields, number: one})

    def some_field(self) -> tuple[int, int] | None:
        pairs = [(key, each) for key, model in self.version.items() for each in model.fields]
        return self.rng.choice(pairs) if pairs else None

    def plain_field(self) -> dict[int, Field]:
        number, kind = self.number(), self.rng.choice(list(catalogue.FIELDS))
        text = self.text(catalogue.FIELDS[kind], number)
        return {number: Field(text, (), self.field_name(kind, number), kind)}
