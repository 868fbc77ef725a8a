"""The options of `migrate`, and what it says and keeps."""

import json

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
SIZE = "    size = models.IntegerField(null=True)\n"
ITEM = 'class Item(models.Model):\n    thing = models.ForeignKey("shop.Thing", models.CASCADE)\n'
SECOND = "0002_auto__add_field_thing_size"


def begin(site):
    """Write two revisions and apply the first."""
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    site.models("shop", THING + SIZE)
    site.must("schemamigration", "shop", "--auto")
    return site


@pytest.fixture
def begun(site):
    return begin(site)


def runs(site):
    """Return the journal of `shop`: name, direction and outcome of each run."""
    entries = json.loads(site.must("journal", "shop", "--format", "json"))
    return [(each["name"], each["direction"], each["outcome"]) for each in entries]


def test_fake_marks_and_runs_nothing(everywhere):
    begin(everywhere)
    out = everywhere.must("migrate", "shop", "--fake")
    assert out.endswith(f" > shop:{SECOND}\n   (faked)\n")
    assert everywhere.applied() == ["0001_initial", SECOND]
    with pytest.raises(Exception, match="size"):
        everywhere.rows("SELECT size FROM shop_thing")
    everywhere.connection.close()
    everywhere.must("migrate", "shop", "zero", "--fake")
    assert everywhere.applied() == []
    assert everywhere.rows("SELECT * FROM shop_thing") == []
    assert runs(everywhere) == [
        ("0001_initial", "forwards", "done"),
        (SECOND, "forwards", "faked"),
        (SECOND, "backwards", "faked"),
        ("0001_initial", "backwards", "faked"),
    ]


def test_fake_goes_over_what_is_irreversible_or_unfilled(begun):
    begun.must("datamigration", "shop", "fill")
    begun.must("migrate", "shop", "--fake")
    begun.filled("shop", "0003", "pass", "raise RuntimeError('no')")
    assert "cannot be reversed" in begun.refused("migrate", "shop", "zero")
    begun.must("migrate", "shop", "zero", "--fake")


def test_fake_initial_marks_tables_that_agree_and_names_differences(everywhere):
    begin(everywhere)
    everywhere.run_sql("DELETE FROM django_migrations WHERE app = 'shop'")
    out = everywhere.must("migrate", "shop", "--fake-initial")
    assert " > shop:0001_initial\n   (faked)\n" in out
    assert everywhere.rows("SELECT name, size FROM shop_thing") == []
    everywhere.run_sql("DELETE FROM django_migrations WHERE app = 'shop'")
    said = everywhere.refused("migrate", "shop", "--fake-initial")
    assert "shop_thing: the column size is not in the model" in said
    assert everywhere.applied() == []
    assert "(faked)" in everywhere.must("migrate", "shop", "0001", "--fake-initial", "--force")


def test_fake_initial_runs_what_has_no_tables(everywhere):
    everywhere.models("shop", THING)
    everywhere.must("schemamigration", "shop", "--initial")
    assert "(faked)" not in everywhere.must("migrate", "shop", "--fake-initial")
    assert everywhere.rows("SELECT * FROM shop_thing") == []


def test_relative_targets(begun):
    begun.must("migrate", "shop", "current+1")
    assert SECOND in begun.must("migrate", "shop", "-1")
    assert "(*) 0002" not in begun.must("list", "shop")
    begun.must("migrate", "shop", "+1")
    begun.must("migrate", "shop", "current-2")
    assert "(*)" not in begun.must("list", "shop")
    assert "Nothing to migrate" in begun.must("migrate", "shop", "current")
    begun.must("migrate", "shop", "current+2")
    assert "(*) 0002" in begun.must("list", "shop")


def test_changes_shows_what_each_revision_does(begun):
    for out in (begun.must("migrate", "shop", "--changes"), begun.must("list", "--changes")):
        assert f"  ( ) {SECOND}\n        - Add field Thing.size\n" in out


