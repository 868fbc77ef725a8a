"""`schemamigration APP --auto --update`: what it rolls back, writes, keeps and refuses."""

import os
import signal
import subprocess
import sys
import time

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
SIZE = "    size = models.IntegerField(null=True)\n"
WEIGHT = "    weight = models.IntegerField(null=True)\n"
ITEM = 'class Item(models.Model):\n    thing = models.ForeignKey("shop.Thing", models.CASCADE)\n'
UPDATE = ("schemamigration", "shop", "--auto", "--update")
SECOND = "0002_auto__add_field_thing_size"
NEW = "0002_auto__add_field_thing_size__add_field_thing_weight"


def begin(site):
    """Write 0001 and 0002, apply both, and let models.py go on."""
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING + SIZE)
    site.must("schemamigration", "shop", "--auto")
    site.must("migrate", "shop")
    site.models("shop", THING + SIZE + WEIGHT)
    return site


@pytest.fixture
def begun(site):
    return begin(site)


def second_database(site):
    """Give a project another SQLite database, `second`, with everything applied."""
    path = site.root / "second.sqlite3"
    site.setting(f"DATABASES['second'] = dj_database_url.parse('sqlite:///{path}')")
    site.must("migrate", "--database", "second")


def texts(site):
    directory = site.root / "shop" / "migrations"
    return {path.name: path.read_text() for path in directory.iterdir() if path.is_file()}


def test_the_last_revision_is_rolled_back_written_anew_and_applied_again(everywhere):
    begin(everywhere)
    out = everywhere.must(*UPDATE)
    applied = out.partition("(applied: ")[2][:19]
    assert out == (
        " + Added field size on shop.Thing\n"
        " + Added field weight on shop.Thing\n"
        f"Migration to be updated, {SECOND}, is already applied, rolling it back now...\n"
        f"previous_migration: 0001_initial (applied: {applied})\n"
        "Running migrations for shop:\n"
        " - Migrating backwards to just after 0001_initial.\n"
        f" < shop:{SECOND}\n"
        f"Updated {NEW}.py. It was {SECOND}.py. "
        "You can now apply this migration with: evolve migrate shop\n"
    )
    assert everywhere.files("shop") == ["0001_initial", NEW]
    assert everywhere.applied() == ["0001_initial"]
    everywhere.must("migrate", "shop")
    everywhere.run_sql("INSERT INTO shop_thing (name, size, weight) VALUES ('x', 1, 2)")

    everywhere.models("shop", THING + WEIGHT)
    said = everywhere.refused(*UPDATE)
    assert "- the column shop_thing.size with values in 1 row on the database 'default'" in said
    assert "- the column shop_thing.weight with values in 1 row" in said
    assert "--accept-data-loss" in said
    assert everywhere.files("shop") == ["0001_initial", NEW]
    out = everywhere.must(*UPDATE, "--accept-data-loss", "--reapply")
    assert f"Updated 0002_auto__add_field_thing_weight.py. It was {NEW}.py." in out
    assert out.endswith(" > shop:0002_auto__add_field_thing_weight\n")
    assert everywhere.rows("SELECT name, weight FROM shop_thing") == [("x", None)]
    runs = everywhere.must("journal", "shop").splitlines()
    assert [line.split()[2] for line in runs] == [">", ">", "<", ">", "<", ">"]


def test_the_first_revision_can_be_updated_and_its_tables_are_counted(everywhere):
    everywhere.models("shop", THING)
    everywhere.must("schemamigration", "shop", "--initial")
    everywhere.must("migrate", "shop")
    everywhere.run_sql("INSERT INTO shop_thing (name) VALUES ('x')")
    many = '    others = models.ManyToManyField("self")\n'
    everywhere.models("shop", THING + many)
    assert "- the table shop_thing with 1 row on" in everywhere.refused(*UPDATE)
    everywhere.must(*UPDATE, "--accept-data-loss", "--reapply")
    assert everywhere.files("shop") == ["0001_initial"]
    assert everywhere.rows("SELECT count(*) FROM shop_thing_others") == [(0,)]
    assert everywhere.must("schemamigration", "shop", "--auto").startswith("Nothing seems")


def test_an_unapplied_revision_is_only_rewritten_and_a_given_name_stays(begun):
    begun.must("migrate", "shop", "0001")
    out = begun.must(*UPDATE, "--name", "sizes")
    assert "rolling it back" not in out
    assert begun.files("shop") == ["0001_initial", "0002_sizes"]
    begun.models("shop", THING + SIZE)
    begun.must(*UPDATE)
    assert begun.files("shop") == ["0001_initial", "0002_sizes"]
    assert "weight" not in begun.file("shop", "0002").read_text()


