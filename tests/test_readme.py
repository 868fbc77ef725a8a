"""The README says what is true."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import evolve
from evolve.database.facade import Database
from evolve.settings import Settings
from tests import databases

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def run(*args):
    return subprocess.run(
        [sys.executable, *args], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_two_commands_install_with_a_new_environment_each():
    example, tests = blocks("sh")
    assert example.startswith("python3 -m venv .venv && .venv/bin/pip install -q . && ")
    assert example.endswith(".venv/bin/python -m migrations_examples.password_hash\n")
    assert tests.startswith(
        "python3 -m venv .venv-test && .venv-test/bin/pip install -q '.[test]' && "
    )
    assert tests.endswith(".venv-test/bin/python -m pytest -q\n")


@pytest.mark.parametrize("vendor", databases.VENDORS)
def test_the_example_runs_to_its_end(vendor):
    if vendor == "mariadb":
        pytest.importorskip("MySQLdb", reason="mysqlclient is not installed")
    url = [] if vendor == "sqlite" else ["--database-url", databases.URLS[vendor]]
    ran = run("-m", "migrations_examples.password_hash", *url)
    if ran.returncode and "connect" in ran.stderr.lower():
        databases.unavailable(vendor, ran.stderr.strip().splitlines()[-1])
    assert ran.returncode == 0, ran
    assert (
        "andrew: check_password('ihopetheycantseethis') is True, of 'fakepass' False" in ran.stdout
    )
    assert "Nothing was touched." in ran.stdout


def test_the_python_in_it_compiles():
    for code in blocks("python"):
        body = code if not code.startswith("    def") else f"class Migration:\n{code}"
        compile(body, "README.md", "exec")


@pytest.mark.parametrize(
    "command",
    [
        *("schemamigration", "datamigration", "migrate", "list", "journal", "convert", "history"),
        *("graph", "merge", "rebase", "squash", "stamp", "check", "heads", "show", "rollback"),
        *("adopt", "inspect", "leave"),
    ],
)
def test_every_option_it_names_is_in_the_help(command):
    helped = run("-m", "evolve", command, "--help").stdout
    spans = re.findall(rf"`evolve {command}\b([^`]*)`", README)
    named = {option for span in spans for option in re.findall(r"--[a-z][a-z-]+", span)}
    if command == "schemamigration":
        table = README.partition("| question | option |")[2].partition("\n\n")[0]
        named |= set(re.findall(r"--[a-z][a-z-]+", table)) - {"--yes"}
        update = README.partition("## Changing your mind")[2].partition("\n## ")[0]
        named |= set(re.findall(r"--[a-z][a-z-]+", update))
    if command == "migrate":
        history = README.partition("## What is applied")[2].partition("\n## ")[0]
        named |= set(re.findall(r"--[a-z][a-z-]+", history))
    assert helped
    assert {option for option in named if option not in helped} == set()


def test_every_command_is_in_the_table_and_in_the_help():
    table = README.partition("## Commands")[2].partition("\n\n`TARGET`")[0]
    named = set(re.findall(r"`evolve (\w+)", table))
    listed = run("-m", "evolve", "--help").stdout
    helped = set(re.findall(r"^    ([a-z]+)  ", listed, re.MULTILINE))
    assert named == helped


def test_every_setting_is_in_its_table():
    table = README.partition("| setting | default |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [
        each.name for each in fields(Settings)
    ]


def test_every_method_of_db_that_it_names_is_there():
    named = set(re.findall(r"self\.db\.(\w+)", README))
    assert {name for name in named if not hasattr(Database, name)} == set()


def test_the_public_names_are_sorted_and_there():
    assert sorted(evolve.__all__) == evolve.__all__
    assert all(hasattr(evolve, name) for name in evolve.__all__)


def test_the_lines_of_the_tour_are_those_of_the_tutorial():
    tutorial = (ROOT / "tests" / "journeys" / "test_tutorial.py").read_text()
    printed = tutorial.replace("{SECOND}", re.search(r'SECOND = "(.*)"', tutorial)[1])
    tour = README.partition("## The tour")[2].partition("## A revision file")[0]
    lines = [
        line.split(". You can now")[0].replace(" `evolve", "\n").split("\n")[0]
        for block in re.findall(r"```text\n(.*?)```", tour, re.DOTALL)
        for line in block.splitlines()
        if line and not line.startswith("$") and "…" not in line and " ! " not in line
    ]
    assert len(lines) > 20
    assert [line for line in lines if line.strip() not in printed] == []