def test_the_journal_has_a_row_for_every_run(everywhere):
    begin(everywhere)
    everywhere.must("datamigration", "shop", "fill")
    everywhere.filled("shop", "0003", "1 / 0")
    assert everywhere.evolve("migrate", "shop").code == 1
    entries = json.loads(everywhere.must("journal", "shop", "--format", "json"))
    assert [each["outcome"] for each in entries] == ["done", "done", "failed"]
    failed = entries[-1]
    assert failed["error"] == "ZeroDivisionError: division by zero"
    text = everywhere.file("shop", "0003").read_text()
    assert failed["revision"] in text
    assert len(failed["checksum"]) == 64
    assert failed["description"] == "Fill"
    assert failed["django_version"]
    assert failed["evolve_version"]
    assert failed["host"]
    assert failed["started"] <= failed["ended"]
    shown = everywhere.must("journal", "shop")
    assert shown.count("\n") == 4
    assert "ZeroDivisionError: division by zero" in shown
    assert "The journal is empty." in everywhere.must("journal", "other")


def test_a_journal_of_an_older_version_is_read_and_gets_its_new_columns(everywhere):
    begin(everywhere)
    for column in ("host", "error"):
        everywhere.run_sql(f"ALTER TABLE evolve_journal DROP COLUMN {column}")
    assert runs(everywhere) == [("0001_initial", "forwards", "done")]
    everywhere.must("migrate", "shop")
    assert len(runs(everywhere)) == 2
    hosts = everywhere.rows("SELECT host FROM evolve_journal ORDER BY id")
    assert hosts[0] == ("",)
    assert hosts[1] != ("",)


def test_what_manage_py_applied_has_no_row_and_is_applied_all_the_same(begun):
    assert begun.python("manage.py", "migrate", "shop").code == 0
    assert f"(*) {SECOND}" in begun.must("list", "shop")
    assert len(runs(begun)) == 1


def test_ghosts_are_deleted_on_request_alone(everywhere):
    begin(everywhere)
    everywhere.must("migrate", "shop")
    everywhere.file("shop", "0002").unlink()
    assert "its file is gone" in everywhere.refused("migrate", "shop")
    assert "Nothing to migrate" in everywhere.must("migrate", "shop", "--ignore-ghost-migrations")
    said = everywhere.refused("migrate", "shop", "--delete-ghost-migrations")
    assert f"shop:{SECOND}" in said
    assert "--yes" in said
    for keys in ("\x03", "\x04", "n\n"):
        left = everywhere.type([keys], "migrate", "shop", "--delete-ghost-migrations")
        assert left.code == 2
        assert "Traceback" not in left.out
    assert SECOND in everywhere.applied()
    out = everywhere.must("migrate", "shop", "--delete-ghost-migrations", "--yes")
    assert f" - Deleted ghost migration shop:{SECOND}.\n" in out
    assert everywhere.applied() == ["0001_initial"]
    assert runs(everywhere)[-1] == (SECOND, "backwards", "faked")
    assert "No ghost" in everywhere.must("migrate", "shop", "--delete-ghost-migrations")


def test_a_ghost_under_later_revisions_stops_nothing(begun):
    """As the rows of squashed revisions do, whose `replaces` was taken out long ago."""
    begun.must("migrate", "shop")
    first, second = begun.file("shop", "0001"), begun.file("shop", "0002")
    text = second.read_text()
    down = text.partition('down_revision = "')[2][:12]
    second.write_text(text.replace(f'"{down}"', "None"))
    first.unlink()
    assert "Nothing to migrate" in begun.must("migrate", "shop")
    assert "(?) 0001_initial" in begun.must("list", "shop")