@pytest.mark.parametrize("options", [[], ["--reapply"], ["--dry-run"], ["--no-input", "--force"]])
def test_with_nothing_changed_it_says_so_and_does_nothing(everywhere, options):
    begin(everywhere)
    everywhere.models("shop", THING + SIZE)
    before, rows = texts(everywhere), everywhere.content()
    assert everywhere.must(*UPDATE, *options) == (
        f"{SECOND} says what models.py says already. Nothing was touched.\n"
    )
    assert texts(everywhere) == before
    assert everywhere.content() == rows


def test_another_name_or_an_edited_file_is_a_change(begun):
    begun.models("shop", THING + SIZE)
    path = begun.file("shop", "0002")
    path.write_text(path.read_text().replace("null=True)", "null=True, default=3)", 1))
    assert "was edited by hand" in begun.refused(*UPDATE, "--accept-data-loss")
    begun.must(*UPDATE, "--force", "--accept-data-loss")
    begun.must(*UPDATE, "--name", "size")
    assert begun.files("shop")[1] == "0002_size"


def test_the_label_of_a_branch_stays(begun):
    begun.models("shop", THING + SIZE)
    begun.must("schemamigration", "shop", "--empty", "x", "--branch-label", "heavy")
    begun.must("migrate", "shop")
    begun.models("shop", THING + SIZE + WEIGHT)
    begun.must(*UPDATE, "--force")
    assert 'branch_labels = ["heavy"]' in begun.file("shop", "0003").read_text()
    begun.must(*UPDATE, "--branch-label", "other")
    assert '["heavy", "other"]' in begun.file("shop", "0003").read_text()


def test_a_dry_run_says_what_would_be_and_touches_nothing(begun):
    before = texts(begun)
    out = begun.must(*UPDATE, "--dry-run")
    assert f" < shop:{SECOND}\n" in out
    assert f"{SECOND}.py would become {NEW}.py. Nothing was touched." in out
    assert texts(begun) == before
    assert "(*) 0002" in begun.must("list", "shop")


def test_an_edited_file_is_kept_when_it_is_forced(begun):
    path = begun.file("shop", "0002")
    text = path.read_text().replace("forwards(self, orm):", "forwards(self, orm):  # mine")
    path.write_text(text)
    assert "it was edited by hand" in begun.refused(*UPDATE)
    assert path.read_text() == text
    out = begun.must(*UPDATE, "--force")
    assert f"The text of {SECOND}.py is kept in {SECOND}.py.orig." in out
    assert texts(begun)[f"{SECOND}.py.orig"] == text


def test_what_a_formatter_does_is_no_edit(begun):
    path = begun.file("shop", "0002")
    text = path.read_text().replace(
        'self.db.remove_field("Thing", "size")',
        'self.db.remove_field(\n            "Thing",\n            "size",\n        )',
    )
    path.write_text(text.replace("\n    depends_on", "\n\n    depends_on"))
    begun.must(*UPDATE)
    assert begun.files("shop") == ["0001_initial", NEW]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (["datamigration", "shop", "fill"], "it is a data migration"),
        (["schemamigration", "other", "--auto", "--update"], "has no revision to update"),
    ],
)
def test_what_cannot_be_written_anew_is_refused(begun, make, said):
    ran = begun.evolve(*make)
    said_now = ran.err if ran.code else begun.refused(*UPDATE)
    assert said in said_now


def test_a_django_format_migration_is_refused(begun):
    begun.models("other", THING)
    assert begun.python("manage.py", "makemigrations", "other").code == 0
    begun.models("other", THING + SIZE)
    said = begun.refused("schemamigration", "other", "--auto", "--update")
    assert "it is a Django-format migration, which evolve cannot write anew" in said


def test_an_irreversible_revision_that_is_applied_is_refused(begun):
    path = begun.file("shop", "0002")
    start, _, end = path.read_text().partition("    def backwards(self, orm):\n")
    path.write_text(
        f"{start}    def backwards(self, orm):\n        raise RuntimeError('no')\n{end}"
    )
    said = begun.refused(*UPDATE, "--force")
    assert "it cannot be reversed: no" in said
    assert begun.files("shop") == ["0001_initial", SECOND]
    begun.must("migrate", "shop", "0001", "--fake")
    begun.must(*UPDATE, "--force")


