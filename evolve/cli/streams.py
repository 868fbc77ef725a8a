"""stdout and stderr that may be closed, full or narrow: what is printed decides nothing."""

from __future__ import annotations

import contextlib
import os
from typing import Any


class Steady:
    """A stream that fails at most once, and says nothing from then on.

    A run has to go on where the reader of its lines is gone (`| head`) or a disk is full: else it
    would stop between two revisions. What an encoding cannot write is escaped.
    """

    def __init__(self, stream: Any) -> None:
        # Python has None where the descriptor was closed before it began.
        self._stream = stream if stream is not None else open(os.devnull, "w")  # noqa: SIM115
        self.failure: OSError | None = None

    def write(self, text: str) -> int:
        """Write a text, unless an earlier one could not be written."""
        if self.failure is None:
            with self._failing():
                try:
                    self._stream.write(text)
                except UnicodeEncodeError as error:
                    known = text.encode(error.encoding, "backslashreplace")
                    self._stream.write(known.decode(error.encoding))
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        if self.failure is None:
            with self._failing():
                self._stream.flush()

    @contextlib.contextmanager
    def _failing(self) -> Any:
        try:
            yield
        except OSError as error:
            self.failure = error
            # Python writes what is left in the buffer when it ends, and would say that it cannot.
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
