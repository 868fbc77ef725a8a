"""Branches through the command: several heads, merge, rebase, the head file, pictures."""

import json
import re

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
SIZE = "    size = models.IntegerField(null=True)\n"
WEIGHT = "    weight = models.IntegerField(null=True)\n"
FIRST, OURS, THEIRS = "0001_initial", "0002_ours", "0003_theirs"


def fork(site, ours=THING + SIZE, theirs=THING + WEIGHT, base=THING):
    """Write 0001, and 0002_ours and 0003_theirs both on top of it; models.py is as in theirs."""
    site.models("shop", base)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", ours)
    site.must("schemamigration", "shop", "--auto", "--name", "ours", "--no-rename")
    site.models("shop", theirs)
    splice = ("--head", "0001", "--splice", "--no-rename")
    site.must("schemamigration", "shop", "--auto", "--name", "theirs", *splice)
    return site


@pytest.fixture
def forked(site):
    return fork(site)


def header(site, number):
    return dict(
        re.findall(r"^    (\w+) = (.+)$", site.file("shop", number).read_text(), re.MULTILINE)
    )


def no_change(site):
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"


def test_two_heads_are_named_with_the_ways_on(forked):
    error = forked.refused("schemamigration", "shop", "--auto")
    assert f"more than one head: {OURS}, {THEIRS}" in error
    for way in ("evolve merge shop", "evolve rebase shop", "--head REVISION"):
        assert way in error
    assert f"more than one head: {OURS}, {THEIRS}" in forked.refused("migrate", "shop")
    out = forked.must("migrate", "shop", "heads")
    assert "comes from another branch" not in out
    assert forked.must("list", "shop").count("(*)") == 3


def test_a_head_is_gone_on_from_by_name(forked):
    forked.models("shop", THING + SIZE + "    more = models.IntegerField(null=True)\n")
    forked.must("schemamigration", "shop", "--auto", "--name", "more", "--head", "0002")
    assert header(forked, "0004")["down_revision"] == header(forked, "0002")["revision"]
    error = forked.refused("schemamigration", "shop", "--auto", "--head", "0001")
    assert "0001_initial is no head" in error
    assert "--splice" in error


def test_a_branch_that_runs_later_says_so(forked):
    forked.must("migrate", "shop", OURS)
    ran = forked.evolve("migrate", "shop", "heads")
    assert f"shop:{THEIRS} comes from another branch than shop:{OURS}, applied already" in ran.err


def test_a_clean_merge_is_one_head_and_the_models_have_both(everywhere):
    fork(everywhere)
    everywhere.must("migrate", "shop", "heads")
    assert everywhere.must("merge", "shop") == (
        f"Merged {OURS}, {THEIRS}.\n"
        "Created 0004_merge.py. You can now apply this migration with: evolve migrate shop\n"
    )
    text = everywhere.file("shop", "0004").read_text()
    ids = [header(everywhere, number)["revision"] for number in ("0002", "0003")]
    assert f"    down_revision = ({', '.join(ids)})\n" in text
    assert '"size"' in text
    assert '"weight"' in text
    everywhere.models("shop", THING + SIZE + WEIGHT)
    no_change(everywhere)
    everywhere.must("migrate", "shop")
    everywhere.must("check", "shop")
    assert everywhere.python("manage.py", "migrate", "shop", "--check").code == 0
    everywhere.must("migrate", "shop", "zero")
    assert everywhere.applied() == []


CLASH = [THING.replace("9", "30"), THING.replace("9", "20")]


def test_a_conflict_is_shown_side_by_side_and_written_when_it_is_answered(everywhere):
    fork(everywhere, *CLASH)
    everywhere.must("migrate", "shop", "heads")
    error = everywhere.refused("merge", "shop")
    for line in (
        "Thing.name",
        "before: models.CharField(max_length=9)",
        f"{OURS}: models.CharField(max_length=30)",
        f"{THEIRS}: models.CharField(max_length=20)",
    ):
        assert line in error
    assert "--ours Thing.name or --theirs Thing.name" in error
    assert everywhere.files("shop") == [FIRST, OURS, THEIRS]
    assert "Did you mean: Thing.name" in everywhere.refused("merge", "shop", "--ours", "Thing.nam")
    everywhere.must("merge", "shop", "--ours", "Thing.name")
    everywhere.must("migrate", "shop")
    everywhere.models("shop", CLASH[0])
    no_change(everywhere)
    everywhere.run_sql(f"INSERT INTO shop_thing (name) VALUES ('{'x' * 20}')")
    everywhere.must("migrate", "shop", "0003")
    everywhere.must("migrate", "shop")
    everywhere.run_sql("DELETE FROM shop_thing")
    everywhere.must("migrate", "shop", "zero")


