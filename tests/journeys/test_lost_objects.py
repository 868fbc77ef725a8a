"""What tables have and models do not say: it stays, or what would drop it is refused by name."""

import pytest
from django.db import models
from django.db.utils import ConnectionHandler

from evolve.database.rules import key_rules
from tests import databases

TABLES = """
CREATE TABLE maker (id integer PRIMARY KEY, code varchar(9) NOT NULL UNIQUE);
CREATE TABLE item (
    id integer PRIMARY KEY, price decimal(10,2) NOT NULL CHECK (price >= 0), free decimal(10,2),
    name varchar(20) NOT NULL, kind varchar(9) NOT NULL, note text, maker_id integer NOT NULL,
    CONSTRAINT item_maker FOREIGN KEY (maker_id) REFERENCES maker (id) ON DELETE CASCADE,
    CONSTRAINT dear CHECK (price > 1 OR free < 7));
CREATE INDEX item_maker_id ON item (maker_id);
INSERT INTO maker (id, code) VALUES (1, 'a');
INSERT INTO item (id, price, name, kind, maker_id) VALUES (1, 5, 'n', 'k', 1);
CREATE VIEW dear_items AS SELECT id, note FROM item WHERE price > 3
"""


def taken_over(site):
    """A project whose tables were made by hand, inspected and converted."""
    for statement in TABLES.split(";\n"):
        site.run_sql(statement.strip())
    site.must("inspect", "shop")
    site.must("convert", "shop")
    return site


def change(site, old, new):
    """Change a line of models.py, and write the revision."""
    path = site.root / "shop" / "models.py"
    text = path.read_text()
    line = next(each for each in text.splitlines() if each.strip().startswith(old))
    path.write_text(text.replace(f"{line}\n", f"    {new}\n" if new else ""))
    answers = {"price": "Item.price=1", "maker": "Item.maker=1"}
    given = answers.get(old.partition(" ")[0]) if "null=True" in new else None
    site.must("schemamigration", "shop", "--auto", *(["--default", given] if given else []))


def objects(site):
    """Return how the tables, views, indexes and triggers are made, in the database's own words."""
    vendor = site.connection.vendor
    if vendor == "sqlite":
        return site.rows(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN "
            "('item', 'maker', 'dear_items', 'log') ORDER BY 1, 2"
        )
    if vendor == "mysql":
        return [
            *site.rows("SHOW CREATE TABLE item"),
            *site.rows("SHOW CREATE TABLE maker"),
            *site.rows("SHOW CREATE VIEW dear_items"),
        ]
    return [
        *site.rows(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid IN ('item'::regclass, 'maker'::regclass) ORDER BY 1"
        ),
        *site.rows(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'item' ORDER BY 1"
        ),
        *site.rows("SELECT viewname, definition FROM pg_views WHERE viewname = 'dear_items'"),
        *site.rows(
            "SELECT column_name, column_default, collation_name, is_nullable, data_type "
            "FROM information_schema.columns WHERE table_name = 'item' ORDER BY 1"
        ),
    ]


LOST = {
    # (old, new): what is named on SQLite, on PostgreSQL and on MariaDB; None where nothing is lost
    ("price =", "price = models.DecimalField(max_digits=10, decimal_places=2, null=True)"): (
        ["CHECK (price >= 0)", "CHECK (price > 1 OR free < 7)", "ON DELETE CASCADE"],
        None,
        ["CHECK (`price` >= 0)"],
    ),
    ("maker =", 'maker = models.ForeignKey("Maker", models.DO_NOTHING, null=True)'): (
        ["CHECK (price >= 0)", "CHECK (price > 1 OR free < 7)", "ON DELETE CASCADE"],
        ["REFERENCES maker(id) ON DELETE CASCADE"],
        ["ON DELETE CASCADE"],
    ),
    ("note =", ""): (None, ["view dear_items"], None),
    ("name =", "name = models.CharField(max_length=30)"): (
        ["CHECK (price >= 0)", "CHECK (price > 1 OR free < 7)", "ON DELETE CASCADE"],
        None,
        None,
    ),
}


