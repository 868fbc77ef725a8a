"""Models of tables that Django did not make: whatever is there, they agree with it."""

import pytest
from django.core import checks
from django.db import connections, models
from django.test.utils import isolate_apps

from evolve.authoring.models_file import models_text
from evolve.database.inspection import keys
from evolve.database.inspection.tables import inspect_tables
from evolve.drift import drift
from tests.database import legacy

APP = "tests.apps.law"


@pytest.fixture
def inspected(alias):
    """Return what inspects a script's tables; types and domains are dropped as tables are."""
    connection = connections[alias]

    def inspect(text):
        legacy.make(connection, alias, text)
        with connection.cursor() as cursor:
            tables = sorted(connection.introspection.table_names(cursor))
        found = inspect_tables(connection, tables, {})
        return found, models_text(found, "Tables.")

    with connection.cursor() as cursor:
        if alias == "postgresql":
            cursor.execute("DROP TYPE IF EXISTS mood CASCADE")
            cursor.execute("DROP DOMAIN IF EXISTS short CASCADE")
        if alias == "mariadb":
            cursor.execute("SET FOREIGN_KEY_CHECKS=1")
    return inspect


def made(text):
    """Return the models of a text, in the registry of the test."""
    names = {"__name__": f"{APP}.models"}
    exec(compile(text, "models.py", "exec"), names)
    return [
        each for each in names.values() if isinstance(each, type) and issubclass(each, models.Model)
    ]


def fields_of(found, name):
    model = next(each for each in found if each._meta.object_name == name)
    return {each.column: each for each in model._meta.local_concrete_fields}


@isolate_apps(APP)
def test_whatever_tables_are_there_the_models_agree(alias, inspected):
    _, text = inspected(legacy.TABLES[alias])
    found = made(text)
    assert drift(connections[alias], found) == {
        name: [] for name in ("Customer", "detail", "extra", "orders", "part")
    }
    for model in found:
        said = [each for each in model.check(databases=[alias]) if each.level >= checks.ERROR]
        assert said == []
        assert list(model.objects.using(alias).all()) == []


@isolate_apps(APP)
def test_hostile_names_become_fields_and_models(alias, inspected):
    _, text = inspected(legacy.HOSTILE)
    found = made(text)
    assert set(drift(connections[alias], found)) == {
        *("class", "none", "2 tables", "a_b", "ab", "True", "---")
    }
    assert not any(drift(connections[alias], found).values())
    for model in found:
        said = [each for each in model.check(databases=[alias]) if each.level >= checks.ERROR]
        assert said == []
        assert list(model.objects.using(alias).all()) == []
    ours = {column: field.name for column, field in fields_of(found, "Class").items()}
    assert ours["class"] == "class_field"
    assert ours["save"] == "save_field"
    assert ours["Mixed"] == "mixed"
    assert ours["2nd"] == "number_2nd"


@isolate_apps(APP)
def test_the_models_make_the_tables_again(alias, inspected):
    """Frozen and created elsewhere they give the same columns, and rows go in."""
    _, text = inspected(legacy.TABLES[alias])
    found = made(text)
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in ("part", "detail", "extra", "orders", "Customer"):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
    order = ["Customer", "Orders", "Detail", "Part", "Extra"]
    with connection.schema_editor() as editor:
        for name in order:
            editor.create_model(next(each for each in found if each.__name__ == name))
    assert not any(drift(connection, found).values())


SMALL = """
CREATE TABLE pay (no char(5) PRIMARY KEY, name varchar(9) NOT NULL DEFAULT 'x', small integer);
CREATE INDEX pay_small ON pay (small);
"""


def test_the_text_is_as_somebody_would_write_it(inspected):
    _, text = inspected(SMALL.replace("integer", "smallint"))
    assert text == (
        '"""Tables."""\n\n'
        "from django.db import models\n\n"
        "from evolve import fields\n\n\n"
        "class Pay(models.Model):\n"
        "    no = fields.FixedCharField(max_length=5, primary_key=True)\n"
        '    name = models.CharField(db_default="x", max_length=9)\n'
        "    small = models.SmallIntegerField(blank=True, null=True)\n\n"
        "    class Meta:\n"
        '        db_table = "pay"\n'
        '        indexes = [models.Index(fields=["small"], name="pay_small")]\n'
    )


@pytest.mark.vendors("postgresql")
@isolate_apps(APP)
def test_postgresql_values_go_in_and_come_out(alias, inspected):
    found, text = inspected(legacy.POSTGRESQL)
    customer = next(each for each in made(text) if each.__name__ == "Customer")
    one = customer.objects.using(alias).create(code="ab", tags=["x"], cash="3.50", counter=1)
    one = customer.objects.using(alias).get(code="ab")
    assert (one.code, one.kind, one.name, one.small) == ("ab", "A", 'it\'s "new"', -1)
    assert (one.twice, one.tags, one.feels, one.counter) == (-2, ["x"], "sad", 1)
    assert one.at is not None
    assert one.naive.tzinfo is not None
    assert customer._meta.db_table_comment == 'who\'s "buying"'
    assert customer._meta.get_field("code").db_comment == "the old code"
    said = [line for each in found for line in each.said]
    assert any("orders_some" in line and "year > 2000" in line for line in said)
    assert any("several columns" in line for line in said)
    remarks = [line for each in found for field in each.fields for line in field.said]
    assert any("The database numbers it" in line for line in remarks)
    assert any("CURRENT_DATE" in line for line in remarks)


@pytest.mark.vendors("postgresql")
def test_indexes_of_postgresql_are_in_the_model_where_its_app_is_installed(inspected, monkeypatch):
    found, text = inspected(legacy.POSTGRESQL)
    assert "GinIndex" not in text
    assert "words_gin, gin of (words). With django.contrib.postgres in INSTALLED_APPS" in str(found)
    assert "orders_filled has options: fillfactor=70." in str(found)
    monkeypatch.setattr(keys.apps, "is_installed", lambda name: True)
    connection = connections["postgresql"]
    again = models_text(inspect_tables(connection, ["Customer"], {}), "Tables.")
    assert 'indexes = [indexes.GinIndex(fields=["words"], name="words_gin")]' in again
    assert "from django.contrib.postgres import indexes\n" in again


@pytest.mark.vendors("mariadb")
@isolate_apps(APP)
def test_mariadb_values_go_in_and_come_out(alias, inspected):
    found, text = inspected(legacy.MARIADB.replace("place point,", ""))
    customer = next(each for each in made(text) if each.__name__ == "Customer")
    customer.objects.using(alias).create(code="ab", i2=4, b1=b"\0\1", b=b"x" * 16)
    one = customer.objects.using(alias).get(code="ab")
    assert (one.code, one.name, one.i1, one.yes) == ("ab", 'it\'s "new"', -1, True)
    assert (one.twice, one.thrice, one.mood, bytes(one.b1)) == (8, 12, "Sad", b"\0\1")
    assert one.at.tzinfo is not None
    assert customer._meta.get_field("name").db_comment == "the old name"
    said = [line for each in found for field in each.fields for line in field.said]
    assert "The database sets it whenever the row changes." in said


@pytest.mark.vendors("sqlite")
@isolate_apps(APP)
def test_sqlite_values_go_in_and_come_out(alias, inspected):
    _, text = inspected(legacy.SQLITE)
    customer = next(each for each in made(text) if each.__name__ == "Customer")
    customer.objects.using(alias).create(code="ab")
    one = customer.objects.using(alias).get(code="ab")
    assert (one.code, one.name, one.i, one.sum, one.yes) == ("ab", "it's", -1, 3, True)
    assert one.at.tzinfo is not None