def test_other_apps_that_need_it_are_rolled_back_and_put_back_on_request(begun):
    begun.models("other", ITEM)
    begun.must("schemamigration", "other", "--initial")
    begun.must("migrate", "other")
    said = begun.refused(*UPDATE)
    assert f"Other revisions that are applied need {SECOND}:\n    < other:0001_initial" in said
    out = begun.must(*UPDATE, "--with-dependents")
    assert " < other:0001_initial\n" in out
    assert out.rstrip().endswith("> other:0001_initial")
    assert f"(*) {NEW}" in begun.must("list", "shop")
    assert begun.python("manage.py", "makemigrations", "--check").code == 0
    assert begun.python("manage.py", "migrate").code == 0


def test_every_database_is_rolled_back(begun):
    second_database(begun)
    out = begun.must(*UPDATE, "--reapply")
    assert "is already applied, rolling it back now..." in out
    assert "is already applied on the database 'second', rolling it back now..." in out
    for alias in ("default", "second"):
        assert f"(*) {NEW}" in begun.must("list", "shop", "--database", alias)


def test_a_database_that_cannot_be_reached_stops_it_and_finds_out_later(begun):
    second_database(begun)
    path = begun.root / "second.sqlite3"
    path.rename(begun.root / "gone")
    path.mkdir()
    said = begun.refused(*UPDATE)
    assert "The database 'second' cannot be reached" in said
    assert "--skip-unreachable" in said
    assert begun.files("shop") == ["0001_initial", SECOND]
    ran = begun.evolve(*UPDATE, "--skip-unreachable")
    assert ran.code == 0
    assert "'second' cannot be reached and is left as it is" in ran.err
    path.rmdir()
    (begun.root / "gone").rename(path)
    listed = begun.must("list", "shop", "--database", "second")
    assert f"(?) {SECOND}  (applied here, replaced by {NEW})" in listed
    said = begun.refused("migrate", "shop", "--database", "second")
    assert f"replaced by shop:{NEW}. It did: Add field size on shop.Thing" in said
    assert "Roll it back with the file that it was" in said
    assert f"{SECOND}.py.orig" in texts(begun)


def test_a_revision_that_kept_its_name_is_known_by_its_id(begun):
    second_database(begun)
    begun.setting("HIDDEN = DATABASES.pop('second')")
    begun.must(*UPDATE, "--name", SECOND.partition("_")[2])
    assert begun.files("shop") == ["0001_initial", SECOND]
    begun.setting("DATABASES['second'] = HIDDEN")
    second = ("shop", "--database", "second")
    assert "before its file was written anew" in begun.must("list", *second)
    assert "its file was written anew" in begun.refused("migrate", *second)


def test_nothing_left_offers_to_remove_the_revision(begun):
    begun.models("shop", THING)
    assert "Give --remove" in begun.refused(*UPDATE)
    kept = begun.type(["n\n"], *UPDATE)
    assert "Remove it? [y/N]" in kept.out
    assert begun.files("shop") == ["0001_initial", SECOND]
    assert begun.type(["y\n"], *UPDATE).out.endswith(f"Removed {SECOND}.py.\n")
    assert begun.files("shop") == ["0001_initial"]
    assert SECOND not in begun.must("list", "shop")


@pytest.mark.parametrize("keys", ["\x03", "\x04", "n\n", "\n"])
def test_leaving_at_the_question_about_losses_touches_nothing(begun, keys):
    begun.python(
        "manage.py",
        "shell",
        "-c",
        "from shop.models import Thing; from django.db import connection; "
        "connection.cursor().execute(\"INSERT INTO shop_thing (name, size) VALUES ('x', 1)\")",
    )
    before = texts(begun)
    ran = begun.type([keys], *UPDATE)
    assert ran.code == 2
    assert "Destroy that? [y/N]" in ran.out
    assert "Traceback" not in ran.out
    assert texts(begun) == before
    assert f"(*) {SECOND}" in begun.must("list", "shop")


def test_a_crash_between_the_files_leaves_the_new_state(begun):
    """The new file is in its place, and the old one is not gone yet."""
    old = begun.file("shop", "0002").read_text()
    begun.must(*UPDATE)
    (begun.root / "shop" / "migrations" / f"{SECOND}.py").write_text(old)
    assert SECOND not in begun.must("list", "shop").split()
    begun.must("migrate", "shop")
    assert begun.must("schemamigration", "shop", "--auto").startswith("Nothing seems")


