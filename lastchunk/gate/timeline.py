"""A session as a small timeline in text, up to what violates a property."""

from __future__ import annotations

from collections.abc import Sequence

from lastchunk.model.properties import Violation
from lastchunk.model.trace.events import LANES, Event, RunEnded, lane_of
from lastchunk.model.trace.words import clock, words_of

FIRST, LAST = 4, 20
"""So many events of a long session are shown, from its beginning and before its violation."""


def timeline_lines(trace: Sequence[Event], violation: Violation) -> list[str]:
    """A line for each event up to the violation, and one for that; the middle may be left out."""
    at_ms = violation.at_ms
    before = [event for event in trace if event.at_ms <= at_ms and not isinstance(event, RunEnded)]
    lines = [_line(event.at_ms, LANES[lane_of(event)], words_of(event)) for event in before]
    left_out = len(lines) - FIRST - LAST
    if left_out > 1:
        lines[FIRST : FIRST + left_out] = [f"  {'...':>9}  {left_out} more events"]
    return [*lines, _line(at_ms, "violated", violation.detail, ">")]


def _line(at_ms: int, lane: str, words: str, mark: str = " ") -> str:
    return f"{mark} {clock(at_ms):>9}  {lane:<10} {words}"
