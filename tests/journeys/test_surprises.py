"""What surprised people in South, each done right: through the command, on every database."""

import json
import os
import re

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
SIZE = "    size = models.IntegerField(null=True)\n"
WEIGHT = "    weight = models.IntegerField(null=True)\n"


@pytest.fixture
def begun(everywhere):
    """The app `shop` with one model, applied."""
    everywhere.models("shop", THING)
    everywhere.must("schemamigration", "shop", "--initial")
    everywhere.must("migrate", "shop")
    return everywhere


def texts(site, app="shop"):
    directory = site.root / app / "migrations"
    return {path.name: path.read_text() for path in directory.glob("*.py*")}


def change(site, models, *args):
    site.models("shop", models)
    return site.must("schemamigration", "shop", "--auto", *args)


def test_01_update_leaves_a_data_migration_alone(begun):
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0002", "orm.Thing.objects.create(name='x')")
    before = texts(begun)
    begun.models("shop", THING + SIZE)
    said = begun.refused("schemamigration", "shop", "--auto", "--update")
    assert "0002_fill.py: it is a data migration, which evolve cannot write anew." in said
    assert "evolve migrate shop 0001_initial" in said
    assert texts(begun) == before


def test_02_update_to_stdout_changes_nothing_at_all(begun):
    change(begun, THING + SIZE)
    begun.must("migrate", "shop")
    before = texts(begun), begun.content()
    begun.models("shop", THING + SIZE + WEIGHT)
    ran = begun.evolve("schemamigration", "shop", "--auto", "--update", "--stdout")
    assert ran.code == 0
    compile(ran.out, "new.py", "exec")
    assert '"weight"' in ran.out
    assert (texts(begun), begun.content()) == before


def with_a_hole(site):
    """Apply 0001 and 0003, as if a colleague's 0002 had come in between."""
    change(site, THING + SIZE)
    change(site, THING + SIZE + WEIGHT)
    third = site.file("shop", "0003")
    text = third.read_text()
    down = text.partition('down_revision = "')[2][:12]
    first = site.file("shop", "0001").read_text().partition('revision = "')[2][:12]
    frozen = '            "size": models.IntegerField(null=True),\n'
    third.write_text(text.replace(down, first).replace(frozen, ""))
    site.must("migrate", "shop", "0003")
    third.write_text(text)


def test_03_and_08_what_came_in_late_is_noticed_and_runs_on_request(begun):
    with_a_hole(begun)
    assert len(begun.applied()) == 2
    before = begun.content()
    said = begun.refused("migrate", "shop")
    assert "0002_auto__add_field_thing_size: it should have been applied before" in said
    assert "--merge" in said
    assert begun.content() == before
    ran = begun.evolve("migrate", "shop", "--merge")
    assert ran.code == 0
    assert "should not have been applied after" in ran.err
    begun.rows("SELECT size, weight FROM shop_thing")
    assert begun.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n", (
        "nobody's column is added again"
    )

    change(begun, THING + SIZE + WEIGHT + "    more = models.TextField(null=True)\n", "--update")
    assert [name[:4] for name in begun.applied()] == ["0001", "0002"]
    assert "(?)" not in begun.must("list", "shop")
    begun.must("migrate", "shop")
    begun.rows("SELECT size, weight, more FROM shop_thing")


def test_04_a_rollback_over_an_irreversible_revision_undoes_nothing(begun):
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0002", "orm.Thing.objects.create(name='x')", "raise RuntimeError('no')")
    change(begun, THING + SIZE)
    begun.must("migrate", "shop")
    before = begun.content()
    said = begun.refused("migrate", "shop", "zero")
    assert "shop:0002_fill: it cannot be reversed: no" in said
    assert "Nothing was touched." in said
    assert begun.content() == before


def test_05_a_column_goes_with_its_indexes_and_comes_back(begun):
    indexed = (
        "    size = models.IntegerField(null=True, db_index=True)\n\n    class Meta:\n"
        '        indexes = [models.Index(fields=["name", "size"], name="both")]\n'
        '        unique_together = [("size", "name")]\n'
    )
    change(begun, THING + indexed)
    begun.must("migrate", "shop")
    change(begun, THING)
    before = begun.content()
    begun.must("migrate", "shop")
    begun.must("migrate", "shop", "0002")
    assert begun.content()["shop_thing"] == before["shop_thing"]
    begun.must("migrate", "shop")


def test_06_a_failed_rebuild_blocks_nothing(begun):
    change(begun, THING + SIZE)
    begun.must("migrate", "shop")
    begun.run_sql("INSERT INTO shop_thing (name) VALUES ('x')")
    tables = begun.content().keys()
    begun.models("shop", THING + "    size = models.IntegerField(unique=True)\n")
    answers = ["--default", "Thing.size=0"]
    said = begun.refused("schemamigration", "shop", "--auto", *answers)
    assert "answer with --shared-default Thing.size" in said
    begun.must("schemamigration", "shop", "--auto", *answers, "--shared-default", "Thing.size")
    begun.run_sql("INSERT INTO shop_thing (name) VALUES ('y')")
    ran = begun.evolve("migrate", "shop")
    assert ran.code == 1, "two rows get one value in a unique column"
    assert "Traceback" not in ran.err
    assert "Failed: shop:0003" in ran.err
    assert begun.content().keys() == tables
    assert len(begun.applied()) == 2
    if begun.connection.features.can_rollback_ddl:
        begun.run_sql("DELETE FROM shop_thing WHERE name = 'y'")
        begun.must("migrate", "shop")


