"""The commands as a user meets them: options, refusals, failures, Django's own commands."""

import json

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
OTHER = 'class Item(models.Model):\n    thing = models.ForeignKey("shop.Thing", models.CASCADE)\n'


def test_stdout_prints_the_file_alone_and_writes_nothing(site):
    site.models("shop", THING)
    ran = site.evolve("schemamigration", "shop", "--initial", "--stdout")
    assert ran.code == 0
    compile(ran.out, "0001_initial.py", "exec")
    assert ran.err == " + Added model shop.Thing\n"
    assert not (site.root / "shop" / "migrations").exists()


def test_nothing_changed_and_failures_leave_nothing_behind(site):
    site.models(
        "shop",
        "f = lambda: 1\n\n\nclass Thing(models.Model):\n    n = models.IntegerField(default=f)\n",
    )
    ran = site.evolve("schemamigration", "shop", "--initial")
    assert ran.code == 2
    assert "shop.Thing.n: " in ran.err
    assert "Traceback" not in ran.err
    site.models("shop", "")
    assert site.must("schemamigration", "shop", "--initial") == "Nothing seems to have changed.\n"
    assert not (site.root / "shop" / "migrations").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["schemamigration", "shop", "--auto"], "has no revisions"),
        (["schemamigration", "shpo", "--initial"], "Did you mean: shop"),
        (["schemamigration", "shop", "--initial", "--name", "a-b"], "cannot be the name"),
        (["schemamigration", "shop", "--empty", "head"], "reserved word"),
        (["datamigration", "shop", "x"], "has no revisions"),
        (["migrate", "shop"], "has no revisions"),
        (["migrate", "--database", "defualt"], "Did you mean: default"),
        (["--settings", "nowhere", "list"], "nowhere"),
        (["migrate", "shop", "-v", "9"], "invalid choice: 9"),
        (["schemamigration", "shop", "--auto", "--default", "=1"], "there is no name in it"),
    ],
)
def test_wrong_calls_are_refused_with_a_way_on(site, args, said):
    site.models("shop", THING)
    ran = site.evolve(*args)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not (site.root / "shop" / "migrations").exists()


def test_every_unanswered_question_is_listed_and_every_option_answers(site):
    site.models("shop", THING + "    size = models.IntegerField()\n")
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING.replace("name", "title") + "    weight = models.FloatField()\n")
    asked = site.refused("schemamigration", "shop", "--auto")
    lines = [line.strip() for line in asked.splitlines() if "answer with" in line]
    assert lines == [
        "answer with --rename Thing.name=title or --no-rename",
        "answer with --default Thing.weight=PYTHON",
        "answer with --default Thing.size=PYTHON or --irreversible Thing.size",
        "answer with --default Thing.title=PYTHON",
        "answer with --default Thing.name=PYTHON or --irreversible Thing.name",
    ]
    assert asked.count(" - if they are not, Thing.") == 2
    answers = [
        "--rename",
        "Thing.name=title",
        "--default",
        "Thing.weight=1.5",
        "--irreversible",
        "Thing.size",
    ]
    wrong = site.evolve(
        "schemamigration", "shop", "--auto", *answers, "--default", "Thing.wieght=1"
    )
    assert wrong.code == 2
    assert "Thing.wieght" in wrong.err
    assert site.files("shop") == ["0001_initial"]
    site.must("schemamigration", "shop", "--auto", *answers)
    site.must("migrate", "shop")
    assert site.evolve("migrate", "shop", "zero").code == 2


def test_an_answer_may_name_the_app_as_the_output_does(site):
    site.models("shop", THING + "    size = models.IntegerField()\n")
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING.replace("name", "title"))
    answers = ["--rename", "shop.Thing.name=title", "--irreversible", "shop.Thing.size"]
    out = site.must("schemamigration", "shop", "--auto", *answers)
    assert "Renamed field name to title on shop.Thing" in out


def test_what_a_rename_leads_to_is_asked_in_the_same_run(site):
    site.models("shop", THING.replace("=9", "=9, null=True"))
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING.replace("name", "names"))
    asked = site.refused("schemamigration", "shop", "--auto")
    assert "if these are renames, Thing.names is NOT NULL and has no default (making" in asked
    assert "if they are not, Thing.names is NOT NULL and has no default (adding)" in asked
    answers = ["--rename", "Thing.name=names", "--default", "Thing.names='x'"]
    site.must("schemamigration", "shop", "--auto", *answers)


def test_apps_that_refer_to_each_other_are_ordered_and_rolled_back_together(site):
    site.models("shop", THING)
    site.models("other", OTHER)
    early = site.evolve("schemamigration", "other", "--initial")
    assert early.code == 2
    assert "evolve schemamigration shop --initial" in early.err
    site.must("schemamigration", "shop", "--initial")
    site.must("schemamigration", "other", "--initial")
    out = site.must("migrate", "other")
    assert out.index(" > shop:0001_initial") < out.index(" > other:0001_initial")
    refused = site.evolve("migrate", "shop", "zero")
    assert refused.code == 2
    assert " < other:0001_initial" in refused.err
    assert " < other:0001_initial" in site.must("migrate", "shop", "zero", "--yes")


