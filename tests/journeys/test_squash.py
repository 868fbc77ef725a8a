"""`squash`: what it makes, where it runs, when the old files can go."""

import json

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
SIZE = "    size = models.IntegerField(default=1)\n"
MAKER = "    maker = models.ForeignKey('Maker', models.CASCADE, null=True)\n"
LAST = f"{THING}{SIZE}{MAKER}class Maker(models.Model):\n    name = models.TextField()\n"
SQUASH = "0001_squashed_0003_auto__add_maker__add_field_thing_maker"


def begin(site):
    """Write three schema revisions of `shop`."""
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING + SIZE)
    site.must("schemamigration", "shop", "--auto")
    site.models("shop", LAST)
    site.must("schemamigration", "shop", "--auto")
    return site


@pytest.fixture
def begun(site):
    return begin(site)


def remove(site, *numbers):
    for number in numbers:
        for path in (site.root / "shop" / "migrations").glob(f"{number}_[!s]*.py"):
            path.unlink()


def test_a_fresh_database_runs_the_squash_and_has_the_same_tables(everywhere):
    begin(everywhere)
    everywhere.must("migrate", "shop")
    tables = {name: each[0] for name, each in everywhere.content().items() if "shop" in name}
    everywhere.must("migrate", "shop", "zero")
    out = everywhere.must("squash", "shop", "head")
    assert out.startswith(f"Created {SQUASH}.py, which replaces\n - 0001_initial\n")
    assert [each for each in everywhere.files("shop") if "squashed" in each] == [SQUASH]
    ran = everywhere.must("migrate", "shop")
    assert f" > shop:{SQUASH}\n" in ran
    assert "> shop:0001_initial" not in ran
    now = {name: each[0] for name, each in everywhere.content().items() if "shop" in name}
    assert {name: sorted(each) for name, each in now.items()} == {
        name: sorted(each) for name, each in tables.items()
    }
    assert (
        everywhere.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"
    )
    everywhere.must("check", "shop")
    everywhere.must("migrate", "shop", "zero")
    assert everywhere.applied() == []


def test_a_database_that_has_it_all_goes_on_and_the_files_can_go(everywhere):
    begin(everywhere)
    everywhere.must("migrate", "shop")
    everywhere.run_sql("INSERT INTO shop_thing (name, size) VALUES ('x', 5)")
    everywhere.must("squash", "shop", "head")
    assert f"(*) {SQUASH}" in everywhere.must("list", "shop")
    said = everywhere.must("check", "shop")
    assert (
        "0003_auto__add_maker__add_field_thing_maker have to stay: the database 'default'" in said
    )
    out = everywhere.must("migrate", "shop")
    assert f" - Marked shop:{SQUASH} as applied: all that it replaces is.\n" in out
    assert "Marked" not in everywhere.must("migrate", "shop")
    assert "can be removed" in everywhere.must("check", "shop")
    remove(everywhere, "0001", "0002", "0003")
    everywhere.models("shop", LAST + "    born = models.DateField(null=True)\n")
    everywhere.must("schemamigration", "shop", "--auto", "--name", "born")
    everywhere.must("migrate", "shop")
    assert everywhere.rows("SELECT name, size FROM shop_thing") == [("x", 5)]
    assert everywhere.must("check", "shop") == "Nothing is wrong with shop.\n"
    assert everywhere.python("manage.py", "makemigrations", "--check").code == 0
    everywhere.must("migrate", "shop", "zero")


def test_a_database_that_is_in_the_middle_goes_on_with_the_old_files(begun):
    begun.must("migrate", "shop", "0002")
    begun.must("squash", "shop", "head")
    ran = begun.must("migrate", "shop")
    assert "> shop:0003_auto__add_maker" in ran
    assert f"Marked shop:{SQUASH}" in ran


def test_removed_too_early_it_is_said(begun):
    begun.must("migrate", "shop", "0002")
    begun.must("squash", "shop", "head")
    remove(begun, "0001", "0002", "0003")
    error = begun.refused("migrate", "shop")
    assert "only a part of what it replaces is applied" in error
    assert "Put the files back" in error


def test_what_came_after_the_squash_stands_on_it(begun):
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0004", 'orm.Thing.objects.create(name="x")')
    begun.must("squash", "shop", "0003")
    remove(begun, "0001", "0002", "0003")
    ran = begun.must("migrate", "shop")
    assert ran.endswith(f" > shop:{SQUASH}\n > shop:0004_fill\n")
    begun.must("migrate", "shop", "zero")
    assert begun.python("manage.py", "migrate", "shop").code == 0


def test_data_revisions_stay_unless_they_may_go(begun):
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0004", 'orm.Thing.objects.create(name="x")')
    begun.models("shop", LAST + "    born = models.DateField(null=True)\n")
    begun.must("schemamigration", "shop", "--auto", "--name", "born")
    begun.models("shop", LAST + "    died = models.DateField(null=True)\n")
    begun.must("schemamigration", "shop", "--auto", "--name", "died", "--no-rename")
    text = begun.must("squash", "shop", "head", "--stdout")
    assert text.count("class Migration") == 2
    path = begun.file("shop", "0004")
    path.write_text(
        path.read_text().replace("    depends_on", "    elidable = True\n    depends_on")
    )
    out = begun.must("squash", "shop", "head", "--name", "all")
    assert " - 0004_fill (its rows: left out)\n" in out
    text = begun.file("shop", "0001_all").read_text()
    assert '"0004_fill",\n' in text
    assert '"born": models' not in text
    begun.must("migrate", "shop")
    assert begun.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"


