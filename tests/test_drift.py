"""What drift finds between models and live tables, on every database."""

import pytest
from django.contrib.auth.models import User
from django.db import connections, models
from django.test.utils import isolate_apps

from evolve.drift import MISSING, drift


def wide():
    """Return models with a column of every kind that Django has."""

    class Other(models.Model):
        class Meta:
            app_label = "law"

    class Thing(models.Model):
        text = models.CharField(max_length=9, unique=True)
        fixed = models.UUIDField(null=True)
        slug = models.SlugField()
        long = models.TextField(default="")
        small = models.SmallIntegerField(default=0)
        positive = models.PositiveIntegerField(default=0)
        big = models.PositiveBigIntegerField(default=0, db_index=True)
        yes = models.BooleanField(null=True)
        real = models.FloatField(default=0)
        exact = models.DecimalField(max_digits=8, decimal_places=2, default=0)
        at = models.TimeField(null=True)
        day = models.DateField(null=True)
        when = models.DateTimeField(null=True)
        took = models.DurationField(null=True)
        address = models.GenericIPAddressField(null=True)
        raw = models.BinaryField(null=True)
        data = models.JSONField(default=dict)
        other = models.ForeignKey(Other, models.CASCADE, null=True)
        loose = models.ForeignKey(Other, models.CASCADE, null=True, db_constraint=False)
        only = models.OneToOneField("self", models.CASCADE, null=True)
        many = models.ManyToManyField(Other)

        class Meta:
            app_label = "law"
            indexes = [models.Index(fields=["small", "-real"], name="two")]
            unique_together = [("day", "at")]
            constraints = [
                models.UniqueConstraint(fields=["small", "big"], name="both"),
                models.CheckConstraint(condition=models.Q(small__gte=0), name="least"),
            ]

    return [Other, Thing]


def made(alias, found):
    with connections[alias].schema_editor() as editor:
        for model in found:
            editor.create_model(model)


@isolate_apps("tests.apps.law")
def test_tables_that_django_made_agree(alias):
    found = wide()
    made(alias, found)
    assert drift(connections[alias], found) == {
        "law_other": [],
        "law_thing": [],
        "law_thing_many": [],
    }


@isolate_apps("tests.apps.law")
def test_every_difference_is_said(alias):
    class Other(models.Model):
        class Meta:
            app_label = "law"

    class Was(models.Model):
        name = models.CharField(max_length=9)
        size = models.IntegerField(null=True)
        code = models.IntegerField(unique=True)
        old = models.TextField()
        other = models.IntegerField()
        indexed = models.IntegerField()
        spare = models.IntegerField(db_index=True)

        class Meta:
            app_label = "law"
            db_table = "law_thing"

    class Now(models.Model):
        name = models.CharField(max_length=12, db_index=True)
        size = models.IntegerField()
        code = models.IntegerField()
        new = models.TextField()
        other = models.ForeignKey(Other, models.CASCADE, db_column="other")
        indexed = models.IntegerField(unique=True)
        spare = models.IntegerField()
        many = models.ManyToManyField(Other)

        class Meta:
            app_label = "law"
            db_table = "law_thing"

    made(alias, [Other, Was])
    found = drift(connections[alias], [Now])
    assert found["law_thing_many"] == [MISSING]
    said = "\n".join(found["law_thing"])
    for line in (
        "the column size is NULL, not NOT NULL",
        "the column new is missing",
        "the column old is not in the model",
        "(indexed) is not unique",
        "(code) is unique, and is not in the model",
        "(name) has no index",
        "(other) has no foreign key to law_other.id",
        "(spare) has an index that is not in the model",
    ):
        assert line in said
    assert "the column name is" in said
    assert "(12)" in said


@isolate_apps("tests.apps.law")
def test_unmanaged_and_proxy_models_have_no_tables(alias):
    class Mine(User):
        class Meta:
            app_label = "law"
            proxy = True

    assert drift(connections[alias], [Mine]) == {}


@pytest.mark.parametrize("vendor", ["sqlite"])
def test_a_vendor_whose_catalogue_is_unknown_has_no_types_compared(vendor, monkeypatch):
    connection = connections[vendor]
    monkeypatch.setattr(connection, "vendor", "other")
    with isolate_apps("tests.apps.law"):
        found = wide()[:1]
    monkeypatch.setattr(connection, "vendor", "sqlite")
    made(vendor, found)
    monkeypatch.setattr(connection, "vendor", "other")
    assert drift(connection, found) == {"law_other": []}
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with connection.schema_editor() as editor:
        editor.delete_model(found[0])
