"""The size of a chunk that ends at a time in bounds: nobody can tell it, and no code may look.

The last chunk is as long as the recording leaves it. The world only asks whether it is too large
for one request, which is a question of time.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import Any

from lastchunk.model.base.blame import MODULES
from lastchunk.model.explore.timing.instant import Span, refuse_time
from lastchunk.reference_impl.contract import Chunk

WHAT = "tell the size of the last chunk, where recording.duration_ms is a range,"
INSTEAD = "it can with one value, such as recording.duration_ms=15000"


class Size:
    """What so much ``media`` makes, in bytes."""

    __slots__ = ("media", "video_kbps")

    def __init__(self, video_kbps: int, media: Span) -> None:
        self.video_kbps = video_kbps
        self.media = media

    def __add__(self, other: Any) -> Any:
        """Not even the world may add it to another one."""
        refuse_time(WHAT, INSTEAD)

    __radd__ = __rsub__ = __add__

    def __le__(self, limit: int) -> bool:
        """Whether it is no more than so many bytes: rate * ms // 8 <= limit, in whole ms."""
        return self.media < -(-8 * (limit + 1) // self.video_kbps)


def _by_index(order: Callable[[int, int], bool]) -> Any:
    def method(self: Any, other: Any) -> bool:
        return order(self.index, other.index) if isinstance(other, Chunk) else NotImplemented

    return method


class UnsizedChunk(Chunk):
    """A chunk whose size only the world may ask for."""

    __slots__ = ()

    def __init__(self, index: int, size: Size) -> None:
        INDEX.__set__(self, index)
        SIZE.__set__(self, size)

    @property
    def size_bytes(self) -> Any:
        """The size, for the world."""
        if not str(sys._getframe(1).f_globals.get("__name__", "")).startswith(MODULES):
            refuse_time(WHAT, INSTEAD)
        return SIZE.__get__(self)

    def __repr__(self) -> str:
        refuse_time(WHAT, INSTEAD)

    def __hash__(self) -> int:
        return hash(self.index)

    # No other chunk has its index, and where these differ the size does not count.
    __eq__ = _by_index(operator.eq)
    __ne__ = _by_index(operator.ne)
    __lt__ = _by_index(operator.lt)
    __le__ = _by_index(operator.le)
    __gt__ = _by_index(operator.gt)
    __ge__ = _by_index(operator.ge)


UnsizedChunk.__name__ = UnsizedChunk.__qualname__ = Chunk.__name__  # it stands in texts of errors
INDEX: Any = vars(Chunk)["index"]
SIZE: Any = vars(Chunk)["size_bytes"]
"""Where a chunk keeps its index, and its size."""


def sized_chunk(index: int, video_kbps: int, media_ms: Any) -> Chunk:
    """The chunk that so much media makes."""
    ms = media_ms.whole() if isinstance(media_ms, Span) else media_ms
    if ms is None:
        return UnsizedChunk(index, Size(video_kbps, media_ms))
    return Chunk(index, video_kbps * ms // 8)
