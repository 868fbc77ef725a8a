"""`check`, and what every command does with files that make no graph."""

import json

import pytest

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
SIZE = "    size = models.IntegerField(null=True)\n"


@pytest.fixture
def begun(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", THING + SIZE)
    site.must("schemamigration", "shop", "--auto")
    return site


def edit(site, number, old, new):
    path = site.file("shop", number)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def wrong(site):
    """Return the codes of what `check` finds."""
    ran = site.evolve("check", "shop", "--format", "json")
    assert ran.code == 1
    return [each["code"] for each in json.loads(ran.out)["findings"]]


def test_a_project_in_order_is_said_to_be(begun):
    assert begun.must("check") == "Nothing is wrong with shop.\n"


def test_models_that_are_not_frozen_are_found_without_a_question(begun):
    begun.models("shop", THING.replace("name", "title") + "    n = models.IntegerField()\n")
    assert wrong(begun) == ["models-differ"]
    out = begun.evolve("check").out
    assert "`evolve schemamigration shop --auto` writes it" in out


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        (
            '"size", models.IntegerField(null=True))\n\n',
            '"size", models.TextField(null=True))\n\n',
            "forwards",
        ),
        ('self.db.remove_field("Thing", "size")', "pass", "backwards"),
        (
            'self.db.remove_field("Thing", "size")',
            'self.db.remove_field("Thing", "name")',
            "backwards",
        ),
        (
            'self.db.remove_field("Thing", "size")',
            'self.db.remove_field("Nothing", "size")',
            "backwards",
        ),
    ],
)
def test_operations_that_do_something_else_are_found(begun, old, new, way):
    edit(begun, "0002", old, new)
    assert wrong(begun) == ["operations-differ"]
    assert f"what {way} does and `frozen` do not agree" in begun.evolve("check").out


def test_what_frozen_says_more_is_found(begun):
    edit(
        begun,
        "0002",
        '"name": models.CharField(max_length=9)',
        '"name": models.CharField(max_length=8)',
    )
    assert set(wrong(begun)) == {"operations-differ", "models-differ"}


def test_methods_that_read_rows_are_not_judged(begun):
    edit(
        begun,
        "0002",
        "        # Adding field",
        "        if orm.Thing.objects.exists():\n            return\n        # Adding field",
    )
    begun.must("check")


def test_no_database_is_needed(begun):
    begun.setting("DATABASES = {'default': dj_database_url.parse('postgres://x@127.0.0.1:9/none')}")
    begun.must("check")


@pytest.mark.parametrize(
    "what", ["missing parent", "syntax error", "no revision", "circle", "twin", "reserved"]
)
def test_a_broken_graph_is_named_by_every_command_and_shown_as_far_as_it_goes(begun, what):
    begun.must("migrate", "shop")
    path = begun.file("shop", "0002")
    text = path.read_text()
    own = text.partition('    revision = "')[2][:12]
    first = begun.file("shop", "0001")
    parent = text.partition('    down_revision = "')[2][:12]
    changed = {
        "missing parent": text.replace(f'down_revision = "{parent}"', 'down_revision = "nope"'),
        "syntax error": text.replace("    def forwards", "    def def forwards"),
        "no revision": text.replace("class Migration(", "class Revision("),
        "circle": text.replace(f'down_revision = "{parent}"', f'down_revision = "{own}"'),
        "twin": text.replace(f'revision = "{own}"', f'revision = "{parent}"'),
        "reserved": text.replace(f'revision = "{own}"', 'revision = "head"'),
    }[what]
    path.write_text(changed)
    said = {
        "missing parent": f"{path}:14: its parent 'shop:nope' does not exist",
        "syntax error": f"{path}:17: ",
        "no revision": f"{path}: there is no class Migration in it",
        "circle": f"shop:0002_auto__add_field_thing_size  ({path}:14)",
        "twin": f"have the same id, '{parent}'",
        "reserved": f"{path}:13: 'head' is a reserved word",
    }[what]
    for args in (
        ["migrate"],
        ["migrate", "shop", "zero"],
        ["rollback", "shop"],
        ["schemamigration", "shop", "--auto"],
        ["datamigration", "shop", "x"],
        ["merge", "shop"],
        ["rebase", "shop", "0002"],
        ["squash", "shop", "head"],
        ["stamp", "shop", "head"],
        ["convert", "shop"],
    ):
        assert said in begun.refused(*args), args
    for args in (["list", "shop"], ["history", "shop"], ["heads", "shop"], ["graph", "shop"]):
        ran = begun.evolve(*args)
        assert (ran.code, said in ran.err) == (2, True), args
        assert "0001_initial" in ran.out
    assert said in begun.evolve("check").out
    assert first.exists()


def test_two_files_with_one_name_in_two_formats_are_both_revisions(begun):
    (begun.root / "shop" / "migrations" / "0002_other.py").write_text(
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        "    dependencies = [('shop', '0001_initial')]\n"
    )
    assert "The number 2 is ambiguous" in begun.refused("migrate", "shop", "2")