def test_what_no_side_can_be_taken_of_is_to_be_changed(site):
    fork(site, THING + SIZE, THING + SIZE.replace("null=True", "default=1"))
    error = site.refused("merge", "shop")
    assert "Thing.size" in error
    assert "--ours" not in error
    assert "change one of them so that it does not touch that" in error


def test_a_branch_goes_back_and_leaves_what_the_other_one_did_to_the_same_field(everywhere):
    same = THING.replace("9", "30")
    fork(everywhere, same, same + WEIGHT)
    everywhere.must("migrate", "shop", "heads")
    everywhere.must("migrate", "shop", f"{THEIRS}@-1")
    everywhere.run_sql(f"INSERT INTO shop_thing (name) VALUES ('{'x' * 30}')")
    everywhere.run_sql("DELETE FROM shop_thing")
    everywhere.must("migrate", "shop", "zero")


def test_merge_takes_three_heads_and_refuses_one(site):
    fork(site)
    site.models("shop", THING + "    third = models.IntegerField(null=True)\n")
    splice = ("--head", "0001", "--splice", "--name", "third")
    site.must("schemamigration", "shop", "--auto", *splice)
    said = json.loads(site.must("merge", "shop", "--format", "json"))
    assert said["parents"] == [OURS, THEIRS, "0004_third"]
    assert "has one head: there is nothing to merge" in site.refused("merge", "shop")
    site.must("migrate", "shop")
    assert "comes after shop:0001_initial already" in site.refused(
        "merge", "shop", "0002", "0001"
    ) + site.refused("merge", "shop", "0001", "0002")


def rebased(site, *options):
    return site.must("rebase", "shop", THEIRS, *options)


def test_a_branch_is_put_on_the_other_head(everywhere):
    fork(everywhere)
    everywhere.must("migrate", "shop", "heads")
    everywhere.run_sql("INSERT INTO shop_thing (name, size) VALUES ('x', 5)")
    id_ = header(everywhere, "0003")["revision"]
    out = rebased(everywhere, "--reapply")
    assert f"On top of {OURS}:\n {THEIRS}.py is now {THEIRS}.py\n" in out
    new = header(everywhere, "0003")
    assert new["down_revision"] == header(everywhere, "0002")["revision"]
    assert new["supersedes"] == f'{{{id_}: "{THEIRS}"}}'
    assert new["revision"] != id_
    assert everywhere.files("shop") == [FIRST, OURS, THEIRS]
    assert everywhere.applied() == [FIRST, OURS, THEIRS]
    assert everywhere.rows("SELECT size, weight FROM shop_thing") == [(5, None)]
    everywhere.models("shop", THING + SIZE + WEIGHT)
    no_change(everywhere)
    everywhere.must("check", "shop")
    everywhere.must("migrate", "shop", "zero")


def test_without_reapply_the_next_migrate_applies_it(forked):
    forked.must("migrate", "shop", "heads")
    rebased(forked)
    assert "( ) 0003_theirs" in forked.must("list", "shop")
    forked.must("migrate", "shop")


def test_hand_written_code_is_left_alone(site):
    fork(site)
    site.must("datamigration", "shop", "fill", "--head", "0003")
    site.filled("shop", "0004", 'orm.Thing.objects.create(name="x", weight=1)  # by hand')
    text = site.file("shop", "0003").read_text()
    edited = text.replace("        # Adding field", "        print('kept')\n        # Adding field")
    site.file("shop", "0003").write_text(edited)
    site.must("rebase", "shop", "0004", "--onto", "0002")
    assert "print('kept')" in site.file("shop", "0003").read_text()
    text = site.file("shop", "0004").read_text()
    assert 'orm.Thing.objects.create(name="x", weight=1)  # by hand' in text
    assert '"size"' in text
    site.must("migrate", "shop")
    site.models("shop", THING + SIZE + WEIGHT)
    no_change(site)


def test_a_rebase_follows_the_other_branchs_renames(everywhere):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING.replace("Thing", "Item"))
    site.must("schemamigration", "shop", "--auto", "--name", "ours", "--rename", "Thing=Item")
    both = THING.replace("Thing", "Item")
    site.models("shop", both + "class Other(models.Model):\n    n = models.IntegerField()\n")
    splice = ("--head", "0001", "--splice", "--name", "theirs")
    site.models("shop", THING + "class Other(models.Model):\n    n = models.IntegerField()\n")
    site.must("schemamigration", "shop", "--auto", *splice)
    rebased(site)
    site.must("migrate", "shop")
    site.models("shop", both + "class Other(models.Model):\n    n = models.IntegerField()\n")
    no_change(site)
    site.must("migrate", "shop", "zero")


