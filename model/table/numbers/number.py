"""A whole number that is known by name: a sum of registers, and what is added to it.

World and code run on it as on any whole number. A comparison is a question to the session that
runs just now (`RunningStep`), and the answer is kept, so that the step is known for every other
session. What needs the very number (a key, a text, a power) gets it, and asks for that as well: so
nothing can depend on a number without a question that says so.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from typing import Any, Protocol

from lastchunk.model.base.blame import MODULES
from lastchunk.model.explore.code.kept import keep_as_time
from lastchunk.model.explore.timing.replayed import replayed_answer
from lastchunk.model.world.code.clone import share

Terms = tuple[tuple[int, int], ...]
"""Names with their factors, sorted."""


class Asker(Protocol):
    """Who answers questions about numbers: the names of all, and the step that runs just now."""

    def names_of(self, name: int) -> Terms:
        """A name as a sum of atoms."""

    def sum_of(self, parts: Terms, constant: int) -> Any:
        """A sum; a plain int where no name is left in it."""

    def quotient_of(self, number: Number, divisor: int) -> Number:
        """A quotient, rounded down."""

    def sign_of(self, number: Number) -> bool | None:
        """Whether a number is at most 0, where that is so in every session; else None."""

    def at_most_zero(self, number: Number) -> bool:
        """Whether a number is at most 0 in the session that runs."""

    def exactly(self, number: Number) -> int:
        """What a number is in the session that runs."""

    def text_of(self, number: Number, how: str) -> str:
        """A number in a text."""
        return format(number.exact(), how)


class Number:
    """``name`` stands for a register or a sum of some; ``offset_ms`` is added to it."""

    __slots__ = ("asker", "name", "offset_ms")

    def __init__(self, asker: Asker, name: int, offset_ms: int = 0) -> None:
        self.asker = asker
        self.name = name
        self.offset_ms = offset_ms

    @property  # type: ignore[misc]  # what code asks for, nobody sets
    def __class__(self) -> type:
        """Code that asks whether this is a whole number hears that it is."""
        module = str(sys._getframe(1).f_globals.get("__name__", ""))
        return Number if module.startswith(MODULES) else int

    def __getattr__(self, name: str) -> Any:
        """What else a whole number has."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.exact(), name)

    # --- sums ----------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        if type(other) is int:
            return Number(self.asker, self.name, self.offset_ms + other)
        if isinstance(other, Number):
            constant = self.offset_ms + other.offset_ms
            return self.asker.sum_of(((self.name, 1), (other.name, 1)), constant)
        return self.exact() + other

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if type(other) is int:
            return Number(self.asker, self.name, self.offset_ms - other)
        if isinstance(other, Number):
            constant = self.offset_ms - other.offset_ms
            return self.asker.sum_of(((self.name, 1), (other.name, -1)), constant)
        return self.exact() - other

    def __rsub__(self, other: Any) -> Any:
        if type(other) is int:
            return self.asker.sum_of(((self.name, -1),), other - self.offset_ms)
        return other - self.exact()

    def __neg__(self) -> Any:
        return 0 - self

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self if self >= 0 else -self

    def __mul__(self, other: Any) -> Any:
        if type(other) is int:
            return self.asker.sum_of(((self.name, other),), self.offset_ms * other)
        return self.exact() * (other.exact() if isinstance(other, Number) else other)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        if type(other) is int and other > 0:
            return self.asker.quotient_of(self, other)
        return self.exact() // (other.exact() if isinstance(other, Number) else other)

    def __mod__(self, other: Any) -> Any:
        if type(other) is int and other > 0:
            return self - (self // other) * other
        return self.exact() % (other.exact() if isinstance(other, Number) else other)

    # --- questions -----------------------------------------------------------------------------

    def _is_at_most_zero(self) -> bool:
        known = self.asker.sign_of(self)
        if known is not None:
            return known
        question = ("at most 0", self.asker.names_of(self.name), self.offset_ms)
        return bool(replayed_answer(question, lambda: self.asker.at_most_zero(self)))

    def __le__(self, other: Any) -> bool:
        return _at_most_zero(self - other)

    def __lt__(self, other: Any) -> bool:
        return _at_most_zero(self - other + 1) if _is_whole(other) else self.exact() < other

    def __ge__(self, other: Any) -> bool:
        return _at_most_zero(0 - (self - other))

    def __gt__(self, other: Any) -> bool:
        if not _is_whole(other):
            return bool(self.exact() > other)
        return _at_most_zero(1 - (self - other))

    def __eq__(self, other: object) -> bool:
        if not _is_whole(other):
            return self.exact() == other if isinstance(other, float) else False
        apart = self - other
        return _at_most_zero(apart) and _at_most_zero(-apart)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return self != 0

    # --- the very number -----------------------------------------------------------------------

    def exact(self) -> int:
        """What the number is in the session that runs: a branch for each."""
        question = ("exactly", self.asker.names_of(self.name), self.offset_ms)
        return int(replayed_answer(question, lambda: self.asker.exactly(self)))

    __int__ = __index__ = __trunc__ = exact

    def __hash__(self) -> int:
        return hash(self.exact())

    def __repr__(self) -> str:
        return repr(self.exact())

    def __format__(self, how: str) -> str:
        return self.asker.text_of(self, how)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | Number)


def _at_most_zero(value: Any) -> bool:
    return value._is_at_most_zero() if isinstance(value, Number) else bool(value <= 0)


def _exact(value: Any) -> Any:
    return value.exact() if isinstance(value, Number) else value


def _by_number(work: Callable[..., Any], is_reflected: bool = False) -> Callable[..., Any]:
    """A method that works with the very numbers."""

    def method(self: Number, *others: Any) -> Any:
        given = [self.exact(), *map(_exact, others)]
        return work(*(reversed(given) if is_reflected else given))

    return method


for _name in ("truediv", "pow", "lshift", "rshift", "and_", "or_", "xor", "floordiv", "mod"):
    _work, _word = getattr(operator, _name), _name.rstrip("_")
    if _name not in ("floordiv", "mod"):
        setattr(Number, f"__{_word}__", _by_number(_work))
    setattr(Number, f"__r{_word}__", _by_number(_work, is_reflected=True))
BY_NUMBER: dict[str, Callable[..., Any]] = {
    "float": float,
    "complex": complex,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "invert": operator.invert,
    "divmod": divmod,
}
for _word, _work in BY_NUMBER.items():
    setattr(Number, f"__{_word}__", _by_number(_work))
Number.__rdivmod__ = _by_number(divmod, is_reflected=True)  # type: ignore[attr-defined]
share(Number)
keep_as_time(Number)
