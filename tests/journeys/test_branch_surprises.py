"""What a hostile user found in merge, rebase, squash and check."""

import json

import pytest

from tests.journeys.test_branches import FIRST, OURS, SIZE, THEIRS, THING, fork, header, no_change

MAKER = "class Maker(models.Model):\n    name = models.CharField(max_length=9)\n\n\n"
N = "    n = models.IntegerField(default=1)\n"
BASE = MAKER + THING + N
META = "    class Meta:\n        "


def auto(site, name, models, *options):
    site.models("shop", models)
    return site.must("schemamigration", "shop", "--auto", "--name", name, *options)


def rename_fork(site, rename, ours, theirs, base=BASE):
    site.models("shop", base)
    site.must("schemamigration", "shop", "--initial")
    auto(site, "ours", ours, "--rename", rename)
    auto(site, "theirs", theirs, "--no-rename", "--head", "0001", "--splice")
    return site


def nothing_written(site):
    assert site.files("shop") == [FIRST, OURS, THEIRS]


@pytest.mark.parametrize(
    ("rename", "ours", "theirs", "label"),
    [
        (
            "Thing.n=num",
            BASE.replace("    n =", "    num ="),
            BASE + "    num = models.CharField(max_length=3, default='')\n",
            "Thing.num",
        ),
        (
            "Thing=Stuff",
            BASE.replace("class Thing", "class Stuff"),
            BASE + "\n\nclass Stuff(models.Model):\n    x = models.IntegerField()\n",
            "Stuff",
        ),
    ],
)
def test_01_a_rename_to_a_name_that_the_other_side_gives_is_a_conflict(
    site, rename, ours, theirs, label
):
    rename_fork(site, rename, ours, theirs)
    error = site.refused("merge", "shop")
    assert f"\n    {label}\n" in error
    assert error.count(f"\n    {label}\n") == 1
    assert f"\n    {label}\n" in site.refused("rebase", "shop", THEIRS)
    nothing_written(site)


OTHER = "\n\nclass Other(models.Model):\n    m = models.ForeignKey('Maker', models.CASCADE)\n"
SUB = "\n\nclass Sub(Thing):\n    s = models.IntegerField(default=1)\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (THING + N, BASE + OTHER, "doesn't provide model 'maker'"),
        (BASE + SUB, MAKER, "bases"),
        (BASE + SUB, BASE + "    s = models.IntegerField(default=1)\n", "clashes"),
        (
            MAKER + THING,
            BASE + f"{META}indexes = [models.Index(fields=['n'], name='nix')]\n",
            "nonexistent field 'n'",
        ),
        (
            MAKER + THING,
            BASE + f"{META}constraints = [models.CheckConstraint("
            "condition=models.Q(n__gte=0), name='pos')]\n",
            "nonexistent field 'n'",
        ),
        (
            MAKER + THING,
            BASE + f"{META}indexes = [models.Index(models.F('n').desc(), name='nix')]\n",
            "nonexistent field 'n'",
        ),
    ],
)
def test_02_and_04_what_could_not_be_loaded_is_not_merged_or_rebased(site, ours, theirs, said):
    fork(site, ours, theirs, BASE)
    for command in (["merge", "shop"], ["rebase", "shop", THEIRS]):
        error = site.refused(*command)
        assert "could not be loaded" in error
        assert said in error
    nothing_written(site)


def test_03_options_of_both_sides_are_merged_in_either_order(everywhere):
    ours = BASE + f"{META}verbose_name = 'x'\n"
    fork(everywhere, ours, BASE + f"{META}ordering = ['n']\n", BASE)
    everywhere.must("merge", "shop")
    both = ours + "        ordering = ['n']\n"
    everywhere.models("shop", both)
    no_change(everywhere)
    for first, second in ((OURS, THEIRS), (THEIRS, OURS)):
        everywhere.must("migrate", "shop", first)
        everywhere.must("migrate", "shop", second)
        everywhere.must("migrate", "shop")
        everywhere.must("migrate", "shop", "zero")
    assert everywhere.python("manage.py", "migrate", "shop").code == 0
    everywhere.must("check", "shop")


def test_03_options_of_both_sides_are_rebased(site):
    fork(site, BASE + f"{META}verbose_name = 'x'\n", BASE + f"{META}ordering = ['n']\n", BASE)
    site.must("rebase", "shop", THEIRS)
    site.must("migrate", "shop")
    site.must("migrate", "shop", "zero")


@pytest.mark.parametrize(
    "ours",
    [
        "\n\nclass Kind(Thing):\n    class Meta:\n        proxy = True\n",
        SUB,
        "\n\nclass Bag(models.Model):\n    things = models.ManyToManyField('Thing')\n",
    ],
)
def test_05_a_merge_has_to_work_in_both_orders(site, ours):
    rename_fork(
        site,
        "Thing=Stuff",
        BASE.replace("class Thing", "class Stuff"),
        BASE + ours,
    )
    error = site.refused("merge", "shop")
    assert "do not go together" in error
    nothing_written(site)


CUT = """\
import os, signal, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "project_settings"
django.setup()
from evolve.revisions import disk
put, left = disk.Replacement.put, [1]
def cut(self):
    if not left[0]:
        os.kill(os.getpid(), signal.{signal})
    left[0] -= 1
    return put(self)
disk.Replacement.put = cut
from evolve.cli.main import main
sys.exit(main(["rebase", "shop", "0004_more", "--onto", "0002"]))
"""


