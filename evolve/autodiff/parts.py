"""Parts of models.py that a user names: South's --add-model, --add-field and --add-index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evolve.errors import Refused, UnknownName
from evolve.frozen.expressions import elements, without_keywords
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot


@dataclass(frozen=True, slots=True)
class Parts:
    """What to add: models "Model", fields and indexed fields "Model.field"."""

    models: Sequence[str] = ()
    fields: Sequence[str] = ()
    indexes: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.models or self.fields or self.indexes)

    @property
    def slug(self) -> str:
        """South's name for them: add_model_User_add_field_User_name."""
        said = [f"add_model_{each}" for each in self.models]
        said += [f"add_field_{each.replace('.', '_')}" for each in self.fields]
        return "_".join(said + [f"add_index_{each.replace('.', '_')}" for each in self.indexes])


def with_parts(app: str, old: Snapshot, new: Snapshot, parts: Parts) -> Snapshot:
    """Return `new` with the models of `app` as they are in `old`, but for the parts.

    Raises UnknownName for what models.py does not have, and Refused for what is frozen already.
    """
    others = {key: each for key, each in new.items() if key[0] != app}
    models: dict[ModelKey, Definition] = dict(old.of(app))
    for name in parts.models:
        definition = _model(app, new, name)
        if definition.key in models:
            raise Refused(f"The model '{name}' is frozen already.", "Use --auto for changes of it.")
        models[definition.key] = definition
    for label in parts.fields:
        model, field = _field(app, new, label)
        before = _model(app, Snapshot(models), model.name)
        if field in before.fields:
            raise Refused(f"The field '{label}' is frozen already.", "Use --auto for changes.")
        # In the order of models.py, as --auto would have it later.
        wanted = {*before.fields, field}
        texts = {**before.fields, field: model.fields[field]}
        order = [*(each for each in model.fields if each in wanted), *before.fields]
        models[before.key] = replace(
            before,
            fields={each: texts[each] for each in dict.fromkeys(order)},
            imports=before.imports | model.imports,
        )
    for label in parts.indexes:
        model, field = _field(app, new, label)
        before = _model(app, Snapshot(models), model.name)
        models[before.key] = _indexed(before, model, field)
    _check_whole(app, old, models)
    return Snapshot({**others, **models})


def _check_whole(app: str, old: Snapshot, models: dict[ModelKey, Definition]) -> None:
    """Refuse parts that need others which are not among them."""
    for key, definition in models.items():
        if definition is old.get(key):
            continue
        gone = sorted(each for each in definition.references() - models.keys() if each[0] == app)
        if gone:
            raise Refused(
                f"{definition.name} refers to the model '{gone[0][1]}', which is not frozen yet.",
                f"Nothing was written. Add it too: --add-model {gone[0][1]}.",
            )


def _model(app: str, snapshot: Snapshot, name: str) -> Definition:
    own = snapshot.of(app)
    if (app, name.lower()) not in own:
        raise UnknownName.among("model", name, [each.name for each in own.values()])
    return own[app, name.lower()]


def _field(app: str, new: Snapshot, label: str) -> tuple[Definition, str]:
    name, dot, field = label.partition(".")
    if not dot:
        raise Refused(f"'{label}' names no field.", "Write it as Model.field.")
    model = _model(app, new, name)
    if field not in model.fields:
        raise UnknownName.among("field", label, [f"{model.name}.{each}" for each in model.fields])
    return model, field


def _indexed(before: Definition, now: Definition, field: str) -> Definition:
    """Return `before` with the indexes that models.py has on a field: its own, or in Meta."""
    imports = before.imports | now.imports
    had = [each.text for each in elements(before.meta.get("indexes"))]
    now_has = [each.text for each in elements(now.meta.get("indexes"))]
    more = [each for each in now_has if each not in had]
    named = {each: now.fields_named(f"[{each}]", "indexes") for each in more}
    naming = [each for each in more if field in named[each]]
    if missing := {name for each in naming for name in named[each]} - before.fields.keys():
        raise Refused(
            f"The index on '{now.name}.{field}' names {', '.join(sorted(missing))}, which is not "
            "frozen yet.",
            f"Nothing was written. Add it too: --add-field {now.name}.{min(missing)}.",
        )
    if naming:
        meta = {**before.meta, "indexes": f"[{', '.join([*had, *naming])}]"}
        return replace(before, meta=meta, imports=imports)
    was, text = before.fields.get(field), now.fields[field]
    if was and was != text and _unindexed(text) == _unindexed(was):
        return replace(before, fields={**before.fields, field: text}, imports=imports)
    raise Refused(
        f"models.py has no index on '{now.name}.{field}' that is not frozen, or it has more.",
        "Add db_index=True to the field, or an index to Meta.indexes; other changes take --auto.",
    )


def _unindexed(text: str) -> str:
    return without_keywords(text, ["db_index", "unique"])
