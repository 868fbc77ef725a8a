"""Definitions and snapshots: models as source text, compared and renamed without running anything.

A field or an option is kept as the Python expression that makes it (`models.TextField()`), with
the imports that the expression needs. Text can be compared, merged, written and read back without
importing a module, so a state is known before any revision's code has run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

ModelKey = tuple[str, str]
"""App label and lower-cased model name, as Django keys its states."""

# Where a definition names another model: relation targets and `through`, both written as
# "app.model" by Django's deconstruct().
_REFERENCE = re.compile(r"\b(?P<what>to|through)=(?P<quote>[\"'])(?P<label>[\w.]+)(?P=quote)")
_SETTING = re.compile(r"\bsettings\.([A-Z]\w*)")
_DOTTED = re.compile(r"\b[A-Za-z_][\w.]*")
_BASE = re.compile(r"[\"'](?P<label>\w+\.\w+)[\"']")
# Fields whose text names sibling fields; any other field's strings are data, not names.
_NAMES_SIBLINGS = re.compile(r"\b(?:GeneratedField|CompositePrimaryKey|from_fields)\b")
_NOT_SCHEMA_META = frozenset({"db_table", "verbose_name", "verbose_name_plural", "bases"})


@dataclass(frozen=True, slots=True)
class Definition:
    """One model as it was: fields and Meta as source text, by name, in order.

    `meta` holds Django's Meta options and evolve's two own keys, `bases` and `managers`.
    """

    app: str
    name: str
    fields: Mapping[str, str]
    meta: Mapping[str, str] = field(default_factory=dict)
    imports: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def key(self) -> ModelKey:
        """App label and lower-cased name."""
        return self.app, self.name.lower()

    @property
    def label(self) -> str:
        """The key of this model in `frozen`: "app.Name"."""
        return f"{self.app}.{self.name}"

    def needed_imports(self) -> set[str]:
        """Return the import lines that the texts use: a file has others, for its methods."""
        texts = " ".join([*self.fields.values(), *self.meta.values()])
        words = set(_DOTTED.findall(texts))
        heads = {word.partition(".")[0] for word in words}

        def used(line: str) -> bool:
            imported = line.partition("import ")[2].partition(" as ")
            name = imported[2] or imported[0]
            if line.startswith("import ") and not imported[2]:
                return any(word.startswith(f"{name}.") for word in words)
            return not heads.isdisjoint(each.strip() for each in name.split(","))

        return {line for line in self.imports if used(line)}

    def references(self) -> set[ModelKey]:
        """Return the models this one points to by relation, `through` or base."""
        labels = [
            found["label"]
            for text in self.fields.values()
            if "=" in text
            for found in _REFERENCE.finditer(text)
        ]
        labels += [found["label"] for found in _BASE.finditer(self.meta.get("bases", ""))]
        return {self._key_of(label) for label in labels if label != "self"}

    def settings(self) -> set[str]:
        """Return the settings that name models this one points to: AUTH_USER_MODEL."""
        return {
            name
            for text in self.fields.values()
            if "settings." in text
            for name in _SETTING.findall(text)
        }

    def _key_of(self, label: str) -> ModelKey:
        app, _, name = label.rpartition(".")
        return (app or self.app), name.lower()

    def same_as(self, other: Definition | None) -> bool:
        """Tell whether both define the same model, whatever the layout of their text.

        Capitals in the name make no difference to Django, and none here.
        """
        if other is None or self.key != other.key:
            return False
        return _same_texts(self.fields, other.fields) and _same_texts(self.meta, other.meta)

    def following_model(self, old: ModelKey, new: tuple[str, str]) -> Definition:
        """Return this definition with every reference to model `old` pointing to `new`."""
        if old not in self.references():
            return self
        label = f"{new[0]}.{new[1].lower()}"

        def follow(found: re.Match[str]) -> str:
            if self._key_of(found["label"]) != old:
                return found[0]
            return f"{found['what']}={found['quote']}{label}{found['quote']}"

        fields = {name: _REFERENCE.sub(follow, text) for name, text in self.fields.items()}
        meta = dict(self.meta)
        if "bases" in meta:
            meta["bases"] = _BASE.sub(
                lambda found: (
                    found[0].replace(found["label"], label)
                    if self._key_of(found["label"]) == old
                    else found[0]
                ),
                meta["bases"],
            )
        return replace(self, fields=fields, meta=meta)

    def following_field(self, old: str, new: str) -> Definition:
        """Return this definition with its field `old` called `new`, also where it is named.

        Indexes, constraints, `unique_together`, `ordering` and generated expressions name fields
        in strings ("old", "-old", "old__gt").
        """
        named = re.compile(rf"([\"'])(-?){re.escape(old)}((?:__\w+)?)\1")

        def follow(text: str) -> str:
            return named.sub(rf"\1\g<2>{new}\3\1", text)

        fields = {
            (new if name == old else name): follow(text) if _NAMES_SIBLINGS.search(text) else text
            for name, text in self.fields.items()
        }
        meta = {
            option: text if option in _NOT_SCHEMA_META else follow(text)
            for option, text in self.meta.items()
        }
        return replace(self, fields=fields, meta=meta)

    def following_target(self, model: ModelKey, old: str, new: str) -> Definition:
        """Return this definition with foreign keys to field `old` of `model` pointing to `new`."""
        named = re.compile(rf"\bto_field=([\"']){re.escape(old)}\1")
        fields = {
            name: named.sub(rf"to_field=\g<1>{new}\1", text)
            for name, text in self.fields.items()
            if "to_field=" in text and self._points_to(text, model)
        }
        return replace(self, fields={**self.fields, **fields}) if fields else self

    def _points_to(self, text: str, model: ModelKey) -> bool:
        labels = (found["label"] for found in _REFERENCE.finditer(text))
        return any((self.key if each == "self" else self._key_of(each)) == model for each in labels)


@dataclass(frozen=True, slots=True)
class Snapshot(Mapping[ModelKey, Definition]):
    """The definitions of a set of models, by key."""

    definitions: Mapping[ModelKey, Definition] = field(default_factory=dict)

    def __getitem__(self, key: ModelKey) -> Definition:
        return self.definitions[key]

    def __iter__(self) -> Iterator[ModelKey]:
        return iter(self.definitions)

    def __len__(self) -> int:
        return len(self.definitions)

    def of(self, app: str) -> Snapshot:
        """Return the part of this snapshot that belongs to `app`."""
        return Snapshot({key: each for key, each in self.definitions.items() if key[0] == app})

    def changed(self, other: Snapshot) -> list[ModelKey]:
        """Return the keys of the models that are not the same in `other`, sorted."""
        return sorted(
            key
            for key in self.keys() | other.keys()
            if key not in self or not self[key].same_as(other.get(key))
        )

    def overlaid(self, frozen: Mapping[ModelKey, Definition | None]) -> Snapshot:
        """Return this snapshot with the models in `frozen` replaced; None removes one."""
        merged: dict[ModelKey, Definition | None] = {**self.definitions, **frozen}
        return Snapshot({key: each for key, each in merged.items() if each is not None})

    def following(self, app: str, renamed: Mapping[str, str]) -> Snapshot:
        """Return this snapshot after the renames that a revision of `app` declares.

        `renamed` maps "Old" to "New" and "Model.old" to "Model.new", applied in order.
        """
        snapshot = self
        for old, new in renamed.items():
            if "." in old:
                snapshot = snapshot._following_field(app, old, new)
            else:
                snapshot = snapshot._following_model(app, old, new)
        return snapshot

    def _following_model(self, app: str, old: str, new: str) -> Snapshot:
        key = (app, old.lower())
        definitions: dict[ModelKey, Definition] = {}
        for each in self.definitions.values():
            moved = replace(each, name=new) if each.key == key else each
            definitions[moved.key] = moved.following_model(key, (app, new))
        return Snapshot(definitions)

    def _following_field(self, app: str, old: str, new: str) -> Snapshot:
        model, _, field_name = old.partition(".")
        key = (app, model.lower())
        new_name = new.rpartition(".")[2]
        followed = {
            each: definition.following_target(key, field_name, new_name)
            for each, definition in self.definitions.items()
        }
        if key in followed and field_name in followed[key].fields:
            followed[key] = followed[key].following_field(field_name, new_name)
        return Snapshot(followed)


def _same_texts(ours: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    if ours == theirs:
        return True
    return ours.keys() == theirs.keys() and all(
        same_text(text, theirs[name]) for name, text in ours.items()
    )


def same_text(ours: str, theirs: str) -> bool:
    """Tell whether two expressions are the same but for layout and quotes."""
    if ours == theirs:
        return True
    try:
        return ast.dump(ast.parse(ours, mode="eval")) == ast.dump(ast.parse(theirs, mode="eval"))
    except SyntaxError:
        return False