@pytest.mark.parametrize("kind", ["SIGINT", "SIGKILL"])
def test_06_a_rebase_that_is_cut_off_is_finished(site, kind):
    fork(site)
    auto(
        site, "more", THING + "    weight = models.IntegerField(null=True)\n" + N, "--head", "0003"
    )
    cut = site.python("-c", CUT.format(signal=kind))
    assert cut.code in (130, -9)
    error = site.refused("migrate", "shop", "heads")
    assert "a rebase of 'shop' was cut off" in error
    assert "`evolve rebase shop --continue`" in error
    said = site.must("rebase", "shop", "--continue")
    assert said == f"Finished the rebase of 'shop': {THEIRS}, 0004_more.\n"
    assert sorted(each.name for each in (site.root / "shop" / "migrations").glob(".*")) == []
    site.models("shop", THING + SIZE + "    weight = models.IntegerField(null=True)\n" + N)
    no_change(site)
    site.must("migrate", "shop")
    site.must("check", "shop")
    assert "No rebase of 'shop' was cut off" in site.refused("rebase", "shop", "--continue")


def test_07_migrate_without_an_app_runs_no_two_branches_by_accident(site):
    fork(site)
    error = site.refused("migrate")
    assert f"The app 'shop' has more than one head: {OURS}, {THEIRS}" in error
    assert f"`evolve rebase shop {THEIRS}`" in error
    site.must("migrate", "shop", "heads")
    site.must("migrate")


def test_08_a_squash_of_a_squash_works_for_django_too(site):
    for number in range(4):
        fields = "".join(
            f"    f{each} = models.IntegerField(default=1)\n" for each in range(number)
        )
        site.models("shop", THING + fields)
        site.must("schemamigration", "shop", "--auto" if number else "--initial")
    site.must("squash", "shop", "0003", "--name", "one")
    site.must("migrate", "shop")
    for path in (site.root / "shop" / "migrations").glob("000[123]_[!o]*.py"):
        path.unlink()
    site.must("squash", "shop", "head", "--name", "all")
    site.must("migrate", "shop")
    done = site.python("manage.py", "migrate", "shop")
    assert done.code == 0, done


def test_10_check_is_silent_about_a_merge_that_was_answered(site):
    ours = BASE.replace("IntegerField", "BigIntegerField")
    fork(site, ours, BASE.replace("IntegerField", "SmallIntegerField"), BASE)
    found = json.loads(site.evolve("check", "shop", "--format", "json").out)["findings"]
    assert [each["code"] for each in found] == ["several-heads"]
    site.must("merge", "shop", "--ours", "Thing.n")
    site.models("shop", ours)
    site.must("check", "shop")


def test_15_a_conflict_in_the_head_file_is_called_one(site):
    fork(site)
    site.must("merge", "shop")
    (site.root / "shop" / "migrations" / "HEAD").write_text("<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n")
    assert "has a conflict of two branches in it" in site.evolve("check", "shop").out


def test_16_damage_is_named_and_a_missing_parent_is_no_base(site):
    fork(site)
    path = site.file("shop", "0002")
    path.write_bytes(path.read_bytes() + b"\0")
    error = site.refused("migrate", "shop")
    assert f"{path}" in error
    assert "None" not in error
    path.write_bytes(path.read_bytes()[:-1])
    first = header(site, "0001")["revision"]
    path.write_text(path.read_text().replace(f"down_revision = {first}", 'down_revision = "gone"'))
    assert f"? -> shop:{OURS}" in site.evolve("history", "shop").out


def test_rebasing_over_a_change_of_the_same_field_can_be_gone_back_over(everywhere):
    ours = BASE.replace("IntegerField", "BigIntegerField")
    fork(everywhere, ours, BASE.replace("IntegerField", "SmallIntegerField"), BASE)
    everywhere.must("rebase", "shop", THEIRS, "--ours", "Thing.n")
    everywhere.must("migrate", "shop")
    everywhere.must("check", "shop")
    everywhere.must("migrate", "shop", OURS)
    everywhere.must("migrate", "shop", "zero")


def test_what_was_written_by_hand_and_does_not_fit_is_not_rebased(site):
    ours = BASE.replace("IntegerField", "BigIntegerField")
    fork(site, ours, BASE.replace("IntegerField", "SmallIntegerField"), BASE)
    path = site.file("shop", "0003")
    path.write_text(
        path.read_text()
        .replace("# Changing", "# Really changing")
        .replace(
            "    def forwards(self, orm):\n",
            "    def forwards(self, orm):\n        self.db.execute('SELECT 1')\n",
        )
    )
    error = site.refused("rebase", "shop", THEIRS, "--ours", "Thing.n")
    assert "cannot go on top of shop:0002_ours as it was written" in error
    nothing_written(site)


def test_a_setting_stays_one_where_methods_are_written_anew(site):
    user = "    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)\n"
    begin = "from django.conf import settings\n\n\n" + BASE
    ours = begin.replace("IntegerField", "BigIntegerField")
    fork(site, ours, begin.replace("IntegerField", "SmallIntegerField") + user, begin)
    site.must("rebase", "shop", THEIRS, "--ours", "Thing.n")
    assert header(site, "0003")["depends_on"] == '["settings.AUTH_USER_MODEL"]'
    site.must("check", "shop")
