"""`python -m migrations_examples.legacy_orders`: a table older than the project is taken over."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import dj_database_url  # noqa: E402
import psycopg2  # noqa: E402
from database import fresh_databases  # noqa: E402
from django.db import connection  # noqa: E402

TABLE = """
CREATE TABLE ks_order_payment (
    web_atm_url varchar(250), tsno char(14), pay_type "char", pay_token varchar(100),
    pay_status varchar(20), otp_url varchar(250), order_no char(13) PRIMARY KEY, create_time date,
    card_pay_url varchar(250), atm_pay_no char(14), amount integer, lm_time date
)
"""
ROWS = """
INSERT INTO ks_order_payment (order_no, pay_type, pay_status, amount, create_time, tsno) VALUES
    ('KS20140100001', 'C', 'paid', 1200, '2014-01-03', '20140103000001'),
    ('KS20140100002', 'A', 'waiting', 350, '2014-01-04', 'short'),
    ('KS20140100003', 'C', 'paid', 80, '2014-01-04', NULL),
    ('KS20140100004', 'W', NULL, NULL, NULL, NULL)
"""


def main() -> None:
    """Tell the story on fresh databases."""
    parser = argparse.ArgumentParser(prog="python -m migrations_examples.legacy_orders")
    parser.add_argument("--database-url", metavar="URL", help="postgres://user@host:5432/name")
    url = parser.parse_args().database_url or os.environ.get("DATABASE_URL") or ""
    if not url.startswith("postgres"):
        parser.error(
            'this story is about a table of PostgreSQL, whose type "char" no other database has: '
            "give --database-url postgres://user@host:5432/name. That database is not touched; the "
            "story makes its own beside it"
        )
    with fresh_databases(url, "copy", "orders") as (copy, orders):
        first_day(copy)
        story(orders)


def first_day(url: str) -> None:
    """Take the table over in a project that has neither models nor revisions yet."""
    say("A table that somebody made in SQL, in a database to try things out on.")
    make_table(url)
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "legacy_orders"
        shutil.copytree(HERE, project, ignore=shutil.ignore_patterns("migrations", "models.py"))
        say("Its models are written from the database.")
        evolve(url, "inspect", "orders", "--stdout", project=project)
        evolve(url, "inspect", "orders", project=project)
        say("The first revision says what is there. It is marked as applied, and nothing is run.")
        evolve(url, "convert", "orders", project=project)
        evolve(url, "list", "orders", project=project)


def story(url: str) -> None:
    """Go on with the files as they are here: each step through the evolve command."""
    say("The real database. Its table is compared with the first revision, which is then marked.")
    make_table(url)
    before = show_table()
    evolve(url, "migrate", "orders", "0001", "--fake-initial")
    say("The status is to be a table of its own. First come the table and a nullable reference.")
    evolve(url, "migrate", "orders", "0002")
    show_table()
    say("A data migration fills them, on the models as they were frozen then.")
    evolve(url, "migrate", "orders", "0003")
    show_table()
    show_table("orders_paymentstatus", "id")
    say("The text goes.")
    evolve(url, "migrate", "orders")
    show_table()
    say("And all the way back: the texts are where they were.")
    evolve(url, "migrate", "orders", "0001")
    if show_table() != before:
        sys.exit("The rows are not what they were.")
    print("  Every row is what it was.")
    evolve(url, "list", "orders")


def make_table(url: str) -> None:
    """Make the table with some rows, as it was before there was a project."""
    found = dj_database_url.parse(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    given = {name: found[key] for key, name in names.items() if found.get(key)}
    connected = psycopg2.connect(**given, port=found.get("PORT") or 5432)
    with connected, connected.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute(ROWS)
    connected.close()


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n# {text}", flush=True)


def evolve(url: str, *args: str, project: Path = HERE) -> None:
    """Run the evolve command in the project, and stop where it fails."""
    print(f"\n$ evolve {' '.join(args)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "evolve", *args],
        cwd=project,
        env={**os.environ, "DATABASE_URL": url},
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.exit(f"evolve ended with {done.returncode}")


def show_table(table: str = "ks_order_payment", order: str = "order_no") -> list[dict[str, object]]:
    """Print the columns of a table that have values, and return its rows whole."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY {order}")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    head = [name for name in names if any(row[name] is not None for row in rows)]
    lines = [head, *([short(row[name]) for name in head] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    print()
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(f"  {'  '.join(cells)}".rstrip())
    print(flush=True)
    return rows


def short(value: object) -> str:
    """Return a value as it is printed."""
    return "NULL" if value is None else str(value)


if __name__ == "__main__":
    main()
