"""Definitions and snapshots: models as source text, compared and renamed without running anything.

A field or an option is kept as the Python expression that makes it (`models.TextField()`), with
the imports that the expression needs. Text can be compared, merged, written and read back without
importing a module, so a state is known before any revision's code has run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from evolve.frozen.expressions import (
    Slot,
    fields_named,
    has_column_id,
    labels,
    names_imported,
    names_used,
    rewritten,
    same_text,
    settings_named,
    target_and_through,
    target_field,
    with_fields,
)

ModelKey = tuple[str, str]
"""App label and lower-cased model name, as Django keys its states."""

# Only a text that has one of these can refer to a model: parsing all of 1000 models takes 0.4 s.
_MAY_REFER = re.compile(r"\b(?:to|through)\s*=|Foreign|OneToOne|ManyToMany|on_delete").search


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
        texts = [*self.fields.values(), *self.meta.values()]
        used = {name for text in texts for name in names_used(text)}
        heads = {name.partition(".")[0] for name in used}

        def needed(name: str) -> bool:
            return name == "*" or name in heads or any(each.startswith(f"{name}.") for each in used)

        return {line for line in self.imports if any(map(needed, names_imported(line)))}

    def references(self) -> set[ModelKey]:
        """Return the models this one points to by relation, `through` or base."""
        bases = labels(self.meta.get("bases", ""), "bases")
        return {self._key_of(label) for label in bases}.union(
            *(self.references_of(text) for text in self.fields.values())
        )

    def references_of(self, text: str) -> set[ModelKey]:
        """Return the models that the text of one field points to, directly or by `through`."""
        named = labels(text) if _MAY_REFER(text) else ()
        return {self._key_of(label) for label in named if label != "self"}

    def target_fields(self) -> set[tuple[ModelKey, str]]:
        """Return the fields that foreign keys point to by `to_field`, with their models."""
        texts = [text for text in self._relations().values() if "to_field" in text]
        named = [(target_and_through(text)[0], target_field(text)) for text in texts]
        return {(self._key_of(label), name) for label, name in named if label and name}

    def settings(self) -> set[str]:
        """Return the settings that name models this one points to: AUTH_USER_MODEL."""
        texts = (text for text in self.fields.values() if "settings" in text)
        return {name for text in texts for name in settings_named(text)}

    def _relations(self) -> dict[str, str]:
        """Return the fields that may refer to models."""
        return {name: text for name, text in self.fields.items() if _MAY_REFER(text)}

    def _key_of(self, label: str) -> ModelKey:
        if label == "self":
            return self.key
        app, _, name = label.rpartition(".")
        return (app or self.app), name.lower()

    def spelled_out(self, text: str, own: str = "") -> str:
        """Return a field's text with its models as "app.model", for comparing.

        Django keeps "self" beside the label of the model itself; `own` says how to write both.
        """

        def spell(slot: Slot) -> str | None:
            key = self._key_of(slot.value)
            spelled = own if own and key == self.key else ".".join(key)
            return spelled if slot.kind == "model" else None

        return rewritten(text, "", spell) if _MAY_REFER(text) else text

    def fields_named(self, text: str, option: str = "") -> set[str]:
        """Return which fields of this model a text names, also by `author_id` and with lookups."""
        named = fields_named(text, option)
        ids = {f"{name}_id": name for name, own in self.fields.items() if has_column_id(own)}
        return {ids.get(name, name) for name in named} & self.fields.keys()

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
        relations = {
            name: self._text_referring(text, "", old, new)
            for name, text in self._relations().items()
        }
        bases = {
            option: self._text_referring(text, option, old, new)
            for option, text in self.meta.items()
            if option == "bases"
        }
        return replace(self, fields={**self.fields, **relations}, meta={**self.meta, **bases})

    def _text_referring(self, text: str, option: str, old: ModelKey, new: tuple[str, str]) -> str:
        target, through = target_and_through(text)

        def follow(slot: Slot) -> str | None:
            if slot.kind != "model" or slot.value == "self" or self._key_of(slot.value) != old:
                return None
            # Django writes `through` with the model's capitals, and every other label without.
            capitals = slot.value == through != target
            return f"{new[0]}.{new[1] if capitals else new[1].lower()}"

        return rewritten(text, option, follow)

    def following_field(self, old: str, new: str) -> Definition:
        """Return this definition with its field `old` called `new`, also where it is named.

        Indexes, constraints, `unique_together`, `ordering`, generated fields and the like name
        fields, with or without lookups ("old", "-old", "old__gt").
        """
        names = {old: new}
        if has_column_id(self.fields.get(old, "")) and f"{old}_id" not in self.fields:
            # Django takes the name of a foreign key's column wherever it takes the field's.
            names[f"{old}_id"] = f"{new}_id"

        def follow(text: str, option: str = "") -> str:
            return with_fields(text, option, "field", names) if old in text else text

        fields = {
            (new if name == old else name): follow(text) for name, text in self.fields.items()
        }
        meta = {option: follow(text, option) for option, text in self.meta.items()}
        return replace(self, fields=fields, meta=meta)

    def following_target(self, model: ModelKey, old: str, new: str) -> Definition:
        """Return this definition with what names field `old` of another model naming `new`.

        That is `to_field`, `through_fields` and `limit_choices_to` of relations to `model`.
        """
        fields = {
            name: self._text_following(text, model, {old: new})
            for name, text in self._relations().items()
            if old in text
        }
        return replace(self, fields={**self.fields, **fields}) if fields else self

    def _text_following(self, text: str, model: ModelKey, names: Mapping[str, str]) -> str:
        target, through = target_and_through(text)
        if target and self._key_of(target) == model:
            text = with_fields(text, "", "target", names)
        if through and self._key_of(through) == model:
            text = with_fields(text, "", "through", names)
        return text


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
