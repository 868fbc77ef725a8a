"""Edits and layout."""

import sys

import pytest

from evolve.revisions.digest import edited, with_digest, without

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
TEXT = '"""Doc\n\nRevision ID: 1\n"""\nclass Migration:\n    a = f("x", 1)  # why\n'
WRITTEN = with_digest(TEXT, '"""\n')


def test_the_digest_is_the_last_line_of_the_docstring():
    assert WRITTEN.splitlines()[3].startswith("Digest: ")
    assert WRITTEN.splitlines()[4] == '"""'
    assert edited(WRITTEN) is False


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN.replace('f("x", 1)', 'f(\n        "x",\n        1,\n    )'),
        WRITTEN.replace("\nclass", "\n\n\nclass"),
    ],
)
def test_layout_is_no_edit(text):
    assert edited(text) is False


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN.replace("1)", "2)"),
        WRITTEN.replace("why", "because"),
        WRITTEN.replace("Doc", "Docs"),
        WRITTEN + "# more\n",
    ],
)
def test_anything_else_is(text):
    assert edited(text) is True


def test_without_a_digest_nothing_is_known():
    assert edited(TEXT) is None


def test_the_digest_of_a_text_stays_what_it_is():
    """Files that an earlier version wrote were not edited."""
    assert WRITTEN.splitlines()[3] == "Digest: 7f52705dbe105eb7"


def test_without_its_digest_a_text_is_as_it_was():
    assert without(WRITTEN) == TEXT
    second = WRITTEN + "text = '''\nDigest: 0123456789abcdef\n'''\n"
    assert without(second).endswith("Digest: 0123456789abcdef\n'''\n")


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ('x = ["a", "b"]', 'x = ["a" "b"]', True),
        ('x = ["a", "b"]', 'x = [\n  "a",\n  "b",\n]', False),
        ('x = {"a": f(1)}', 'x = {"a": f(1,),}', False),
        ("if x:\n    y()", "if x:\n  y()", False),
        ("if x:\n    y()\n    z()", "if x:\n    y()\nz()", True),
        ("x = 1", "x = 1\n(", True),
        ('x = ("a",)', 'x = ("a")', True),
        ('x = ("a",)', 'x = (\n    "a",  \n)', False),
        ('x = f(("a",), b)', 'x = f(("a"), b)', True),
        ('x = f(("a",), b)', 'x = f(\n    ("a",),\n    b,\n)', False),
        ('x = [("a",)]', 'x = [\n    (\n        "a",\n    ),\n]', False),
        ("x = a.b[0](1)", "x = a.b[0](\n    1,\n)", False),
        ("from a import (b)", "from a import (\n    b,\n)", False),
        ("class A(B): pass", "class A(\n    B,\n): pass", False),
        ('x = f"{a}, {b!r:>{w}}"', 'x = f"{a},{b!r:>{w}}"', True),
        ("x = 1", 'x = 1\n"""', True),
    ],
)
def test_what_python_reads_otherwise_is_an_edit(one, other, said):
    text = with_digest(f'"""Doc\n"""\n{one}\n', '"""\n')
    assert edited(text) is False
    assert edited(text.replace(one, other)) is said


F_STRINGS = """x = f"{a}, {b!r:>{w}} {{}}" f'{c["d"]}'
y = rf'''{a}
 and {b,}
'''
"""


def test_an_f_string_has_the_same_digest_on_every_python():
    """From 3.12 on it is many tokens, of which 3.11 makes one."""
    written = with_digest(f'"""Doc\n"""\n{F_STRINGS}', '"""\n')
    assert "Digest: bdf20dd3c816f4e0" in written
    assert edited(written) is False


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ('x = ("a",)', "aac2762c15189ab7"),
        ('x = f"{a}, {b}"', {"3.11": "7d1c35b8e6bf87c3"}.get(VERSION, "c5eaa5374b83dbe0")),
    ],
)
def test_a_digest_of_an_earlier_version_still_holds(text, digest):
    """Tuples of one had no comma there, and f-strings were what the tokenizer made of them."""
    written = f'"""Doc\nDigest: {digest}\n"""\n{text}\n'
    assert edited(written) is False
    assert edited(written.replace("a", "b")) is True