@pytest.mark.parametrize("step", LOST, ids=lambda each: each[0])
def test_what_would_be_dropped_is_refused_by_its_name_or_stays(everywhere, step):
    site = taken_over(everywhere)
    vendor = {"sqlite": 0, "postgresql": 1, "mysql": 2}[site.connection.vendor]
    named, before, rows = LOST[step][vendor], objects(site), site.content()
    if hasattr(models, "DB_CASCADE") and named:
        # The model says the action; and no column is dropped with what needs it, which fails.
        if step[0] == "note =":
            return
        named = [each for each in named if "ON DELETE" not in each] or None
        step = (step[0], step[1].replace("models.DO_NOTHING", "models.DB_CASCADE"))
    change(site, *step)
    if named is None:
        if step[0] == "note =":
            site.run_sql("DROP VIEW dear_items")
            site.must("migrate", "shop")
            return
        site.must("migrate", "shop")
        site.must("migrate", "shop", "0001")
        with site.connection.cursor() as cursor:
            (rule,) = key_rules(site.connection, cursor, "item")
        assert rule.on_delete == "CASCADE"
        if step[0] != "maker =":  # where Django gives the foreign key its own name
            assert objects(site) == before
        return
    said = site.refused("migrate", "shop")
    assert "Nothing was touched" in said
    for each in named:
        assert each in said, said
    assert said.count("\n    - ") == len(named)
    assert objects(site) == before
    assert site.content() == rows
    site.must("migrate", "shop", "--accept-lost-objects")


def test_what_goes_with_a_removed_column_is_named(everywhere):
    site = everywhere
    site.run_sql(
        "CREATE TABLE item (id integer PRIMARY KEY, price integer DEFAULT 5 CHECK (price > 0))"
    )
    site.must("inspect", "shop")
    site.must("convert", "shop")
    before = site.content()
    change(site, "price =", "")
    said = site.refused("migrate", "shop")
    assert said.count("\n    - ") == 1, said
    assert "item: CHECK" in said
    assert site.content() == before
    assert "it would drop" in site.refused("migrate", "shop", "--db-dry-run")
    site.must("migrate", "shop", "--accept-lost-objects")
    site.must("migrate", "shop", "0001")
    assert "CHECK" not in str(site.rows(TEXT[site.connection.vendor]))


TEXT = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE name = 'item'",
    "mysql": "SHOW CREATE TABLE item",
    "postgresql": "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = 'item'::regclass",
}
OBJECTS = {
    "sqlite": """
        CREATE TABLE log (id integer PRIMARY KEY);
        CREATE TABLE item (id integer PRIMARY KEY, price integer CHECK (price > 0), extra text);
        CREATE UNIQUE INDEX once ON item (price) WHERE price > 9;
        CREATE TRIGGER after AFTER INSERT ON item BEGIN DELETE FROM log; END
    """,
    "mysql": """
        CREATE TABLE log (id integer PRIMARY KEY);
        CREATE TABLE item (id integer PRIMARY KEY, price integer CHECK (price > 0), extra text,
            FULLTEXT INDEX once (extra));
        CREATE TRIGGER after AFTER INSERT ON item FOR EACH ROW DELETE FROM log
    """,
    "postgresql": """
        CREATE TABLE log (id integer PRIMARY KEY);
        CREATE TABLE item (id integer PRIMARY KEY, price integer CHECK (price > 0), extra text);
        CREATE UNIQUE INDEX once ON item (price) WHERE price > 9;
        CREATE VIEW dear_items AS SELECT id FROM item;
        CREATE FUNCTION cheap(item) RETURNS boolean LANGUAGE sql AS 'SELECT $1.price < 3';
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER after AFTER UPDATE OF price ON item EXECUTE FUNCTION noted();
        CREATE RULE logged AS ON DELETE TO item DO ALSO DELETE FROM log;
        CREATE POLICY seen ON item USING (price > 3);
        ALTER TABLE item ENABLE ROW LEVEL SECURITY
    """,
}
NAMED = {
    "sqlite": {
        "item": ["CHECK (price > 0)", "INDEX once", "trigger after", "column extra"],
        "price": ["CHECK (price > 0)", "INDEX once"],
    },
    "mysql": {
        "item": ["CHECK (`price` > 0)", "index once", "trigger after", "column extra"],
        "price": ["CHECK (`price` > 0)"],
    },
    "postgresql": {
        "item": [
            *("CHECK ((price > 0))", "INDEX once", "view dear_items", "function cheap(item)"),
            *("trigger after", "rule logged", "policy seen", "row-level security", "column extra"),
        ],
        "price": ["CHECK ((price > 0))", "INDEX once", "trigger after", "policy seen"],
    },
}
ITEM = (
    "class Item(models.Model):\n    id = models.IntegerField(primary_key=True)\n"
    "    price = models.IntegerField(null=True)\n\n"
    "    class Meta:\n        db_table = 'item'\n"
)


