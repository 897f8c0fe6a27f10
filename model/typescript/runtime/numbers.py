"""Numbers: what a value is as one, arithmetic, and bits. Times move by whole ms, as everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from lastchunk.model.typescript.runtime.facets import lift
from lastchunk.model.typescript.runtime.texts import UNSEEN_TEXTS, to_text
from lastchunk.model.typescript.runtime.values import (
    PLAIN_NUMBERS,
    TIME_KINDS,
    UNDEFINED,
    Facet,
    HostObject,
    refuse_here,
)
from lastchunk.reference_impl.clock import Duration, Time

NAN, INFINITY = math.nan, math.inf
EXACT = 2**53
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
OTHER_BASES = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+")
SPACE = " \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What JavaScript trims."""
MAY = "code may add whole ms to a time, take the duration between two, and compare them"


def exact_number(value: int | float) -> int | float:
    """A number in its one form: an int where that says the same."""
    if type(value) is int:
        return value if -EXACT < value < EXACT else _as_float(value)
    if value != value or value in (INFINITY, -INFINITY):
        return value
    if value == int(value) and -EXACT < value < EXACT:
        return value if value == 0 and math.copysign(1, value) < 0 else int(value)
    return value


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return INFINITY if value > 0 else -INFINITY


def to_number(value: Any) -> Any:
    """A value as a number."""
    kind = type(value)
    if kind in PLAIN_NUMBERS or kind in TIME_KINDS:
        return value
    if kind is bool:
        return int(value)
    if value is None:
        return 0
    if value is UNDEFINED:
        return NAN
    if kind is str:
        return parsed(value)
    if kind is Facet:
        return lift(to_number, value)
    if kind in UNSEEN_TEXTS:
        refuse_here("code cannot make a number of a text with a time in it", MAY)
    if isinstance(value, HostObject) and hasattr(value, "as_number"):
        return value.as_number()
    return to_number(to_text(value))


def parsed(value: str) -> int | float:
    """The number that a text is, as ``Number()`` takes it."""
    value = value.strip(SPACE)
    if not value:
        return 0
    if DECIMAL.fullmatch(value) and value.isascii():
        made = float(value)
        return exact_number(made)
    if OTHER_BASES.fullmatch(value):
        return exact_number(int(value, 0))
    return {"Infinity": INFINITY, "+Infinity": INFINITY, "-Infinity": -INFINITY}.get(value, NAN)


def add(a: Any, b: Any) -> Any:
    """``a + b``"""
    if type(a) is int and type(b) is int:
        return exact_number(a + b)
    if type(a) is str and type(b) is str:
        return a + b
    if type(a) is Facet or type(b) is Facet:
        return lift(add, a, b)
    left, right = primitive(a), primitive(b)
    if _is_text(left) or _is_text(right):
        from lastchunk.model.typescript.runtime.texts import joined_text

        return joined_text(left, right)
    left, right = to_number(left), to_number(right)
    if type(left) in TIME_KINDS or type(right) in TIME_KINDS:
        return _time_sum(left, right)
    return exact_number(left + right)


def _is_text(value: Any) -> bool:
    return type(value) is str or type(value) in UNSEEN_TEXTS


def primitive(value: Any) -> Any:
    """An object as a text, or as the number that it is; any other value as it is."""
    if isinstance(value, str | int | float | bool | None) or value is UNDEFINED:
        return value
    if type(value) in TIME_KINDS or type(value) in UNSEEN_TEXTS:
        return value
    if isinstance(value, HostObject) and hasattr(value, "as_number"):
        refuse_here(f"+ with {value.WORD}", "its getTime()")
    return to_text(value)


def _time_sum(a: Any, b: Any) -> Any:
    if (
        type(a) in TIME_KINDS
        and type(b) in TIME_KINDS
        and not (type(a) is Time and type(b) is Time)
    ):
        return a + b
    if type(a) in TIME_KINDS and _is_whole(b):
        return a + int(b)
    if type(b) in TIME_KINDS and _is_whole(a):
        return b + int(a)
    if any(value != value for value in (a, b) if type(value) is float):
        return NAN
    refuse_here("code cannot add this to a time", MAY)


def _is_whole(value: Any) -> bool:
    return type(value) is int or (type(value) is float and value == 0)


