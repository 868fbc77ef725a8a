"""Does what a revision's operations did agree with what it froze?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.migrations.state import ModelState

from evolve.frozen.capture import ALTERED_META, capture_state
from evolve.frozen.expressions import elements
from evolve.frozen.snapshot import Definition, ModelKey


def differences(
    did: Mapping[ModelKey, ModelState],
    said: Mapping[ModelKey, ModelState],
    keys: Iterable[ModelKey],
) -> list[str]:
    """Return a line for each difference between two states of the models `keys`."""
    lines: list[str] = []
    for key in sorted(keys):
        ours, theirs = did.get(key), said.get(key)
        if ours is theirs:
            continue
        if ours is None or theirs is None:
            here, there = ("frozen", "made") if ours is None else ("made", "frozen")
            lines.append(f" - {'.'.join(key)} is {here} but not {there}")
        else:
            lines += _model_differences(capture_state(ours), capture_state(theirs))
    return lines


def _model_differences(did: Definition, said: Definition) -> list[str]:
    pairs = [
        (f"{said.label}.{name}", _own(did, did.fields.get(name)), _own(said, said.fields.get(name)))
        for name in {**said.fields, **did.fields}
    ]
    pairs += [
        (f"{said.label}.Meta.{name}", _sorted(name, did), _sorted(name, said))
        for name in sorted(ALTERED_META & {*did.meta, *said.meta})
    ]
    return [
        f" - {place}: the operations made {ours or 'nothing'}, frozen is {theirs or 'nothing'}"
        for place, ours, theirs in pairs
        if ours != theirs
    ]


def _sorted(option: str, model: Definition) -> str | None:
    """Return an option, indexes and constraints by name: operations add them at the end."""
    text = model.meta.get(option)
    if text is None or option not in ("indexes", "constraints"):
        return text
    return f"[{', '.join(sorted(each.text for each in elements(text)))}]"


def _own(model: Definition, text: str | None) -> str | None:
    """Spell a relation to the model itself in one way: Django keeps both."""
    return text and model.spelled_out(text)
