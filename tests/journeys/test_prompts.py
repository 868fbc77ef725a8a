"""Questions on a real pseudo-terminal: wrong answers, the end of the input, Ctrl-C."""

import pytest

NAME = "    name = models.CharField(max_length=9)\n"
BEFORE = f"class Thing(models.Model):\n    size = models.IntegerField()\n{NAME}"
QUESTIONS = {
    "adding": BEFORE + "    more = models.IntegerField()\n",
    "removing": "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n",
    "making nullable": BEFORE.replace("IntegerField()", "IntegerField(null=True)"),
}
RENAMED = BEFORE.replace("name =", "title =")


@pytest.fixture
def begun(site):
    site.models("shop", BEFORE)
    site.must("schemamigration", "shop", "--initial")
    return site


@pytest.mark.parametrize("doing", QUESTIONS)
def test_wrong_choices_and_bad_python_are_asked_again(begun, doing):
    begun.models("shop", QUESTIONS[doing])
    ran = begun.type(
        ["9\n", "x\n", "2\n", "\n", "nonsense\n", "1/0\n", "7\n"],
        "schemamigration",
        "shop",
        "--auto",
    )
    assert ran.code == 0
    assert f"Since you are {doing} this field" in ran.out
    assert ran.out.count(" ! Invalid choice.") == 2
    assert " ! Please enter some code, or 'exit' (with no quotes) to exit." in ran.out
    assert " ! Invalid input: NameError" in ran.out
    assert " ! Invalid input: ZeroDivisionError" in ran.out
    assert "default=7" in begun.file("shop", "0002").read_text()


@pytest.mark.parametrize(
    "keys", [["\x03"], ["\x04"], ["1\n"], ["2\n", "\x03"], ["2\n", "\x04"], ["2\n", "exit\n"]]
)
def test_leaving_at_any_prompt_writes_nothing(begun, keys):
    begun.models("shop", QUESTIONS["removing"])
    ran = begun.type(keys, "schemamigration", "shop", "--auto")
    assert ran.code == 2
    assert "Nothing was written." in ran.out
    assert "Traceback" not in ran.out
    assert begun.files("shop") == ["0001_initial"]


def test_a_rename_is_asked_about_and_no_is_what_an_empty_line_says(begun):
    begun.models("shop", RENAMED)
    yes = begun.type(["maybe\n", "y\n"], "schemamigration", "shop", "--auto", "--stdout")
    assert "Did you rename the field Thing.name to Thing.title (a CharField)? [y/N]" in yes.out
    assert 'self.db.rename_field("Thing", "name", "title")' in yes.out
    no = begun.type(["\n", "\x04"], "schemamigration", "shop", "--auto")
    assert "Since you are adding this field" in no.out
    assert begun.files("shop") == ["0001_initial"]


def test_giving_up_the_way_back_writes_it_into_the_revision(begun):
    begun.models("shop", QUESTIONS["removing"])
    assert begun.type(["3\n"], "schemamigration", "shop", "--auto").code == 0
    assert (
        "backwards = irreversible(\"'Thing.size' and its values"
        in begun.file("shop", "0002").read_text()
    )


AT_OTHER_PROMPTS = {
    "Did you rename the field Thing.name to Thing.title": RENAMED,
    "Did you rename the model Thing to Object?": BEFORE.replace("class Thing", "class Object"),
    "is unique, and every existing row gets the same value": "import uuid\n\n\n"
    + BEFORE
    + "    code = models.UUIDField(unique=True, default=uuid.uuid4)\n",
}


@pytest.mark.parametrize("asked", AT_OTHER_PROMPTS)
@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_leaving_at_a_question_about_renames_or_defaults_writes_nothing(begun, asked, keys):
    begun.models("shop", AT_OTHER_PROMPTS[asked])
    ran = begun.type(["?\n", keys], "schemamigration", "shop", "--auto")
    assert ran.code == 2
    assert asked in ran.out
    assert " ! Please answer y or n." in ran.out or " ! Invalid choice." in ran.out
    assert "Nothing was written." in ran.out
    assert "Traceback" not in ran.out
    assert begun.files("shop") == ["0001_initial"]


@pytest.mark.parametrize("keys", ["\x03", "\x04", "no\n"])
def test_leaving_when_other_apps_would_be_rolled_back_touches_nothing(begun, keys):
    begun.models(
        "other",
        'class Item(models.Model):\n    thing = models.ForeignKey("shop.Thing", models.CASCADE)\n',
    )
    begun.must("schemamigration", "other", "--initial")
    begun.must("migrate")
    ran = begun.type(["perhaps\n", keys], "migrate", "shop", "zero")
    assert ran.code == 2
    assert " ! Please answer y or n." in ran.out
    assert "Nothing was touched." in ran.out
    assert "(*) 0001_initial" in begun.must("list", "shop")
