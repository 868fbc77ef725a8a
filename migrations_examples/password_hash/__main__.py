"""`python -m migrations_examples.password_hash`: South's tutorial, passwords to hashes."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django  # noqa: E402
from database import fresh_database  # noqa: E402
from django.db import connection  # noqa: E402

USERS = [
    ("andrew", "ihopetheycantseethis", "Andrew Godwin"),
    ("eric", "correct horse", "Eric Holscher"),
    ("fred", "battery staple", "Fred Bloggs"),
]


def main() -> None:
    """Tell the story on a fresh database."""
    parser = argparse.ArgumentParser(prog="python -m migrations_examples.password_hash")
    parser.add_argument("--database-url", metavar="URL", help="a server other than SQLite")
    url = parser.parse_args().database_url or os.environ.get("DATABASE_URL")
    with fresh_database(url) as fresh:
        os.environ["DATABASE_URL"] = fresh
        django.setup()
        try:
            story()
        finally:
            connection.close()


def story() -> None:
    """Run each step through the evolve command and show the table after it."""
    say("A table of users with plain passwords.")
    evolve("migrate", "southtut2", "0001")
    add_users()
    show_table()
    say("Two columns are added, nullable, since nobody has a salt or a hash yet.")
    evolve("migrate", "southtut2", "0002")
    show_table()
    say("A data migration fills them, on the model as it was frozen then.")
    evolve("migrate", "southtut2", "0003")
    show_table()
    say("The plain passwords go.")
    evolve("migrate", "southtut2")
    show_table()
    prove_passwords()
    say("Hashes cannot be turned back into passwords, and evolve knows before it touches anything.")
    evolve("migrate", "southtut2", "0001", expect=2)
    show_table()
    evolve("list", "southtut2")


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n# {text}", flush=True)


def evolve(*args: str, expect: int = 0) -> None:
    """Run the evolve command in the project, and stop where it ends otherwise than expected."""
    print(f"\n$ evolve {' '.join(args)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "evolve", *args],
        cwd=HERE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != expect:
        sys.exit(f"evolve ended with {done.returncode}, expected was {expect}")


def add_users() -> None:
    """Insert three users as the application of that time did."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO southtut2_user (username, password, name) VALUES (%s, %s, %s)", USERS
        )


def show_table() -> None:
    """Print the table as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM southtut2_user ORDER BY id")
        head = [column[0] for column in cursor.description]
        rows = [[short(value) for value in row] for row in cursor.fetchall()]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    print()
    for row in (head, ["-" * width for width in widths], *rows):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    print(flush=True)


def short(value: object) -> str:
    """Return a value, cut where it is long."""
    text = "NULL" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:23]}…"


def prove_passwords() -> None:
    """Check every password against its hash, and stop where one does not hold."""
    from southtut2.models import User  # noqa: PLC0415 - models need Django to be set up

    for username, password, _ in USERS:
        user = User.objects.get(username=username)
        right, wrong = user.check_password(password), user.check_password("fakepass")
        print(f"  {username}: check_password({password!r}) is {right}, of 'fakepass' {wrong}")
        if not right or wrong:
            sys.exit("The passwords do not hold.")


if __name__ == "__main__":
    main()