def test_where_both_changed_it_the_branch_holds_when_that_is_said(everywhere):
    fork(everywhere, *CLASH)
    error = everywhere.refused("rebase", "shop", THEIRS)
    assert "Thing.name" in error
    assert "--ours Thing.name" in error
    assert header(everywhere, "0003")["down_revision"] == header(everywhere, "0001")["revision"]
    rebased(everywhere, "--ours", "Thing.name")
    everywhere.must("migrate", "shop")
    no_change(everywhere)


def test_a_dry_run_of_a_rebase_touches_nothing(forked):
    forked.must("migrate", "shop", "heads")
    before = {path: path.read_text() for path in (forked.root / "shop").rglob("*.py")}
    out = rebased(forked, "--dry-run")
    assert f" < shop:{THEIRS}" in out
    assert "would become" in out
    assert out.endswith("Nothing was touched.\n")
    assert before == {path: path.read_text() for path in (forked.root / "shop").rglob("*.py")}
    assert f"(*) o   {THEIRS}" in forked.must("list", "shop").replace("| o", "o  ")


def test_which_goes_on_which_has_to_be_said(forked):
    error = forked.refused("rebase", "shop")
    assert f"the heads of 'shop' are: {OURS}, {THEIRS}" in error
    typed = forked.type(["n\n", "y\n"], "rebase", "shop")
    assert f"Does {OURS} stay, and the other go on top of it? [y/N]" in typed.out
    assert f"On top of {THEIRS}:\n {OURS}.py is now 0004_ours.py" in typed.out
    assert forked.files("shop") == [FIRST, THEIRS, "0004_ours"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([OURS, "--onto", "0001"], "stands on shop:0001_initial already"),
        (["0001", "--onto", OURS], "stands on shop:0002_ours already, or comes before it"),
        (["nothing"], "There is no revision of 'shop' 'nothing'"),
    ],
)
def test_a_rebase_that_cannot_be_is_refused(forked, args, said):
    assert said in forked.refused("rebase", "shop", *args)


def test_a_rebase_asks_before_values_are_lost(everywhere):
    fork(everywhere)
    everywhere.must("migrate", "shop", "heads")
    everywhere.run_sql("INSERT INTO shop_thing (name, weight) VALUES ('x', 5)")
    before = everywhere.content()
    error = everywhere.refused("rebase", "shop", THEIRS)
    assert "the column shop_thing.weight with values in 1 row" in error
    assert "--accept-data-loss" in error
    assert everywhere.content() == before
    rebased(everywhere, "--accept-data-loss")


def test_rebase_stops_at_a_database_that_cannot_be_reached(forked):
    forked.setting(
        "DATABASES['away'] = dj_database_url.parse('postgres://nobody@127.0.0.1:9/none')"
    )
    error = forked.refused("rebase", "shop", THEIRS)
    assert "'away'" in error
    assert "--skip-unreachable" in error
    rebased(forked, "--skip-unreachable")


def test_the_head_file_holds_the_heads_and_is_repaired(forked):
    head = forked.root / "shop" / "migrations" / "HEAD"
    assert head.read_text() == f"{OURS}\n{THEIRS}\n"
    head.write_text(f"<<<<<<< ours\n{OURS}\n=======\n{THEIRS}\n>>>>>>> theirs\n")
    ran = forked.evolve("check", "shop")
    assert ran.code == 1
    assert "migrations/HEAD: it has a conflict of two branches in it" in ran.out
    forked.must("merge", "shop")
    assert head.read_text() == "0004_merge\n"
    head.unlink()
    assert "is missing" in forked.evolve("check", "shop").out
    forked.must("heads", "shop", "--write")
    assert head.read_text() == "0004_merge\n"


def test_a_setting_switches_the_head_file_off(site):
    site.setting("EVOLVE = {'HEAD_FILE': False}")
    fork(site)
    assert not (site.root / "shop" / "migrations" / "HEAD").exists()
    site.must("merge", "shop")
    site.models("shop", THING + SIZE + WEIGHT)
    site.must("check", "shop")


LIST = """
 shop
  (*) o   0001_initial
  (*) | o 0002_ours  (branches from 0001_initial)
  ( ) o | 0003_theirs
  ( ) o   0004_merge  (merges 0002_ours, 0003_theirs)

"""