def test_a_kill_at_any_moment_leaves_a_state_that_goes_on(begun):
    """Killed without a chance to clean up, and run again."""
    for delay in (0.3, 0.4, 0.5):
        process = subprocess.Popen(
            [sys.executable, "-m", "evolve", *UPDATE, "--reapply"],
            cwd=begun.root,
            env=begun.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        begun.must("list", "shop")
        begun.must("migrate", "shop")
    begun.must(*UPDATE, "--reapply")
    assert begun.files("shop") == ["0001_initial", NEW]
    assert begun.must("schemamigration", "shop", "--auto").startswith("Nothing seems")


def test_a_ghost_stops_it_whose_column_a_rebuild_would_drop(begun):
    begun.must(*UPDATE)
    begun.must("migrate", "shop")
    begun.must("schemamigration", "shop", "--empty", "precious")
    begun.must("migrate", "shop")
    begun.file("shop", "0003").unlink()
    begun.models("shop", THING + SIZE)
    said = begun.refused(*UPDATE, "--accept-data-loss")
    assert "shop:0003_precious is applied here since" in said
    assert begun.files("shop") == ["0001_initial", NEW]


def test_values_that_a_narrower_type_cannot_hold_are_a_loss(everywhere):
    number = "    n = models.{}(null=True)\n    t = models.CharField(max_length={}, null=True)\n"
    everywhere.models("shop", THING + number.format("IntegerField", 20))
    everywhere.must("schemamigration", "shop", "--initial")
    everywhere.models("shop", THING + number.format("FloatField", 10))
    everywhere.must("schemamigration", "shop", "--auto")
    everywhere.must("migrate", "shop")
    everywhere.run_sql("INSERT INTO shop_thing (name, n, t) VALUES ('x', 1.7, 'y')")
    everywhere.models("shop", THING + number.format("FloatField", 10) + WEIGHT)
    said = everywhere.refused(*UPDATE)
    assert "cannot hold of shop_thing.n, with values in 1 row" in said
    assert "shop_thing.t" not in said, "a longer text holds every value"
    everywhere.must(*UPDATE, "--accept-data-loss", "--reapply")


@pytest.mark.parametrize("edit", ['"size" ', '"(size"', '"size,"'])
def test_what_is_in_a_string_is_no_layout(begun, edit):
    path = begun.file("shop", "0002")
    text = path.read_text()
    path.write_text(text.replace("# Adding field 'Thing.size'", f"a = {edit}"))
    assert "it was edited by hand" in begun.refused(*UPDATE)


def test_two_aliases_of_one_database_are_rolled_back_once(begun):
    begun.setting("DATABASES['again'] = {**DATABASES['default']}")
    begun.must(*UPDATE, "--reapply")
    assert begun.files("shop") == ["0001_initial", NEW]
    assert f"(*) {NEW}" in begun.must("list", "shop", "--database", "again")


def test_what_stands_on_a_model_that_is_gone_stops_it(begun):
    begun.models("shop", THING + SIZE + "\n\nclass More(models.Model):\n    pass\n")
    begun.must("schemamigration", "shop", "--auto")
    begun.models("other", ITEM.replace("shop.Thing", "shop.More"))
    begun.must("schemamigration", "other", "--initial")
    begun.must("migrate")
    begun.models("other", ITEM)
    begun.models("shop", THING + SIZE + WEIGHT)
    said = begun.refused(*UPDATE, "--with-dependents")
    assert "other:0001_initial refers to shop.more, which models.py does not have" in said
    assert "(*) 0003" in begun.must("list", "shop")


def test_initial_data_come_back_with_it(begun):
    (begun.root / "shop" / "fixtures").mkdir()
    (begun.root / "shop" / "fixtures" / "initial_data.json").write_text(
        '[{"model": "shop.thing", "pk": 7, "fields": {"name": "seven"}}]'
    )
    assert "Loading initial data" in begun.must(*UPDATE, "--reapply")


@pytest.mark.parametrize("option", ["--dry-run", "--force", "--reapply", "--remove"])
def test_its_options_mean_nothing_without_it(begun, option):
    assert "goes with --auto --update" in begun.refused("schemamigration", "shop", "--auto", option)
    assert begun.files("shop") == ["0001_initial", SECOND]


def test_a_table_that_is_not_there_is_no_loss(begun):
    begun.models("shop", THING + SIZE)
    begun.must("migrate", "shop", "zero")
    begun.must("migrate", "shop", "--fake")
    assert "would become" in begun.must(*UPDATE, "--dry-run", "--name", "again")


def test_a_name_that_is_too_long_is_refused(begun):
    assert "too long for a file" in begun.refused(*UPDATE, "--name", "x" * 300)