def test_07_a_dry_run_writes_nothing_at_all(begun):
    (begun.root / "shop" / "fixtures").mkdir()
    (begun.root / "shop" / "fixtures" / "initial_data.json").write_text(
        json.dumps([{"model": "shop.thing", "pk": 7, "fields": {"name": "seven"}}])
    )
    change(begun, THING + SIZE + "\n\nclass More(models.Model):\n    pass\n")
    before = begun.content()
    out = begun.must("migrate", "--db-dry-run")
    assert "> shop:0002" in out
    rolls_back = begun.connection.features.can_rollback_ddl
    assert ("Dry run: all of it was rolled back." in out) == rolls_back
    assert ("cannot roll back schema changes. This is the plan:" in out) != rolls_back
    assert begun.content() == before
    begun.must("migrate")
    before = begun.content()
    assert "- Nothing to migrate." in begun.must("migrate", "shop", "--db-dry-run")
    assert begun.content() == before


def test_09_a_failure_says_what_is_true_and_the_advice_works(begun):
    change(begun, THING + SIZE)
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0003", "1 / 0")
    change(begun, THING + SIZE + WEIGHT)
    ran = begun.evolve("migrate", "shop")
    assert ran.code == 1
    path = begun.file("shop", "0003")
    assert f"failed forwards at {path}:" in ran.err
    assert "ZeroDivisionError" in ran.err
    assert "Done and kept: shop:0002" in ran.err
    assert "Failed: shop:0003_fill. It was rolled back: the database is as it was before" in ran.err
    assert "Not started: shop:0004" in ran.err
    path.write_text(path.read_text().replace("1 / 0", "orm.Thing.objects.create(name='x')"))
    begun.must("migrate", "shop")
    assert begun.rows("SELECT name, weight FROM shop_thing") == [("x", None)]


def test_10_a_data_migration_runs_once(begun):
    begun.must("datamigration", "shop", "fill")
    log = begun.root / "log"
    begun.filled("shop", "0002", f"open({str(log)!r}, 'a').write('x')")
    begun.must("migrate", "shop")
    assert log.read_text() == "x"


def test_11_a_wrong_value_is_no_traceback_with_or_without_a_terminal(begun):
    begun.models("shop", THING + "    more = models.IntegerField()\n")
    typed = ["2\n", "1/0\n", "undefined\n", "'x\n", "\x04"]
    ran = begun.type(typed, "schemamigration", "shop", "--auto")
    assert ran.code == 2
    assert ran.out.count(" ! Invalid input: ") == 3
    assert "Traceback" not in ran.out
    said = begun.refused("schemamigration", "shop", "--auto", "--default", "Thing.more=1/0")
    assert "ZeroDivisionError" in said
    assert "--default Thing.more=PYTHON" in begun.refused("schemamigration", "shop", "--auto")
    assert sorted(texts(begun)) == ["0001_initial.py", "__init__.py"]
    begun.must("schemamigration", "shop", "--auto", "--default", "Thing.more=3")
    begun.must("migrate", "shop")


def test_12_other_apps_are_rolled_back_only_when_that_was_agreed(begun):
    begun.models(
        "other",
        'class Item(models.Model):\n    thing = models.ForeignKey("shop.Thing", models.CASCADE)\n',
    )
    begun.must("schemamigration", "other", "--initial")
    begun.must("migrate", "other")
    before = begun.content()
    said = begun.refused("migrate", "shop", "zero")
    assert "< other:0001_initial" in said
    assert "--yes" in said
    assert begun.content() == before
    typed = begun.type(["n\n"], "migrate", "shop", "zero")
    assert "Roll them back too? [y/N]" in typed.out
    assert begun.content() == before
    assert begun.type(["y\n"], "migrate", "shop", "zero").code == 0
    assert begun.applied() == begun.applied("other") == []


def test_13_auto_on_an_app_without_revisions_leaves_nothing(everywhere):
    everywhere.models("shop", THING)
    assert "--initial" in everywhere.refused("schemamigration", "shop", "--auto")
    assert not (everywhere.root / "shop" / "migrations").exists()


def test_14_callables_stay_callables_and_the_order_does_not_depend_on_the_hash_seed(everywhere):
    fields = "".join(f"    f{each} = models.IntegerField(null=True)\n" for each in range(9))
    when = "    when = models.DateTimeField(default=timezone.now)\n"
    body = "from django.utils import timezone\n\n\n" + THING + when
    everywhere.models("shop", body)
    everywhere.must("schemamigration", "shop", "--initial")
    assert "default=django.utils.timezone.now)" in everywhere.file("shop", "0001").read_text()
    everywhere.models("shop", body + fields + "\n\nclass More(models.Model):\n    pass\n")
    printed = set()
    for seed in ("0", "1", "2"):
        everywhere.hash_seed = seed
        out = everywhere.must("schemamigration", "shop", "--auto", "--stdout")
        printed.add(re.sub(r"[0-9a-f]{12,}|Create Date: .*", "…", out))
    assert len(printed) == 1


