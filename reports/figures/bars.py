"""What a session's picture is made of: bars that last, marks at an instant, bands behind all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lastchunk.reports.base.palette import (
    BLUE,
    FAINT_BLUE,
    GREEN,
    GREY,
    LIGHT_BLUE,
    LIGHT_GREEN,
    LIGHT_ORANGE,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
)

KEY_WORDS = {
    "request": "upload under way",
    "request lost": "request lost, or refused",
    "stop": "stop call",
    "response": "response",
    "handler": "handler runs or is suspended",
    "handler of old instance": "goes on in a replaced instance",
    "alarm()": "alarm() under way",
    "put": "blob put",
    "alarm": "alarm pending",
    "back-off": "failed, retry to come",
}
"""What the colour of a bar means, by its kind."""
BAR_COLOURS = {
    "request": SKY,
    "request lost": VERMILION,
    "stop": ORANGE,
    "response": PALE,
    "handler": BLUE,
    "handler refused": VERMILION,
    "handler lost": BLUE,
    "handler of old instance": LIGHT_BLUE,
    "alarm()": PURPLE,
    "put": GREEN,
    "put failed": VERMILION,
    "alarm": YELLOW,
    "back-off": LIGHT_ORANGE,
    "commit": FAINT_BLUE,
    "commit failed": VERMILION,
    "active": LIGHT_GREEN,
    "completed": GREY,
}
"""The colour of a bar, by its kind."""


@dataclass(frozen=True)
class Bar:
    """Something that lasts, in a lane. ``kind`` chooses its look; ``label`` may be empty."""

    lane: str
    kind: str
    from_ms: int
    to_ms: int
    label: str = ""


class Mark(NamedTuple):
    """Something at an instant. ``kind`` chooses its look; ``words`` stand beside it."""

    lane: str
    kind: str
    at_ms: int
    words: str = ""


@dataclass
class Spans:
    """All bars, marks and bands of a session, in ms."""

    bars: list[Bar] = field(default_factory=list)
    bands: list[tuple[str, int, int]] = field(default_factory=list)  # (words, from, to)
    chunks: list[tuple[int, int]] = field(default_factory=list)  # (index, at)
    marks: list[Mark] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)
    end_ms: int = 0
