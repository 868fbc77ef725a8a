"""Closed pipes, full disks, narrow encodings: what is printed decides nothing that is applied."""

import subprocess
import sys
from pathlib import Path

import pytest

STREAMS = {
    "reader gone": ("| true", 0),
    "full": ("> /dev/full", 1),
    "closed": (">&-", 0),
    "all full": ("> /dev/full 2> /dev/full", 1),
    "all closed": (">&- 2>&-", 0),
    "no input": ("<&-", 0),
}


def shell(site, command, **environment):
    """Run a shell's line in the project; `evolve` is the command, with its own exit code."""
    line = f'set -o pipefail; evolve() {{ {sys.executable} -m evolve "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", line],
        cwd=site.root,
        env={**site.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def two_revisions(site):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    thing = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
    site.models("shop", thing)
    site.must("schemamigration", "shop", "--initial")
    site.models("shop", thing + "    size = models.IntegerField(null=True)\n")
    site.must("schemamigration", "shop", "--auto")
    return site


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("stream", STREAMS)
def test_a_run_goes_on_where_nobody_reads_it(two_revisions, stream, unbuffered):
    site, (redirection, code) = two_revisions, STREAMS[stream]
    ran = shell(site, f"evolve migrate {redirection}", PYTHONUNBUFFERED=unbuffered)
    assert ran.returncode == code, ran
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    assert ("could not be written: No space" in ran.stderr) == (stream == "full")
    assert site.must("list", "shop").count("(*)") == 2


@pytest.mark.parametrize("redirection", ["2>&-", "2> /dev/full", ">&- 2>&-"])
def test_a_refusal_has_its_exit_code_also_where_it_cannot_be_printed(site, redirection):
    assert shell(site, f"evolve migrate nope {redirection}").returncode == 2
    assert shell(site, f"evolve nonsense {redirection}").returncode == 2


def test_help_into_a_closed_pipe_is_no_failure(site):
    ran = shell(site, "evolve --help | true", PYTHONUNBUFFERED="")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_an_encoding_cannot_write_is_escaped(two_revisions):
    ran = shell(two_revisions, "evolve migrate shop nöpe", PYTHONIOENCODING="ascii")
    assert ran.returncode == 2
    assert "'n\\xf6pe'" in ran.stderr
