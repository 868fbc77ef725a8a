"""Django's own commands that look at operations, on evolve's files and beside Django's."""

import pytest

MODELS = """\
class Maker(models.Model):
    name = models.CharField(max_length=9)


class Thing(models.Model):
    makers = models.ManyToManyField(Maker)
    name = models.CharField(max_length=9)


class Cheap(Thing):
    class Meta:
        proxy = True


class Foreign(models.Model):
    class Meta:
        managed = False
        db_table = "nowhere"
"""


def begin(site):
    """The same models in `shop`, by evolve, and in `other`, by makemigrations."""
    for app in ("shop", "other"):
        site.models(app, MODELS)
    site.must("schemamigration", "shop", "--initial")
    assert site.python("manage.py", "makemigrations", "other").code == 0


def manage(site, *args):
    ran = site.python("manage.py", *args)
    assert ran.code == 0, ran
    return ran.out + ran.err


def forget(site):
    site.run_sql("DELETE FROM django_migrations WHERE app IN ('shop', 'other')")


def test_django_fakes_an_initial_revision_whose_tables_are_there(everywhere):
    begin(everywhere)
    ran = manage(everywhere, "migrate", "--fake-initial")
    assert "FAKED" not in ran
    forget(everywhere)
    ran = manage(everywhere, "migrate", "--fake-initial")
    assert "Applying shop.0001_initial... FAKED" in ran
    assert "Applying other.0001_initial... FAKED" in ran
    forget(everywhere)
    for app in ("shop", "other"):
        everywhere.run_sql(f"DROP TABLE {app}_thing_makers")
        everywhere.run_sql(f"DROP TABLE {app}_thing")
    for app in ("shop", "other"):
        ran = everywhere.python("manage.py", "migrate", app, "--fake-initial")
        assert ran.code == 1
        assert "FAKED" not in ran.out
    assert everywhere.applied() == []


def test_django_s_other_commands_read_them(site):
    begin(site)
    assert site.python("manage.py", "migrate", "--check").code == 1
    plan = manage(site, "migrate", "--plan", "shop")
    assert "    Create model Thing" in plan
    sql = manage(site, "sqlmigrate", "shop", "0001")
    assert sql.count('CREATE TABLE "shop_thing"') == 1
    manage(site, "migrate")
    assert site.python("manage.py", "migrate", "--check").code == 0
    assert "[X]  shop.0001_initial" in manage(site, "showmigrations", "--plan")
    assert "No migrations to prune." in manage(site, "migrate", "shop", "--prune")
    assert "No changes detected" in manage(site, "makemigrations", "--check", "--dry-run")
    manage(site, "migrate", "shop", "zero")
    site.must("migrate", "shop")
    site.must("check", "shop")


@pytest.mark.parametrize(
    "args",
    [
        ("squashmigrations", "shop", "0002", "--no-input"),
        ("squashmigrations", "shop", "0002", "--no-input", "--no-optimize"),
        ("squashmigrations", "shop", "0002", "0002", "--no-input"),
        ("optimizemigration", "shop", "0001"),
    ],
)
def test_django_does_not_rewrite_them_and_says_so(site, args):
    begin(site)
    site.models("shop", MODELS.replace("9", "12"))
    site.must("schemamigration", "shop", "--auto")
    before = site.files("shop")
    ran = site.python("manage.py", *args)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "use `evolve squash shop" in ran.err
    assert site.files("shop") == before
    site.must("migrate", "shop")


def test_django_still_squashes_its_own(site):
    begin(site)
    site.models("other", MODELS.replace("9", "12"))
    assert site.python("manage.py", "makemigrations", "other").code == 0
    manage(site, "squashmigrations", "other", "0002", "--no-input")
    assert len(site.files("other")) == 3


