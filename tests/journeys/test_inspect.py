"""`evolve inspect`: from tables that are there to an app under migration."""

import re

import pytest
from django.db import models
from django.db.utils import ConnectionHandler

from evolve.database.rules import key_rules
from tests import databases
from tests.database import legacy


def vendor_of(site):
    name = site.connection.vendor
    return "mariadb" if name == "mysql" else name


def tables(site):
    """Return how each table is made."""
    inside = site.connection.introspection
    with site.connection.cursor() as cursor:
        return {
            name: repr(
                (
                    [tuple(each)[:7] for each in inside.get_table_description(cursor, name)],
                    sorted(inside.get_constraints(cursor, name).items()),
                )
            )
            for name in inside.table_names(cursor)
        }


@pytest.mark.parametrize("kind", ["types", "names"])
def test_what_is_inspected_is_converted_without_force(everywhere, kind):
    site = everywhere
    vendor = vendor_of(site)
    legacy.make(
        site.connection, vendor, legacy.TABLES[vendor] if kind == "types" else legacy.HOSTILE
    )
    ran = site.evolve("inspect", "shop")
    assert ran.code == 0, ran
    path = site.root / "shop" / "models.py"
    count = path.read_text().count("(models.Model):")
    assert ran.out == (
        f"Wrote {path} with {count} models. You can now put the app under migration with: "
        "evolve convert shop\n"
    )
    assert "managed" not in path.read_text()
    before = tables(site)
    assert "App 'shop' converted" in site.must("convert", "shop")
    after = tables(site)
    assert {name: after[name] for name in before} == before
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"
    assert site.must("check", "shop").startswith("Nothing is wrong")
    checked = site.python("manage.py", "check")
    # The names of these indexes are the database's, and the models say so in a comment.
    errors = set(re.findall(r"\((\w+\.E\d+)\)", checked.err))
    assert errors <= {"models.E030", "models.E033"}


def test_the_revision_makes_the_tables_on_a_fresh_database(everywhere, tmp_path):
    site = everywhere
    vendor = vendor_of(site)
    legacy.make(site.connection, vendor, legacy.TABLES[vendor])
    site.must("inspect", "shop")
    site.must("convert", "shop")
    with site.connection.cursor() as cursor:
        tables = site.connection.introspection.table_names(cursor)
    databases.drop(site.connection)
    if vendor == "sqlite":
        (tmp_path / "db.sqlite3").unlink()
    databases.create(site.connection)
    types = [
        each for each in legacy.statements(vendor, legacy.TABLES[vendor]) if "TABLE" not in each
    ]
    for statement in types[:2] if vendor == "postgresql" else []:
        site.run_sql(statement)
    site.must("migrate", "shop")
    with site.connection.cursor() as cursor:
        assert set(tables) - set(site.connection.introspection.table_names(cursor)) == set()


PAY = "CREATE TABLE pay (no char(5) PRIMARY KEY, size integer NOT NULL)"
MODEL = (
    "class Pay(models.Model):\n"
    "    no = fields.FixedCharField(max_length=5, primary_key=True)\n"
    "    size = models.IntegerField()\n"
)


@pytest.fixture
def shop(site, tmp_path):
    """A project with one table, which no model has."""
    settings = databases.settings_for("sqlite", str(tmp_path / "db.sqlite3"))
    site.connection = ConnectionHandler({"default": settings})["default"]
    site.run_sql(PAY)
    yield site
    site.connection.close()


def test_stdout_has_the_file_alone_and_nothing_is_written(shop):
    out = shop.must("inspect", "shop", "--stdout")
    assert MODEL in out
    compile(out, "models.py", "exec")
    assert not (shop.root / "shop" / "models.py").exists()


def test_models_that_are_there_are_not_overwritten(shop):
    shop.models("shop", "class Mine(models.Model):\n    pass\n")
    before = (shop.root / "shop" / "models.py").read_text()
    said = shop.refused("inspect", "shop")
    assert "defines models already: Mine." in said
    assert "--stdout" in said
    assert (shop.root / "shop" / "models.py").read_text() == before
    assert MODEL in shop.must("inspect", "shop", "--stdout")


def test_text_without_models_is_kept(shop):
    path = shop.root / "shop" / "models.py"
    path.write_text("# Create your models here.\n")
    ran = shop.evolve("inspect", "shop")
    assert ran.code == 0
    assert ran.err == " - What models.py was is in models.py.orig.\n"
    assert MODEL in path.read_text()
    assert (shop.root / "shop" / "models.py.orig").read_text() == "# Create your models here.\n"
    assert sorted(each.name for each in (shop.root / "shop").glob("*.tmp")) == []


