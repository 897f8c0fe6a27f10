"""A design under watch: whether it tells chunks apart, and whether a step of it ever ends.

Chunks are interchangeable only for a design that does not look at their index. While exploring, a
design gets chunks that note it if it does; the search then starts again without the symmetry.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from model.design import DesignSpec
from model.errors import DesignError
from model.explore.tape import line_of
from model.world.program import Program
from reference_impl.contract import Chunk, Response

STEP_SECONDS_MAX = 10


class TellsApart(BaseException):
    """The design looks at the index of a chunk."""


def _checked() -> None:
    """Raise `TellsApart` unless it is the world that looks."""
    if not str(sys._getframe(2).f_globals.get("__name__", "")).startswith("model."):
        raise TellsApart


class WatchedChunk(Chunk):
    """A chunk whose index only the world may see."""

    __slots__ = ()

    @property
    def index(self) -> int:  # type: ignore[override]
        """The chunk's place in the recording."""
        _checked()
        return tuple.__getitem__(self, 0)

    def __getitem__(self, key: Any) -> Any:
        _checked()
        return tuple.__getitem__(self, key)

    def __iter__(self) -> Iterator[Any]:
        _checked()
        return tuple.__iter__(self)

    def __eq__(self, other: object) -> bool:
        _checked()
        return tuple.__eq__(self, other)

    def __hash__(self) -> int:
        _checked()
        return tuple.__hash__(self)

    def __repr__(self) -> str:
        _checked()
        return tuple.__repr__(self)

    def __lt__(self, other: Any) -> bool:
        _checked()
        return tuple.__lt__(self, other)


def watched(design: DesignSpec) -> DesignSpec:
    """The same design, whose chunks note it if their index is looked at."""
    cls = design.cls

    class Watched(cls):  # type: ignore[misc, valid-type]
        async def upload(self, chunk: Chunk) -> Response:
            response: Response = await super().upload(WatchedChunk(*chunk))
            return response

    return replace(design, cls=Watched)


@contextmanager
def time_limit(name: str, programs: Sequence[Program]) -> Iterator[None]:
    """Break off a step of the design that does not end. Raises `DesignError` naming the line."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, frame: Any) -> None:
        where = line_of(frame) or "".join(
            program.line_of(program.log[-1][1])
            for program in programs
            if program.log and program.log[-1][1] in program.tasks
        )
        raise DesignError(
            f"{name} did not come to an await or an end within {STEP_SECONDS_MAX} s{where}"
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, STEP_SECONDS_MAX)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
