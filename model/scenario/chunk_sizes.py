"""How large the chunks are that the recorder hands out, where they are not all alike.

Each kind says how many bytes a chunk has whose bit rate alone would give it so many. The last,
partial chunk is smaller in proportion.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveFloat, model_validator

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.text_files import digits, read_text
from lastchunk.model.scenario.delay import Model, PositiveMs, lognormal_factor, with_numbers
from lastchunk.model.scenario.numbers import COUNT_MAX, PositiveCount

Share = Annotated[float, Field(ge=0, le=1_000)]


class SpreadSizes(Model):
    """Each chunk's size is drawn: anywhere from ``low`` to ``high`` times the bit rate's."""

    kind: Literal["spread"]
    low: Share
    """The least, as a multiple of what the bit rate gives."""
    high: Share
    """The most, likewise."""

    @model_validator(mode="after")
    def _ordered(self) -> SpreadSizes:
        if self.high < self.low:
            raise ValueError(f"high {self.high} is below low {self.low}")
        return self

    def size_bytes(self, index: int, size_bytes: int, full_bytes: int, u: float) -> int:
        """The bytes of a chunk."""
        return round(size_bytes * (self.low + u * (self.high - self.low)))


class LognormalSizes(Model):
    """Each chunk's size is drawn: half of them are larger than the bit rate's, by ``sigma``."""

    kind: Literal["lognormal"]
    sigma: Annotated[PositiveFloat, Field(le=10)]
    """The standard deviation of the logarithm."""

    def size_bytes(self, index: int, size_bytes: int, full_bytes: int, u: float) -> int:
        """The bytes of a chunk."""
        return min(COUNT_MAX, round(size_bytes * lognormal_factor(u, self.sigma)))


class MeasuredSizes(Model):
    """The sizes as measured, one after the other and again from the first.

    In ``bytes``, or in a ``file`` with one number a line.
    """

    kind: Literal["measured"]
    file: Path | None = None
    """A file with one size in bytes a line."""
    bytes: tuple[PositiveCount, ...] = ()
    """The sizes, in place of a file."""

    @model_validator(mode="before")
    @classmethod
    def _load(cls, data: Any) -> Any:
        return with_numbers(data, "bytes", _read_sizes)

    def size_bytes(self, index: int, size_bytes: int, full_bytes: int, u: float) -> int:
        """The bytes of a chunk."""
        return self.bytes[index % len(self.bytes)] * size_bytes // full_bytes


class KeyFrames(Model):
    """A key frame each ``every_ms`` of media adds so many ``bytes`` to the chunk it is in."""

    kind: Literal["key_frames"]
    every_ms: PositiveMs
    """A key frame stands at each multiple of this."""
    bytes: PositiveCount
    """What each adds to its chunk."""

    def frames(self, index: int, chunk_ms: int, media_ms: int) -> int:
        """How many key frames a chunk has: the first one stands at 0 ms."""
        start_ms = index * chunk_ms
        return -(-(start_ms + media_ms) // self.every_ms) - -(-start_ms // self.every_ms)


def _read_sizes(path: Path) -> tuple[int, ...]:
    """The sizes of a file, in their order. Raises `InputError` naming the bad line."""
    text = read_text(path, "file", "a readable file of sizes in bytes, one a line")
    sizes = []
    for number, line in enumerate(text.splitlines(), 1):
        size = digits(line.strip()) or 0
        if not 0 < size <= COUNT_MAX:
            raise InputError(f"{path}, line {number}", line[:80], "one size in whole bytes")
        sizes.append(size)
    return tuple(sizes)


def _no_sizes(value: Any) -> Any:
    """The word ``none`` takes the sizes away, since TOML has no empty value."""
    return None if value == "none" else value


AnySizes = Annotated[
    Annotated[SpreadSizes | LognormalSizes | MeasuredSizes | KeyFrames, Field(discriminator="kind")]
    | None,
    BeforeValidator(_no_sizes),
]
"""How chunks differ in size; None: the bit rate says it."""
