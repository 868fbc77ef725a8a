"""The example of a table that is older than its project runs to its end."""

import subprocess
import sys
from pathlib import Path

from tests import databases

ROOT = Path(__file__).parent.parent.parent


def run(*args):
    return subprocess.run(
        [sys.executable, "-m", "migrations_examples.legacy_orders", *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_runs_to_its_end():
    before = {path: path.read_bytes() for path in files()}
    ran = run("--database-url", databases.URLS["postgresql"])
    if ran.returncode and "connect" in ran.stderr.lower():
        databases.unavailable("postgresql", ran.stderr.strip().splitlines()[-1])
    assert ran.returncode == 0, ran
    assert "fields.FixedCharField(max_length=13, primary_key=True)" in ran.stdout
    assert "App 'orders' converted." in ran.stdout
    assert "  1   paid\n  2   waiting\n" in ran.stdout
    assert "Every row is what it was." in ran.stdout
    assert ran.stderr == ""
    assert {path: path.read_bytes() for path in files()} == before


def files():
    place = ROOT / "migrations_examples" / "legacy_orders"
    return [path for path in place.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def test_the_example_says_that_it_needs_postgresql():
    ran = run("--database-url", "sqlite:///legacy.sqlite3")
    assert ran.returncode == 2
    assert "PostgreSQL" in ran.stderr
