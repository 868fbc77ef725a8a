"""Several databases, databases by URL, and databases as they are."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import dj_database_url
import pytest

from tests import databases
from tests.journeys.project import Site

THING = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
TWO = (
    "DATABASES = {{'default': {{}}, 'a': dj_database_url.parse({0!r}), "
    "'b': dj_database_url.parse({1!r})}}"
)


@pytest.fixture
def two(site):
    """A project with an empty `default` and two SQLite databases."""
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.setting(TWO.format(f"sqlite:///{site.root / 'a.db'}", f"sqlite:///{site.root / 'b.db'}"))
    return site


def test_an_empty_default_asks_for_a_name(two):
    error = two.refused("migrate", "shop")
    assert "the settings have nothing under that name" in error
    assert "Name one with --database: a, b" in error


@pytest.mark.parametrize(
    "options",
    [
        ["--all-databases"],
        ["--database", "a", "--database", "b"],
        ["--all-databases", "--parallel", "2"],
    ],
)
def test_each_database_is_migrated_under_its_name(two, options):
    out = two.must("migrate", "shop", *options)
    assert out.index("On the database 'a':") < out.index("On the database 'b':")
    for alias in ("a", "b"):
        assert "(*) 0001_initial" in two.must("list", "shop", "--database", alias)
    said = json.loads(two.must("migrate", "shop", "zero", "--all-databases", "--format", "json"))
    assert {alias: [each["name"] for each in steps] for alias, steps in said.items()} == {
        "a": ["0001_initial"],
        "b": ["0001_initial"],
    }


@pytest.mark.parametrize("options", [[], ["--parallel", "3"]])
def test_what_is_refused_on_one_touches_none(two, options):
    two.setting("DATABASES['c'] = dj_database_url.parse('postgres://me:secret@127.0.0.1:9/x')")
    error = two.refused("migrate", "shop", "--all-databases", *options)
    assert "On the database 'c': The database 'c' cannot be reached" in error
    assert "secret" not in error
    assert "The others were not touched either." in error
    assert "( ) 0001_initial" in two.must("list", "shop", "--database", "a")


@pytest.mark.parametrize("options", [[], ["--parallel", "2"]])
def test_a_failure_on_one_is_said_with_what_happened_on_the_other(two, options):
    two.must("datamigration", "shop", "fail")
    two.filled("shop", "0002", "assert self.db.alias == 'b'")
    ran = two.evolve("migrate", "shop", "--all-databases", *options)
    assert ran.code == 1
    assert "shop:0002_fail failed forwards" in ran.err
    assert "Done on: b. Failed on: a." in ran.err
    assert "(*) 0002_fail" in two.must("list", "shop", "--database", "b")
    assert "( ) 0002_fail" in two.must("list", "shop", "--database", "a")


def test_two_names_of_one_database_are_one(two):
    two.setting("DATABASES['twin'] = DATABASES['a']")
    ran = two.evolve("migrate", "shop", "--all-databases")
    assert ran.code == 0
    assert " - 'twin' is the same database as 'a'." in ran.err
    assert "'twin':" not in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--all-databases", "--database", "a"], "exclude each other"),
        (["--parallel", "0"], "1 or more"),
        (["--all-databases", "--database-url", "sqlite:///x"], "is one database"),
        (["--database", "c"], "c"),
    ],
)
def test_wrong_options_are_refused(two, options, said):
    assert said in two.refused("migrate", "shop", *options)


def test_a_url_is_the_database_for_this_once(two):
    url = f"sqlite:///{two.root / 'other.db'}"
    two.must("migrate", "shop", "--database-url", url)
    assert "(*) 0001_initial" in two.must("list", "shop", "--database-url", url)
    assert "( ) 0001_initial" in two.must("list", "shop", "--database", "a")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://me:se@cret@h:x/n", "not percent-encoded"),
        ("foo://me:secret@h/n", "'foo://' is no kind of database"),
        ("secret", "there is no '://'"),
        ("", "there is no '://'"),
        ("oracle://me:secret@h/n", "No module named 'oracledb'"),
        ("postgres://me:secret%40@127.0.0.1:9/n", "cannot be reached"),
    ],
)
def test_a_url_that_is_none_is_refused_without_its_password(two, url, said):
    error = two.refused("migrate", "shop", "--database-url", url)
    assert said in error
    assert "secret" not in error.replace("'secret'", "") or url == "secret"


def with_password(url):
    """Return a URL with a password, which the servers of the tests do not ask for."""
    before, at, place = url.rpartition("@")
    return f"{before.partition(':')[0]}:{before.partition(':')[2]}:sekret{at}{place}" if at else url


@pytest.mark.parametrize("command", ["list", "migrate"])
@pytest.mark.parametrize("place", ["url", "settings"])
@pytest.mark.parametrize("option", ["foo=1", "connect_timeout=abc", "unknown.option=1"])
def test_an_option_that_the_driver_does_not_know_is_refused(everywhere, command, place, option):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.url = with_password(site.url)
    given = []
    if place == "url":
        given = ["--database-url", f"{site.url}?{option}"]
    else:
        name, _, value = option.partition("=")
        site.setting(f"DATABASES['default']['OPTIONS'] = {{{name!r}: {value!r}}}")
    said = site.refused(command, "shop", *given)
    assert "cannot be reached" in said
    assert "sekret" not in said
    assert site.content() == {}


def test_a_role_that_cannot_be_assumed_stops_every_command(everywhere):
    """Django leaves the connection open, as the role that logged in."""
    site = everywhere
    if site.connection.vendor != "postgresql":
        pytest.skip("is about PostgreSQL")
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.url += "?assume_role=nobody_of_that_name"
    for command in ("list", "migrate", "current"):
        assert 'role "nobody_of_that_name" does not exist' in site.refused(command, "shop")
    assert site.content() == {}


def test_database_url_is_used_where_the_settings_have_none(two):
    two.setting("DATABASES = {}")
    two.must("migrate", "shop")
    assert "(*) 0001_initial" in two.must("list", "shop")


@pytest.mark.parametrize(
    "mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
)
def test_every_sslmode_of_a_url_reaches_the_server(site, mode):
    databases_url = databases.URLS["postgresql"]
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    ran = site.evolve("list", "shop", "--database-url", f"{databases_url}?sslmode={mode}")
    if "refused" in ran.err:
        databases.unavailable("postgresql", ran.err)
    # The test server speaks no TLS, or with a certificate of its own: what asks for it is refused.
    assert ran.code == 0 or ("SSL" in ran.err or "certificate" in ran.err), ran


def test_a_service_and_a_password_file_are_used(site, tmp_path, monkeypatch):
    url = databases.URLS["postgresql"]
    entry = dj_database_url.parse(url)
    service = tmp_path / "service.conf"
    service.write_text(
        f"[mine]\nhost={entry['HOST']}\nport={entry['PORT']}\nuser={entry['USER']}\n"
        f"dbname={entry['NAME']}\n"
    )
    passfile = tmp_path / "pgpass"
    passfile.write_text("*:*:*:*:secret\n")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.setting(
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'OPTIONS': "
        f"{{'service': 'mine', 'passfile': {str(passfile)!r}}}}}}}"
    )
    ran = site.evolve("list", "shop")
    if "refused" in ran.err:
        databases.unavailable("postgresql", ran.err)
    assert ran.code == 0, ran


OWN = """\
from django.db.backends.sqlite3 import base, schema
class Editor(schema.DatabaseSchemaEditor):
    def create_model(self, model):
        with open("made.txt", "a") as file:
            file.write(f"{model._meta.db_table} ")
        super().create_model(model)