def test_a_model_renamed_and_changed_at_once_keeps_its_rows_and_other_apps_follow(site):
    site.models("shop", THING)
    site.models("other", OTHER)
    for app in ("shop", "other"):
        site.must("schemamigration", app, "--initial")
    site.must("migrate", "-v0")
    site.models("shop", THING.replace("Thing", "Ware").replace("9", "12"))
    site.models("other", OTHER.replace("Thing", "Ware"))
    site.must("schemamigration", "shop", "--auto", "--rename", "Thing=Ware")
    assert 'renamed = {"Thing": "Ware"}' in site.file("shop", "0002").read_text()
    assert site.must("schemamigration", "other", "--auto") == "Nothing seems to have changed.\n"
    site.must("migrate", "-v0")
    types = (
        "import django; django.setup()\n"
        "from django.contrib.contenttypes.models import ContentType as C\n"
        "print(*C.objects.filter(app_label='shop').values_list('model', flat=True))"
    )
    found = site.python(
        "-c", f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'project_settings'\n{types}"
    )
    assert found.out == "ware\n"
    (site.root / "db.sqlite3").unlink()
    site.must("migrate", "-v0")


def test_a_failing_revision_says_what_is_done_what_is_not_and_how_to_go_on(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("datamigration", "shop", "fill")
    path = site.file("shop", "0002")
    text = path.read_text().replace('        "Write your forwards methods here."', "        1 / 0")
    path.write_text(text.replace('        "Write your backwards methods here."', "        pass"))
    ran = site.evolve("migrate", "shop")
    assert ran.code == 1
    assert "shop:0002_fill failed forwards at" in ran.err
    assert "ZeroDivisionError: division by zero" in ran.err
    assert "Done and kept: shop:0001_initial." in ran.err
    assert "the database is as it was before it" in ran.err
    assert "Traceback" not in ran.err
    listed = json.loads(site.must("list", "shop", "--format", "json"))
    assert [each["applied"] for each in listed[0]["revisions"]] == [True, False]


def test_the_plan_shows_what_runs_then_and_runs_nothing(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    plan = site.must("migrate", "shop", "--plan")
    assert plan.endswith(" > shop:0001_initial\n   - Create model Thing\n")
    assert "( ) 0001_initial" in site.must("migrate", "shop", "--list")
    loud = site.must("migrate", "shop", "-v2")
    assert " > shop:0001_initial\n   - Create model Thing (" in loud
    assert site.must("migrate", "shop").endswith("- Nothing to migrate.\n")


def test_a_broken_file_is_named_with_its_line_and_without_a_traceback(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    (site.root / "shop" / "migrations" / "0002_broken.py").write_text("class Migration(:\n")
    for command in (["list"], ["migrate"], ["schemamigration", "shop", "--auto"]):
        ran = site.evolve(*command)
        assert ran.code == 2
        assert "0002_broken.py:1: " in ran.err
        assert "Traceback" not in ran.err


def test_a_password_is_never_shown(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.url = "postgres://nobody:c4n4ry@127.0.0.1:1/none"
    ran = site.evolve("migrate")
    assert ran.code == 2
    assert "cannot be reached" in ran.err
    assert "c4n4ry" not in ran.out + ran.err


def test_the_project_is_found_from_below_and_missed_where_there_is_none(site, tmp_path_factory):
    site.models("shop", THING)
    assert "0001_initial" in site.evolve("list", "auth", cwd=site.root / "shop").out
    nowhere = site.evolve("list", cwd=tmp_path_factory.mktemp("empty"))
    assert nowhere.code == 2
    assert "No Django project found" in nowhere.err


def test_django_s_own_commands_work_on_evolve_s_revisions(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING + "    size = models.IntegerField(null=True)\n")
    site.must("schemamigration", "shop", "--auto")
    site.must("datamigration", "shop", "fill")
    path = site.file("shop", "0003")
    text = path.read_text().replace(
        '        "Write your forwards methods here."',
        '        orm.Thing.objects.create(name="made")',
    )
    path.write_text(text.replace('        "Write your backwards methods here."', "        pass"))
    (site.root / "shop" / "tests.py").write_text(
        "from django.test import TransactionTestCase\n"
        "from shop.models import Thing\n\n\n"
        "class RowsOfMigrations(TransactionTestCase):\n"
        "    def test_they_are_there(self):\n"
        '        self.assertEqual(Thing.objects.get().name, "made")\n'
    )

    def manage(*args):
        ran = site.python("manage.py", *args)
        assert ran.code == 0, ran
        return ran.out + ran.err

    assert 'CREATE TABLE "shop_thing"' in manage("sqlmigrate", "shop", "0001")
    manage("sqlmigrate", "shop", "0003")
    manage("migrate", "-v0")
    assert "[X] 0003_fill" in manage("showmigrations", "shop")
    assert "No changes detected" in manage("makemigrations", "--check", "--dry-run")
    manage("migrate", "shop", "0001", "-v0")
    assert "(*) 0001_initial\n  ( ) 0002" in site.must("list", "shop")
    assert "OK" in manage("test")
    assert "(*) 0001_initial" in manage("evolve", "list", "shop")


def test_evolve_goes_on_after_django_s_format_and_django_s_after_evolve(site):
    site.models("shop", THING)
    assert site.python("manage.py", "makemigrations", "shop").code == 0
    site.models("shop", THING + "    size = models.IntegerField(null=True)\n")
    site.must("schemamigration", "shop", "--auto")
    text = site.file("shop", "0002").read_text()
    assert 'down_revision = "0001_initial"' in text
    assert '"name": models.CharField(max_length=9)' in text
    site.models("shop", THING + "    size = models.BigIntegerField(null=True)\n")
    assert site.python("manage.py", "makemigrations", "shop", "-n", "third").code == 0
    site.models("shop", THING + "    size = models.BigIntegerField(default=1)\n")
    site.must("schemamigration", "shop", "--auto")
    site.must("migrate", "-v0")
    site.must("migrate", "shop", "zero")
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"


def test_open_questions_come_before_what_is_wrong_without_their_answers(site):
    site.models("shop", THING)
    site.models("other", OTHER)
    for app in ("shop", "other"):
        site.must("schemamigration", app, "--initial")
    site.models("shop", THING.replace("Thing", "Ware"))
    site.models("other", OTHER.replace("Thing", "Ware"))
    asked = site.refused("schemamigration", "shop", "--auto")
    assert "answer with --rename Thing=Ware or --no-rename" in asked
    assert "other.Item still refers" in site.refused(
        "schemamigration", "shop", "--auto", "--no-rename"
    )
    assert site.files("shop") == ["0001_initial"]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("MIGRATION_MODULES = {'shop': ''}", "MIGRATION_MODULES has '' for 'shop'."),
        ("MIGRATION_MODULES = {'shop': 3}", "MIGRATION_MODULES has 3 for 'shop'."),
        ("EVOLVE = ['x']", "The setting EVOLVE is ['x']."),
        ("import gone", "project_settings.py:7: ModuleNotFoundError: No module named 'gone'"),
        ("INSTALLED_APPS += ['gone']", "The settings 'project_settings' cannot be used"),
    ],
)
def test_settings_that_cannot_be_used_are_named(site, setting, said):
    site.models("shop", THING)
    site.setting(setting)
    assert said in site.refused("list")


def test_models_that_cannot_be_imported_are_named_with_their_line(site):
    site.models("shop", "import gone\n")
    assert "models.py:4: ModuleNotFoundError: No module named 'gone'" in site.refused("list")


@pytest.mark.parametrize("frozen", ["3", "None", "{3: {}}", "{'shop.Thing': 3}"])
def test_what_is_frozen_wrongly_is_named_with_its_line(site, frozen):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    path = site.file("shop", "0001")
    text = path.read_text()
    path.write_text(f"{text[: text.index('    frozen =')]}    frozen = {frozen}\n")
    ran = site.evolve("migrate", "shop")
    assert ran.code in (1, 2)
    assert "Traceback" not in ran.err
    assert "0001_initial.py:" in ran.err
    assert "`frozen`" in ran.err


def test_a_revision_is_not_merged_with_itself(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    assert "Two different revisions" in site.refused("merge", "shop", "0001", "0001")
    assert site.files("shop") == ["0001_initial"]


def test_a_label_or_a_short_id_means_the_same_to_every_command(site):
    for app in ("shop", "other"):
        site.models(app, THING)
    site.must("schemamigration", "shop", "--initial", "--branch-label", "heavy")
    site.must("schemamigration", "other", "--initial")
    id_ = json.loads(site.must("list", "shop", "--format", "json"))[0]["revisions"][0]["id"]
    path = site.file("other", "0001")
    text = path.read_text()
    for reference, is_known in (("heavy", True), (id_[:4], True), (id_[:3], False)):
        path.write_text(text.replace("depends_on = []", f'depends_on = ["shop:{reference}"]'))
        codes = [
            site.evolve("migrate", "other", "--plan").code,
            site.python("manage.py", "showmigrations", "other").code,
        ]
        assert [code == 0 for code in codes] == [is_known, is_known]
        assert ("> shop:0001_initial" in site.evolve("migrate", "other", "--plan").out) is is_known
