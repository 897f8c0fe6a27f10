"""``Date``: the time of the object's last I/O, which is no number (R13)."""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.runtime.texts import IsoText, TimeText
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    HostObject,
    Object,
    refuse_here,
)
from lastchunk.reference_impl.clock import Time, driven

ONLY = "Date.now(), new Date(), and new Date(a time)"


def time_now() -> Any:
    """The time on the clock of whose code runs."""
    if driven.program is None:
        refuse_here("the time as the module is loaded", "within a method")
    return driven.program.now()


class DateObject(Object, HostObject):
    """A date: a time that can be asked for its text."""

    WORD = "a date"
    NAMES = frozenset(("getTime", "valueOf", "toISOString", "toJSON", "toString"))

    def __init__(self, time: Any = UNDEFINED, *more: Any) -> None:
        if more:
            refuse_here("a date of years and months", ONLY)
        if time is UNDEFINED:
            self.time = time_now()
        elif isinstance(time, DateObject) or type(time) is IsoText:
            self.time = time.time
        else:
            self.time = time
        if type(self.time) is not Time:
            refuse_here("a date of this", ONLY)

    def getTime(self, *_: Any) -> Any:  # noqa: N802 - the language's name
        """Its time."""
        return self.time

    valueOf = getTime  # noqa: N815 - the language's name

    def toISOString(self, *_: Any) -> IsoText:  # noqa: N802 - the language's name
        """Its text, which nobody may look into."""
        return IsoText(self.time)

    toJSON = toISOString  # noqa: N815 - the language's name

    def as_json(self) -> IsoText:
        """What JSON has of it."""
        return IsoText(self.time)

    def as_number(self) -> Any:
        """Its time."""
        return self.time

    def as_text(self) -> TimeText:
        """Some text."""
        return TimeText(("date", self.time))

    def toString(self, *_: Any) -> TimeText:  # noqa: N802 - the language's name
        """Some text."""
        return self.as_text()

    def cloned(self) -> DateObject:
        """A copy of its own."""
        return DateObject(self.time)


class DateNamespace(HostObject):
    """``Date``"""

    __slots__ = ()
    WORD = "Date"
    NAMES = frozenset(("now", "parse"))
    INSTANCES = DateObject

    @staticmethod
    def construct(*given: Any) -> DateObject:
        """``new Date(...)``"""
        return DateObject(*given)

    @staticmethod
    def now(*_: Any) -> Any:
        """``Date.now()``"""
        return time_now()

    @staticmethod
    def parse(text: Any = UNDEFINED, *_: Any) -> Any:
        """``Date.parse(text)`` of what toISOString() gave."""
        if type(text) is not IsoText:
            refuse_here("Date.parse() of this", "what toISOString() gave")
        return text.time
