"""Standard output: a reader that goes away is no trouble, one that takes nothing more is told.

`lastchunk ... | head` goes on to its end without a word, with the files and the exit code that it
has without `head`. A full disk, or an output that is closed, is said on standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any


class OutputError(Exception):
    """What was found cannot be shown."""


class Output:
    """A stream of text that knows what became of who reads it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.is_gone = False
        if hasattr(stream, "reconfigure"):  # a log may name things by half a character
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Write; to nowhere once the reader has gone."""
        self._try(lambda: self.stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        self._try(self.stream.flush)

    def _try(self, act: Callable[[], object]) -> None:
        if self.is_gone:
            return
        try:
            act()
        except BrokenPipeError:
            self._leave()
        except OSError as error:
            self._leave()
            reason = error.strerror or str(error)
            raise OutputError(f"standard output: it cannot be written ({reason})") from error

    def _leave(self) -> None:
        """Let what is still in the stream go nowhere, or Python would try it again at its end."""
        self.is_gone = True
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def standard_output() -> Iterator[None]:
    """Watch over standard output for a while. Raises `OutputError`."""
    before = sys.stdout
    if before is None:
        raise OutputError("standard output: it is closed; allowed: a terminal, a file or a pipe")
    sys.stdout = Output(before)
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = before