def test_initial_data_are_loaded_at_the_last_revision_with_its_models(everywhere):
    (everywhere.root / "shop" / "fixtures").mkdir()
    fixture = everywhere.root / "shop" / "fixtures" / "initial_data.json"
    row = {"model": "shop.thing", "pk": 7, "fields": {"name": "seven"}}
    fixture.write_text(json.dumps([row]))
    everywhere.models("shop", THING)
    everywhere.must("schemamigration", "shop", "--initial")
    everywhere.models("shop", THING + "    later = models.IntegerField(default=1)\n")
    out = everywhere.must("migrate", "shop")
    assert out.endswith(" > shop:0001_initial\n - Loading initial data for shop.\n")
    assert everywhere.rows("SELECT id, name FROM shop_thing") == [(7, "seven")]
    everywhere.run_sql("DELETE FROM shop_thing")
    assert "Loading" not in everywhere.must("migrate", "shop")
    everywhere.must("schemamigration", "shop", "--auto")
    assert "Loading" not in everywhere.must("migrate", "shop", "--no-initial-data")
    assert everywhere.rows("SELECT id FROM shop_thing") == []
    everywhere.must("migrate", "shop", "0001")
    assert "Loading" in everywhere.must("migrate", "shop")
    assert everywhere.rows("SELECT id, later FROM shop_thing") == [(7, 1)]
    row["fields"]["nope"] = 1
    fixture.write_text(json.dumps([row]))
    everywhere.must("migrate", "shop", "0001")
    ran = everywhere.evolve("migrate", "shop")
    assert ran.code == 1
    assert "The initial data of 'shop' cannot be loaded" in ran.err
    assert "Traceback" not in ran.err


def test_a_dry_run_of_a_revision_that_is_not_atomic_shows_the_plan(begun):
    path = begun.file("shop", "0002")
    path.write_text(
        path.read_text().replace("    depends_on", "    atomic = False\n    depends_on")
    )
    out = begun.must("migrate", "shop", "--db-dry-run")
    assert f"No dry run: shop:{SECOND} is not atomic" in out
    assert "- Add field Thing.size" in out
    assert "(*) 0002" not in begun.must("list", "shop")


def test_a_dry_run_fails_as_the_run_would(begun):
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0003", "1 / 0")
    ran = begun.evolve("migrate", "shop", "--db-dry-run")
    assert ran.code == 1
    assert "ZeroDivisionError" in ran.err
    assert "(*) 0002" not in begun.must("list", "shop")
    assert len(runs(begun)) == 1


def test_what_another_branch_did_is_said_before_it_runs(begun):
    begun.must("migrate", "shop")
    first = begun.file("shop", "0001").read_text().partition('revision = "')[2][:12]
    second = begun.file("shop", "0002").read_text().partition('revision = "')[2][:12]
    begun.must("schemamigration", "shop", "--empty", "theirs")
    theirs = begun.file("shop", "0003")
    theirs.write_text(theirs.read_text().replace(f'"{second}"', f'"{first}"'))
    ran = begun.evolve("migrate", "shop", "0003")
    assert ran.code == 0
    assert f"shop:0003_theirs comes from another branch than shop:{SECOND}" in ran.err


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{'FREEZ': []}", "Did you mean: FREEZE"),
        ("{'FREEZE': 'other'}", "a list of app labels"),
        ("{'FILE_NAME': '{slug}'}", "the number with its width"),
        ("{'FREEZE': [1]}", "a list of app labels"),
        ("{'FILE_NAME': '{number.zzz}_{slug}'}", "the number with its width"),
        ("{'FILE_NAME': '{number:04d}_{slug}.v1'}", "the number with its width"),
        ("{'INITIAL_DATA': 'sub/base'}", "without directory and ending"),
        ("[]", "has to be a dictionary"),
    ],
)
def test_settings_that_are_wrong_are_named(begun, value, said):
    begun.setting(f"EVOLVE = {value}")
    assert said in begun.refused("list")


def test_settings_name_files_freeze_apps_and_switch_initial_data_and_tests_off(begun):
    begun.models("other", ITEM)
    begun.must("schemamigration", "other", "--initial")
    begun.setting(
        "EVOLVE = {'FILE_NAME': '{number:05d}_{slug}', 'FREEZE': ['other'], "
        "'INITIAL_DATA': None, 'TESTS_MIGRATE': False}"
    )
    begun.must("datamigration", "shop", "fill")
    assert begun.files("shop")[0] == "00003_fill"
    assert '"other.Item": {' in begun.file("shop", "00003").read_text()
    asked = "from django.db import connection; print(connection.settings_dict['TEST']['MIGRATE'])"
    assert begun.python("manage.py", "shell", "-v0", "-c", asked).out.endswith("False\n")