def test_the_tables_of_other_apps_are_left_out_and_referred_to(shop):
    shop.must("migrate")
    shop.run_sql("CREATE TABLE note (id integer PRIMARY KEY, by integer REFERENCES auth_user)")
    out = shop.must("inspect", "shop", "--stdout")
    assert '"auth.User", models.DO_NOTHING, ' in out
    assert out.count("(models.Model):") == 2
    assert "has a model already: auth.User" in shop.refused(
        "inspect", "shop", "--table", "auth_user"
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["shop", "--table", "pya"], "Did you mean: pay"),
        (["shpo"], "Did you mean: shop"),
        (["shop", "--database", "defualt"], "Did you mean: default"),
        (["auth"], "is not the project's own"),
        (["shop", "--table", "line"], "Add --table pay."),
        (["shop", "--table", "loose"], "without a primary key: loose"),
    ],
)
def test_wrong_calls_are_refused_with_a_way_on(shop, args, said):
    shop.run_sql("CREATE TABLE line (id integer PRIMARY KEY, pay char(5) REFERENCES pay)")
    shop.run_sql("CREATE TABLE loose (id integer)")
    assert said in shop.refused("inspect", *args)
    assert not (shop.root / "shop" / "models.py").exists()


def test_a_table_without_a_key_is_left_out_in_words(shop):
    shop.run_sql("CREATE TABLE loose (id integer)")
    ran = shop.evolve("inspect", "shop", "--stdout")
    assert ran.err == " ! loose has no primary key: no model can be made of it.\n"
    assert "Loose" not in ran.out


def test_a_table_that_django_cannot_describe_is_described(shop):
    shop.run_sql("CREATE TABLE keyed (id integer PRIMARY KEY, ab int, n int, UNIQUE (ab, n))")
    shop.must("inspect", "shop", "--table", "keyed")
    assert 'unique_together = [("ab", "n")]' in (shop.root / "shop" / "models.py").read_text()
    shop.must("convert", "shop")


def test_named_tables_alone_are_converted(shop):
    shop.run_sql("CREATE TABLE more (id integer PRIMARY KEY)")
    shop.must("inspect", "shop", "--table", "pay")
    assert "More" not in (shop.root / "shop" / "models.py").read_text()
    assert "converted" in shop.must("convert", "shop")


def test_fields_of_evolve_are_changed_like_any(everywhere):
    """Frozen, diffed and migrated there and back, on every vendor."""
    site = everywhere
    site.run_sql(PAY)
    site.run_sql("INSERT INTO pay (no, size) VALUES ('a', 1)")
    site.must("inspect", "shop")
    site.must("convert", "shop")
    path = site.root / "shop" / "models.py"
    path.write_text(
        path.read_text().replace("max_length=5", "max_length=8") + "\n\nclass More(models.Model):\n"
        "    kind = fields.InternalCharField(null=True)\n"
        "    what = fields.TypedTextField(column_type='text')\n"
        "    pay = models.ForeignKey(Pay, models.CASCADE)\n"
    )
    site.must("schemamigration", "shop", "--auto")
    site.must("migrate", "shop")
    site.run_sql("INSERT INTO shop_more (kind, what, pay_id) VALUES ('k', 't', 'a')")
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"
    site.must("check", "shop")
    site.must("migrate", "shop", "0001")
    assert [no.strip() for (no,) in site.rows("SELECT no FROM pay")] == ["a"]


def test_whatever_is_left_out_is_named(everywhere):
    site = everywhere
    site.run_sql(PAY)
    site.run_sql("CREATE VIEW paid AS SELECT * FROM pay")
    more = {
        "postgresql": [
            (
                "CREATE MATERIALIZED VIEW kept AS SELECT * FROM pay",
                "kept is left out: it is a view",
            ),
            ("CREATE TABLE years (y integer PRIMARY KEY) PARTITION BY RANGE (y)", ""),
            (
                "CREATE TABLE year_1 PARTITION OF years FOR VALUES FROM (1) TO (2)",
                "year_1 is left out: it is a partition",
            ),
            ("ALTER TABLE pay ENABLE ROW LEVEL SECURITY", "row-level security"),
            ("CREATE POLICY mine ON pay USING (size > 0)", "policy mine of row-level security"),
            (
                "CREATE TABLE one (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
                "id GENERATED ALWAYS AS IDENTITY",
            ),
        ],
        "mysql": [
            (
                "CREATE TABLE past (id integer PRIMARY KEY) WITH SYSTEM VERSIONING",
                "past is left out: it is a table of the kind SYSTEM VERSIONED",
            ),
            ("CREATE SEQUENCE numbers", "numbers is left out: it is a table of the kind SEQUENCE"),
            (
                "CREATE TRIGGER watch BEFORE INSERT ON pay FOR EACH ROW SET NEW.size = 1",
                "pay: In no model, and stays as it is: trigger watch.",
            ),
        ],
        "sqlite": [
            (
                "CREATE TRIGGER watch AFTER INSERT ON pay BEGIN DELETE FROM pay; END",
                "pay: In no model, and stays as it is: trigger watch.",
            ),
        ],
    }
    for sql, _ in more[site.connection.vendor]:
        site.run_sql(sql)
    ran = site.evolve("inspect", "shop")
    assert ran.code == 0
    assert " ! paid is left out: it is a view.\n" in ran.err
    for _, said in more[site.connection.vendor]:
        assert said in ran.err
    assert "converted" in site.must("convert", "shop")


