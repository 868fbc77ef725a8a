"""No secret is printed, logged or written: a canary in every place, at every failure."""

import json
import os
import subprocess
import sys
from itertools import cycle
from urllib.parse import quote

import pytest

from tests import databases
from tests.journeys import canary

CANARY = "kanari/vogel@7 x"
SIGNS = ("kanari", "vogel@7", "vogel%40", "7 x", "7%20x", "7+x")
RAW = f"postgres://me:{CANARY}@127.0.0.1:9/shop"
ENCODED = f"postgres://me:{quote(CANARY, safe='')}@127.0.0.1:9/shop"
URLS = {
    "unreachable": ENCODED,
    "not encoded": RAW,
    "bad port": f"postgres://me:{quote(CANARY, safe='')}@127.0.0.1:x/shop",
    "bad scheme": f"foo://me:{CANARY}@h/n",
    "no scheme": f"me:{CANARY}@127.0.0.1/shop",
    "no colon": f"postgres//me:{CANARY}@127.0.0.1/shop",
    "in the query": f"postgres://me@127.0.0.1:9/shop?password={quote(CANARY, safe='')}",
    "no database there": f"{databases.URLS['postgresql'].replace('@', ':KANARI@')}_not_there",
    "wrong password": f"{databases.URLS['mariadb'].replace('@', ':KANARI@')}",
    "wrong place": f"mysql://me:{quote(CANARY, safe='')}@127.0.0.1:9/shop?nonsense=1",
}
THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"


def run_all(site, orders, tmp_path, setup=True):
    """Run commands and return each with what it printed."""
    out = tmp_path / "printed"
    out.mkdir(exist_ok=True)
    given = {"argv": orders, "out": str(out), "setup": setup}
    env = {
        **site.environment,
        "DJANGO_SETTINGS_MODULE": "project_settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    subprocess.run(
        [sys.executable, canary.__file__],
        input=json.dumps(given),
        cwd=site.root,
        env=env,
        text=True,
        check=True,
    )
    return [(argv, (out / str(number)).read_text()) for number, argv in enumerate(orders)]


def silent(printed):
    """Assert that nothing printed has a sign of the canary."""
    for argv, text in printed:
        for sign in SIGNS:
            assert sign not in text, (argv, text)
    assert any(text for _, text in printed)


def unwritten(site, *but):
    """Assert that no file has a sign of it, except those where the test has put it."""
    for path in site.root.rglob("*"):
        if path.is_file() and path.suffix != ".pyc" and path.name not in but:
            content = path.read_bytes()
            assert not any(sign.encode() in content for sign in SIGNS), path


@pytest.fixture
def begun(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    return site


def test_a_url_at_any_place_of_any_command_is_not_shown(begun, tmp_path):
    urls = cycle([RAW, ENCODED, URLS["bad scheme"]])
    orders = [
        [next(urls) if each == "URL" else each.replace("URL", next(urls)) for each in order]
        for order in canary.places("URL")
    ]
    assert {argv[0] for argv in orders} == set(canary.commands())
    silent(run_all(begun, orders, tmp_path))
    unwritten(begun)


@pytest.mark.parametrize("failure", URLS)
def test_a_url_that_fails_is_not_shown(begun, tmp_path, failure):
    url = URLS[failure].replace("KANARI", quote(CANARY, safe=""))
    orders = [
        [name, *["shop", "0001"][: max(1, needed)], "--database-url", url, *more]
        for name, parser in canary.commands().items()
        if any("--database-url" in each.option_strings for each in parser._actions)
        for needed in [sum(not each.option_strings and not each.nargs for each in parser._actions)]
        for more in ([], ["--traceback"])
    ]
    silent(run_all(begun, orders, tmp_path))
    begun.url = url
    asked = [["migrate"], ["list", "--traceback"], ["adopt"], ["adopt", "--format", "json"]]
    silent(run_all(begun, asked, tmp_path, setup=False))
    unwritten(begun)


@pytest.mark.parametrize(
    "entry",
    [
        {"ENGINE": "postgresql", "HOST": "127.0.0.1", "PORT": "9", "USER": "me", "NAME": "n"},
        {"ENGINE": "postgresql", "HOST": "no.such.host.invalid", "USER": "me", "NAME": "n"},
        {"ENGINE": "postgresql", "HOST": "127.0.0.1", "PORT": "x", "USER": "me", "NAME": "n"},
        {"ENGINE": "postgresql", "NAME": RAW},
        {"ENGINE": "postgresql", "NAME": "n", "OPTIONS": {"nonsense": 1, "passwort": "x"}},
        {"ENGINE": "mysql", "HOST": "127.0.0.1", "PORT": "3306", "USER": "root", "NAME": "n"},
        {"ENGINE": "mysql", "HOST": "127.0.0.1", "NAME": "n", "OPTIONS": {"passwd": CANARY}},
        {"ENGINE": "nothing", "NAME": "n"},
        {"ENGINE": "sqlite3", "NAME": "/no/such/directory/x"},
    ],
    ids=str,
)
def test_an_entry_of_the_settings_that_fails_is_not_shown(begun, tmp_path, entry):
    given = {"PASSWORD": CANARY, **entry, "ENGINE": f"django.db.backends.{entry['ENGINE']}"}
    begun.setting(f"DATABASES['default'] = {given!r}")
    orders = [
        [name, *["shop", "0001"][: max(1, needed)], *more]
        for name, parser in canary.commands().items()
        for needed in [sum(not each.option_strings and not each.nargs for each in parser._actions)]
        for more in ([], ["--traceback"])
    ]
    silent(run_all(begun, orders, tmp_path, setup=entry["ENGINE"] != "nothing"))
    unwritten(begun, "project_settings.py")


def test_a_revision_that_fails_with_it_is_journalled_and_said_without_it(everywhere):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    # The database itself needs no password; the settings have one all the same.
    site.setting(f"DATABASES['default'].setdefault('OPTIONS', {{}})\nSECRET = {CANARY!r}")
    site.setting(f"DATABASES['other'] = {{**DATABASES['default'], 'PASSWORD': {CANARY!r}}}")
    site.must("schemamigration", "shop", "--empty", "broken")
    path = site.file("shop", "0002")
    sql = f"SELECT nothing FROM `{CANARY}` WHERE x = '{CANARY}'".replace("`", '"')
    path.write_text(
        path.read_text().replace("        pass", f"        self.db.execute({sql!r})", 1)
    )
    for more in ([], ["--traceback"], ["-v", "2"]):
        ran = site.evolve("migrate", "shop", *more)
        assert ran.code == 1
        for sign in SIGNS:
            assert sign not in ran.err
            assert sign not in ran.out
    for text in (site.must("journal"), site.must("journal", "--format", "json")):
        assert not any(sign in text for sign in SIGNS), text
    found = site.rows("SELECT error FROM evolve_journal WHERE outcome = 'failed'")
    assert found
    assert not any(sign in text for (text,) in found for sign in SIGNS)


def test_the_options_of_another_engine_are_not_given_to_the_one_of_the_url(everywhere):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.setting(
        "DATABASES['default'] = {'ENGINE': 'django.db.backends.' + "
        "('sqlite3' if 'sqlite' not in DATABASES['default']['ENGINE'] else 'postgresql'), "
        "'NAME': 'none', 'CONN_MAX_AGE': 7, 'TEST': {'TEMPLATE': 'x'}, "
        "'OPTIONS': {'nonsense': 1, 'transaction_mode': 'IMMEDIATE'}}"
    )
    site.must("migrate", "shop", "--database-url", site.url)
    assert site.applied() == ["0001_initial"]
