"""The stations: imports run one way, pure stations stay pure, functions stay small."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "evolve"
ORDER = [
    *(
        "_version",
        "errors",
        "findings",
        "fields",
        "frozen",
        "autodiff",
        "revisions",
        "plan",
        "guards",
    ),
    *("executor", "database", "history", "data", "offline", "drift", "lint", "transfer"),
    *(
        "settings",
        "signals",
        "project",
        "running",
        "adopting",
        "authoring",
        "checking",
        "survey",
        "cli",
    ),
    *("management", "apps", "__init__", "__main__"),
]
PURE = [
    *("errors.py", "findings.py", "frozen/snapshot.py", "plan.py", "guards"),
    *("frozen/expressions.py", "frozen/slots.py"),
    *("revisions/revision.py", "revisions/graph.py", "revisions/targets.py"),
    *(
        "revisions/squashed.py",
        "revisions/references.py",
        "revisions/mentions.py",
        "revisions/order.py",
        "revisions/walks.py",
    ),
]
FILES = sorted(ROOT.rglob("*.py"))


def station(path):
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_station_imports_only_stations_before_it(path):
    own = ORDER.index(station(path))
    for module in imported(ast.parse(path.read_text())):
        parts = module.split(".")
        if parts[0] == "evolve" and len(parts) > 1:
            assert ORDER.index(parts[1]) <= own, f"{path.name} imports {module}"


@pytest.mark.parametrize("place", PURE)
def test_a_pure_station_knows_neither_django_nor_files(place):
    path = ROOT / place
    for each in [path] if path.is_file() else path.glob("*.py"):
        modules = {module.split(".")[0] for module in imported(ast.parse(each.read_text()))}
        assert not modules & {"django", "os", "pathlib", "io", "subprocess", "shutil"}, each


def test_only_the_command_line_prints_asks_and_exits():
    for path in FILES:
        if station(path) in ("cli", "management"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in ("print", "input", "sys.exit"), path


def lines_of(function):
    docstring = ast.get_docstring(function, clean=False)
    length = function.end_lineno - function.lineno + 1
    return length - (docstring.count("\n") + 1 if docstring else 0)


def test_functions_and_files_stay_in_their_budgets():
    trees = {path: ast.parse(path.read_text()) for path in FILES}
    lengths = sorted(
        lines_of(node)
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] < 25
    assert lengths[-1] <= 50
    assert all(len(path.read_text().splitlines()) <= 300 for path in FILES)
