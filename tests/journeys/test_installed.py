"""Apps that are installed packages: nothing is written into them without a word."""

import pytest

THING = (
    "from django.db import models\n\n\nclass Thing(models.Model):\n    name = models.TextField()\n"
)
SIZE = "    size = models.IntegerField(null=True)\n"
KIND = "    kind = models.IntegerField(null=True)\n"


@pytest.fixture
def packaged(site):
    """A project with the app `kit` in site-packages: two revisions, and models.py has gone on."""
    app = site.root / "site-packages" / "kit"
    app.mkdir(parents=True)
    (app / "__init__.py").touch()
    (app / "models.py").write_text(THING)
    site.setting("import sys; sys.path.insert(0, 'site-packages'); INSTALLED_APPS += ['kit']")
    site.must("schemamigration", "kit", "--initial", "--into-installed")
    (app / "models.py").write_text(THING + SIZE)
    site.must("schemamigration", "kit", "--auto", "--into-installed")
    (app / "models.py").write_text(THING + SIZE + KIND)
    return site


def texts(site):
    there = (site.root / "site-packages" / "kit" / "migrations").rglob("*")
    return {path: path.read_text() for path in there if path.suffix != ".pyc" and path.is_file()}


@pytest.mark.parametrize(
    "args",
    [
        ["schemamigration", "kit", "--auto"],
        ["schemamigration", "kit", "--auto", "--update"],
        ["schemamigration", "kit", "--empty", "x"],
        ["datamigration", "kit", "x"],
        ["merge", "kit"],
        ["rebase", "kit"],
        ["squash", "kit", "0002"],
        ["leave", "kit", "--yes"],
        ["convert", "kit"],
    ],
    ids=" ".join,
)
def test_nothing_is_written_into_an_installed_package(packaged, args):
    before = texts(packaged)
    said = packaged.refused(*args)
    assert "not the project's own: they are in " in said
    assert "site-packages/kit/migrations" in said
    assert "MIGRATION_MODULES" in said
    assert "--into-installed" in said
    assert texts(packaged) == before


def test_what_would_be_written_can_be_seen(packaged):
    before = texts(packaged)
    assert "add_field" in packaged.must("schemamigration", "kit", "--auto", "--stdout")
    packaged.must("leave", "kit", "--dry-run")
    assert texts(packaged) == before


def test_revisions_that_are_the_projects_own_are_written_whoever_has_the_models(packaged):
    packaged.setting("MIGRATION_MODULES = {'kit': 'shop.kit_migrations'}")
    packaged.must("schemamigration", "kit", "--initial")
    assert (packaged.root / "shop" / "kit_migrations" / "0001_initial.py").exists()


def test_the_option_writes_there_all_the_same(packaged):
    packaged.must("schemamigration", "kit", "--auto", "--into-installed")
    assert len(list((packaged.root / "site-packages/kit/migrations").glob("0*.py"))) == 3
