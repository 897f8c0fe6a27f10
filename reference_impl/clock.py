"""Times as a design sees them: `Time`, a point on its clock, and `Duration`, how far two lie apart.

A time is no number. It can be stored, moved by whole milliseconds and compared with another time;
whatever else code tries is refused at its line. So a design does the same under every scheduler:
where times are whole milliseconds, and where only their order is known. ``_ms`` holds what the
scheduler counts in; it answers additions and comparisons, and nothing else of it is used.

A time counts as later than every number up to 0, as a clock in ms since 1970 does: a record's
"not yet" (0 or -1) may be compared with one.
"""

from __future__ import annotations

import operator
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NoReturn

ALLOWED = (
    "code may add whole ms to a time, subtract them, take the duration between two times, and "
    "compare a time with a time, a duration with whole ms"
)
STANDARD_LIBRARY = os.path.dirname(os.__file__)  # noqa: PTH120 - compared with frames' texts
TOOLS = frozenset(("logging", "pprint", "reprlib"))
"""Modules that write a time for a person: what they write comes back to no code."""


class Driven:
    """What the driver of code under review says about it, and what that code leaves undone.

    ``program`` is the program whose code runs just now; None where none does. ``to_await`` counts
    the effects that it made, less those that it awaited.
    """

    __slots__ = ("is_closing", "program", "to_await")

    def __init__(self) -> None:
        self.program: Any = None
        self.is_closing = False
        self.to_await = 0


driven = Driven()


class Uncatchable(BaseException):
    """What ends a run of code under review. Code that catches it is found out (`raised`)."""

    raised: ClassVar[list[Uncatchable]] = []

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        if driven.program is not None:
            Uncatchable.raised.append(self)


class Refused(Uncatchable):
    """Code did what no design may do: what, where, what is allowed."""


class TimeRefused(Refused):
    """A time was used in a way that is not defined: what was tried, where, what is allowed."""


def place_of(frame: Any, ours: str = __name__) -> str:
    """The nearest line that is not the library's or ours: file, line, function.

    ``ours`` begins the names of modules to leave out, beside this one.
    """
    while frame is not None:
        file, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__", ""))
        is_library = file.startswith(STANDARD_LIBRARY)
        if not (is_library or module == __name__ or module.startswith(ours)):
            return f"{Path(file).name}, line {frame.f_lineno}, in {frame.f_code.co_name}()"
        frame = frame.f_back
    return "an unknown line"


def refuse(what: str) -> NoReturn:
    """Raise `TimeRefused` with the line of the code that asked."""
    raise TimeRefused(f"{place_of(sys._getframe(1))}: code cannot {what}; {ALLOWED}")


def comes_back_to_code(frame: Any) -> bool:
    """Whether code under review is given what is written for this frame, and no person alone."""
    while frame is not None and frame.f_code.co_filename.startswith(STANDARD_LIBRARY):
        if frame.f_globals.get("__name__", "").partition(".")[0] in TOOLS:
            return False
        frame = frame.f_back
    return driven.program is not None and not driven.is_closing


def text_with_address(self: Any) -> str:
    """Python's own text of an object whose class has none, which no code under review may make."""
    frame = sys._getframe(1)
    if comes_back_to_code(frame):
        name = type(self).__name__
        what = f"make a text of a {name}, which has none of its own: it would show an address"
        raise Refused(f"{place_of(frame)}: code cannot {what}; allowed: a __repr__, or its fields")
    return object.__repr__(self)


def _refused(what: str) -> Callable[..., Any]:
    def method(self: Any, *_: Any) -> NoReturn:
        refuse(f"{what} {self.WORD}")

    return method


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _whole(value: Any, what: str) -> int:
    """A number of whole ms. Refuses a fraction, and whatever is no number."""
    if not _is_number(value) or value != value or value in (float("inf"), float("-inf")):
        refuse(f"{what} {_named(value)}")
    if value != int(value):
        refuse(f"{what} {value!r}, which is no whole number of ms")
    return int(value)


def _named(value: object) -> str:
    """A value in the words of an error."""
    if isinstance(value, Time | Duration):
        return value.WORD
    return "nothing (None)" if value is None else f"a value of type {type(value).__name__}"