class DatabaseWrapper(base.DatabaseWrapper):
    display_name = "Own"
    SchemaEditorClass = Editor
"""


def test_a_backend_of_ones_own_is_used_with_its_schema_editor(site):
    (site.root / "own").mkdir()
    (site.root / "own" / "__init__.py").touch()
    (site.root / "own" / "base.py").write_text(OWN)
    site.setting("DATABASES['default']['ENGINE'] = 'own'")
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    assert "shop_thing" in (site.root / "made.txt").read_text()
    site.models("shop", THING + "    n = models.IntegerField(default=1)\n")
    site.must("schemamigration", "shop", "--auto")
    site.must("migrate", "shop")
    site.must("migrate", "shop", "zero")


def test_tables_of_apps_without_revisions_are_made_on_request(everywhere):
    everywhere.models("other", THING)
    out = everywhere.must("migrate", "--run-syncdb")
    assert " - Made the table other_thing of an app without revisions.\n" in out
    assert everywhere.rows("SELECT * FROM other_thing") == []
    assert "Made the table" not in everywhere.must("migrate", "--run-syncdb")


def test_permissions_and_content_types_follow_a_rename(everywhere):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate")
    site.models("shop", THING.replace("Thing", "Item"))
    site.must("schemamigration", "shop", "--auto", "--rename", "Thing=Item")
    site.must("migrate")
    types = site.rows("SELECT model FROM django_content_type WHERE app_label = 'shop'")
    assert types == [("item",)]
    names = {
        name
        for (name,) in site.rows(
            "SELECT p.codename FROM auth_permission p JOIN django_content_type t "
            "ON p.content_type_id = t.id WHERE t.app_label = 'shop'"
        )
    }
    assert names == {f"{verb}_item" for verb in ("add", "change", "delete", "view")}


def test_a_rename_is_rolled_back_where_the_app_comes_before_the_content_types(tmp_path):
    site = Site(tmp_path, f"sqlite:///{tmp_path / 'db.sqlite3'}", "blog")
    site.models("blog", THING)
    site.must("schemamigration", "blog", "--initial")
    site.models("blog", THING.replace("Thing", "Item"))
    site.must("schemamigration", "blog", "--auto", "--rename", "Thing=Item")
    site.must("migrate")
    site.must("migrate", "blog", "0001")
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as connection:
        found = connection.execute(
            "SELECT model FROM django_content_type WHERE app_label = 'blog'"
        ).fetchall()
    assert found == [("thing",)]


def test_permissions_have_the_names_that_django_gives_them_both_ways(everywhere):
    site = everywhere
    names = ["LooseThing", "StockItem", "RareWare"]
    said = "    class Meta:\n        verbose_name = 'old ware'\n"
    body = "class {}(models.Model):\n    name = models.CharField(max_length=9)\n"
    site.models("shop", body.format(names[0]))
    site.must("schemamigration", "shop", "--initial")
    for old, new, meta in ((names[0], names[1], ""), (names[1], names[2], said)):
        site.models("shop", body.format(new) + meta)
        site.must("schemamigration", "shop", "--auto", "--rename", f"{old}={new}")

    def permissions():
        return site.rows(
            "SELECT p.codename, p.name FROM auth_permission p JOIN django_content_type t "
            "ON p.content_type_id = t.id WHERE t.app_label = 'shop' ORDER BY p.codename"
        )

    def named(model, verbose):
        verbs = ("add", "change", "delete", "view")
        return [(f"{verb}_{model}", f"Can {verb} {verbose}") for verb in verbs]

    site.must("migrate", "auth")
    site.must("migrate", "shop", "0001")
    assert permissions() == named("loosething", "loose thing")
    ids = site.rows("SELECT id FROM auth_permission ORDER BY id")
    site.must("migrate")
    assert permissions() == named("rareware", "old ware")
    site.must("migrate", "shop", "0002")
    assert permissions() == named("stockitem", "stock item")
    site.must("migrate")
    site.must("migrate", "shop", "0001")
    assert permissions() == named("loosething", "loose thing")
    assert set(ids) <= set(site.rows("SELECT id FROM auth_permission"))


def test_mariadbs_own_errors_are_explained_and_myisam_is_named(everywhere):
    if everywhere.connection.vendor != "mysql":
        pytest.skip("it is about MariaDB")
    everywhere.run_sql("CREATE TABLE old (id integer) ENGINE=MyISAM")
    everywhere.models("shop", "class Thing(models.Model):\n    t = models.TextField()\n")
    everywhere.must("schemamigration", "shop", "--initial")
    everywhere.must("schemamigration", "shop", "--empty", "index")
    path = everywhere.file("shop", "0002")
    statement = 'self.db.execute("CREATE TABLE long_key (t varchar(4000) PRIMARY KEY)")'
    path.write_text(path.read_text().replace("pass", statement, 1))
    ran = everywhere.evolve("migrate", "shop")
    assert ran.code == 1
    assert "These tables are MyISAM" in ran.err
    assert "A key of it is longer than MariaDB allows (3072 bytes" in ran.err


def test_a_locked_sqlite_file_says_who_to_look_for(site):
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    site.must("migrate", "shop", "zero")
    site.setting("DATABASES['default']['OPTIONS'] = {'timeout': 1}")
    holder = sqlite3.connect(site.root / "db.sqlite3")
    holder.execute("BEGIN IMMEDIATE")
    ran = site.evolve("migrate", "shop")
    holder.close()
    assert ran.code == 1
    assert "`fuser` or `lsof` on the file say which" in ran.err
    site.must("migrate", "shop")


def test_a_rebuild_on_sqlite_keeps_triggers_rows_and_children(everywhere):
    if everywhere.connection.vendor != "sqlite":
        pytest.skip("it is about SQLite")
    child = "class Child(models.Model):\n    of = models.ForeignKey('Thing', models.CASCADE)\n"
    everywhere.models("shop", THING + child)
    everywhere.must("schemamigration", "shop", "--initial")
    everywhere.must("migrate", "shop")
    for sql in (
        "CREATE TABLE log (what text)",
        "CREATE TRIGGER own AFTER INSERT ON shop_thing BEGIN INSERT INTO log VALUES ('own'); END",
        "CREATE TRIGGER other AFTER INSERT ON shop_child BEGIN "
        "INSERT INTO log SELECT name FROM shop_thing; END",
        "INSERT INTO shop_thing (name) VALUES ('x')",
        "INSERT INTO shop_child (of_id) VALUES (1)",
    ):
        everywhere.run_sql(sql)
    wider = THING.replace("9", "20") + "    n = models.IntegerField(default=1, unique=True)\n"
    everywhere.models("shop", wider + child)
    everywhere.must("schemamigration", "shop", "--auto", "--shared-default", "Thing.n")
    everywhere.must("migrate", "shop")
    assert everywhere.rows("SELECT of_id FROM shop_child") == [(1,)]
    everywhere.run_sql("INSERT INTO shop_thing (name, n) VALUES ('y', 2)")
    everywhere.run_sql("INSERT INTO shop_child (of_id) VALUES (2)")
    logged = [what for (what,) in everywhere.rows("SELECT what FROM log")]
    assert logged == ["own", "x", "own", "x", "y"]
    everywhere.connection.close()
    everywhere.must("migrate", "shop", "0001")
    assert everywhere.rows("SELECT name FROM sqlite_master WHERE name LIKE 'new__%'") == []


POOL = """\
[databases]
* = host={HOST} port={PORT} user={USER}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits,options
logfile = {root}/pool.log
pidfile = {root}/pool.pid
"""


@pytest.fixture
def pooled(everywhere, tmp_path):
    """A project on PostgreSQL behind a pgbouncer in transaction mode."""
    if everywhere.connection.vendor != "postgresql":
        pytest.skip("pgbouncer is PostgreSQL's")
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip("pgbouncer is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = free.getsockname()[1]
    entry = dj_database_url.parse(everywhere.url)
    config = tmp_path / "pool.ini"
    config.write_text(POOL.format(**entry, listen=listen, root=tmp_path))
    as_user = ["-u", "postgres"] if os.geteuid() == 0 else []
    for each in (tmp_path, *tmp_path.parents[:3]):
        each.chmod(each.stat().st_mode | 0o777 if each == tmp_path else each.stat().st_mode | 0o055)
    pool = subprocess.Popen([program, *as_user, str(config)], stderr=subprocess.DEVNULL)
    for _ in range(50):
        with socket.socket() as tried:
            if not tried.connect_ex(("127.0.0.1", listen)):
                break
        time.sleep(0.1)
    everywhere.setting(f"DATABASES['default']['PORT'] = {listen}")
    everywhere.setting("DATABASES['default']['HOST'] = '127.0.0.1'")
    everywhere.setting("DATABASES['default']['DISABLE_SERVER_SIDE_CURSORS'] = True")
    yield everywhere
    pool.terminate()
    pool.wait()


def test_everything_works_behind_a_pgbouncer_in_transaction_mode(pooled):
    pooled.models("shop", THING)
    pooled.must("schemamigration", "shop", "--initial")
    pooled.must("datamigration", "shop", "fill")
    rows = 'orm.Thing.objects.create(name="x"); list(orm.Thing.objects.iterator())'
    pooled.filled("shop", "0002", rows)
    pooled.must("migrate")
    pooled.models("shop", THING.replace("9", "30"))
    pooled.must("schemamigration", "shop", "--auto")
    pooled.must("migrate", "shop")
    pooled.must("migrate", "shop", "--db-dry-run", "zero")
    pooled.must("migrate", "shop", "zero")
    assert pooled.must("journal", "shop").count(" done ") == 6


ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("where", ["sqlite", "servers"])
def test_the_example_of_two_databases_runs_to_its_end(where):
    urls = {"--users-url": "postgresql", "--primary-url": "mariadb"} if where == "servers" else {}
    if urls:
        pytest.importorskip("MySQLdb", reason="mysqlclient is not installed")
    given = [text for option, vendor in urls.items() for text in (option, databases.URLS[vendor])]
    done = subprocess.run(
        [sys.executable, "-m", "migrations_examples.two_databases", *given],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("DJANGO")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "connect" in done.stderr.lower():
        databases.unavailable(where, done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done
    assert "  South           andrew          Andrew Godwin\n" in done.stdout
    assert " news\n  (-) 0001_initial\n" in done.stdout
