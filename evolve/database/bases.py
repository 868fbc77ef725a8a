"""Bases of models, which no operation changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import models
from django.db.migrations.state import ModelState
from django.db.models.utils import make_model_tuple

from evolve.database.lazy import LazyState
from evolve.frozen.snapshot import ModelKey


def leave_bases(
    state: LazyState,
    target: Mapping[ModelKey, ModelState],
    keys: Iterable[ModelKey],
    renamed: Collection[str],
) -> None:
    """Take away the models that models `keys` no longer inherit from in `target`, in place.

    A revision gives such a model the fields that it inherited, which would clash with those of the
    base. `renamed` are the old and new names of the models that the revision renames.
    """
    names = {name.lower() for name in renamed}
    for key in keys:
        if key not in state.models or key not in target:
            continue
        if state.models[key].options.get("proxy"):  # deleted, and created as another model
            continue
        now, then = state.models[key].bases, target[key].bases
        stay = {make_model_tuple(base) for base in then if isinstance(base, str)}
        left = tuple(
            base
            for base in now
            if not isinstance(base, str)
            or make_model_tuple(base) in stay
            or make_model_tuple(base)[1] in names
        )
        if left != now:
            state.models[key].bases = left or (models.Model,)
            state.reload_model(*key)
