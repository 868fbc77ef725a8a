"""Edits and layout."""

import pytest

from evolve.revisions.digest import edited, with_digest

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