def test_what_stays_splits_the_squash(begun):
    begun.must("datamigration", "shop", "fill")
    begun.filled("shop", "0004", 'orm.Thing.objects.create(name="x")')
    for name in ("born", "died"):
        begun.models("shop", f"{LAST}    {name} = models.DateField(null=True)\n")
        begun.must("schemamigration", "shop", "--auto", "--name", name, "--no-rename")
    out = begun.must("squash", "shop", "head")
    assert (
        " = 0004_fill stays: it is a data migration that does not say `elidable = True`.\n" in out
    )
    squashes = [each for each in begun.files("shop") if "squashed" in each]
    assert squashes == [SQUASH, "0005_squashed_0006_died"]
    ran = begun.must("migrate", "shop")
    assert ran.endswith(f" > shop:{SQUASH}\n > shop:0004_fill\n > shop:0005_squashed_0006_died\n")
    begun.must("check", "shop")


def test_what_was_edited_by_hand_stays(begun):
    path = begun.file("shop", "0002")
    edited = path.read_text().replace(
        "    def forwards(self, orm):\n",
        "    def forwards(self, orm):\n        self.db.execute('SELECT 1')\n",
    )
    path.write_text(edited)
    error = begun.refused("squash", "shop", "0002")
    assert "no two revisions of 'shop' next to each other" in error
    assert "0002_auto__add_field_thing_size was written or edited by hand" in error


def test_renames_inside_are_followed_and_nothing_is_asked(everywhere):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    site.run_sql("INSERT INTO shop_thing (name) VALUES ('x')")
    site.models("shop", THING.replace("name", "title"))
    site.must("schemamigration", "shop", "--auto", "--rename", "Thing.name=title")
    site.models("shop", THING.replace("name", "title").replace("Thing", "Item"))
    site.must("schemamigration", "shop", "--auto", "--rename", "Thing=Item")
    site.models("shop", THING.replace("name", "label").replace("Thing", "Item"))
    site.must("schemamigration", "shop", "--auto", "--rename", "Item.title=label")
    site.must("squash", "shop", "0002:head", "--name", "names")
    text = site.file("shop", "0002_names").read_text()
    assert '    renamed = {"Thing": "Item", "Item.name": "Item.label"}\n' in text
    site.must("migrate", "shop")
    assert site.rows("SELECT label FROM shop_item") == [("x",)]
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"
    site.must("migrate", "shop", "0001")
    assert site.rows("SELECT name FROM shop_thing") == [("x",)]


def test_irreversible_stays_irreversible(begun):
    for more, answer in ((True, "--default"), (False, "--irreversible")):
        begun.models("shop", LAST + "    n = models.IntegerField()\n" * more)
        value = "Maker.n=1" if more else "Maker.n"
        begun.must("schemamigration", "shop", "--auto", answer, value)
    begun.must("squash", "shop", "head", "--name", "all")
    assert "    backwards = irreversible(" in begun.file("shop", "0001_all").read_text()
    begun.must("migrate", "shop")
    assert "cannot be reversed: 0005_" in begun.refused("migrate", "shop", "zero")


def test_other_apps_between_stop_it(begun):
    begun.models(
        "other",
        'class Item(models.Model):\n    t = models.ForeignKey("shop.Thing", models.CASCADE)\n',
    )
    begun.must("schemamigration", "other", "--initial")
    begun.models("shop", LAST + "    born = models.DateField(null=True)\n")
    begun.must("schemamigration", "shop", "--auto", "--name", "born", "--depends-on", "other")
    error = begun.refused("squash", "shop", "head")
    assert "cannot be one: others run between them" in error
    assert "other:0001_initial" in error
    assert not [each for each in begun.files("shop") if "squashed" in each]
    begun.must("squash", "shop", "0003")
    begun.must("migrate")


def test_branches_in_the_middle_stop_it(begun):
    begun.models("shop", THING + "    more = models.DateField(null=True)\n")
    splice = ("--head", "0001", "--splice", "--name", "more", "--no-rename")
    begun.must("schemamigration", "shop", "--auto", *splice)
    error = begun.refused("squash", "shop", "0003")
    assert "shop:0004_more revises shop:0001_initial, which would go into the squash" in error
    begun.must("merge", "shop")
    begun.must("squash", "shop", "head", "--name", "all")
    begun.must("migrate", "shop")
    begun.models("shop", LAST.replace(SIZE, SIZE + "    more = models.DateField(null=True)\n"))
    assert begun.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"


@pytest.mark.parametrize(
    ("range_", "said"),
    [
        ("0003:0001", "does not come before"),
        ("0001:0001", "no two revisions of 'shop' next to each other"),
        ("nothing", "There is no revision of 'shop' 'nothing'"),
        ("heads:zero", "'zero' is before the first revision"),
    ],
)
def test_a_range_that_is_none_is_refused(begun, range_, said):
    assert said in begun.refused("squash", "shop", range_)


