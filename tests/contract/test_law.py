"""The law: forwards makes what Django makes of the models, backwards what was there before.

Models are drawn at random, changed at random, and taken there and back on each database.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evolve.autodiff.questions import Answers
from tests import databases
from tests.contract.case import Case, hold, model
from tests.contract.engine import World, snapshot_of

FIELDS = {
    "name": [
        "models.CharField(max_length=20, default='')",
        "models.CharField(max_length=30, default='', db_index=True)",
        "models.CharField(max_length=30, null=True, unique=True)",
    ],
    "size": [
        "models.IntegerField(default=3)",
        "models.BigIntegerField(null=True)",
        "models.PositiveIntegerField(default=0, db_index=True)",
        "models.IntegerField(db_default=7)",
    ],
    "price": [
        "models.DecimalField(max_digits=8, decimal_places=2, default=0)",
        "models.DecimalField(max_digits=10, decimal_places=3, null=True)",
    ],
    "made": ["models.DateTimeField(null=True)", "models.DateField(null=True, db_column='day')"],
    "flag": ["models.BooleanField(default=False)", "models.BooleanField(null=True)"],
    "word": ["models.TextField(default='', blank=True)", "models.UUIDField(null=True)"],
}
METAS = [
    "indexes = [models.Index(fields=['name', 'size'], name='{model}_idx')]",
    "constraints = [models.CheckConstraint(condition=models.Q(size__gte=0), name='{model}_pos')]",
    "constraints = [models.UniqueConstraint(fields=['name', 'size'], name='{model}_uq')]",
    "unique_together = {{('name', 'size')}}",
    "db_table = 'law_own_{model}'",
    "ordering = ['size']",
]
NAMES = ("Ant", "Bee", "Cow")


@st.composite
def models_files(draw):
    """Draw a models.py of one to three models that may point to each other."""
    names = NAMES[: draw(st.integers(1, 3))]
    return "".join(draw(one_model(name, names)) for name in names)


@st.composite
def one_model(draw, name, names):
    """Draw one model; Meta options that name fields have these in it."""
    metas = draw(st.lists(st.sampled_from(METAS), max_size=2, unique_by=lambda each: each[:8]))
    kept = {"name", "size"} | draw(st.sets(st.sampled_from(sorted(FIELDS))))
    fields = [f"{each} = {draw(st.sampled_from(FIELDS[each]))}" for each in sorted(kept)]
    if target := draw(st.sampled_from([None, *names])):
        fields.append(f"one = models.ForeignKey('law.{target}', models.CASCADE, null=True)")
    if target := draw(st.sampled_from([None, None, *names])):
        fields.append(f"many = models.ManyToManyField('law.{target}', related_name='+')")
    return model(name, *fields, meta=[each.format(model=name.lower()) for each in metas])


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=models_files(), after=models_files())
def test_there_and_back_restores_the_schema_and_there_is_what_django_makes(alias, before, after):
    assume(snapshot_of(before).changed(snapshot_of(after)))
    databases.empty(alias)
    answers = {"no_rename": True}
    with tempfile.TemporaryDirectory() as directory, World(Path(directory)) as world:
        world.write(before)
        assume(world.difference(after, Answers(**answers)))
    with tempfile.TemporaryDirectory() as directory, World(Path(directory)) as world:
        hold(Case("law", before, after, None, None, answers), world, alias)