def test_parts_of_models_are_taken_by_hand(everywhere):
    begin(everywhere)
    more = (
        '    color = models.TextField(default="red")\n'
        "    weight = models.IntegerField(null=True)\n\n"
        "    class Meta:\n"
        '        indexes = [models.Index(fields=["name"], name="by_name")]\n\n\n'
        "class More(models.Model):\n    pass\n\n\nclass Most(models.Model):\n    pass\n"
    )
    everywhere.models("shop", THING + SIZE + more)
    parts = ["--add-model", "More", "--add-field", "Thing.color", "--add-index", "Thing.name"]
    out = everywhere.must("schemamigration", "shop", *parts)
    assert "Created 0003_add_model_More_add_field_Thing_color_add_index_Thing_name.py." in out
    everywhere.must("migrate", "shop")
    everywhere.rows("SELECT color FROM shop_thing")
    everywhere.rows("SELECT * FROM shop_more")
    rest = everywhere.must("schemamigration", "shop", "--auto")
    assert rest.startswith(" + Added model shop.Most\n + Added field weight on shop.Thing\nCreated")
    for part, said in (
        (["--add-model", "More"], "frozen already"),
        (["--add-model", "Mroe"], "Did you mean: More"),
        (["--add-field", "Thing.nmae"], "Did you mean: Thing.name"),
        (["--add-index", "Thing.weight"], "has no index on 'Thing.weight'"),
        (["--add-field", "Thing"], "names no field"),
        (["--add-model", "More", "--auto"], "stand for themselves"),
    ):
        assert said in everywhere.refused("schemamigration", "shop", *part)


def test_freeze_makes_a_schema_revision_wait_for_another_app(begun):
    begun.models("other", "class Item(models.Model):\n    pass\n")
    begun.must("schemamigration", "other", "--initial")
    begun.must("schemamigration", "shop", "--empty", "mine", "--freeze", "other")
    assert '"other:' in begun.file("shop", "0003").read_text()
    assert "There is no app 'othr'" in begun.refused(
        "schemamigration", "shop", "--empty", "mine", "--freeze", "othr"
    )


def test_convert_takes_tables_over_and_marks_them(everywhere):
    everywhere.models(
        "shop",
        THING
        + SIZE
        + '    many = models.ManyToManyField("self")\n    at = models.TimeField(null=True)\n'
        + '    owner = models.ForeignKey("auth.User", models.CASCADE)\n'
        + "    data = models.JSONField(default=dict)\n    code = models.SlugField(unique=True)\n",
    )
    said = everywhere.refused("convert", "shop")
    assert "has no table of the app 'shop'" in said
    everywhere.must("migrate")
    assert everywhere.python("manage.py", "migrate", "--run-syncdb").code == 0
    out = everywhere.must("convert", "shop")
    assert " > shop:0001_initial\n   (faked)\n" in out
    assert "App 'shop' converted." in out
    assert everywhere.applied() == ["0001_initial"]
    assert everywhere.must("schemamigration", "shop", "--auto").startswith("Nothing seems")
    assert "already has revisions" in everywhere.refused("convert", "shop")
    everywhere.must("migrate", "shop", "zero")


def test_convert_stops_where_what_it_needs_is_not_applied(site):
    site.models(
        "shop", 'class T(models.Model):\n    u = models.ForeignKey("auth.User", models.CASCADE)\n'
    )
    assert site.python("manage.py", "migrate", "--run-syncdb").code == 0
    site.python(
        "manage.py",
        "shell",
        "-c",
        "from django.db import connection; "
        "connection.cursor().execute(\"DELETE FROM django_migrations WHERE app = 'auth'\")",
    )
    assert "refer to apps with revisions that are not applied: auth" in site.refused(
        "convert", "shop"
    )
    assert not (site.root / "shop" / "migrations").exists()


def test_ghosts_stay_where_nothing_is_run(begun):
    begun.must("migrate", "shop")
    begun.file("shop", "0002").unlink()
    delete = ("--delete-ghost-migrations", "--yes")
    begun.must("migrate", "shop", "--plan", *delete)
    begun.must("migrate", "shop", "--db-dry-run", *delete)
    begun.refused("migrate", "shop", "nope", *delete)
    assert f"(?) {SECOND}" in begun.must("list", "shop")


