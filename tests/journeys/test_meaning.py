"""Words in a definition that look like names and are none, through the command."""

import json

import pytest

from tests.journeys.test_branch_surprises import rename_fork
from tests.journeys.test_branches import THEIRS, THING, no_change

KIND = "    kind = models.CharField(max_length=9, default='other')\n"
CHECK = """    class Meta:
        constraints = [models.CheckConstraint(
            condition=models.Q(kind__in=["name", "other"], {}__gt=""), name="name")]
"""
LABELS = """HELP = "Write settings.DEBUG. Use to='other.thing' or through='x.y' in links."


class Thing(models.Model):
    name = models.CharField(max_length=99, help_text=HELP, choices=[("settings.DEBUG", HELP)])

    class Meta:
        verbose_name = "to='other.thing'"
"""


def test_a_rebase_over_a_rename_leaves_values_alone(everywhere):
    base = THING + KIND
    renamed = base.replace("    name", "    title")
    rename_fork(everywhere, "Thing.name=title", renamed, base + CHECK.format("name"), base)
    everywhere.must("rebase", "shop", THEIRS)
    everywhere.models("shop", renamed + CHECK.format("title"))
    no_change(everywhere)
    everywhere.must("migrate", "shop")
    everywhere.must("check", "shop")
    everywhere.run_sql("INSERT INTO shop_thing (title, kind) VALUES ('a', 'name')")
    with pytest.raises(Exception, match=r"(?i)constraint|check"):
        everywhere.run_sql("INSERT INTO shop_thing (title, kind) VALUES ('b', 'title')")


def test_text_that_looks_like_a_relation_is_text(site):
    site.models("shop", LABELS)
    site.must("schemamigration", "shop", "--initial")
    assert "depends_on = []" in site.file("shop", "0001").read_text()
    site.models("shop", LABELS + "\n    size = models.IntegerField(null=True)\n")
    site.must("schemamigration", "shop", "--auto")
    site.must("datamigration", "shop", "rows")
    site.filled("shop", "0003", "pass")
    site.must("migrate", "shop")
    site.must("check", "shop")


RENAME = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [{}]
"""


@pytest.mark.parametrize(
    "operation",
    [
        'migrations.RenameModel("Thing", new_name="Stuff")',
        'migrations.SeparateDatabaseAndState([migrations.RenameModel("Thing", "Stuff")],'
        ' [migrations.RenameModel("Thing", new_name="Stuff")])',
    ],
)
def test_another_app_follows_a_rename_in_djangos_format(site, operation):
    site.models("shop", THING)
    site.models(
        "other",
        "class Note(models.Model):\n    of = models.ForeignKey('shop.Thing', models.CASCADE)\n",
    )
    site.python("manage.py", "makemigrations", "shop")
    site.must("schemamigration", "other", "--initial")
    site.models("shop", THING.replace("Thing", "Stuff"))
    note = "class Note(models.Model):\n    of = models.ForeignKey('shop.Stuff', models.CASCADE)\n"
    site.models("other", note)
    (site.root / "shop/migrations/0002_rename.py").write_text(RENAME.format(operation))
    assert site.must("schemamigration", "other", "--auto") == "Nothing seems to have changed.\n"
    site.must("migrate")
    site.must("check")
    revisions = json.loads(site.must("list", "--format", "json"))
    assert revisions


def test_an_index_that_is_called_like_a_renamed_field_keeps_its_name(everywhere):
    body = (
        THING + "    class Meta:\n        indexes = [models.Index(fields=['name'], name='name')]\n"
    )
    everywhere.models("shop", body)
    everywhere.must("schemamigration", "shop", "--initial")
    everywhere.models(
        "shop", body.replace("    name", "    title").replace("['name']", "['title']")
    )
    everywhere.must("schemamigration", "shop", "--auto", "--rename", "Thing.name=title")
    assert "rename_index" not in everywhere.file("shop", "0002").read_text()
    everywhere.must("migrate", "shop")
    everywhere.must("check", "shop")
    everywhere.must("migrate", "shop", "0001")
    everywhere.must("check", "shop")
