"""call_command("evolve", …): the streams it is given, CommandError, keyword options."""

import json

import pytest

from tests.journeys.test_commands import THING

_BEGIN = """\
import io, json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "project_settings"
import django
django.setup()
from django.core.management import CommandError, call_command

def call(*args, **options):
    out, err = io.StringIO(), io.StringIO()
    found = {}
    try:
        call_command("evolve", *args, stdout=out, stderr=err, **options)
    except CommandError as error:
        found = {"error": str(error), "code": error.returncode}
    except TypeError as error:
        found = {"type": str(error)}
    return {"out": out.getvalue(), "err": err.getvalue(), **found}
"""


@pytest.fixture
def called(site):
    """Return what call_command gives for Python source of its arguments; nothing leaks."""

    def run(*arguments):
        calls = "".join(f"found.append(call({each}))\n" for each in arguments)
        ran = site.python("-c", f"{_BEGIN}found = []\n{calls}json.dump(found, sys.stdout)")
        assert ran.code == 0, ran
        assert not ran.err
        return json.loads(ran.out)

    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    return run


def test_it_writes_to_the_streams_that_it_is_given_and_returns_where_it_is_done(called):
    ran, again, listed = called('"migrate", "shop"', '"migrate", "shop"', '"list", "shop"')
    assert ran == {
        "out": "Running migrations for shop:\n - Migrating forwards to 0001_initial.\n"
        " > shop:0001_initial\n",
        "err": "",
    }
    assert again == {"out": "Running migrations for shop:\n- Nothing to migrate.\n", "err": ""}
    assert listed == {"out": "\n shop\n  (*) 0001_initial\n\n", "err": ""}


def test_what_is_refused_or_fails_is_a_command_error_with_the_exit_code(called, site):
    (refused,) = called('"migrate", "shpo"')
    assert refused["code"] == 2
    assert refused["error"].startswith("There is no app 'shpo'.\n")
    assert refused["out"] == refused["err"] == ""
    site.must("datamigration", "shop", "broken")
    site.filled("shop", "0002", "1 / 0")
    (failed,) = called('"migrate"')
    assert failed["code"] == 1
    assert "ZeroDivisionError" in failed["error"]
    site.models("shop", THING + "    size = models.IntegerField(null=True)\n")
    (found,) = called('"check", "shop"')
    assert found["code"] == 1
    assert "shop.Thing" in found["out"]


def test_wrong_arguments_are_command_errors_and_unknown_options_type_errors(called):
    wrong, missing, unknown, foreign = called(
        '"migrate", "--nonsense"', "", '"migrate", nonsense=True', '"list", fake=True'
    )
    assert wrong["code"] == missing["code"] == 1
    assert "--nonsense" in wrong["error"]
    assert "nonsense" in unknown["type"]
    assert "fake" in foreign["type"]


def test_options_can_be_keywords(called, site):
    site.setting("DATABASES['second'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'second'}")
    first, listed, elsewhere, quiet, back, text = called(
        '"migrate", "shop", database="second", fake=True, verbosity=2, interactive=False',
        '"list", "shop", format="json", database="second"',
        '"list", "shop", format="json"',
        '"migrate", "shop", database=["default", "second"], verbosity=0, no_color=True',
        '"rollback", "shop", steps=1, database="second"',
        '"schemamigration", "shop", empty="more", print_only=True',
    )
    assert "(faked)" in first["out"]
    applied = [
        json.loads(each["out"])[0]["revisions"][0]["applied"] for each in (listed, elsewhere)
    ]
    assert applied == [True, False]
    assert "error" not in quiet
    assert "<" in back["out"]
    assert "def forwards" in text["out"]
    assert "(*) 0001" in site.must("list", "shop")


_KEPT = """\
from django.conf import settings
from django.db import connection, connections, transaction
before = settings.DATABASES
with transaction.atomic():
    connection.cursor().execute("CREATE TABLE mine (id integer)")
    held = connections["default"]
    found.append(call("migrate", "shop", database_url="sqlite:///" + os.path.abspath("url.db")))
    found.append(call("migrate", "shop", database_url="mysql://a:b@127.0.0.1:1/c"))
    found.append(call("migrate", "shop", database_url="nonsense"))
    assert settings.DATABASES is before
    assert connections["default"] is held
    assert connection.in_atomic_block
    found.append(call("list", "shop", format="json"))
    assert "mine" in connection.introspection.table_names()
"""


def test_a_url_is_the_database_of_that_call_alone(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    ran = site.python("-c", f"{_BEGIN}found = []\n{_KEPT}\njson.dump(found, sys.stdout)")
    assert ran.code == 0, ran
    migrated, unreachable, nonsense, listed = json.loads(ran.out)
    assert "> shop:0001_initial" in migrated["out"]
    assert unreachable["code"] == nonsense["code"] == 2
    assert json.loads(listed["out"])[0]["revisions"][0]["applied"] is False