def test_a_check_of_a_column_makes_it_no_other_type(everywhere):
    site = everywhere
    site.run_sql(
        "CREATE TABLE item (id integer PRIMARY KEY, price decimal(10,2) CHECK (price > 0), "
        "size integer CHECK (size > 0), word varchar(9) CHECK (word <> ''))"
    )
    ran = site.evolve("inspect", "shop")
    text = (site.root / "shop" / "models.py").read_text()
    assert re.search(r"price = \w+\.(Typed)?DecimalField\(", text)
    assert "word = models.CharField(" in text
    assert ran.err.count("A check stays as it is: CHECK (") == 3
    site.must("convert", "shop")


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL"])
def test_what_a_foreign_key_does_is_in_the_model_or_is_said(everywhere, action):
    site = everywhere
    site.run_sql("CREATE TABLE maker (id integer PRIMARY KEY)")
    site.run_sql(
        "CREATE TABLE item (id integer PRIMARY KEY, maker_id integer, CONSTRAINT of_maker "
        f"FOREIGN KEY (maker_id) REFERENCES maker (id) ON DELETE {action})"
    )
    ran = site.evolve("inspect", "shop")
    text = (site.root / "shop" / "models.py").read_text()
    site.must("convert", "shop")
    path = site.root / "shop" / "models.py"
    path.write_text(text.replace("blank=True", "blank=True, db_column='maker'"))
    site.must("schemamigration", "shop", "--auto")
    if hasattr(models, "DB_CASCADE"):
        assert f"models.DB_{action.replace(' ', '_')}, " in text
        site.must("migrate", "shop")
        with site.connection.cursor() as cursor:
            rules = key_rules(site.connection, cursor, "item")
        assert [each.on_delete for each in rules] == [action]
    else:
        assert "models.DO_NOTHING" in text
        assert "What a foreign key does stays as it is: FOREIGN KEY (maker_id)" in ran.err
        assert f"ON DELETE {action}" in ran.err


def test_a_reference_of_another_type_is_the_same_on_sqlite_and_refused_elsewhere(everywhere):
    site = everywhere
    if site.connection.vendor == "mysql":
        pytest.skip("refuses such a key itself")
    site.run_sql("CREATE TABLE maker (id integer PRIMARY KEY, code varchar(9) NOT NULL UNIQUE)")
    site.run_sql(
        "CREATE TABLE item (id integer PRIMARY KEY, maker_id bigint REFERENCES maker (id), "
        "code text REFERENCES maker (code))"
    )
    site.must("inspect", "shop")
    if site.connection.vendor == "sqlite":
        site.must("convert", "shop")
        assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"
        return
    said = site.refused("convert", "shop")
    assert "item: the column maker_id is bigint, not integer as the column that it refers" in said
    assert "make them alike in SQL" in said
    site.run_sql("ALTER TABLE item ALTER COLUMN maker_id TYPE integer")
    site.run_sql("ALTER TABLE item ALTER COLUMN code TYPE varchar(9)")
    site.must("convert", "shop")


def test_a_reference_of_another_affinity_is_a_difference_on_sqlite(everywhere):
    site = everywhere
    if site.connection.vendor != "sqlite":
        pytest.skip("is about SQLite")
    site.run_sql("CREATE TABLE maker (id integer PRIMARY KEY)")
    site.run_sql("CREATE TABLE item (id integer PRIMARY KEY, maker_id text REFERENCES maker (id))")
    site.must("inspect", "shop")
    assert "the column maker_id is text, not integer" in site.refused("convert", "shop")
