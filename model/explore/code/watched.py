"""A design under watch: whether it tells chunks apart, and whether a step of it ever ends.

Chunks are interchangeable only for a design that does not look at their index. While exploring, a
page gets chunks that note it if it does, or the object that they are sent to; the search then
starts again without the symmetry.
"""

from __future__ import annotations

import dataclasses
import operator
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lastchunk.model.base.blame import MODULES
from lastchunk.model.base.step_limit import STEP_SECONDS_MAX, StepLimit
from lastchunk.model.world.code.program import Program
from lastchunk.reference_impl.clock import Uncatchable
from lastchunk.reference_impl.contract import Chunk


class ChunkIndexUsed(Uncatchable):
    """The design looks at the index of a chunk."""


def _checked() -> None:
    """Raise `ChunkIndexUsed` unless it is the world that looks."""
    if not str(sys._getframe(2).f_globals.get("__name__", "")).startswith(MODULES):
        raise ChunkIndexUsed


INDEX, SIZE = (vars(Chunk)[field.name] for field in dataclasses.fields(Chunk))
"""Where a chunk keeps its index, and its size."""


def index_and_size(chunk: Any) -> tuple[int, int]:
    """The two numbers of a chunk, for the world: nothing is noted."""
    return INDEX.__get__(chunk), SIZE.__get__(chunk)


def _noted(make: Callable[[Any], Any]) -> Callable[..., Any]:
    """A method of chunks that only the world may call."""

    def method(self: Any, *_: Any) -> Any:
        _checked()
        return make(self)

    return method


def _compares(order: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    """A comparison of chunks that only the world may make."""

    def method(self: Any, other: Any) -> Any:
        _checked()
        return (
            order(index_and_size(self), index_and_size(other))
            if isinstance(other, Chunk)
            else NotImplemented
        )

    return method


class WatchedChunk(Chunk):
    """A chunk whose index only the world may see: not a way to look at it goes unnoticed."""

    __slots__ = ()

    def __init__(self, index: int, size_bytes: int) -> None:
        INDEX.__set__(self, index)
        SIZE.__set__(self, size_bytes)

    index = property(_noted(INDEX.__get__))
    __eq__ = _compares(operator.eq)
    __ne__ = _compares(operator.ne)
    __lt__ = _compares(operator.lt)
    __le__ = _compares(operator.le)
    __gt__ = _compares(operator.gt)
    __ge__ = _compares(operator.ge)
    __hash__ = _noted(lambda chunk: hash(index_and_size(chunk)))
    __repr__ = _noted(lambda chunk: repr(index_and_size(chunk)))
    __reduce_ex__ = _noted(lambda chunk: (Chunk, index_and_size(chunk)))


WatchedChunk.__name__ = WatchedChunk.__qualname__ = Chunk.__name__  # it stands in texts of errors


def check_is_watched(chunk: Any) -> None:
    """Raise `ChunkIndexUsed` at a chunk that code has made itself: it is like none of those."""
    if not isinstance(chunk, WatchedChunk):
        raise ChunkIndexUsed


def step_time_limit(name: str, programs: Sequence[Program]) -> StepLimit:
    """Break off a step of the design that does not end. Raises `DesignError` naming the line."""
    return StepLimit(name, STEP_SECONDS_MAX, _none, partial(_waiting, programs))


def _none() -> int:
    """All is one step."""
    return 0


def _waiting(programs: Sequence[Program]) -> str:
    """Where the code stands that was told something last."""
    return "".join(
        program.line_of(program.log[-1][1])
        for program in programs
        if program.log and program.log[-1][1] in program.tasks
    )