@pytest.mark.parametrize("gone", ["item", "price"])
@pytest.mark.parametrize("kind", ["evolve", "django"])
def test_all_that_goes_with_a_deleted_table_or_column_is_named(everywhere, gone, kind):
    site, vendor = everywhere, everywhere.connection.vendor
    for statement in OBJECTS[vendor].split(";\n"):
        site.run_sql(statement)
    site.models("shop", ITEM)
    write(site, kind, "--initial")
    site.must("migrate", "shop", "--fake-initial", "--force", "--no-initial-data")
    price, named = "    price = models.IntegerField(null=True)\n", NAMED[vendor][gone]
    site.models("shop", "" if gone == "item" else ITEM.replace(price, ""))
    write(site, kind, "--auto")
    before = site.content()
    said = site.refused("migrate", "shop")
    if (vendor, gone) == ("postgresql", "price") and hasattr(models, "DB_CASCADE"):
        named = named[:2]  # what depends on a column stops its deletion
        site.run_sql("DROP TRIGGER after ON item")
        site.run_sql("DROP POLICY seen ON item")
    for each in named:
        assert each in said, said
    assert said.count("\n    - item: ") == len(named), said
    assert site.content() == before
    site.must("migrate", "shop", "--accept-lost-objects")
    assert ("item" in site.content()) == (gone == "price")


def test_going_back_to_zero_names_what_the_tables_have(everywhere):
    site = taken_over(everywhere)
    before = site.content()
    said = site.refused("migrate", "shop", "zero")
    assert said.count("CHECK") == 2
    assert site.content() == before


def test_a_column_that_no_model_has_outlives_a_change_or_is_named(everywhere):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    site.run_sql("ALTER TABLE shop_thing ADD COLUMN extra integer")
    site.run_sql("CREATE INDEX by_hand ON shop_thing (name, kind)")
    site.run_sql("INSERT INTO shop_thing (name, extra) VALUES ('a', 7)")
    site.models("shop", THING.replace("=9", "=19"))
    site.must("schemamigration", "shop", "--auto")
    if site.connection.vendor == "sqlite":
        said = site.refused("migrate", "shop")
        assert said.count("\n    - ") == 1, said
        assert "shop_thing: the column extra, which is in no model" in said
        site.run_sql("ALTER TABLE shop_thing DROP COLUMN extra")
    site.must("migrate", "shop")
    with site.connection.cursor() as cursor:
        made = site.connection.introspection.get_constraints(cursor, "shop_thing")
    assert made["by_hand"]["columns"] == ["name", "kind"]
    site.models("shop", THING.replace("=9", "=19").replace("    kind", "    # kind"))
    site.must("schemamigration", "shop", "--auto")
    if site.connection.vendor != "sqlite":
        assert "index by_hand on (name, kind)" in site.refused("migrate", "shop")


@pytest.mark.vendors("postgresql")
def test_statistics_and_a_publication_of_a_removed_column_are_named(everywhere):
    site = everywhere
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    site.run_sql("CREATE STATISTICS both_of_them ON name, kind FROM shop_thing")
    site.run_sql("CREATE PUBLICATION evolve_some FOR TABLE shop_thing (id, kind)")
    try:
        site.models("shop", THING.replace("    kind", "    # kind"))
        site.must("schemamigration", "shop", "--auto")
        said = site.refused("migrate", "shop")
        assert "both_of_them" in said
        assert "evolve_some" in said
    finally:
        site.run_sql("DROP PUBLICATION evolve_some")


THING = (
    "class Thing(models.Model):\n    name = models.CharField(max_length=9, null=True)\n"
    "    kind = models.CharField(max_length=9, null=True)\n"
)