def sub(a: Any, b: Any) -> Any:
    """``a - b``"""
    if type(a) is int and type(b) is int:
        return exact_number(a - b)
    if type(a) is Facet or type(b) is Facet:
        return lift(sub, a, b)
    a, b = to_number(a), to_number(b)
    if type(a) in TIME_KINDS or type(b) in TIME_KINDS:
        if type(a) in TIME_KINDS and (_is_whole(b) or (type(b) in TIME_KINDS and type(a) is Time)):
            return _plain(a - (int(b) if _is_whole(b) else b))
        if type(a) is Duration and type(b) is Duration:
            return a - b
        if any(value != value for value in (a, b) if type(value) is float):
            return NAN
        refuse_here("code cannot subtract this from a time, or a time from this", MAY)
    return exact_number(a - b)


def _plain(value: Any) -> Any:
    """A duration between two readings of one instant is a number: none, or whole ms."""
    return value


def _arithmetic(word: str, operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def function(a: Any, b: Any) -> Any:
        if type(a) is Facet or type(b) is Facet:
            return lift(function, a, b)
        a, b = to_number(a), to_number(b)
        if type(a) in TIME_KINDS or type(b) in TIME_KINDS:
            refuse_here(f"code cannot {word} a time", MAY)
        return exact_number(operate(a, b))

    return function


def _product(a: Any, b: Any) -> Any:
    made = a * b
    if made == 0 and type(made) is int and (a < 0 or b < 0):
        return -0.0
    return made


def _quotient(a: Any, b: Any) -> Any:
    if b == 0:
        if a == 0 or a != a:
            return NAN
        return math.copysign(INFINITY, a) * math.copysign(1, b)
    if type(a) is int and type(b) is int:
        return -0.0 if a == 0 and b < 0 else a / b
    return a / b


def _remainder(a: Any, b: Any) -> Any:
    if b == 0 or a != a or b != b or math.isinf(a):
        return NAN
    if type(a) is int and type(b) is int and a >= 0:
        return a % abs(b)
    return math.fmod(a, b)


def _power(a: Any, b: Any) -> Any:
    if b != b:
        return NAN
    if abs(a) == 1 and math.isinf(b):
        return NAN
    if type(a) is int and type(b) is int and b >= 0 and abs(a) ** min(b, 64) < EXACT and b <= 64:
        return a**b
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INFINITY if a < 0 and b == int(b) and int(b) % 2 else INFINITY
    except ValueError:
        if a == 0:
            is_odd = b == int(b) and int(b) % 2 == 1
            return -INFINITY if math.copysign(1, a) < 0 and is_odd else INFINITY
        return NAN


mul = _arithmetic("multiply", _product)
div = _arithmetic("divide", _quotient)
mod = _arithmetic("divide", _remainder)
power = _arithmetic("raise", _power)


def negative(value: Any) -> Any:
    """``-a``"""
    if type(value) is Facet:
        return lift(negative, value)
    value = to_number(value)
    if type(value) in TIME_KINDS:
        refuse_here("code cannot take the sign of a time", MAY)
    return -0.0 if type(value) is int and value == 0 else exact_number(-value)


def int32(value: Any) -> int:
    """The 32 bits that JavaScript works on."""
    value = to_number(value)
    if type(value) in TIME_KINDS:
        refuse_here("code cannot take bits of a time", MAY)
    if value != value or value in (INFINITY, -INFINITY):
        return 0
    bits = int(value) & 0xFFFFFFFF
    return bits - (1 << 32) if bits >= 1 << 31 else bits


def _bits(operate: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def function(a: Any, b: Any) -> Any:
        if type(a) is Facet or type(b) is Facet:
            return lift(function, a, b)
        return operate(int32(a), int32(b))

    return function


bit_and = _bits(lambda a, b: a & b)
bit_or = _bits(lambda a, b: a | b)
bit_xor = _bits(lambda a, b: a ^ b)
shift_left = _bits(lambda a, b: int32(a << (b & 31)))
shift_right = _bits(lambda a, b: a >> (b & 31))
shift_unsigned = _bits(lambda a, b: (a & 0xFFFFFFFF) >> (b & 31))


def bit_not(value: Any) -> Any:
    """``~a``"""
    return lift(bit_not, value) if type(value) is Facet else ~int32(value)
