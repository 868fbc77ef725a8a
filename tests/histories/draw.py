"""Histories drawn at random: versions of two apps' models, each some changes after the last."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from tests.contract.engine import rendered
from tests.histories import catalogue
from tests.histories.version import Field, History, Model, Part, Version, alive, own_fields, texts

_WORDS = ("Ant", "Bee", "Cow", "Dog", "Elk", "Fox", "Gnu", "Hen")
_INDEXED = ("size", "code", "word", "price", "day", "flag", "uuid", "fk", "o2o", "generated")
_NAMED = re.compile(r"([$@])([01nw])")


def history(rng: Random, vendor: str, longest: int = 5, wide: bool = False) -> History:
    """Return a history of two to `longest` versions; `vendor` says what its database can have.

    `rng` may be hypothesis's, which can then shrink what it drew.
    """
    drawing = _Drawing(rng, vendor, wide)
    for _ in range(rng.randint(3, 10)):
        drawing.change(first=True)
    versions = [drawing.version]
    for _ in range(rng.randint(1, longest - 1)):
        for _ in range(rng.randint(1, 5)):
            drawing.change()
        if texts(drawing.version) != texts(versions[-1]):
            versions.append(drawing.version)
    return tuple(versions)


def loads(version: Version) -> bool:
    """Tell whether Django can load a version and finds nothing wrong with it."""
    try:
        registry = rendered(texts(version))
    except Exception:
        return False
    found = [each for model in registry.get_models() for each in model.check()]
    return not any(each.is_serious() for each in found)


class _Drawing:
    """A version that changes."""

    def __init__(self, rng: Random, vendor: str, wide: bool) -> None:
        self._rng = rng
        self._wide = wide
        self._vendor = vendor
        self._last = 0
        # What points to another app does so in one direction: else nothing can be written first.
        self._pointing = rng.choice(["law", "ally"])
        self._gone_names: dict[str, list[str]] = {}
        self.version: Version = {}

    def change(self, first: bool = False) -> None:
        """Change the version by one thing that can be loaded; by none where nothing is found."""
        for _ in range(8):
            act = self._weighted(_BEGINNING if first or not self.version else _CHANGES)
            drawn = act(self)
            if drawn is None:
                continue
            drawn = alive(drawn)
            if drawn != self.version and loads(drawn):
                self.version = drawn
                return

    # What is drawn from

    def _weighted(self, weights: Mapping[Callable, int]) -> Callable:
        return self._rng.choices(list(weights), list(weights.values()))[0]

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _some_model(self, wanted: Callable[[Model], bool] = lambda model: True) -> int | None:
        keys = [key for key, model in self.version.items() if wanted(model)]
        return self._rng.choice(keys) if keys else None

    def _concrete(self, app: str | None = None) -> int | None:
        return self._some_model(lambda model: not model.abstract and app in (None, model.app))

    def _target(self, app: str) -> int | None:
        """Return a model that models of an app may point to."""
        others = app == self._pointing and self._rng.random() < 0.4
        return self._some_model(
            lambda model: not model.abstract and (model.app == app) is not others
        )

    def _own(self, key: int, kinds: Sequence[str]) -> list[int]:
        fields = own_fields(self.version, key)
        return [each for each, one in fields.items() if one.kind in kinds]

    def _text(self, texts: Sequence[str], number: int) -> str:
        chosen = self._rng.choice(texts).replace("#", str(number))
        return chosen.replace("{collation}", catalogue.COLLATIONS[self._vendor])

    def _model_name(self, number: int) -> str:
        """Return a name for a model, which may be that of one that is gone."""
        if (gone := self._gone_names.get("model")) and self._rng.random() < 0.3:
            return self._rng.choice(gone)
        return f"{self._rng.choice(_WORDS)}{number}"

    def _field_name(self, kind: str, number: int) -> str:
        if (gone := self._gone_names.get(kind)) and self._rng.random() < 0.3:
            return self._rng.choice(gone)
        return f"{kind}{number}"

    def _with(self, key: int, **changes: object) -> Version:
        return {**self.version, key: replace(self.version[key], **changes)}

    def _with_field(self, key: int, number: int, one: Field) -> Version:
        return self._with(key, fields={**self.version[key].fields, number: one})

    # Models

    def _add_model(self) -> Version:
        number = self._number()
        name = self._model_name(number)
        fields: dict[int, Field] = {}
        if self._rng.random() < 0.25:
            key = self._number()
            kind, texts = self._rng.choice([("auto", catalogue.AUTO_KEYS), ("key", catalogue.KEYS)])
            fields[key] = Field(self._text(texts, key), (), f"key{key}", kind)
        for _ in range(self._rng.randint(1, 4)):
            fields |= self._plain_field()
        app = self._rng.choice(["law", "law", "ally"])
        model = Model(app, name, fields=fields)
        if self._rng.random() < 0.12:
            model = replace(model, meta={"abstract": Part("True")})
        elif self._wide and self._rng.random() < 0.07:
            model = replace(model, meta={"managed": Part("False")})
        elif self._rng.random() < 0.06:
            pair = [each for each, one in fields.items() if one.kind in ("size", "code", "uuid")]
            plain = {"key", "auto"}.isdisjoint(one.kind for one in fields.values())
            if plain and len(pair) >= 2:
                pk = Field("models.CompositePrimaryKey('$0', '$1')", tuple(pair[:2]), "pk", "pk")
                model = replace(model, fields={self._number(): pk, **fields})
        return {**self.version, number: model}

    def _plain_field(self) -> dict[int, Field]:
        number, kind = self._number(), self._rng.choice(list(catalogue.FIELDS))
        text = self._text(catalogue.FIELDS[kind], number)
        return {number: Field(text, (), self._field_name(kind, number), kind)}

    def _add_child(self) -> Version | None:
        base = self._some_model()
        if base is None or self.version[base].proxy:
            return None
        number, above = self._number(), self.version[base]
        model = Model(above.app, f"Kid{number}", Part("$0", (base,)))
        if not above.abstract and self._rng.random() < 0.5:
            return {**self.version, number: replace(model, meta={"proxy": Part("True")})}
        return {**self.version, number: replace(model, fields=self._plain_field())}

    def _add_through(self) -> Version | None:
        one, other = self._concrete(), self._concrete()
        if one is None or other is None or self.version[one].app != self.version[other].app:
            return None
        number, left, right, many = (self._number() for _ in range(4))
        text = "models.ForeignKey('$0', models.CASCADE, related_name='+')"
        app = self.version[one].app
        model = Model(
            app,
            f"Link{number}",
            fields={
                left: Field(text, (one,), f"to{left}", "through"),
                right: Field(text, (other,), f"to{right}", "through"),
            },
        )
        field = Field(
            "models.ManyToManyField('$0', through='$1', through_fields=('$2', '$3'), "
            "related_name='+')",
            (other, number, left, right),
            f"many{many}",
            "m2m",
        )
        fields = {**self.version[one].fields, many: field}
        return {**self._with(one, fields=fields), number: model}

    def _delete_model(self) -> Version | None:
        key = self._some_model()
        if key is not None:
            self._gone_names.setdefault("model", []).append(self.version[key].name)
        return {each: model for each, model in self.version.items() if each != key}

    def _rename_model(self) -> Version | None:
        key = self._concrete()
        if key is None:
            return None
        model, number = self.version[key], self._number()
        self._gone_names.setdefault("model", []).append(model.name)
        version = self._with(key, name=f"{self._rng.choice(_WORDS)}{number}")
        if self._rng.random() < 0.25 and "db_table" not in model.meta and not model.proxy:
            kept = Part(f"'{model.app}_{model.name.lower()}'")
            version = {**version, key: replace(version[key], meta={**model.meta, "db_table": kept})}
        return version

    # Fields

    def _add_field(self) -> Version | None:
        key = self._some_model(lambda model: not model.proxy)
        if key is None:
            return None
        return self._with(key, fields={**self.version[key].fields, **self._plain_field()})

    def _add_relation(self) -> Version | None:
        key = self._some_model(lambda model: not model.proxy)
        to = self._target(self.version[key].app) if key is not None else None
        if key is None or to is None:
            return None
        number = self._number()
        codes = self._own(to, ["code"])
        texts, refs, kind = self._rng.choice(
            [
                (catalogue.FOREIGN_KEYS, (to,), "fk"),
                (catalogue.FOREIGN_KEYS, (to,), "fk"),
                (catalogue.ONE_TO_ONE, (to,), "o2o"),
                (catalogue.MANY, (to,), "m2m"),
                *([(catalogue.TO_FIELD, (to, codes[0]), "tofield")] if codes else []),
            ]
        )
        name = self._field_name(kind, number)
        return self._with_field(key, number, Field(self._text(texts, number), refs, name, kind))

    def _add_generated(self) -> Version | None:
        key = self._some_model(lambda model: not model.proxy)
        numbers = self._own(key, ["size"]) if key is not None else []
        if key is None or not numbers:
            return None
        number = self._number()
        text = self._rng.choice(catalogue.GENERATED)
        if self._vendor == "postgresql":
            text = text.replace("db_persist=False", "db_persist=True")
        ref = self._rng.choice(numbers)
        text = text.replace("@0", own_fields(self.version, key)[ref].name if self._wide else "x")
        return self._with_field(key, number, Field(text, (ref,), f"gen{number}", "generated"))

    def _some_field(self) -> tuple[int, int] | None:
        pairs = [(key, each) for key, model in self.version.items() for each in model.fields]
        return self._rng.choice(pairs) if pairs else None

    def _delete_field(self) -> Version | None:
        pair = self._some_field()
        if pair is None or self.version[pair[0]].fields[pair[1]].kind in ("key", "auto"):
            return None
        fields = dict(self.version[pair[0]].fields)
        gone = fields.pop(pair[1])
        self._gone_names.setdefault(gone.kind, []).append(gone.name)
        return self._with(pair[0], fields=fields)

    def _alter_field(self) -> Version | None:
        pair = self._some_field()
        if pair is None:
            return None
        key, number = pair
        one = self.version[key].fields[number]
        more = {
            "fk": catalogue.FOREIGN_KEYS,
            "o2o": catalogue.ONE_TO_ONE,
            "tofield": catalogue.TO_FIELD,
            "m2m": catalogue.MANY,
        }
        if one.kind in ("fk", "o2o") and self._rng.random() < 0.2:
            one = replace(one, kind="o2o" if one.kind == "fk" else "fk")
        texts = {**catalogue.FIELDS, **more, "auto": catalogue.AUTO_KEYS}.get(one.kind)
        if texts is None or "through=" in one.text:
            return None
        refs = one.refs
        if one.kind in ("fk", "m2m") and self._rng.random() < 0.3:
            target = self._target(self.version[key].app)
            refs = (target,) if target is not None and one.kind == "m2m" else refs
        now = replace(one, text=self._text(texts, number), refs=refs)
        return self._with_field(key, number, now)

    def _move_field(self) -> Version | None:
        """Have a field go from one model, and one like it come to another."""
        pair, to = self._some_field(), self._some_model(lambda model: not model.proxy)
        if pair is None or to is None or pair[0] == to:
            return None
        one = self.version[pair[0]].fields[pair[1]]
        if one.kind not in catalogue.FIELDS or one.kind == "code":
            return None
        version = self._with_field(to, self._number(), one)
        fields = {each: left for each, left in version[pair[0]].fields.items() if each != pair[1]}
        return {**version, pair[0]: replace(version[pair[0]], fields=fields)}

    def _rename_field(self) -> Version | None:
        pair = self._some_field()
        if pair is None:
            return None
        key, number = pair
        one = self.version[key].fields[number]
        if one.kind == "pk":
            return None
        name = one.name.upper() if self._rng.random() < 0.1 else f"new{self._number()}"
        now = replace(one, name=name)
        self._gone_names.setdefault(one.kind, []).append(one.name)
        if (
            self._rng.random() < 0.3
            and one.kind in catalogue.FIELDS
            and "db_column" not in one.text
        ):
            now = replace(now, text=f"{one.text[:-1]}, db_column='{one.name}')".replace("(, ", "("))
        return self._with_field(key, number, now)

    # Meta

    def _filled(self, key: int, text: str) -> Part | None:
        """Return an index or a constraint with fields of a model in its places."""
        anything = self._own(key, _INDEXED)
        self._rng.shuffle(anything)
        numbers, words = self._own(key, ["size"]), self._own(key, ["word", "code"])
        pools = {"0": anything[:1], "1": anything[1:2], "n": numbers[:1], "w": words[:1]}
        wanted = dict.fromkeys(name for _, name in _NAMED.findall(text))
        if not all(pools[name] for name in wanted):
            return None
        refs = tuple(dict.fromkeys(pools[name][0] for name in wanted))
        names = own_fields(self.version, key)

        def filled(match: re.Match[str]) -> str:
            ref = pools[match[2]][0]
            value = names[ref].name if self._wide else "x"
            return value if match[1] == "@" else f"${refs.index(ref)}"

        return Part(_NAMED.sub(filled, text), refs)

    def _add_to_meta(self, option: str, texts: Sequence[str]) -> Version | None:
        key = self._some_model(lambda model: not (model.abstract or model.proxy))
        if key is None:
            return None
        number = self._number()
        part = self._filled(key, self._text(texts, number))
        meta = {**self.version[key].meta, f"{option}:{number}": part}
        return self._with(key, meta=meta) if part else None

    def _add_index(self) -> Version | None:
        more = catalogue.POSTGRESQL_INDEXES if self._vendor == "postgresql" else ()
        return self._add_to_meta("indexes", catalogue.INDEXES + more)

    def _add_constraint(self) -> Version | None:
        more = catalogue.POSTGRESQL_CONSTRAINTS if self._vendor == "postgresql" else ()
        return self._add_to_meta("constraints", catalogue.CONSTRAINTS + more)

    def _add_together(self) -> Version | None:
        return self._add_to_meta("unique_together", ("('$0', '$1')",))

    def _set_option(self) -> Version | None:
        key = self._some_model(lambda model: not model.abstract)
        if key is None:
            return None
        number, option = self._number(), self._rng.choice(list(catalogue.OPTIONS))
        part = Part(self._text(catalogue.OPTIONS[option], number))
        if option.startswith("db_table") and self.version[key].proxy:
            return None
        return self._with(key, meta={**self.version[key].meta, option: part})

    def _order(self) -> Version | None:
        key = self._some_model(lambda model: not (model.abstract or model.proxy))
        if key is None:
            return None
        meta = {
            name: each
            for name, each in self.version[key].meta.items()
            if name not in ("ordering", "order_with_respect_to")
        }
        relations = self._own(key, ["fk"])
        if relations and self._rng.random() < 0.4:
            meta["order_with_respect_to"] = Part("'$0'", (relations[0],))
        elif (part := self._filled(key, "['-$0', 'pk']")) is not None:
            meta["ordering"] = part
        return self._with(key, meta=meta)

    def _delete_from_meta(self) -> Version | None:
        pairs = [
            (key, name)
            for key, model in self.version.items()
            for name in model.meta
            if name not in ("abstract", "proxy", "managed")
        ]
        if not pairs:
            return None
        key, name = self._rng.choice(pairs)
        meta = {each: part for each, part in self.version[key].meta.items() if each != name}
        return self._with(key, meta=meta)

    def _rename_in_meta(self) -> Version | None:
        """Give an index another name, and all else that there is the same definition."""
        pairs = [
            (key, name)
            for key, model in self.version.items()
            for name, part in model.meta.items()
            if "name='i_" in part.text
        ]
        if not pairs:
            return None
        key, name = self._rng.choice(pairs)
        part, meta = self.version[key].meta[name], self.version[key].meta
        text = re.sub(r"name='i_\w+'", f"name='i_{self._number()}'", part.text)
        return self._with(key, meta={**meta, name: replace(part, text=text)})

    def _managers(self) -> Version | None:
        """Give a model a manager that migrations may use; as a field, since that is its place."""
        under = {model.base.refs[0] for model in self.version.values() if model.proxy}
        plain = [
            key
            for key, model in self.version.items()
            if not model.abstract and (self._wide or not (model.proxy or key in under))
        ]
        key = self._rng.choice(plain) if plain else None
        if key is None:
            return None
        one = Field("values.Living()", (), "objects", "manager")
        return self._with_field(key, self._number(), one)


_BEGINNING = {
    _Drawing._add_model: 10,
    _Drawing._add_child: 2,
    _Drawing._add_through: 1,
    _Drawing._add_relation: 6,
    _Drawing._add_generated: 1,
    _Drawing._add_index: 3,
    _Drawing._add_constraint: 2,
    _Drawing._add_together: 1,
    _Drawing._set_option: 1,
    _Drawing._order: 1,
}
_CHANGES = {
    _Drawing._add_model: 3,
    _Drawing._add_child: 2,
    _Drawing._add_through: 1,
    _Drawing._delete_model: 2,
    _Drawing._rename_model: 3,
    _Drawing._add_field: 5,
    _Drawing._add_relation: 4,
    _Drawing._add_generated: 2,
    _Drawing._delete_field: 4,
    _Drawing._alter_field: 6,
    _Drawing._rename_field: 5,
    _Drawing._move_field: 2,
    _Drawing._add_index: 3,
    _Drawing._add_constraint: 3,
    _Drawing._add_together: 2,
    _Drawing._set_option: 2,
    _Drawing._order: 2,
    _Drawing._delete_from_meta: 4,
    _Drawing._rename_in_meta: 1,
    _Drawing._managers: 1,
}
