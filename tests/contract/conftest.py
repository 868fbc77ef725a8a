"""The world in which contract tests run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.contract.case")

from tests.contract.engine import World  # noqa: E402


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A project of two apps, empty, with its revisions below a directory of the test."""
    with World(tmp_path) as made:
        yield made
