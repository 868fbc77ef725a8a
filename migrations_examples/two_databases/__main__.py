"""`python -m migrations_examples.two_databases`: Django's guide to several databases, migrated."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dj_database_url

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.utils import ConnectionHandler  # noqa: E402


def main() -> None:
    """Tell the story on two fresh databases."""
    parser = argparse.ArgumentParser(prog="python -m migrations_examples.two_databases")
    for name in ("users", "primary"):
        parser.add_argument(f"--{name}-url", metavar="URL", help="a server other than SQLite")
    args = parser.parse_args()
    fresh = {name: fresh_url(name, getattr(args, f"{name}_url")) for name in ("users", "primary")}
    # Before anything asks Django for its settings.
    os.environ.update({f"{name.upper()}_URL": url for name, url in fresh.items()})
    django.setup()
    with ExitStack() as stack:
        for url in fresh.values():
            stack.enter_context(database(url))
        try:
            story()
        finally:
            connections.close_all()


def fresh_url(name: str, url: str | None) -> str:
    """Return the URL of a new database: an SQLite file, or one beside that of `url`."""
    if not url:
        return f"sqlite:///{HERE / f'{name}.sqlite3'}"
    base, question, query = url.partition("?")
    return f"{base.rpartition('/')[0]}/evolve_{name}_{secrets.token_hex(4)}{question}{query}"


@contextmanager
def database(url: str) -> Iterator[None]:
    """Make a database, and drop it at the end."""
    entry = dj_database_url.parse(url)
    if url.startswith("sqlite"):
        Path(entry["NAME"]).unlink(missing_ok=True)
        yield
        Path(entry["NAME"]).unlink(missing_ok=True)
        return
    server = ConnectionHandler({"default": entry})["default"]
    with server._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {entry['NAME']}")
    try:
        yield
    finally:
        with server._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {entry['NAME']}")


def story() -> None:
    """Run each step through the evolve command."""
    say("`default` is empty: a database has to be named, or all of them.")
    evolve("migrate", expect=2)
    say("First the users, in a database of their own; news has nothing to do there.")
    evolve("migrate", "--database", "auth_db")
    evolve("list", "--database", "auth_db")
    say("Then the articles.")
    evolve("migrate", "news", "0002", "--database", "primary")
    add_rows()
    say("Each article gets its author's name: read from one database, written to the other.")
    evolve("migrate", "--all-databases")
    show()
    evolve("list", "--database", "primary")
    say("Back again, on both, at the same time.")
    evolve("migrate", "news", "0001", "--all-databases", "--parallel", "2")
    evolve("list", "news", "--database", "primary")


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n# {text}", flush=True)


def evolve(*args: str, expect: int = 0) -> None:
    """Run the evolve command in the project, and stop where it ends otherwise than expected."""
    print(f"\n$ evolve {' '.join(args)}", flush=True)
    command = [sys.executable, "-m", "evolve", *args]
    done = subprocess.run(command, cwd=HERE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != expect:
        sys.exit(f"evolve ended with {done.returncode}, expected was {expect}")


def add_rows() -> None:
    """Insert users into one database and articles into the other."""
    with connections["auth_db"].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO people_user (username, name) VALUES (%s, %s)",
            [("andrew", "Andrew Godwin"), ("eric", "Eric Holscher")],
        )
    with connections["primary"].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO news_article (title, author, byline) VALUES (%s, %s, '')",
            [("South", "andrew"), ("Read the Docs", "eric"), ("A guest", "fred")],
        )


def show() -> None:
    """Print the articles."""
    with connections["primary"].cursor() as cursor:
        cursor.execute("SELECT title, author, byline FROM news_article ORDER BY id")
        print()
        for row in cursor.fetchall():
            print("  " + "  ".join(str(value).ljust(14) for value in row).rstrip())


if __name__ == "__main__":
    main()
