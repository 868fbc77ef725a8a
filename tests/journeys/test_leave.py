"""Coming and going: `adopt` looks at a project, `leave` writes what needs no evolve."""

import json
from pathlib import Path

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
INDEX = "    class Meta:\n        indexes = [models.Index(fields=['name'], name='nix')]\n"
POST = 'class Post(models.Model):\n    thing = models.ForeignKey("shop.Thing", models.CASCADE)\n'


def begin(site):
    """Write revisions of every kind: created, renamed, rows, SQL, irreversible."""
    site.models("shop", THING + INDEX)
    site.must("schemamigration", "shop", "--initial")
    site.models("other", POST)
    site.must("schemamigration", "other", "--initial")
    site.models(
        "shop", (THING + INDEX).replace("name'", "title'", 1).replace("    name", "    title")
    )
    site.must("schemamigration", "shop", "--auto", "--rename", "Thing.name=title")
    site.must("datamigration", "shop", "fill", "--freeze", "other")
    site.filled(
        "shop",
        "0003",
        'orm["other.Post"].objects.create(thing=orm.Thing.objects.create(title=WORD))',
        "orm.Thing.objects.all().delete()",
    )
    path = site.file("shop", "0003")
    path.write_text(
        path.read_text().replace("\n\nclass Migration", '\nWORD = "one"\n\n\nclass Migration')
    )
    site.must("schemamigration", "shop", "--empty", "sql")
    path = site.file("shop", "0004")
    text = path.read_text().replace(
        "        pass", "        self.db.execute('UPDATE shop_thing SET title = %s', ['two'])", 1
    )
    path.write_text(
        text.replace(
            "        pass", "        self.db.execute(\"UPDATE shop_thing SET title = 'one'\")", 1
        )
    )
    return site


def without_evolve(site):
    """Have a project in which evolve cannot be imported, as if it were uninstalled."""
    (site.root / "evolve.py").write_text("raise ImportError('evolve is not installed')\n")


def test_what_was_left_goes_on_under_django_alone(everywhere):
    site = begin(everywhere)
    site.must("migrate")
    rows = site.content()
    names = site.files("shop")
    out = site.must("leave", "shop", "--yes")
    assert "Changed other:0001_initial, which named one of them by its id." in out
    assert site.files("shop") == names
    assert site.file("shop", "0001").with_name("0001_initial.py.orig").exists()
    assert not (site.root / "shop" / "migrations" / "HEAD").exists()
    assert site.must("migrate") == "- Nothing to migrate.\n"
    site.must("check", "other")
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"
    site.must("leave", "other", "--yes")
    settings = site.root / "project_settings.py"
    settings.write_text(settings.read_text().replace(", 'evolve'", ""))
    without_evolve(site)
    for app in ("shop", "other"):
        assert "evolve" not in "".join(
            line
            for path in (site.root / app / "migrations").glob("*.py")
            for line in path.read_text().splitlines()
            if "import" in line
        )
    assert site.python("manage.py", "makemigrations", "--check").code == 0
    assert site.python("-c", "import evolve").code == 1
    assert site.python("manage.py", "migrate", "shop", "zero").code == 0
    assert site.python("manage.py", "migrate").code == 0
    assert [title for (title,) in site.rows("SELECT title FROM shop_thing")] == ["two"]
    assert site.rows("SELECT COUNT(*) FROM other_post") == [(1,)]
    assert {table: each[0] for table, each in site.content().items()} == {
        table: each[0] for table, each in rows.items()
    }


FIELDS = (
    "from evolve.fields import FixedCharField\n\n\nclass Thing(models.Model):\n"
    "    code = FixedCharField(max_length=5)\n    name = models.TextField()\n"
)