class _Opaque:
    """What times and durations have in common: all that they refuse."""

    __slots__ = ("_ms",)
    WORD: ClassVar[str] = ""
    _compare: Callable[[Any, str], bool]
    """How a time, or a duration, compares with another value by an operator of that name."""

    def __init__(self, ms: Any) -> None:
        self._ms = ms

    def __getattr__(self, name: str) -> NoReturn:
        if driven.program is not None and not driven.is_closing:
            refuse(f"ask for {name} of {self.WORD}")
        raise AttributeError(name)

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __lt__(self, other: Any) -> bool:
        return self._compare(other, "__lt__")

    def __le__(self, other: Any) -> bool:
        return self._compare(other, "__le__")

    def __gt__(self, other: Any) -> bool:
        return self._compare(other, "__gt__")

    def __ge__(self, other: Any) -> bool:
        return self._compare(other, "__ge__")

    def __ne__(self, other: object) -> bool:
        return not self == other

    def _ask(self, left: Any, word: str, right: Any) -> bool:
        """A comparison of what the scheduler counts in.

        Code that is being unwound, or collected as garbage, gets an answer that nobody asked for.
        """
        if type(left) is not int and (driven.is_closing or driven.program is None):
            return False
        return bool(getattr(operator, word)(left, right))

    def _written(self, *_: Any) -> str:
        if comes_back_to_code(sys._getframe(1)):
            refuse(f"write into a text {self.WORD}")
        return f"({self.WORD})"

    __repr__ = __str__ = __format__ = _written
    __hash__ = _refused("use as a key, or put into a set,")
    __int__ = __index__ = __float__ = __complex__ = __round__ = _refused("make a plain number of")
    __trunc__ = __floor__ = __ceil__ = _refused("round")
    __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = _refused("multiply or divide")
    __truediv__ = __rtruediv__ = __mod__ = __rmod__ = _refused("multiply or divide")
    __divmod__ = __rdivmod__ = __pow__ = __rpow__ = _refused("multiply or divide")
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _refused("take bits of")
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __invert__ = _refused(
        "take bits of"
    )
    __neg__ = __pos__ = __abs__ = _refused("take the sign of")
    __iter__ = __len__ = __getitem__ = __contains__ = _refused("look into")
    __call__ = _refused("call")
    __reduce_ex__ = _refused("make bytes of")


class Time(_Opaque):
    """A point on a clock. ``ctx.now()`` gives one; see the top of the module for what it can."""

    __slots__ = ()
    WORD = "a time"

    def __add__(self, other: Any) -> Time:
        if isinstance(other, Duration):
            return Time(self._ms + other._ms)
        return Time(self._ms + _whole(other, "add to a time"))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Time):
            return Duration(self._ms - other._ms)
        if isinstance(other, Duration):
            return Time(self._ms - other._ms)
        return Time(self._ms - _whole(other, "subtract from a time"))

    def __rsub__(self, other: Any) -> NoReturn:
        refuse(f"subtract a time from {_named(other)}")

    def _compare(self, other: Any, word: str) -> bool:
        if isinstance(other, Time):
            return self._ask(self._ms, word, other._ms)
        if _is_number(other) and other <= 0:
            return word in ("__gt__", "__ge__")
        refuse(f"compare a time with {_number_or(other)}")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Time):
            return self._ask(self._ms, "__eq__", other._ms)
        if isinstance(other, Duration) or (_is_number(other) and not other <= 0):  # type: ignore[operator]
            refuse(f"compare a time with {_number_or(other)}")
        return False

    def __bool__(self) -> bool:
        return True

    __hash__ = _Opaque.__hash__


class Duration(_Opaque):
    """How far two times lie apart. It can be compared with whole ms, and moves a time."""

    __slots__ = ()
    WORD = "a duration"

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Time):
            return other + self
        if isinstance(other, Duration):
            return Duration(self._ms + other._ms)
        return Duration(self._ms + _whole(other, "add to a duration"))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Duration:
        if isinstance(other, Duration):
            return Duration(self._ms - other._ms)
        return Duration(self._ms - _whole(other, "subtract from a duration"))

    def __rsub__(self, other: Any) -> NoReturn:
        refuse(f"subtract a duration from {_named(other)}")

    def _compare(self, other: Any, word: str) -> bool:
        if isinstance(other, Duration):
            return self._ask(self._ms, word, other._ms)
        return self._ask(self._ms, word, _whole(other, "compare a duration with"))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Duration):
            return self._ask(self._ms, "__eq__", other._ms)
        if isinstance(other, Time):
            refuse("compare a duration with a time")
        return _is_number(other) and self._compare(other, "__eq__")

    def __bool__(self) -> bool:
        return self != 0

    __hash__ = _Opaque.__hash__


def _number_or(value: object) -> str:
    return f"the plain number {value!r}" if _is_number(value) else _named(value)


def bare(value: Any) -> Any:
    """What the scheduler counts in, of a time or a duration; any other value as it is."""
    return value._ms if isinstance(value, _Opaque) else value
