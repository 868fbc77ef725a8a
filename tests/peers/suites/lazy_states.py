"""Django's tests of operations, with evolve's lazy states in the place of ProjectState."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from evolve.database.lazy import LazyState


@contextmanager
def installed() -> Iterator[None]:
    """Have the test modules make lazy states."""
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in ("migrations", "schema") and hasattr(
                module, "ProjectState"
            ):
                stack.enter_context(mock.patch.object(module, "ProjectState", LazyState))
        yield
