"""Whatever tables there are: inspect, convert, a change and its way back leave what they had."""

import re

import pytest

from evolve.database import rules
from tests.journeys import random_tables

SEEDS = range(3)


def catalogue(site, names):
    """Return how tables are made, in the database's own words."""
    vendor = site.connection.vendor
    if vendor == "sqlite":
        with site.connection.cursor() as cursor:
            return [row for name in names for row in sqlite_table(site.connection, cursor, name)]
    if vendor == "mysql":
        return [row for name in names for row in site.rows(f"SHOW CREATE TABLE {name}")]
    listed = ", ".join(f"'{name}'::regclass" for name in names)
    return [
        *site.rows(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            f"FROM pg_constraint WHERE conrelid IN ({listed}) ORDER BY 1, 2"
        ),
        *site.rows(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            f"WHERE indrelid IN ({listed}) ORDER BY 1"
        ),
        *site.rows(
            "SELECT attrelid::regclass::text, attname, atttypid, atttypmod, attnotnull, "
            "attcollation, attidentity::text, attgenerated::text, "
            "pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef "
            "ON adrelid = attrelid AND adnum = attnum "
            f"WHERE attrelid IN ({listed}) AND attnum > 0 ORDER BY 1, attnum"
        ),
    ]


def sqlite_table(connection, cursor, name):
    """Return a table as the pragmas have it: a rebuild spells its text in another way.

    Django's rebuild puts the column that changes last.
    """
    for row in sorted(rules.columns_of(connection, cursor, name), key=lambda row: row.name):
        # A primary key has become NOT NULL, and Django says so.
        yield name, row.name, row.default, row.collation, row.pk or row.null_ok
    yield from rules.checks(connection, cursor, name)
    yield from rules.key_rules(connection, cursor, name)
    yield from sorted(rules.others(connection, cursor, name))
    yield sorted(
        (each["columns"], each["unique"])
        for each in connection.introspection.get_constraints(cursor, name).values()
        if each["index"] or each["unique"]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_taken_over_stays_as_it_is(everywhere, seed):
    site = everywhere
    made = random_tables.tables(site.connection.vendor, seed)
    for statement in made:
        site.run_sql(statement)
    names = [each.split()[2] for each in made]
    before = catalogue(site, names)
    site.must("inspect", "shop")
    assert "App 'shop' converted" in site.must("convert", "shop")
    assert catalogue(site, names) == before
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"
    site.must("check", "shop")
    path = site.root / "shop" / "models.py"
    taken = path.read_text()
    refused = 0
    for name, line, new in changes(taken):
        before_it, own, rest = taken.partition(f"class {name.title()}(")
        path.write_text(before_it + own + rest.replace(line, new, 1))
        if site.must("schemamigration", "shop", "--auto").startswith("Nothing"):
            continue
        ran = site.evolve("migrate", "shop")
        assert ran.code in (0, 2), (line, new, ran)
        if ran.code == 2:
            refused += 1
            assert f" - {name}: " in ran.err or re.search(r" - t\d+: ", ran.err), ran.err
        else:
            site.must("migrate", "shop", "0001", "--yes")
        now = catalogue(site, names)
        assert now == before, (line, new, [each for each in now if each not in before])
        for file in (site.root / "shop" / "migrations").glob("0002*"):
            file.unlink()
    assert refused < len(names)


def changes(text):
    """Yield a table, a line of its model and what it becomes: a nullable column that is not."""
    for model in text.split("class ")[1:]:
        name = model.partition('db_table = "')[2].partition('"')[0]
        for line in model.splitlines():
            if re.match(r"    c\d = models\.CharField\(.*max_length=9", line):
                yield name, line, line.replace("max_length=9", "max_length=12")
                break
            # PostgreSQL changes no column that another one is generated from.
            if "GeneratedField" not in model and re.match(r"    n = models\.IntegerField\(", line):
                yield name, f"{line}", line.replace("IntegerField", "BigIntegerField")
                break
