"""Histories drawn at random: versions of two apps' models, each some changes after the last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from tests.contract.engine import rendered
from tests.histories import draw_fields, draw_meta, draw_models
from tests.histories.drawing import Drawing
from tests.histories.keeper import swapped_in
from tests.histories.version import History, Version, alive, texts

Act = Callable[[Drawing], Version | None]
"""Draws a change of what is there; None where there is nothing for it."""

_BEGINNING: Mapping[Act, int] = {
    draw_models.add_model: 10,
    draw_models.add_child: 2,
    draw_models.add_through: 1,
    draw_models.add_keeper: 1,
    draw_models.add_line: 1,
    draw_fields.add_relation: 6,
    draw_fields.add_generated: 1,
    draw_meta.add_index: 3,
    draw_meta.add_constraint: 2,
    draw_meta.add_together: 1,
    draw_meta.set_option: 1,
    draw_meta.order: 1,
}
_CHANGES: Mapping[Act, int] = {
    draw_models.add_model: 3,
    draw_models.add_child: 2,
    draw_models.add_through: 1,
    draw_models.add_keeper: 1,
    draw_models.add_line: 1,
    draw_models.delete_model: 2,
    draw_models.rename_model: 3,
    draw_fields.add_field: 5,
    draw_fields.add_relation: 4,
    draw_fields.add_generated: 2,
    draw_fields.delete_field: 4,
    draw_fields.alter_field: 6,
    draw_fields.rename_field: 5,
    draw_fields.move_field: 2,
    draw_meta.add_index: 3,
    draw_meta.add_constraint: 3,
    draw_meta.add_together: 2,
    draw_meta.set_option: 2,
    draw_meta.order: 2,
    draw_meta.delete_from_meta: 4,
    draw_meta.rename_in_meta: 1,
    draw_meta.managers: 1,
}


def history(rng: Random, vendor: str, longest: int = 5, wide: bool = False) -> History:
    """Return a history of two to `longest` versions; `vendor` says what its database can have.

    `rng` may be hypothesis's, which can then shrink what it drew.
    """
    drawing = Drawing(rng, vendor, wide)
    for _ in range(rng.randint(3, 10)):
        _change(drawing, first=True)
    versions = [drawing.version]
    for _ in range(rng.randint(1, longest - 1)):
        drawing.first, drawing.before = False, versions[-1]
        for _ in range(rng.randint(1, 5)):
            _change(drawing)
        if texts(drawing.version) != texts(versions[-1]):
            versions.append(drawing.version)
    return tuple(versions)


def loads(version: Version) -> bool:
    """Tell whether Django can load a version and finds nothing wrong with it."""
    try:
        with swapped_in():
            registry = rendered(texts(version))
            found = [each for model in registry.get_models() for each in model.check()]
    except Exception:
        return False
    made = [each._meta for each in registry.get_models(include_auto_created=True)]
    tables = [each.db_table.lower() for each in made if not each.proxy]
    return len(tables) == len({*tables}) and not any(each.is_serious() for each in found)


def _change(drawing: Drawing, first: bool = False) -> None:
    """Change the version by one thing that can be loaded; by none where nothing is found."""
    for _ in range(8):
        weights = _BEGINNING if first or not drawing.version else _CHANGES
        act = drawing.rng.choices(list(weights), list(weights.values()))[0]
        drawn = act(drawing)
        if drawn is None:
            continue
        drawn = alive(drawn)
        if drawn != drawing.version and _same_keys(drawing.version, drawn) and loads(drawn):
            drawing.version = drawn
            return


def _same_keys(before: Version, after: Version) -> bool:
    """Tell whether the same models have composite primary keys: Django cannot alter that."""

    def composite(version: Version, key: int) -> bool:
        return any(each.kind == "pk" for each in version[key].fields.values())

    both = before.keys() & after.keys()
    return all(composite(before, key) == composite(after, key) for key in both)
