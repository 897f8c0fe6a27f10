"""Time while exploring: an `Instant` is a name and an offset, a `Span` a difference of two.

Code that adds whole milliseconds to an instant, stores it and compares it works unchanged. A
comparison is a question to the `Timeline`: answered where the state class decides it, otherwise the
class is split in two and the step runs once for each half. What cannot be exact is refused with
the line of the code that asked for it.

Instants count as lying after every plain number up to 0 (a clock in ms since 1970 does), so that a
record's "not yet" (0 or -1) may be compared with one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from lastchunk.model.base.blame import MODULES
from lastchunk.model.explore.timing.zone import at_most, below
from lastchunk.model.world.code.clone import share
from lastchunk.model.world.code.deeds import TimeError
from lastchunk.reference_impl.clock import TimeRefused, driven, place_of

HERE = __name__


class Timeline(Protocol):
    """Who answers questions about instants, by the state class that a step runs in."""

    def holds(self, left: int, right: int, bound: int) -> bool:
        """Whether ``left - right`` keeps a bound (of `model.explore.timing.zone`)."""

    def exactly(self, left: int, right: int) -> int | None:
        """``left - right`` in ms where the class leaves only one value; else None."""


MAY_DO = (
    "code under exploration may add whole ms to a time, store it and compare it with another time"
)


def refuse_time(what: str, instead: str = MAY_DO) -> NoReturn:
    """Raise `TimeError` with the line of the code that asked; what a design must not catch."""
    place = place_of(sys._getframe(1), MODULES if driven.program is not None else HERE)
    text = f"exploring cannot {what} exactly: {place}; {instead}"
    raise TimeRefused(text) if driven.program is not None else TimeError(text)


def _refused(what: str) -> Callable[..., Any]:
    def method(self: Any, *_: Any) -> NoReturn:
        refuse_time(what)

    return method


def _unwritten(self: Any, *_: Any) -> str:
    """The words of a verdict may name a time; a replay in whole ms fills it in."""
    if not str(sys._getframe(1).f_globals.get("__name__", "")).startswith(MODULES):
        refuse_time("write a time into a text")
    return "so many"


class Instant:
    """A point in time: the ``name`` of an instant of the state class, and ms after it."""

    __slots__ = ("name", "offset_ms", "timeline")

    def __init__(self, timeline: Timeline, name: int, offset_ms: int = 0) -> None:
        self.timeline = timeline
        self.name = name
        self.offset_ms = offset_ms

    def __repr__(self) -> str:
        return f"Instant({self.name}, {self.offset_ms:+d})"

    def __add__(self, other: Any) -> Instant:
        if type(other) is int:
            return Instant(self.timeline, self.name, self.offset_ms + other)
        if isinstance(other, Span):
            ms = other.whole()
            if ms is not None:
                return self + ms
            if other.start.name == self.name:
                return other.end + (self.offset_ms - other.start.offset_ms)
            refuse_time("add a time and a duration that is not fixed")
        refuse_time(f"add {type(other).__name__} to a time")

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if type(other) is int:
            return Instant(self.timeline, self.name, self.offset_ms - other)
        if isinstance(other, Instant):
            if other.name == self.name:
                return self.offset_ms - other.offset_ms
            return Span(self, other)
        if isinstance(other, Span):
            ms = other.whole()
            if ms is not None:
                return self - ms
            if other.end.name == self.name:
                return other.start + (self.offset_ms - other.end.offset_ms)
        refuse_time(f"subtract {type(other).__name__} from a time")

    def _less(self, other: Any, or_equal: bool) -> bool:
        """Whether this comes before another time."""
        if type(other) is int or type(other) is float:
            if other > 0:
                refuse_time("compare a time with a plain number above 0")
            return False
        if not isinstance(other, Instant):
            refuse_time(f"compare a time with {type(other).__name__}")
        ms = other.offset_ms - self.offset_ms
        if other.name == self.name:
            return ms > 0 or (or_equal and ms == 0)
        bound = at_most(ms) if or_equal else below(ms)
        return self.timeline.holds(self.name, other.name, bound)

    def __lt__(self, other: Any) -> bool:
        return self._less(other, or_equal=False)

    def __le__(self, other: Any) -> bool:
        return self._less(other, or_equal=True)

    def __gt__(self, other: Any) -> bool:
        return not self._less(other, or_equal=True)

    def __ge__(self, other: Any) -> bool:
        return not self._less(other, or_equal=False)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Instant):
            return self._less(other, or_equal=True) and not self._less(other, or_equal=False)
        if (type(other) is int or type(other) is float) and other > 0:
            refuse_time("compare a time with a plain number above 0")
        return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return True

    __hash__ = _refused("use a time as a key or in a set")
    __int__ = __index__ = __float__ = __round__ = _refused("turn a time into a plain number")
    __str__ = __format__ = _unwritten
    __mul__ = __rmul__ = __floordiv__ = __truediv__ = __mod__ = _refused(
        "multiply or divide a time"
    )
    __rsub__ = __neg__ = __abs__ = _refused("negate a time")


class Span:
    """The time from ``start`` to ``end``, where the state class may leave more than one length."""

    __slots__ = ("end", "start")

    def __init__(self, end: Instant, start: Instant) -> None:
        self.end = end
        self.start = start

    def __repr__(self) -> str:
        return f"Span({self.end!r} - {self.start!r})"

    def whole(self) -> int | None:
        """The length in ms where there is only one; else None."""
        ms = self.end.timeline.exactly(self.end.name, self.start.name)
        return None if ms is None else ms + self.end.offset_ms - self.start.offset_ms

    def _number(self, what: str) -> int:
        ms = self.whole()
        if ms is None:
            refuse_time(what)
        return ms

    def __add__(self, other: Any) -> Any:
        if type(other) is int:
            return Span(self.end + other, self.start)
        if isinstance(other, Instant):
            return other + self
        return self._number("add two durations that are not fixed") + other

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if type(other) is int:
            return Span(self.end - other, self.start)
        if isinstance(other, Span):
            return self - other._number("subtract a duration that is not fixed")
        refuse_time(f"subtract {type(other).__name__} from a duration")

    def __rsub__(self, other: Any) -> Any:
        return other - self._number("subtract a duration that is not fixed")

    def _beyond(self, other: Any) -> tuple[Instant, Any]:
        """This duration against a number, as two instants to compare."""
        if isinstance(other, Span):
            if other.start.name == self.start.name:
                return self.end - self.start.offset_ms, other.end - other.start.offset_ms
            if other.end.name == self.end.name:
                return other.start + self.end.offset_ms, self.start + other.end.offset_ms
            other = other._number("compare two durations that are not fixed")
        if type(other) is not int:
            refuse_time(f"compare a duration with {type(other).__name__}")
        return self.end, self.start + other

    def __lt__(self, other: Any) -> bool:
        end, limit = self._beyond(other)
        return bool(end < limit)

    def __le__(self, other: Any) -> bool:
        end, limit = self._beyond(other)
        return bool(end <= limit)

    def __gt__(self, other: Any) -> bool:
        end, limit = self._beyond(other)
        return bool(end > limit)

    def __ge__(self, other: Any) -> bool:
        end, limit = self._beyond(other)
        return bool(end >= limit)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, int | float | Span):
            return False
        end, limit = self._beyond(other)
        return bool(end == limit)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return self != 0

    def __int__(self) -> int:
        return self._number("turn a duration that is not fixed into a plain number")

    __index__ = __int__
    __hash__ = _refused("use a duration as a key or in a set")
    __str__ = __format__ = _unwritten

    def __mul__(self, other: Any) -> Any:
        return self._number("multiply a duration that is not fixed") * other

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        return self._number("divide a duration that is not fixed") // other

    __float__ = __truediv__ = __mod__ = _refused("divide a duration that is not fixed")


share(Instant, Span)
