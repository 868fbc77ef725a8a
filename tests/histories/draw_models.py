"""Changes of models."""

from __future__ import annotations

from dataclasses import replace

from tests.histories import catalogue
from tests.histories.drawing import WORDS, Drawing
from tests.histories.keeper import KEEPER, SETTING
from tests.histories.version import Field, Model, Part, Version

_TO = "models.ForeignKey('$0', models.CASCADE, related_name='+')"


def add_model(drawing: Drawing) -> Version:
    number = drawing.number()
    name = drawing.model_name(number)
    fields: dict[int, Field] = {}
    if drawing.rng.random() < 0.25:
        key = drawing.number()
        kind, texts = drawing.rng.choice([("auto", catalogue.AUTO_KEYS), ("key", catalogue.KEYS)])
        fields[key] = Field(drawing.text(texts, key), (), f"key{key}", kind)
    for _ in range(drawing.rng.randint(1, 4)):
        fields |= drawing.plain_field()
    app = drawing.rng.choice(["law", "law", "ally"])
    model = Model(app, name, fields=fields)
    if drawing.rng.random() < 0.12:
        model = replace(model, meta={"abstract": Part("True")})
    elif drawing.wide and drawing.rng.random() < 0.07:
        model = replace(model, meta={"managed": Part("False")})
    elif drawing.rng.random() < 0.06:
        pair = [each for each, one in fields.items() if one.kind in ("size", "code", "uuid")]
        plain = {"key", "auto"}.isdisjoint(one.kind for one in fields.values())
        if plain and len(pair) >= 2:
            pk = Field("models.CompositePrimaryKey('$0', '$1')", tuple(pair[:2]), "pk", "pk")
            model = replace(model, fields={drawing.number(): pk, **fields})
    return {**drawing.version, number: model}


def add_keeper(drawing: Drawing) -> Version | None:
    """Add a model like a user: swappable, and swapped in if it is the first app's.

    Django wants that one in the app's first migration: what refers to a setting waits for no more.
    """
    app = drawing.rng.choice(["law", "law", "ally"]) if drawing.first else "ally"
    if drawing.some_model(lambda model: (model.app, model.name) == (app, KEEPER)) is not None:
        return None
    model = Model(
        app, KEEPER, fields=drawing.plain_field(), meta={"swappable": Part(f"'{SETTING}'")}
    )
    return {**drawing.version, drawing.number(): model}


def add_line(drawing: Drawing) -> Version | None:
    """Add a model whose primary key is a number among those of one thing in another model."""
    app = drawing.rng.choice(["law", "ally"])
    target = drawing.target(app)
    if target is None:
        return None
    number, pk, of, count = (drawing.number() for _ in range(4))
    fields = {
        pk: Field("models.CompositePrimaryKey('$0', '$1')", (of, count), "pk", "pk"),
        of: Field(_TO, (target,), f"of{of}", "through"),
        count: Field("models.IntegerField()", (), f"size{count}", "size"),
    }
    return {**drawing.version, number: Model(app, f"Line{number}", fields=fields)}


def add_child(drawing: Drawing) -> Version | None:
    base = drawing.some_model()
    if base is None or drawing.version[base].proxy:
        return None
    number, above = drawing.number(), drawing.version[base]
    # Of another app's model in the direction of what points to other apps.
    app = drawing.pointing if drawing.rng.random() < 0.3 else above.app
    model = Model(app, f"Kid{number}", Part("$0", (base,)))
    if not above.abstract and drawing.rng.random() < 0.5:
        return {**drawing.version, number: replace(model, meta={"proxy": Part("True")})}
    return {**drawing.version, number: replace(model, fields=drawing.plain_field())}


def add_through(drawing: Drawing) -> Version | None:
    one, other = drawing.concrete(), drawing.concrete()
    if one is None or other is None or drawing.version[one].app != drawing.version[other].app:
        return None
    number, left, right, many = (drawing.number() for _ in range(4))
    app = drawing.version[one].app
    model = Model(
        app,
        f"Link{number}",
        fields={
            left: Field(_TO, (one,), f"to{left}", "through"),
            right: Field(_TO, (other,), f"to{right}", "through"),
        },
    )
    field = Field(
        "models.ManyToManyField('$0', through='$1', through_fields=('$2', '$3'), related_name='+')",
        (other, number, left, right),
        f"many{many}",
        "m2m",
    )
    fields = {**drawing.version[one].fields, many: field}
    return {**drawing.with_model(one, fields=fields), number: model}


def delete_model(drawing: Drawing) -> Version | None:
    key = drawing.some_model()
    if key is not None and drawing.version[key].name != KEEPER:
        drawing.gone_names.setdefault("model", []).append(drawing.version[key].name)
    return {each: model for each, model in drawing.version.items() if each != key}


def rename_model(drawing: Drawing) -> Version | None:
    key = drawing.some_model(lambda model: not (model.abstract or "swappable" in model.meta))
    if key is None:
        return None
    model, number = drawing.version[key], drawing.number()
    drawing.gone_names.setdefault("model", []).append(model.name)
    version = drawing.with_model(key, name=f"{drawing.rng.choice(WORDS)}{number}")
    if drawing.rng.random() < 0.25 and "db_table" not in model.meta and not model.proxy:
        kept = Part(f"'{model.app}_{model.name.lower()}'")
        version = {**version, key: replace(version[key], meta={**model.meta, "db_table": kept})}
    return version