def test_list_and_graph_draw_branches_in_columns(forked):
    forked.must("merge", "shop")
    forked.must("migrate", "shop", OURS)
    assert forked.must("list", "shop") == LIST
    drawn = forked.must("graph", "shop")
    assert "  | o  (*) 0002_ours  (branches from 0001_initial)\n" in drawn


def test_the_graph_is_drawn_for_other_tools(forked):
    forked.must("migrate", "shop", OURS)
    mermaid = forked.must("graph", "shop", "--format", "mermaid")
    assert mermaid.startswith("flowchart TD\n")
    assert "  shop_0001_initial --> shop_0003_theirs\n" in mermaid
    assert 'shop_0002_ours["0002_ours"]:::applied' in mermaid
    assert 'shop_0003_theirs["0003_theirs"]:::pending' in mermaid
    dot = forked.must("graph", "shop", "--format", "dot")
    assert '"shop:0001_initial" -> "shop:0003_theirs";' in dot
    data = json.loads(forked.must("graph", "shop", "--format", "json"))
    assert {"from": "shop:0001_initial", "to": "shop:0003_theirs", "lineage": True} in data["edges"]
    svg = forked.evolve("graph", "shop", "--format", "svg")
    assert "<svg" in svg.out or "Graphviz is not installed" in svg.err


def test_history_heads_current_and_branches(forked):
    forked.must("migrate", "shop", OURS)
    line = f"{FIRST} -> shop:{OURS} (head), Add field size on shop.Thing\n"
    assert forked.must("current", "shop") == line
    assert forked.must("heads", "shop").startswith(line)
    assert forked.must("branches", "shop") == (
        f"<base> -> shop:0001_initial (branch point), Initial\n    -> {OURS}\n    -> {THEIRS}\n"
    )
    marked = forked.must("history", "shop", "-i").splitlines()
    assert [each[:4] for each in marked] == ["( ) ", "(*) ", "(*) "]
    assert forked.must("history", "shop", "-r", f"{FIRST}:{OURS}").splitlines()[0] == line.strip()
    assert forked.must("history", "shop", "-r", "0003:").count("\n") == 1
    assert forked.must("history", "shop", "-r", ":current").count("\n") == 2
    assert "does not come before" in forked.refused("history", "shop", "-r", f"{THEIRS}:{OURS}")
    assert "no ':'" in forked.refused("history", "shop", "-r", "0001")
    verbose = forked.must("history", "-v", "shop")
    assert f"    Children: {OURS}, {THEIRS}\n" in verbose
    (entry,) = json.loads(forked.must("current", "shop", "--format", "json"))
    assert (entry["name"], entry["applied"], entry["parents"]) == (OURS, True, [FIRST])


def test_show_says_all_of_one_revision_and_edit_opens_it(forked):
    said = forked.must("show", f"shop:{OURS}")
    id_ = header(forked, "0002")["revision"].strip('"')
    assert said.startswith(f"Revision: shop:{OURS} ({id_})\nParents: {FIRST}\n")
    assert said.endswith("\nAdd field size on shop.Thing\n")
    assert forked.must("show", "shop", id_[:6]) == said
    forked.setting("import os; os.environ['EDITOR'] = 'sed -i s/Add/Put/'")
    forked.must("edit", "shop", OURS)
    assert "Put field size" in forked.must("show", "shop", OURS)
    forked.setting("os.environ['EDITOR'] = 'sed -i s/down_revision/down/'")
    forked.must("edit", "shop", OURS)
    forked.setting("os.environ['EDITOR'] = 'nowhere'")
    assert "cannot be run" in forked.refused("edit", "shop", OURS)


def test_stamp_marks_alone_and_refuses_sets_that_cannot_be(everywhere):
    fork(everywhere)
    everywhere.must("stamp", "shop", "heads")
    assert everywhere.applied() == [FIRST, OURS, THEIRS]
    with pytest.raises(Exception, match="shop_thing"):
        everywhere.rows("SELECT * FROM shop_thing")
    everywhere.connection.close()
    assert everywhere.must("stamp", "shop", "heads") == "- Nothing to stamp.\n"
    everywhere.must("stamp", "shop", OURS)
    assert everywhere.applied() == [FIRST, OURS]
    everywhere.models(
        "other",
        'class Item(models.Model):\n    t = models.ForeignKey("shop.Thing", models.CASCADE)\n',
    )
    everywhere.must("schemamigration", "other", "--initial")
    error = everywhere.refused("stamp", "other", "head")
    assert "cannot be applied without" in error
    said = json.loads(everywhere.must("stamp", "shop", "base", "--format", "json"))
    assert [each["applied"] for each in said] == [False, False]