def test_15_convert_compares_and_keeps_out_of_other_peoples_packages(everywhere):
    everywhere.models("shop", THING)
    everywhere.must("migrate")
    assert "has no table" in everywhere.refused("convert", "shop")
    everywhere.run_sql("CREATE TABLE shop_thing (id integer PRIMARY KEY, name varchar(5))")
    said = everywhere.refused("convert", "shop")
    assert "shop_thing: the column name is " in said
    assert "shop_thing: the column name is NULL, not NOT NULL" in said
    assert not (everywhere.root / "shop" / "migrations").exists()
    assert "not the project's own" in everywhere.refused("convert", "contenttypes")


WRONG = [
    (["migrate", "nope"], "There is no app 'nope'."),
    (["migrate", "shop", "nope"], "There is no revision of 'shop' 'nope'."),
    (["migrate", "shop", "0009"], "There is no revision of 'shop' '0009'."),
    (["migrate", "other"], "The app 'other' has no revisions."),
    (["list", "nope"], "There is no app 'nope'."),
    (["journal", "nope"], "There is no app 'nope'."),
    (["convert", "nope"], "There is no app 'nope'."),
    (["migrate", "shop", "-2"], "goes back beyond the first revision"),
    (["migrate", "shop", "current+1"], "goes beyond the head"),
    (["schemamigration", "shop"], "There is nothing to write."),
    (["schemamigration", "shop", "--initial", "--update"], "--update goes with --auto."),
]


def test_16_and_17_what_goes_wrong_has_an_exit_code_and_no_traceback(begun):
    for args, said in WRONG:
        assert said in begun.refused(*args), args


def test_16_ghosts_and_conflicts_are_named(begun):
    change(begun, THING + SIZE)
    begun.must("migrate", "shop")
    begun.file("shop", "0002").unlink()
    said = begun.refused("migrate", "shop")
    assert "shop:0002_auto__add_field_thing_size is applied here since 2" in said
    assert "but its file is gone. It did: Add field size on shop.Thing" in said
    assert "(?) 0002_auto__add_field_thing_size  (applied here 2" in begun.must("list", "shop")


def test_18_signals_have_souths_arguments_and_interactive_is_no_verbosity(begun):
    begun.setting("INSTALLED_APPS = ['listening', *INSTALLED_APPS]")
    (begun.root / "listening").mkdir()
    (begun.root / "listening" / "__init__.py").write_text(
        "from evolve import signals\n"
        "def hear(signal, sender, **kwargs):\n"
        "    name = next(n for n in dir(signals) if getattr(signals, n) is signal)\n"
        "    migration = kwargs.pop('migration', None)\n"
        "    print('#', name, sender, migration and type(migration).__name__,"
        " sorted(kwargs.items()))\n"
        "for each in (signals.pre_migrate, signals.post_migrate, signals.ran_migration):\n"
        "    each.connect(hear, weak=False)\n"
    )
    change(begun, THING + SIZE)
    heard = begun.must("migrate", "shop", "-v", "2").splitlines()
    common = "('interactive', False)"
    end = "('verbosity', 2)]"
    assert [line for line in heard if line.startswith("#")] == [
        f"# pre_migrate None None [('app', 'shop'), ('db', 'default'), {common}, {end}",
        "# ran_migration None Migration [('app', 'shop'), ('db', 'default'), "
        f"{common}, ('method', 'forwards'), {end}",
        f"# post_migrate None None [('app', 'shop'), ('db', 'default'), {common}, {end}",
    ]
    assert "ran_migration" not in begun.must("migrate", "shop", "0001", "--fake")


def test_19_an_index_over_several_columns_can_be_removed_in_another_process(begun):
    together = "\n    class Meta:\n        unique_together = [('name', 'size')]\n"
    index = "        indexes = [models.Index(fields=['size', 'name'])]\n"
    begun.hash_seed = "1"
    change(begun, THING + SIZE + together + index)
    begun.must("migrate", "shop")
    begun.hash_seed = "2"
    change(begun, THING + SIZE)
    begun.must("migrate", "shop")
    begun.run_sql("INSERT INTO shop_thing (name, size) VALUES ('x', 1)")
    begun.run_sql("INSERT INTO shop_thing (name, size) VALUES ('x', 1)")


def test_20_an_unfilled_data_migration_is_not_applied(begun):
    begun.must("datamigration", "shop", "fill")
    said = begun.refused("migrate", "shop")
    assert "its forwards is still the skeleton that evolve wrote." in said
    assert begun.applied() == ["0001_initial"]
    assert os.path.exists(begun.file("shop", "0002"))
