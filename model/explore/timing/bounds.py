"""The bounds of a delay: the earliest and the latest time at which a pending thing happens.

A distribution gives its support, its shape is not looked at: exploring tries every delay that has a
chance, however small. One without an upper bound has none here either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.world.base.pending import Around, Key, Shifted

NOTHING: Mapping[Key, Instant] = {}


def bounds_of(
    delay: Any, now: Any, times: Mapping[Key, Instant] = NOTHING
) -> tuple[Instant, int, int | None]:
    """An instant, and how many ms after it a thing with this delay may happen, from now.

    ``times`` are those of what is pending. What lies around one of them is surely not past.
    """
    if isinstance(delay, Around):
        assert delay.low_ms >= 0, "refused: a time that may be past"
        return times[delay.other], delay.spread.low_ms, delay.spread.high_ms
    if isinstance(delay, Shifted):
        return _shifted(delay, now)
    if isinstance(delay, Instant):
        raise TypeError("a delay is a duration, not a time")
    if isinstance(delay, int | Span):
        time = now + delay
        return (now if time < now else time), 0, 0
    return now, delay.low_ms, delay.high_ms


def _shifted(delay: Shifted, now: Any) -> tuple[Instant, int, int | None]:
    """A spread around a planned time, cut off at now: `max(0, base + spread)` from now."""
    spread: Any = delay.spread
    base = now + delay.base_ms
    low_ms, high_ms = spread.low_ms, spread.high_ms
    if base + low_ms >= now:
        return base, low_ms, high_ms
    if high_ms is not None and base + high_ms <= now:
        return now, 0, 0
    ms = base - now
    if isinstance(ms, Span):
        ms = ms.whole()
        if ms is None:
            raise InputError("a delay", repr(delay), "a planned time that is fixed or not past")
    return now, max(0, ms + low_ms), None if high_ms is None else ms + high_ms
