"""Changes of indexes, constraints, options and managers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tests.histories import catalogue
from tests.histories.drawing import Drawing
from tests.histories.version import Field, Part, Version, own_fields

_INDEXED = ("size", "code", "word", "price", "day", "flag", "uuid", "fk", "o2o", "generated")
_NAMED = re.compile(r"([$@])([01nw])")


def _filled(drawing: Drawing, key: int, text: str) -> Part | None:
    """Return an index or a constraint with fields of a model in its places."""
    anything = drawing.own(key, _INDEXED)
    drawing.rng.shuffle(anything)
    numbers, words = drawing.own(key, ["size"]), drawing.own(key, ["word", "code"])
    pools = {"0": anything[:1], "1": anything[1:2], "n": numbers[:1], "w": words[:1]}
    wanted = dict.fromkeys(name for _, name in _NAMED.findall(text))
    if not all(pools[name] for name in wanted):
        return None
    refs = tuple(dict.fromkeys(pools[name][0] for name in wanted))
    names = own_fields(drawing.version, key)

    def filled(match: re.Match[str]) -> str:
        ref = pools[match[2]][0]
        value = names[ref].name if drawing.wide else "x"
        return value if match[1] == "@" else f"${refs.index(ref)}"

    return Part(_NAMED.sub(filled, text), refs)


def _add_to_meta(drawing: Drawing, option: str, texts: Sequence[str]) -> Version | None:
    key = drawing.some_model(lambda model: not (model.abstract or model.proxy))
    if key is None:
        return None
    number = drawing.number()
    part = _filled(drawing, key, drawing.text(texts, number))
    meta = {**drawing.version[key].meta, f"{option}:{number}": part}
    return drawing.with_model(key, meta=meta) if part else None


def add_index(drawing: Drawing) -> Version | None:
    more = catalogue.POSTGRESQL_INDEXES if drawing.vendor == "postgresql" else ()
    return _add_to_meta(drawing, "indexes", catalogue.INDEXES + more)


def add_constraint(drawing: Drawing) -> Version | None:
    more = catalogue.POSTGRESQL_CONSTRAINTS if drawing.vendor == "postgresql" else ()
    return _add_to_meta(drawing, "constraints", catalogue.CONSTRAINTS + more)


def add_together(drawing: Drawing) -> Version | None:
    return _add_to_meta(drawing, "unique_together", ("('$0', '$1')",))


def set_option(drawing: Drawing) -> Version | None:
    key = drawing.some_model(lambda model: not model.abstract)
    if key is None:
        return None
    number, option = drawing.number(), drawing.rng.choice(list(catalogue.OPTIONS))
    part = Part(drawing.text(catalogue.OPTIONS[option], number))
    gone = drawing.gone_names.get("model")
    if option == "db_table" and gone and drawing.rng.random() < 0.4:
        part = Part(f"'{drawing.version[key].app}_{drawing.rng.choice(gone).lower()}'")
    if option.startswith("db_table") and drawing.version[key].proxy:
        return None
    return drawing.with_model(key, meta={**drawing.version[key].meta, option: part})


def order(drawing: Drawing) -> Version | None:
    key = drawing.some_model(lambda model: not (model.abstract or model.proxy))
    if key is None:
        return None
    meta = {
        name: each
        for name, each in drawing.version[key].meta.items()
        if name not in ("ordering", "order_with_respect_to")
    }
    relations = drawing.own(key, ["fk"])
    if relations and drawing.rng.random() < 0.4:
        meta["order_with_respect_to"] = Part("'$0'", (relations[0],))
    elif (part := _filled(drawing, key, "['-$0', 'pk']")) is not None:
        meta["ordering"] = part
    return drawing.with_model(key, meta=meta)


def delete_from_meta(drawing: Drawing) -> Version | None:
    pairs = [
        (key, name)
        for key, model in drawing.version.items()
        for name in model.meta
        if name not in ("abstract", "proxy", "managed", "swappable")
    ]
    if not pairs:
        return None
    key, name = drawing.rng.choice(pairs)
    meta = {each: part for each, part in drawing.version[key].meta.items() if each != name}
    return drawing.with_model(key, meta=meta)


def rename_in_meta(drawing: Drawing) -> Version | None:
    """Give an index another name, and all else that there is the same definition."""
    pairs = [
        (key, name)
        for key, model in drawing.version.items()
        for name, part in model.meta.items()
        if "name='i_" in part.text
    ]
    if not pairs:
        return None
    key, name = drawing.rng.choice(pairs)
    part, meta = drawing.version[key].meta[name], drawing.version[key].meta
    text = re.sub(r"name='i_\w+'", f"name='i_{drawing.number()}'", part.text)
    return drawing.with_model(key, meta={**meta, name: replace(part, text=text)})


def managers(drawing: Drawing) -> Version | None:
    """Give a model a manager that migrations may use; as a field, since that is its place."""
    under = {model.base.refs[0] for model in drawing.version.values() if model.proxy}
    plain = [
        key
        for key, model in drawing.version.items()
        if not model.abstract and (drawing.wide or not (model.proxy or key in under))
    ]
    key = drawing.rng.choice(plain) if plain else None
    if key is None:
        return None
    one = Field("values.Living()", (), "objects", "manager")
    return drawing.with_field(key, drawing.number(), one)
