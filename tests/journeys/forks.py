"""The evolve command in a process of its own, forked from one that has imported Django already.

Half of a short command's time is importing Django and evolve, and journeys run a thousand commands.
Nothing else is shared: each command is a fork with its own directory, environment and output, in
which Django was never set up before. Where Python's own start matters (a hash seed, a terminal, a
kill), journeys start `python -m evolve`.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from evolve.cli.main import run as evolve


@cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(server.kill)
    return server


def run(args: list[str], cwd: Path, env: dict[str, str]) -> tuple[int, str, str]:
    """Run `evolve ARGS` and return its exit code, stdout and stderr."""
    server = _server()
    assert server.stdin
    assert server.stdout
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        order = {"args": args, "cwd": str(cwd), "env": env, "out": out.name, "err": err.name}
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return code, out.read().decode(), err.read().decode()


def _serve() -> None:
    """Fork for each order on stdin and write its exit code to stdout."""
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict) -> None:
    """Be the command: what `python -m evolve` would be in that directory and environment."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    files = [os.devnull, order["out"], order["err"]]
    flags = [os.O_RDONLY, os.O_WRONLY, os.O_WRONLY]
    for descriptor, (path, flag) in enumerate(zip(files, flags, strict=True)):
        os.dup2(os.open(path, flag), descriptor)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(each, mode) for each, mode in enumerate("rww"))
    sys.path[0] = order["cwd"]
    sys.argv = ["evolve", *order["args"]]
    code = 1
    try:
        evolve()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