def test_a_failed_dry_run_does_not_say_that_anything_was_kept(begun):
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0003", "1 / 0")
    ran = begun.evolve("migrate", "shop", "--db-dry-run")
    assert "Dry run: all of it was rolled back." in ran.err
    assert "Done and kept" not in ran.err


def test_initial_data_of_an_app_that_others_need_are_loaded(begun):
    begun.models("other", ITEM)
    begun.must("migrate", "shop", "zero")
    begun.must("schemamigration", "other", "--initial")
    (begun.root / "shop" / "fixtures").mkdir()
    data = '[{"model": "shop.thing", "pk": 7, "fields": {"name": "seven"}}]'
    fixture = begun.root / "shop" / "fixtures" / "initial_data.json"
    fixture.write_text(data)
    (begun.root / "other" / "fixtures").mkdir()
    (begun.root / "other" / "fixtures" / "initial_data.json.bak").write_text("nothing")
    out = begun.must("migrate")
    assert " - Loading initial data for shop.\n" in out
    assert "initial data for other" not in out
    begun.must("migrate", "other", "zero")
    begun.must("migrate", "shop", "zero")
    fixture.rename(fixture.with_suffix(".json.gz"))
    ran = begun.evolve("migrate")
    assert ran.code == 1
    assert "The initial data of 'shop' cannot be loaded" in ran.err
    assert "Traceback" not in ran.err


def test_what_the_projects_own_code_raises_is_named(begun):
    begun.setting("INSTALLED_APPS = ['listening', *INSTALLED_APPS]")
    (begun.root / "listening").mkdir()
    (begun.root / "listening" / "__init__.py").write_text(
        "from evolve import signals\n"
        "def hear(**kwargs):\n    raise ValueError('no')\n"
        "signals.ran_migration.connect(hear, weak=False)\n"
    )
    ran = begun.evolve("migrate", "shop")
    assert ran.code == 1
    assert "A receiver of ran_migration failed: ValueError: no" in ran.err
    assert "Traceback" not in ran.err
    assert f"(*) {SECOND}" in begun.must("list", "shop")
    begun.models("shop", "class Thing(models.Model)\n")
    assert "fails while it is imported: SyntaxError" in begun.refused("list")


def test_parts_that_need_others_are_refused(begun):
    more = (
        '    b = models.ForeignKey("B", models.CASCADE, null=True)\n'
        "    y = models.IntegerField(null=True)\n    z = models.IntegerField(null=True)\n\n"
        '    class Meta:\n        indexes = [models.Index(fields=["size", "z"], name="y")]\n\n\n'
        "class B(models.Model):\n    pass\n\n\nclass C(B):\n    pass\n"
    )
    begun.models("shop", (THING + SIZE).replace("length=9", "length=50") + more)
    for part, said in (
        (["--add-field", "Thing.b"], "--add-model b"),
        (["--add-model", "C"], "--add-model b"),
        (["--add-index", "Thing.size"], "names z, which is not frozen yet"),
        (["--add-index", "Thing.name"], "or it has more"),
        (["--add-index", "Thing.y"], "is not frozen, or it has more"),
    ):
        assert said in begun.refused("schemamigration", "shop", *part)
    begun.must("schemamigration", "shop", "--add-model", "B", "--add-field", "Thing.b")
    begun.must("migrate", "shop")


@pytest.mark.parametrize("args", [("migrate", "shop", ""), ("migrate", "shop:"), ("show", "shop:")])
def test_an_empty_target_is_not_the_last_one(begun, args):
    assert "The target is empty" in begun.refused(*args)
    assert "( ) 0002" in begun.must("list", "shop")


def test_a_file_that_cannot_be_written_or_read_is_said_and_leaves_nothing(begun):
    head = begun.root / "shop" / "migrations" / "HEAD"
    head.unlink()
    head.mkdir()
    begun.models("shop", THING)
    before = begun.files("shop")
    for args in (["schemamigration", "shop", "--auto"], ["check", "shop"]):
        ran = begun.evolve(*args)
        assert ran.code == 1
        assert "Traceback" not in ran.err, ran
        assert f"{head}: Is a directory." in ran.err
    assert begun.files("shop") == before