def test_what_imports_evolve_still_is_named_and_the_way_that_is_said_leads_out(everywhere):
    site = everywhere
    site.models("shop", FIELDS)
    site.must("schemamigration", "shop", "--initial")
    site.models("other", POST)
    site.must("schemamigration", "other", "--initial")
    site.must("migrate")
    site.setting("EVOLVE = {'HEAD_FILE': True}")
    (site.root / "other" / "tasks.py").write_text("import evolve.signals\n")
    out = site.must("leave", "shop", "--yes")
    assert "needs no evolve now" not in out
    assert "'shop' still needs evolve, which these lines import:" in out
    models, first = site.root / "shop" / "models.py", site.file("shop", "0001")
    assert f" - {models}:4: from evolve.fields import FixedCharField\n" in out
    number = first.read_text().splitlines().index("import evolve.fields") + 1
    assert f" - {first}:{number}: import evolve.fields\n" in out
    assert " - The app 'other' has revisions of evolve's: evolve leave other\n" in out
    assert f" - {site.root / 'other' / 'tasks.py'}:1: import evolve.signals\n" in out
    assert " - INSTALLED_APPS in the settings has 'evolve'" in out
    assert " - The settings have EVOLVE" in out
    copied = out.partition("copy ")[2].partition(" into")[0]
    (site.root / "columns.py").write_text(Path(copied).read_text())
    for path in (models, first):
        path.write_text(path.read_text().replace("evolve.fields", "columns"))
    (site.root / "other" / "tasks.py").unlink()
    out = site.must("leave", "other", "--yes")
    assert "'other' needs no evolve now" in out
    assert "shop" not in out
    settings = site.root / "project_settings.py"
    settings.write_text(settings.read_text().replace(", 'evolve'", "").replace("EVOLVE", "NONE"))
    without_evolve(site)
    assert site.python("manage.py", "makemigrations", "--check").code == 0
    assert site.python("manage.py", "migrate", "shop", "zero").code == 0
    assert site.python("manage.py", "migrate").code == 0


def test_irreversible_stays_so_and_a_dry_run_writes_nothing(site):
    site.models("shop", THING + "    n = models.IntegerField()\n")
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--auto", "--irreversible", "Thing.n")
    before = {path: path.read_text() for path in (site.root / "shop").rglob("*.py")}
    out = site.must("leave", "shop", "--dry-run")
    assert "migrations.RemoveField(" in out
    assert before == {path: path.read_text() for path in (site.root / "shop").rglob("*.py")}
    assert "--yes" in site.refused("leave", "shop")
    site.must("leave", "shop", "--yes")
    site.must("migrate", "shop")
    assert "cannot be reversed" in site.refused("migrate", "shop", "0001")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("list(orm.Thing.objects.all())", "its forwards reads rows"),
        ("pass", "no revision of evolve's"),
    ],
)
def test_what_django_cannot_say_is_refused_before_anything_is_written(site, body, said):
    site.models("shop", THING)
    if body != "pass":
        site.must("schemamigration", "shop", "--initial")
        site.must("schemamigration", "shop", "--empty", "rows")
        path = site.file("shop", "0002")
        path.write_text(path.read_text().replace("        pass", f"        {body}", 1))
    assert said in site.refused("leave", "shop", "--yes")
    assert not list((site.root / "shop").rglob("*.orig"))


def test_a_file_of_ones_own_is_not_overwritten(site):
    begin(site)
    own = site.root / "shop" / "migrations" / "_orm.py"
    own.write_text("# mine\n")
    assert "_orm.py exists already" in site.refused("leave", "shop", "--yes")
    assert own.read_text() == "# mine\n"


def test_adopt_says_what_is_there_and_changes_nothing(everywhere):
    site = begin(everywhere)
    site.must("migrate", "shop", "0002")
    before = site.content()
    out = site.must("adopt")
    assert " shop: revisions 4 of evolve's; applied 2 on default\n    head: 0004_sql\n" in out
    assert " auth: revisions 12 of Django's; applied 0 on default\n" in out
    assert "4 revisions" not in out
    assert site.content() == before
    found = json.loads(site.must("adopt", "--format", "json"))
    assert [each["app"] for each in found["apps"]] == ["shop", "other", "contenttypes", "auth"]


def test_adopt_names_what_is_unusual(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    site.models("shop", THING + "    n = models.IntegerField(default=1)\n")
    site.models("other", THING)
    site.setting("DATABASES['away'] = dj_database_url.parse('postgres://x:secret@127.0.0.1:9/n')")
    out = site.must("adopt")
    assert "Database away: The database 'away' cannot be reached" in out
    assert "secret" not in out
    assert "models.py has what no revision has: Add field n on shop.Thing" in out
    assert (
        "it has models and no migrations, and on 'default' the tables other_thing are missing: "
        "`evolve migrate --run-syncdb` makes them" in out
    )


def test_adopt_looks_at_the_tables_before_it_advises_to_make_them(everywhere):
    site = everywhere
    site.models("other", THING + THING.replace("Thing", "More"))
    site.must("migrate", "--run-syncdb")
    out = site.must("adopt")
    assert "--run-syncdb" not in out
    assert "the tables other_more, other_thing are there: `evolve convert other`" in out
    site.run_sql("DROP TABLE other_more")
    out = site.must("adopt")
    assert "the tables other_thing are there: `evolve convert other`" in out
    assert "the tables other_more are missing: `evolve migrate --run-syncdb`" in out
