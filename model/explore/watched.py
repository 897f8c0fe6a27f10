"""A design under watch: whether it tells chunks apart, and whether a step of it ever ends.

Chunks are interchangeable only for a design that does not look at their index. While exploring, a
design gets chunks that note it if it does; the search then starts again without the symmetry.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from model.design import DesignSpec
from model.errors import DesignError
from model.explore.tape import line_of
from model.world.program import Program
from reference_impl.contract import Chunk, Response

STEP_SECONDS_MAX = 10
TICK_SECONDS = 1.0
"""How soon a limit that could not be told is told again."""


class TellsApart(BaseException):
    """The design looks at the index of a chunk."""


def _checked() -> None:
    """Raise `TellsApart` unless it is the world that looks."""
    if not str(sys._getframe(2).f_globals.get("__name__", "")).startswith("model."):
        raise TellsApart


def _noted(name: str) -> Callable[..., Any]:
    """A method of tuples that only the world may call."""
    original = getattr(tuple, name)

    def method(self: Any, *arguments: Any) -> Any:
        _checked()
        return original(self, *arguments)

    return method


class WatchedChunk(Chunk):
    """A chunk whose index only the world may see: not a way to look at it goes unnoticed.

    (But for ``"%d %d" % chunk``, which asks the text and not the chunk.)
    """

    __slots__ = ()

    @property
    def index(self) -> int:  # type: ignore[override]
        """The chunk's place in the recording."""
        _checked()
        return tuple.__getitem__(self, 0)

    __getitem__ = _noted("__getitem__")
    __iter__ = _noted("__iter__")
    __eq__ = _noted("__eq__")
    __ne__ = _noted("__ne__")
    __lt__ = _noted("__lt__")
    __le__ = _noted("__le__")
    __gt__ = _noted("__gt__")
    __ge__ = _noted("__ge__")
    __hash__ = _noted("__hash__")
    __repr__ = _noted("__repr__")
    __contains__ = _noted("__contains__")
    __add__ = _noted("__add__")
    __mul__ = _noted("__mul__")
    __rmul__ = _noted("__rmul__")
    count = _noted("count")

    def __radd__(self, other: Any) -> Any:
        _checked()
        return other + tuple.__getitem__(self, slice(None))


def watched(design: DesignSpec) -> DesignSpec:
    """The same design, whose chunks note it if their index is looked at."""
    cls = design.cls

    class Watched(cls):  # type: ignore[misc, valid-type]
        async def upload(self, chunk: Chunk) -> Response:
            response: Response = await super().upload(WatchedChunk(*chunk))
            return response

    return replace(design, cls=Watched)


def _is_collecting(frame: Any) -> bool:
    """Whether garbage is being collected: by a callback of the collector, or by a finalizer."""
    callbacks = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


@contextmanager
def time_limit(name: str, programs: Sequence[Program]) -> Iterator[None]:
    """Break off a step of the design that does not end. Raises `DesignError` naming the line."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, frame: Any) -> None:
        if _is_collecting(frame):
            return  # what is raised in there is thrown away: the next tick will do
        where = line_of(frame) or "".join(
            program.line_of(program.log[-1][1])
            for program in programs
            if program.log and program.log[-1][1] in program.tasks
        )
        raise DesignError(
            f"{name} did not come to an await or an end within {STEP_SECONDS_MAX} s{where}"
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, STEP_SECONDS_MAX, TICK_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
