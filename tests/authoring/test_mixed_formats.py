"""The law of mixed formats: whoever writes an app's revisions, in whatever order, states agree.

At every revision evolve's state is the one that Django's loader computes; where the app has one
head, --auto, check and makemigrations find nothing that was not written.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from evolve.autodiff.questions import Answers
from evolve.checking import operations
from evolve.errors import Refused
from evolve.frozen.snapshot import Snapshot
from tests.authoring.mixed import APP, Mixed
from tests.contract.engine import World

FIELDS = [
    "models.IntegerField(null=True)",
    "models.CharField(max_length=9, default='x')",
    "models.CharField(max_length=9, null=True, db_index=True)",
    "models.ForeignKey('law.Base', models.CASCADE, null=True, related_name='+')",
    "models.ForeignKey('ally.Friend', models.CASCADE, null=True, related_name='+')",
]
WRITERS = ["auto", "makemigrations"]


class Models:
    """A models.py of models by name, each with fields by name."""

    def __init__(self, models: dict[str, dict[str, str]]) -> None:
        self.models = {name: dict(fields) for name, fields in models.items()}

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join(
            "\n".join([f"class {name}(models.Model):", *_lines(fields)])
            for name, fields in self.models.items()
        )


def _lines(fields: dict[str, str]) -> list[str]:
    return [f"    {name} = {field}" for name, field in fields.items()] or ["    pass"]


def changed(models: Models, mixed: Mixed, data) -> dict[str, str]:
    """Change a models.py at random, in place; return the rename, if it is one."""
    name = data.draw(st.sampled_from(sorted(models.models)), label="model")
    fields = models.models[name]
    kinds = ["field", "field", "model"]
    kinds += ["remove", "alter", "rename"] if fields else []
    kinds += ["delete"] if name != "Base" and len(models.models) > 1 else []
    kind = data.draw(st.sampled_from(kinds), label="change")
    if kind == "model":
        models.models[mixed.fresh("Model")] = {"size": "models.IntegerField(null=True)"}
    elif kind == "field":
        fields[mixed.fresh("field")] = data.draw(st.sampled_from(FIELDS), label="field")
    elif kind == "delete":
        del models.models[name]
    else:
        return _field_changed(name, fields, kind, mixed, data)
    return {}


def _field_changed(name, fields, kind, mixed, data) -> dict[str, str]:
    old = data.draw(st.sampled_from(sorted(fields)), label="old")
    if kind == "remove":
        del fields[old]
    elif kind == "alter":
        fields[old] = f"models.BigIntegerField(null=True, help_text={mixed.fresh('help')!r})"
    else:
        new = mixed.fresh("renamed")
        fields[new] = fields.pop(old)
        return {f"{name}.{old}": new}
    return {}


def act(mixed: Mixed, models: Models, data) -> None:
    """Have somebody write a revision on the one head, or put two heads together."""
    if len(mixed.heads) > 1:
        mixed.merge() if data.draw(st.booleans(), label="evolve merges") else mixed.django_empty()
        return
    action = data.draw(st.sampled_from([*WRITERS, *WRITERS, "other", "branch"]), label="action")
    if action == "other":
        kind = data.draw(st.sampled_from(["data", "empty", "django_empty", "squash"]), label="kind")
        try:
            getattr(mixed, kind)()
        except Refused as error:
            note(f"refused: {error.found}")
        return
    if action == "branch":
        _branch(mixed, models, data)
        return
    renames = changed(models, mixed, data)
    note(f"{action}:\n{models.text}")
    if action == "auto":
        mixed.auto(models.text, renames=renames)
    else:
        mixed.makemigrations(
            models.text,
            {
                old.partition(".")[0].lower() + old[old.index(".") :]: new
                for old, new in renames.items()
            },
        )


def _branch(mixed: Mixed, models: Models, data) -> None:
    """Have evolve add a field on the head and another one beside it, on what the head revises."""
    head = mixed.heads[0]
    before = Models(models.models)
    name = data.draw(st.sampled_from(sorted(models.models)), label="branch on")
    ours, theirs = mixed.fresh("field"), mixed.fresh("field")
    field = data.draw(st.sampled_from(FIELDS), label="field")
    models.models[name][ours] = field
    mixed.auto(models.text)
    before.models[name][theirs] = field
    mixed.auto(before.text, parent=head)
    models.models[name][theirs] = field
    mixed.world.models[APP] = models.text


def check(mixed: Mixed) -> None:
    """Check that all agree."""
    for key, (ours, djangos) in mixed.states().items():
        assert not ours.changed(djangos), f"{key}: {_unlike(ours, djangos)}"
    project = mixed.world.project
    graph = project.graph()
    assert not operations.check(project, graph, APP)
    if len(mixed.heads) == 1:
        assert not mixed.world.difference(mixed.world.models[APP], Answers(no_rename=True))
        found = mixed.djangos_changes()
        assert not found, [str(each) for each in found[APP][0].operations]


def _unlike(ours: Snapshot, theirs: Snapshot) -> list[object]:
    return [(ours.get(key), theirs.get(key)) for key in ours.changed(theirs)]


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_states_agree_with_djangos_loader_whoever_wrote_the_revisions(data):
    with tempfile.TemporaryDirectory() as directory, World(Path(directory)) as world:
        world.write("class Friend(models.Model):\n    pass\n", app="ally")
        mixed, models = Mixed(world), Models({"Base": {"size": "models.IntegerField(null=True)"}})
        first = data.draw(st.sampled_from(WRITERS), label="first")
        getattr(mixed, first)(models.text)
        for _ in range(data.draw(st.integers(1, 6), label="steps")):
            act(mixed, models, data)
            check(mixed)