def test_what_an_earlier_step_of_the_plan_drops_is_no_loss_of_a_later_one(everywhere):
    """Several revisions wait: the tables still have what the models said at the beginning."""
    site = everywhere
    first = (
        "class Item(models.Model):\n    x = models.IntegerField(null=True)\n"
        "    name = models.CharField(max_length=9, null=True)\n"
        "    word = models.CharField(max_length=9, db_default='x')\n"
    )
    meta = (
        "\n    class Meta:\n        constraints = [models.CheckConstraint("
        "condition=models.Q(x__gt=3), name='dear')]\n"
    )
    second = first.replace(", db_default='x'", "")
    third = second.replace("name = models.CharField(max_length=9", "name = models.TextField(")
    third = third.replace("    x = models.IntegerField(null=True)\n", "").replace("(, ", "(")
    for number, text in enumerate([first + meta, second, third, third.replace("=9", "=29")]):
        site.models("shop", text)
        site.must("schemamigration", "shop", "--auto" if number else "--initial")
        if not number:
            site.must("migrate", "shop")
    site.must("migrate", "shop")
    site.must("migrate", "shop", "0001")


def test_a_project_of_django_alone_is_never_refused(everywhere):
    """Whatever Django makes itself: its own checks, keys, defaults, conditional indexes."""
    site = everywhere
    first = (
        "class Maker(models.Model):\n    code = models.CharField(max_length=9, unique=True)\n\n\n"
        "class Item(models.Model):\n"
        "    price = models.PositiveIntegerField(db_index=True)\n"
        "    data = models.JSONField(null=True)\n"
        "    word = models.CharField(max_length=9, db_default='x')\n"
        "    maker = models.ForeignKey(Maker, models.CASCADE, to_field='code')\n"
        "    friends = models.ManyToManyField('self')\n\n"
        "    class Meta:\n"
        "        constraints = [\n"
        "            models.CheckConstraint(condition=models.Q(price__gt=3), name='dear'),\n"
        "            models.UniqueConstraint(fields=['word'],\n"
        "                condition=models.Q(price=1), name='once'),\n"
        "        ]\n"
        "        indexes = [models.Index(fields=['word'], name='some',\n"
        "            condition=models.Q(price=2))]\n"
    )
    if site.connection.vendor == "mysql":  # fails there in Django
        first = first.partition("            models.Unique")[0] + "        ]\n"
    site.models("shop", first)
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate", "shop")
    second = (
        first.replace("db_index=True", "null=True")
        .replace("JSONField(null=True)", "JSONField(default=dict)")
        .replace("max_length=9, db", "max_length=19, db")
        .replace("max_length=9, unique", "max_length=19, unique")
        .replace("models.CASCADE, ", "models.CASCADE, null=True, ")
    )
    site.models("shop", second)
    answers = ["--default", "Item.price=1", "--irreversible", "Item.maker"]
    site.must("schemamigration", "shop", "--auto", *answers)
    site.must("migrate", "shop")
    site.models("shop", second.partition("\n\n\n")[0] + "\n")
    site.must("schemamigration", "shop", "--auto", "--no-rename")
    site.must("migrate", "shop")


def test_a_rebuild_on_sqlite_keeps_views_and_indexes_of_a_part_of_the_rows(site, tmp_path):
    settings = databases.settings_for("sqlite", str(tmp_path / "db.sqlite3"))
    site.connection = ConnectionHandler({"default": settings})["default"]
    for sql in (
        "CREATE TABLE log (id integer PRIMARY KEY)",
        "CREATE TABLE item (id integer PRIMARY KEY, name varchar(9) NOT NULL)",
        "CREATE VIEW named AS SELECT * FROM item",
        "CREATE VIEW first AS SELECT * FROM named WHERE id = 1",
        "CREATE TRIGGER instead INSTEAD OF DELETE ON first BEGIN DELETE FROM item; END",
        "CREATE TRIGGER after AFTER INSERT ON log BEGIN UPDATE item SET name = 'x'; END",
        "CREATE INDEX some ON item (name) WHERE id > 3",
        "CREATE UNIQUE INDEX lower_name ON item (lower(name))",
    ):
        site.run_sql(sql)
    hung = "SELECT type, name, sql FROM sqlite_master WHERE type <> 'table' ORDER BY name"
    before = site.rows(hung)
    site.must("inspect", "shop")
    site.must("convert", "shop")
    change(site, "name =", "name = models.CharField(max_length=30)")
    site.must("migrate", "shop")
    assert site.rows(hung) == before
    site.must("migrate", "shop", "0001")
    assert site.rows(hung) == before
    site.connection.close()


