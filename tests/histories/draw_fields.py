"""Changes of fields and relations."""

from __future__ import annotations

from dataclasses import replace

from tests.histories import catalogue
from tests.histories.drawing import Drawing
from tests.histories.version import Field, Version, own_fields


def add_field(drawing: Drawing) -> Version | None:
    key = drawing.some_model(lambda model: not model.proxy)
    if key is None:
        return None
    return drawing.with_model(key, fields={**drawing.version[key].fields, **drawing.plain_field()})


def add_relation(drawing: Drawing) -> Version | None:
    key = drawing.some_model(lambda model: not model.proxy)
    to = drawing.target(drawing.version[key].app) if key is not None else None
    if key is None or to is None:
        return None
    number = drawing.number()
    codes = drawing.own(to, ["code"])
    texts, refs, kind = drawing.rng.choice(
        [
            (catalogue.FOREIGN_KEYS, (to,), "fk"),
            (catalogue.FOREIGN_KEYS, (to,), "fk"),
            (catalogue.ONE_TO_ONE, (to,), "o2o"),
            (catalogue.MANY, (to,), "m2m"),
            *([(catalogue.TO_FIELD, (to, codes[0]), "tofield")] if codes else []),
        ]
    )
    name = drawing.field_name(kind, number)
    return drawing.with_field(key, number, Field(drawing.text(texts, number), refs, name, kind))


def add_generated(drawing: Drawing) -> Version | None:
    key = drawing.some_model(lambda model: not model.proxy)
    numbers = drawing.own(key, ["size"]) if key is not None else []
    if key is None or not numbers:
        return None
    number = drawing.number()
    text = drawing.rng.choice(catalogue.GENERATED)
    if drawing.vendor == "postgresql":
        text = text.replace("db_persist=False", "db_persist=True")
    ref = drawing.rng.choice(numbers)
    text = text.replace("@0", own_fields(drawing.version, key)[ref].name if drawing.wide else "x")
    return drawing.with_field(key, number, Field(text, (ref,), f"gen{number}", "generated"))


def delete_field(drawing: Drawing) -> Version | None:
    pair = drawing.some_field()
    if pair is None or drawing.version[pair[0]].fields[pair[1]].kind in ("key", "auto"):
        return None
    fields = dict(drawing.version[pair[0]].fields)
    gone = fields.pop(pair[1])
    drawing.gone_names.setdefault(gone.kind, []).append(gone.name)
    return drawing.with_model(pair[0], fields=fields)


def alter_field(drawing: Drawing) -> Version | None:
    pair = drawing.some_field()
    if pair is None:
        return None
    key, number = pair
    one = drawing.version[key].fields[number]
    more = {
        "fk": catalogue.FOREIGN_KEYS,
        "o2o": catalogue.ONE_TO_ONE,
        "tofield": catalogue.TO_FIELD,
        "m2m": catalogue.MANY,
    }
    if one.kind in ("fk", "o2o") and drawing.rng.random() < 0.2:
        one = replace(one, kind="o2o" if one.kind == "fk" else "fk")
    texts = {**catalogue.FIELDS, **more, "auto": catalogue.AUTO_KEYS}.get(one.kind)
    if one.kind == "auto" and drawing.vendor == "sqlite" and _is_pointed_to(drawing, key):
        # Django (5.2, 6.1) does not rebuild the tables that point to it, since all automatic keys
        # have one type on SQLite: the foreign keys' columns keep theirs.
        return None
    if texts is None or "through=" in one.text:
        return None
    refs = one.refs
    if one.kind in ("fk", "m2m") and drawing.rng.random() < 0.3:
        target = drawing.target(drawing.version[key].app)
        refs = (target,) if target is not None and one.kind == "m2m" else refs
    now = replace(one, text=drawing.text(texts, number), refs=refs)
    if refs != one.refs and "db_constraint" in one.text + now.text:
        # Django would have the rows point into the other table. A foreign key refuses that, and
        # evolve makes another table, as DECISIONS says.
        return None
    return drawing.with_field(key, number, now)


def _is_pointed_to(drawing: Drawing, key: int) -> bool:
    models = drawing.version.values()
    parts = [each for model in models for each in (model.base, *model.fields.values())]
    return any(key in each.refs for each in parts)


def move_field(drawing: Drawing) -> Version | None:
    """Have a field go from one model, and one like it come to another."""
    pair, to = drawing.some_field(), drawing.some_model(lambda model: not model.proxy)
    if pair is None or to is None or pair[0] == to:
        return None
    one = drawing.version[pair[0]].fields[pair[1]]
    if one.kind not in catalogue.FIELDS or one.kind == "code":
        return None
    version = drawing.with_field(to, drawing.number(), one)
    fields = {each: left for each, left in version[pair[0]].fields.items() if each != pair[1]}
    return {**version, pair[0]: replace(version[pair[0]], fields=fields)}


def rename_field(drawing: Drawing) -> Version | None:
    pair = drawing.some_field()
    if pair is None:
        return None
    key, number = pair
    one = drawing.version[key].fields[number]
    if one.kind == "pk":
        return None
    name = one.name.upper() if drawing.rng.random() < 0.1 else f"new{drawing.number()}"
    now = replace(one, name=name)
    drawing.gone_names.setdefault(one.kind, []).append(one.name)
    if drawing.rng.random() < 0.3 and one.kind in catalogue.FIELDS and "db_column" not in one.text:
        now = replace(now, text=f"{one.text[:-1]}, db_column='{one.name}')".replace("(, ", "("))
    return drawing.with_field(key, number, now)
