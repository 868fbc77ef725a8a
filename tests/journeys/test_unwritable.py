"""Values that no source text makes: refused only where they would have to be written."""

import pytest

HEAD = (
    "class Valid:\n    def __call__(self, value):\n        pass\n\n\n"
    "class A(models.Model):\n"
    "    name = models.CharField('n', max_length=9, validators=[Valid()], help_text='say')\n"
    "    count = models.IntegerField(default=lambda: 3)\n"
)
DJANGOS = (
    "from django.db import migrations, models\n\n\nclass Valid:\n    def __call__(self, value):\n"
    "        pass\n\n\nclass Migration(migrations.Migration):\n    initial = True\n"
    "    operations = [migrations.CreateModel('A', [\n"
    "        ('id', models.BigAutoField(primary_key=True)),\n"
    "        ('name', models.CharField('n', max_length=9, validators=[Valid()],"
    " help_text='say')),\n"
    "        ('count', models.IntegerField(default=lambda: 3)),\n    ])]\n"
)


@pytest.fixture(params=["without migrations", "Django's"])
def referring(request, site):
    """The app `shop` refers to a model of `other`, which cannot be written."""
    site.models("other", HEAD)
    site.models("shop", "class B(models.Model):\n    name = models.CharField(max_length=9)\n")
    site.must("schemamigration", "shop", "--initial")
    if request.param == "without migrations":
        site.setting("MIGRATION_MODULES = {'other': None}")
    else:
        (site.root / "other" / "migrations").mkdir()
        (site.root / "other" / "migrations" / "__init__.py").touch()
        (site.root / "other" / "migrations" / "0001_initial.py").write_text(DJANGOS)
        site.models("shop", 'class B(models.Model):\n    a = models.ForeignKey("other.A", 1)\n')
        path = site.root / "shop" / "models.py"
        path.write_text(path.read_text().replace(", 1)", ", models.CASCADE)"))
        (site.root / "shop" / "migrations" / "0001_initial.py").unlink()
        site.must("schemamigration", "shop", "--initial")
    return site, request.param


def test_what_is_merely_referred_to_need_not_be_written(referring):
    site, _ = referring
    site.must("schemamigration", "shop", "--empty", "by_hand", "--freeze", "other")
    site.must("datamigration", "shop", "rows", "--freeze", "other")
    text = site.file("shop", "0003").read_text()
    assert "validators" not in text
    assert "unwritable" not in text
    assert "help_text='say'" in text
    site.filled("shop", "0003", 'orm["other.A"].objects.create(name="a", count=1)')
    site.must("migrate", "--run-syncdb")
    again = site.must("schemamigration", "shop", "--auto")
    assert again == "Nothing seems to have changed.\n"


def test_a_default_that_was_left_out_is_missed_only_where_it_is_used(referring):
    site, _ = referring
    site.must("datamigration", "shop", "rows", "--freeze", "other")
    site.filled("shop", "0002", 'orm["other.A"].objects.create(name="a")')
    ran = site.evolve("migrate", "--run-syncdb")
    assert ran.code == 1
    assert "The default of other.A.count could not be written" in ran.err
    assert "Traceback" not in ran.err


def test_the_own_models_of_a_data_revision_have_to_be_written(referring):
    site, kind = referring
    if kind != "Django's":
        pytest.skip("has no revisions")
    said = site.refused("datamigration", "other", "rows")
    assert "other.A.name: " in said
    assert "cannot be written as source text" in said