@pytest.mark.parametrize("kind", ["evolve", "django"])
def test_what_a_column_has_is_named_whoever_wrote_the_revision(everywhere, kind):
    """Marked with --fake-initial: the model says of the column no more than its type."""
    site = everywhere
    thing = "class Item(models.Model):\n    name = models.CharField(max_length=9, null=True)\n"
    site.models("shop", thing)
    write(site, kind, "--initial")
    number = {"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "mysql": "bigint AUTO_INCREMENT"}
    vendor = site.connection.vendor
    key = number.get(vendor, "bigint GENERATED BY DEFAULT AS IDENTITY")
    collation = {"sqlite": "NOCASE", "mysql": "utf8mb4_bin", "postgresql": '"C"'}[vendor]
    site.run_sql(
        f"CREATE TABLE shop_item (id {key} {'' if vendor == 'sqlite' else 'PRIMARY KEY'} NOT NULL, "
        f"name varchar(9) COLLATE {collation} DEFAULT 'none')"
    )
    site.must("migrate", "shop", "--fake-initial")
    site.models("shop", thing.replace("null=True", "default='x'"))
    write(site, kind, "--auto")
    said = site.refused("migrate", "shop")
    assert "shop_item: name DEFAULT 'none'" in said
    if vendor != "postgresql":
        assert f"shop_item: name COLLATE {collation}" in said
    site.must("migrate", "shop", "--accept-lost-objects")


def write(site, kind, option):
    """Write a revision of evolve's or of Django's."""
    if kind == "evolve":
        site.must("schemamigration", "shop", option)
    else:
        assert site.python("manage.py", "makemigrations", "shop").code == 0


def test_an_update_that_would_drop_something_asks_for_the_option(everywhere):
    site = everywhere
    site.run_sql("CREATE TABLE maker (id integer PRIMARY KEY)")
    site.run_sql(
        "CREATE TABLE item (id integer PRIMARY KEY, maker_id integer NOT NULL, CONSTRAINT of_maker "
        "FOREIGN KEY (maker_id) REFERENCES maker (id))"
    )
    site.must("inspect", "shop")
    site.must("convert", "shop")
    change(site, "maker =", 'maker = models.ForeignKey("Maker", models.DO_NOTHING, null=True)')
    site.must("migrate", "shop")
    with site.connection.cursor() as cursor:
        (rule,) = key_rules(site.connection, cursor, "item")
    if site.connection.vendor == "sqlite":
        return
    drop = "FOREIGN KEY" if site.connection.vendor == "mysql" else "CONSTRAINT"
    site.run_sql(f"ALTER TABLE item DROP {drop} {rule.name}")
    site.run_sql(
        "ALTER TABLE item ADD CONSTRAINT cascading FOREIGN KEY (maker_id) REFERENCES maker (id) "
        "ON DELETE CASCADE"
    )
    path = site.root / "shop" / "models.py"
    path.write_text(path.read_text() + "\n\nclass More(models.Model):\n    pass\n")
    update = ["schemamigration", "shop", "--auto", "--update", "--default", "Item.maker=1"]
    said = site.refused(*update)
    assert "ON DELETE CASCADE" in said
    assert "--accept-lost-objects" in said
    assert site.files("shop")[1:] == [site.file("shop", "0002").stem]
    site.must(*update, "--accept-lost-objects")


def test_reapply_stops_before_it_would_drop_something(everywhere):
    site = everywhere
    site.run_sql("CREATE TABLE item (id integer PRIMARY KEY, price integer CHECK (price > 0))")
    site.must("inspect", "shop")
    site.must("convert", "shop")
    path = site.root / "shop" / "models.py"
    path.write_text(path.read_text() + "\n\nclass More(models.Model):\n    pass\n")
    site.must("schemamigration", "shop", "--auto")
    site.must("migrate", "shop")
    line = next(each for each in path.read_text().splitlines() if "price =" in each)
    path.write_text(path.read_text().replace(f"{line}\n", ""))
    update = ["schemamigration", "shop", "--auto", "--update", "--reapply"]
    ran = site.evolve(*update)
    assert ran.code == 1, ran
    assert "applying again stopped" in ran.err
    assert "item: CHECK" in ran.err
    assert len(site.applied()) == 1
    assert "CHECK" in str(site.rows(TEXT[site.connection.vendor]))
    site.must("migrate", "shop", "--accept-lost-objects")
    assert len(site.applied()) == 2