def test_case_of_names_does_not_count_where_the_database_ignores_it(site):
    site.models(
        "shop",
        "class Thing(models.Model):\n    Name = models.CharField(max_length=9)\n\n"
        "    class Meta:\n        db_table = 'Shop_Thing'\n",
    )
    site.must("schemamigration", "shop", "--initial")
    site.python(
        "-c",
        "import sqlite3; sqlite3.connect('db.sqlite3').execute('CREATE TABLE shop_THING ("
        '"ID" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "NAME" varchar(9) NOT NULL)\')',
    )
    assert "(faked)" in site.must("migrate", "shop", "--fake-initial")
    site.must("migrate", "shop", "zero", "--fake")
    assert "FAKED" in manage(site, "migrate", "shop", "--fake-initial")


def test_a_skeleton_is_not_marked_by_django_s_migrate_either(site):
    site.models("shop", "class Thing(models.Model):\n    name = models.TextField()\n")
    site.must("schemamigration", "shop", "--initial")
    site.must("datamigration", "shop", "fill")
    ran = site.python("manage.py", "migrate", "shop")
    assert ran.code == 1
    assert "still the skeleton" in ran.err
    assert site.must("list", "shop").count("(*)") == 1


def test_a_head_that_makemigrations_wrote_is_no_finding(site):
    site.models("shop", "class Thing(models.Model):\n    name = models.TextField()\n")
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", "class Thing(models.Model):\n    name = models.TextField(null=True)\n")
    assert site.python("manage.py", "makemigrations", "shop").code == 0
    site.must("check", "shop")


def test_an_app_without_models_has_nothing_to_write(site):
    site.models("shop", "")
    assert "Nothing seems" in site.must("schemamigration", "shop", "--auto")


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("other:nope", "0001_initial.py:15: its dependency 'other:nope' does not exist."),
        ("nope:0001", "0001_initial.py:15: its dependency 'nope:0001' does not exist."),
        ("other", "0001_initial.py:15: the dependency 'other' names no app."),
        ("settings.NOPE", "it depends on the setting NOPE, which is not set."),
        ("nope:__first__", "The dependency 'nope:__first__' of 'shop' does not exist."),
    ],
)
def test_a_reference_to_nothing_is_said_by_django_s_commands_too(site, reference, said):
    site.models("shop", MODELS)
    site.must("schemamigration", "shop", "--initial")
    path = site.file("shop", "0001")
    path.write_text(path.read_text().replace("depends_on = []", f"depends_on = [{reference!r}]"))
    for command in ("showmigrations", "migrate", "makemigrations"):
        ran = site.python("manage.py", command)
        assert ran.code != 0
        assert "Traceback" not in ran.err, ran
        assert said in ran.err


def test_what_a_revision_does_wrong_is_said_by_django_s_migrate(site):
    site.models("shop", "class A(models.Model):\n    pass\n")
    site.must("schemamigration", "shop", "--initial")
    path = site.file("shop", "0001")
    text = path.read_text()
    path.write_text(text.replace('self.db.create_model("A")', "pass"))
    ran = site.python("manage.py", "migrate", "shop")
    assert "Traceback" not in ran.err, ran
    assert "FrozenMismatch: shop.0001_initial: the operations and `frozen` do not agree" in ran.err
    path.write_text(text.replace("frozen = {", "frozen = {**{},"))
    ran = site.python("manage.py", "showmigrations", "shop")
    assert "Traceback" not in ran.err, ran


def test_migrate_rolls_a_renamed_target_of_a_foreign_key_back(site):
    body = (
        "class P(models.Model):\n    code = models.CharField(max_length=5, unique=True)\n\n\n"
        "class T(models.Model):\n    c = models.ForeignKey(P, models.CASCADE, to_field='code')\n"
    )
    site.models("shop", body)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", body.replace("code", "slug") + "    k = models.IntegerField(default=1)\n")
    site.must("schemamigration", "shop", "--auto", "--rename", "P.code=slug")
    for target in ("0002", "0001", "0002"):
        assert site.python("manage.py", "migrate", "shop", target).code == 0