def test_labels_name_branches(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING + SIZE)
    site.must("schemamigration", "shop", "--auto", "--branch-label", "small")
    site.models("shop", THING + WEIGHT)
    splice = ("--head", "0001", "--splice", "--branch-label", "heavy")
    error = site.refused(
        "schemamigration", "shop", "--auto", "--branch-label", "small", *splice[:3]
    )
    assert "has the label 'small' already" in error
    assert "reserved word" in site.refused(
        "schemamigration", "shop", "--auto", *splice[:3], "--branch-label", "heads"
    )
    site.must("schemamigration", "shop", "--auto", *splice)
    site.must("upgrade", "shop", "heavy@head")
    assert site.evolve("current", "shop").out.count("heavy") == 1
    assert "no branch of 'shop' called 'hevy'" in site.refused("migrate", "shop", "hevy@head")
    site.must("upgrade", "shop", "small@+1")
    site.must("downgrade", "shop", "heavy@base")
    assert "heavy" in site.must("branches", "shop") + site.must("heads", "shop")


def test_rollback_takes_the_last_ones_back_also_over_a_merge(everywhere):
    fork(everywhere)
    everywhere.must("merge", "shop")
    everywhere.must("migrate", "shop")
    everywhere.must("rollback", "shop", "2")
    assert everywhere.applied() == [FIRST, OURS]
    assert "2 of 'shop' are applied" in everywhere.refused("rollback", "shop", "3")
    plan = json.loads(everywhere.must("migrate", "shop", "--plan", "--format", "json"))
    assert [each["name"] for each in plan] == [THEIRS, "0004_merge"]
    ran = json.loads(everywhere.must("upgrade", "shop", "--format", "json"))
    assert ran == plan


def test_what_a_revision_waits_for_can_be_given(site):
    fork(site)
    site.models("other", "class Item(models.Model):\n    n = models.IntegerField()\n")
    site.must("schemamigration", "other", "--initial", "--depends-on", "shop:0002_o")
    id_ = header(site, "0002")["revision"].strip('"')
    assert f'    depends_on = ["shop:{id_}"]\n' in site.file("other", "0001").read_text()
    error = site.refused("schemamigration", "other", "--empty", "x", "--depends-on", "shop:nine")
    assert "There is no revision of 'shop' 'nine'" in error


TITLED = "class Thing(models.Model):\n    title = models.CharField(max_length=9)\n"
LONGER = "class Thing(models.Model):\n    name = models.CharField(max_length=30)\n"


@pytest.mark.parametrize(
    ("ours", "theirs"), [(TITLED, LONGER), (LONGER, TITLED)], ids=["renamed first", "altered first"]
)
def test_a_rename_and_a_change_of_one_field_are_rebased_and_not_merged(everywhere, ours, theirs):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    for name, text, splice in (("ours", ours, ()), ("theirs", theirs, ("--head", "1", "--splice"))):
        site.models("shop", text)
        rename = ("--rename", "Thing.name=title") if text == TITLED else ()
        site.must("schemamigration", "shop", "--auto", "--name", name, *rename, *splice)
    assert "evolve rebase shop" in site.refused("merge", "shop")
    site.must("rebase", "shop", "0003")
    site.models("shop", TITLED.replace("9", "30"))
    no_change(site)
    site.must("check", "shop")
    site.must("migrate", "shop")
    site.run_sql("INSERT INTO shop_thing (title) VALUES ('a title')")
    site.must("migrate", "shop", "0002")
    site.must("migrate", "shop", "zero")


@pytest.mark.parametrize(
    "changed", [TITLED, LONGER, THING + SIZE], ids=["field renamed", "altered", "added"]
)
@pytest.mark.parametrize("first", [True, False], ids=["model renamed first", "last"])
def test_a_renamed_model_that_the_other_branch_changes_is_neither_merged_nor_rebased(
    site, changed, first
):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    gizmo = THING.replace("class Thing", "class Gizmo")
    splice = ("--head", "1", "--splice")
    for name, text in (
        (("ours", gizmo), ("theirs", changed))
        if first
        else (
            ("ours", changed),
            ("theirs", gizmo),
        )
    ):
        rename = {gizmo: ("--rename", "Thing=Gizmo"), TITLED: ("--rename", "Thing.name=title")}
        site.models("shop", text)
        options = (*rename.get(text, ()), *(splice if name == "theirs" else ()))
        site.must("schemamigration", "shop", "--auto", "--name", name, *options)
    error = site.refused("merge", "shop")
    assert f"{OURS if first else THEIRS}: renamed to Gizmo" in error
    assert "Thing" in site.refused("rebase", "shop", THEIRS)
    assert site.files("shop") == [FIRST, OURS, THEIRS]
