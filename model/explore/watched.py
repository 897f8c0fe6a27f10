"""A design under watch: whether it tells chunks apart, and whether a step of it ever ends.

Chunks are interchangeable only for a design that does not look at their index. While exploring, a
design gets chunks that note it if it does; the search then starts again without the symmetry.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Any

from model.blame import place_of_frame
from model.design import DesignSpec
from model.step_limit import STEP_SECONDS_MAX, TICK_SECONDS, over_time, ticking
from model.world.program import Program
from reference_impl.contract import Chunk, Response


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


@contextmanager
def time_limit(name: str, programs: Sequence[Program]) -> Iterator[None]:
    """Break off a step of the design that does not end. Raises `DesignError` naming the line."""

    def look(frame: FrameType | None) -> None:
        where = place_of_frame(frame) or "".join(
            program.line_of(program.log[-1][1])
            for program in programs
            if program.log and program.log[-1][1] in program.tasks
        )
        raise over_time(name, STEP_SECONDS_MAX, where)

    with ticking(look, STEP_SECONDS_MAX, TICK_SECONDS):
        yield