def test_a_question_is_asked_and_answered(begun):
    begun.models("shop", LAST + "    born = models.IntegerField()\n")
    begun.must("schemamigration", "shop", "--auto", "--name", "born", "--default", "Maker.born=1")
    begun.models("shop", LAST + "    born = models.IntegerField()\n    n = models.IntegerField()\n")
    begun.must("schemamigration", "shop", "--auto", "--name", "n", "--default", "Maker.n=1")
    error = begun.refused("squash", "shop", "0004:head")
    assert "--default Maker.born=PYTHON" in error
    answers = ("--default", "Maker.born=1", "--default", "Maker.n=2")
    begun.must("squash", "shop", "0004:head", *answers)
    begun.must("migrate", "shop")


def test_check_says_it_as_json(begun):
    begun.must("migrate", "shop")
    begun.must("squash", "shop", "head")
    said = json.loads(begun.must("check", "shop", "--format", "json"))
    assert said["findings"] == []
    assert [note["code"] for note in said["notes"]] == ["squash-waits"]


def names_applied(site):
    return {name for (name,) in site.rows("SELECT name FROM django_migrations WHERE app = 'shop'")}


def django_squashed(site):
    """Write three migrations of Django's, the squash of the first two, and one after it."""
    for body in (THING, THING + SIZE, LAST):
        site.models("shop", body)
        assert site.python("manage.py", "makemigrations", "shop").code == 0
    site.must("migrate", "shop")
    first, second = (site.file("shop", number).stem for number in ("0001", "0002"))
    squashed = ["squashmigrations", "shop", "0002", "--no-input", "--squashed-name", "both"]
    assert site.python("manage.py", *squashed).code == 0
    return first, second


def test_a_target_inside_a_squash_goes_into_it_as_django_does(everywhere):
    first, second = django_squashed(everywhere)
    everywhere.must("migrate", "shop")
    for target in (second, second[:7], first):
        found = []
        for tool in (everywhere.must, lambda *args: everywhere.python("manage.py", *args)):
            everywhere.must("migrate", "shop")
            tool("migrate", "shop", target)
            found.append((names_applied(everywhere), everywhere.content()["shop_thing"][0]))
        assert found[0] == found[1]
        assert second in found[0][0] or target == first
    plan = everywhere.must("migrate", "shop", "--plan")
    assert f" > shop:{second}\n" in plan
    everywhere.must("migrate", "shop")
    assert f" < shop:{second}\n" in everywhere.must("migrate", "shop", first, "--plan")
    assert "(*) 0001_both" in everywhere.must("list", "shop")
    # The number still means the squash, where Django finds it ambiguous.
    assert "Nothing to migrate" in everywhere.must("upgrade", "shop", "1")
    everywhere.must("migrate", "shop", "zero")
    assert names_applied(everywhere) <= {"0001_both"}


def test_what_stands_on_the_squash_goes_before_its_parts(begun):
    begun.must("migrate", "shop")
    begun.must("squash", "shop", "0002", "--name", "both")
    begun.models("shop", LAST + "    born = models.DateField(null=True)\n")
    begun.must("schemamigration", "shop", "--auto", "--name", "born")
    begun.must("migrate", "shop")
    second = next(each for each in begun.files("shop") if each.startswith("0002"))
    out = begun.must("migrate", "shop", "0001_initial", "--plan")
    assert [line[3:12] for line in out.splitlines() if line.startswith(" <")] == [
        "shop:0004",
        "shop:0003",
        "shop:0002",
    ]
    begun.must("migrate", "shop", "0001_initial")
    assert "(*) 0001_initial" in begun.must("list", "shop")
    assert f"( ) {second}" in begun.must("list", "shop")
    half = begun.must("migrate", "shop", "0001_both")
    assert f" > shop:{second}\n" in half
    assert "(*) 0001_both" in begun.must("list", "shop")
    begun.must("migrate", "shop")
    begun.must("check", "shop")


def test_a_fresh_database_can_stop_inside_a_squash(begun):
    begun.must("squash", "shop", "head")
    second = next(each for each in begun.files("shop") if each.startswith("0002"))
    out = begun.must("migrate", "shop", second)
    assert out.endswith(f" > shop:0001_initial\n > shop:{second}\n")
    assert "(*) 0001_initial" in begun.must("list", "shop")
    begun.must("migrate", "shop")


def test_models_that_refer_to_another_app_are_squashed(site):
    target = "models.ForeignKey('auth.Group', models.CASCADE, null=True)"
    site.models("shop", f"class Thing(models.Model):\n    group = {target}\n")
    site.must("schemamigration", "shop", "--initial")
    more = "    size = models.IntegerField(null=True)\n"
    site.models("shop", f"class Thing(models.Model):\n    group = {target}\n{more}")
    site.must("schemamigration", "shop", "--auto")
    site.must("squash", "shop", "0002")
    site.must("check", "shop")
    site.must("migrate", "shop")
