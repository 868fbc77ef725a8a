"""Django's system checks before schemamigration and migrate, as its own commands run them."""

import pytest

CLASH = """\
class Maker(models.Model):
    name = models.CharField(max_length=9)


class Thing(models.Model):
    maker = models.ForeignKey(Maker, models.CASCADE)
    owner = models.ForeignKey(Maker, models.CASCADE)
"""
CHECKS = """\
from django.apps import AppConfig
from django.core import checks


@checks.register("shop")
def warn(app_configs, **kwargs):
    return [checks.Warning("The stock is low.", id="shop.W1")]


@checks.register(checks.Tags.database)
def look(app_configs, databases=None, **kwargs):
    return [checks.Warning(f"Looked at {alias}.", id="shop.W2") for alias in databases or ()]
"""
MODEL = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"


def test_errors_refuse_in_django_s_words_and_nothing_is_written(site):
    site.models("shop", CLASH)
    refused = site.refused("schemamigration", "shop", "--initial")
    assert "SystemCheckError: System check identified some issues:" in refused
    assert "(fields.E304) Reverse accessor 'Maker.thing_set' for 'shop.Thing.maker'" in refused
    assert "--skip-checks" in refused
    assert not (site.root / "shop" / "migrations").exists()
    django = site.python("manage.py", "makemigrations", "shop")
    theirs = [line for line in django.err.splitlines() if line.startswith(("shop.", "\t"))]
    ours = [line.removeprefix("   ") for line in refused.splitlines()]
    assert theirs
    assert set(theirs) <= set(ours)
    site.must("schemamigration", "shop", "--initial", "--skip-checks")


@pytest.mark.parametrize(
    "args", [("migrate",), ("upgrade", "shop"), ("downgrade", "shop", "zero"), ("rollback", "shop")]
)
def test_every_kind_of_migrate_is_refused_and_can_skip_them(site, args):
    site.models("shop", CLASH)
    site.must("schemamigration", "shop", "--initial", "--skip-checks")
    if args[0] not in ("migrate", "upgrade"):
        site.must("migrate", "shop", "--skip-checks")
    before = site.must("list", "shop")
    assert "fields.E304" in site.refused(*args)
    assert "fields.E304" in site.refused(*args, "--plan")
    assert site.must("list", "shop") == before
    site.must(*args, "--skip-checks")
    assert site.must("list", "shop") != before


def test_silenced_errors_are_none(site):
    site.models("shop", CLASH)
    site.setting("SILENCED_SYSTEM_CHECKS = ['fields.E304']")
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")


def test_warnings_go_to_stderr_and_only_migrate_asks_databases(site):
    site.models("shop", MODEL)
    (site.root / "shop" / "apps.py").write_text(
        f"{CHECKS}\n\nclass Config(AppConfig):\n    name = 'shop'\n"
    )
    site.setting("DATABASES['second'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'second'}")
    written = site.evolve("schemamigration", "shop", "--initial")
    assert written.code == 0
    assert "WARNINGS:\n?: (shop.W1) The stock is low.\n" in written.err
    assert "Looked at" not in written.err
    ran = site.evolve("migrate", "shop", "--database", "second")
    assert ran.code == 0
    assert "Looked at second." in ran.err
    assert "Looked at default." not in ran.err
    both = site.evolve("migrate", "shop", "--all-databases")
    assert both.err.count("The stock is low.") == 1
    assert "Looked at default." in both.err
    assert "Looked at second." in both.err
    parallel = site.evolve("migrate", "shop", "zero", "--all-databases", "--parallel", "2")
    assert parallel.code == 0
    assert parallel.err.count("The stock is low.") == 1


def test_check_and_list_need_none(site):
    site.models("shop", CLASH)
    site.must("schemamigration", "shop", "--initial", "--skip-checks")
    site.must("check", "shop")
    site.must("list", "shop")
    site.must("migrate", "--list")


def test_a_check_that_fails_itself_is_named(site):
    site.models("shop", MODEL)
    site.setting("ROOT_URLCONF = 'nowhere.urls'")
    refused = site.refused("schemamigration", "shop", "--initial")
    assert "ModuleNotFoundError: No module named 'nowhere'" in refused
    assert "--skip-checks" in refused


def test_a_database_that_cannot_be_reached_stops_no_revision_from_being_written(site):
    site.models("shop", "class Thing(models.Model):\n    data = models.JSONField()\n")
    site.url = "mysql://nobody@127.0.0.1:1/none"
    site.must("schemamigration", "shop", "--initial")
    assert "The database 'default' cannot be reached" in site.refused("migrate", "shop")
