"""A history that fails, made as small as it can be while it fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.histories.draw import loads
from tests.histories.version import History, alive, texts

Fails = Callable[[History], bool]


def shrunk(history: History, fails: Fails, most: int = 150) -> History:
    """Return a smaller history for which `fails` holds, after at most `most` trials."""
    trials = 0
    again = True
    while again:
        again = False
        for smaller in _smaller(history):
            if not all(map(loads, smaller)):
                continue
            trials += 1
            if trials > most:
                return history
            if fails(smaller):
                history, again = smaller, True
                break
    return history


def _smaller(history: History) -> Iterator[History]:
    """Yield histories with less in them: versions, then models, fields, parts of Meta."""
    for number in range(len(history)):
        if len(history) > 1:
            yield history[:number] + history[number + 1 :]
    for drop in (_without_model, _without_field, _without_option):
        for changed in drop(history):
            smaller = tuple(map(alive, changed))
            if [texts(each) for each in smaller] != [texts(each) for each in history]:
                yield smaller


def _without_model(history: History) -> Iterator[History]:
    for key in sorted({key for version in history for key in version}):
        yield tuple({k: model for k, model in each.items() if k != key} for each in history)


def _without_field(history: History) -> Iterator[History]:
    fields = {each for version in history for model in version.values() for each in model.fields}
    for gone in sorted(fields):
        yield tuple(
            {
                key: replace(model, fields={k: v for k, v in model.fields.items() if k != gone})
                for key, model in version.items()
            }
            for version in history
        )


def _without_option(history: History) -> Iterator[History]:
    options = {
        (key, option)
        for version in history
        for key, model in version.items()
        for option in model.meta
        if option not in ("abstract", "proxy", "managed", "swappable")
    }
    for at, gone in sorted(options):
        yield tuple(
            {
                key: replace(model, meta={k: v for k, v in model.meta.items() if k != gone})
                if key == at
                else model
                for key, model in version.items()
            }
            for version in history
        )
