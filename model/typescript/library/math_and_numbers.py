"""``Math``, ``Number``, ``String``, ``Boolean``, and what numbers can do."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lastchunk.model.typescript.library.places import whole_number
from lastchunk.model.typescript.runtime.facets import lift
from lastchunk.model.typescript.runtime.members import METHOD_TABLE
from lastchunk.model.typescript.runtime.numbers import (
    INFINITY,
    MAY,
    NAN,
    SPACE,
    exact_number,
    power,
    to_number,
)
from lastchunk.model.typescript.runtime.operators import greater, less, truthy, yes
from lastchunk.model.typescript.runtime.texts import number_text, seen_text, to_text
from lastchunk.model.typescript.runtime.values import (
    PLAIN_NUMBERS,
    TIME_KINDS,
    UNDEFINED,
    Facet,
    HostObject,
    range_error,
    refuse_here,
)


def _rounded(how: Callable[[Any], Any]) -> Callable[..., Any]:
    def function(value: Any = UNDEFINED, *_: Any) -> Any:
        if type(value) is Facet:
            return lift(function, value)
        made = to_number(value)
        if type(made) in TIME_KINDS or type(made) is int:
            return made  # whole ms already
        return made if made != made or math.isinf(made) else how(made)

    return function


def _signed(made: int, like: float) -> Any:
    return -0.0 if made == 0 and math.copysign(1, like) < 0 else exact_number(made)


def _half_up(value: float) -> Any:
    below = math.floor(value)
    made = below + 1 if value - below >= 0.5 else below
    return _signed(made, value)


def _plain(function: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function of one plain number."""

    def made(value: Any = UNDEFINED, *_: Any) -> Any:
        if type(value) is Facet:
            return lift(made, value)
        given = to_number(value)
        if type(given) in TIME_KINDS:
            refuse_here("code cannot calculate with a time", MAY)
        return exact_number(function(given))

    return made


def _extreme(is_more: Callable[[Any, Any], Any], none: float) -> Callable[..., Any]:
    def function(*given: Any) -> Any:
        if any(type(value) is Facet for value in given):
            return lift(function, *given)
        best: Any = none
        values = [to_number(value) for value in given]
        if any(type(value) is float and value != value for value in values):
            return NAN
        for value in values:
            if (
                (best is none and type(best) is float and math.isinf(best))
                or yes(is_more(value, best))
                or (value == 0 == best and _is_zero_more(value, none))
            ):
                best = value
        return best

    return function


def _is_zero_more(value: Any, none: float) -> bool:
    is_negative = type(value) is float and math.copysign(1, value) < 0
    return is_negative if none > 0 else not is_negative


def _square_root(value: Any) -> float:
    return NAN if value != value or value < 0 else math.sqrt(value)


class MathNamespace(HostObject):
    """``Math``: what it gives exactly; nothing is drawn."""

    __slots__ = ()
    WORD = "Math"
    NAMES = frozenset(
        [
            "abs",
            "floor",
            "ceil",
            "round",
            "trunc",
            "min",
            "max",
            "pow",
            "sqrt",
            "sign",
            "hypot",
            "PI",
            "E",
        ]
    ) - {"hypot"}
    PI = math.pi
    E = math.e
    abs = staticmethod(_plain(lambda v: 0 if v == 0 else abs(v)))
    floor = staticmethod(_rounded(lambda v: _signed(math.floor(v), v)))
    ceil = staticmethod(_rounded(lambda v: _signed(math.ceil(v), v)))
    trunc = staticmethod(_rounded(lambda v: _signed(math.trunc(v), v)))
    round = staticmethod(_rounded(_half_up))
    sqrt = staticmethod(_plain(_square_root))
    sign = staticmethod(_plain(lambda v: v if v != v or v == 0 else (1 if v > 0 else -1)))
    min = staticmethod(_extreme(less, INFINITY))
    max = staticmethod(_extreme(greater, -INFINITY))

    @staticmethod
    def pow(a: Any = UNDEFINED, b: Any = UNDEFINED, *_: Any) -> Any:
        """``Math.pow(a, b)``"""
        return power(a, b)


def _is_kind(test: Callable[[Any], bool]) -> Callable[..., Any]:
    def function(value: Any = UNDEFINED, *_: Any) -> Any:
        return lift(function, value) if type(value) is Facet else test(value)

    return function


def _is_whole(value: Any) -> bool:
    if type(value) is float:
        return math.isfinite(value) and value == int(value)
    return type(value) is int or type(value) in TIME_KINDS


def parse_int(value: Any = UNDEFINED, base: Any = UNDEFINED, *_: Any) -> Any:
    """``parseInt(text, base)``"""
    if type(value) is Facet or type(base) is Facet:
        return lift(parse_int, value, base)
    if type(value) in TIME_KINDS:
        return value
    word = seen_text(to_text(value)).lstrip(SPACE)
    radix = int(whole_number(base, 0))
    sign = -1 if word.startswith("-") else 1
    word = word[1:] if word[:1] in ("-", "+") else word
    if radix in (0, 16) and word[:2].lower() == "0x":
        word, radix = word[2:], 16
    radix = radix or 10
    if not 2 <= radix <= 36:
        return NAN
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:radix]
    found = re.match(f"[{digits}]*", word, re.IGNORECASE | re.ASCII)
    if not found or not found[0]:
        return NAN
    made = int(found[0], radix)
    return -0.0 if sign < 0 and made == 0 else exact_number(sign * made)


def parse_float(value: Any = UNDEFINED, *_: Any) -> Any:
    """``parseFloat(text)``"""
    if type(value) is Facet:
        return lift(parse_float, value)
    word = seen_text(to_text(value)).lstrip(SPACE)
    found = re.match(r"[+-]?(Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)", word, re.ASCII)
    return exact_number(float(found[0].replace("Infinity", "inf"))) if found else NAN


def is_nan(value: Any = UNDEFINED, *_: Any) -> Any:
    """``isNaN(value)``"""
    if type(value) is Facet:
        return lift(is_nan, value)
    made = to_number(value)
    return type(made) is float and made != made


def is_finite(value: Any = UNDEFINED, *_: Any) -> Any:
    """``isFinite(value)``"""
    if type(value) is Facet:
        return lift(is_finite, value)
    made = to_number(value)
    return type(made) is not float or math.isfinite(made)


class NumberNamespace(HostObject):
    """``Number``"""

    __slots__ = ()
    WORD = "Number"
    NAMES = frozenset(
        [
            "isInteger",
            "isSafeInteger",
            "isFinite",
            "isNaN",
            "parseInt",
            "parseFloat",
            "MAX_SAFE_INTEGER",
            "MIN_SAFE_INTEGER",
            "POSITIVE_INFINITY",
            "NEGATIVE_INFINITY",
            "EPSILON",
        ]
    )
    MAX_SAFE_INTEGER = 2**53 - 1
    MIN_SAFE_INTEGER = -(2**53 - 1)
    POSITIVE_INFINITY = INFINITY
    NEGATIVE_INFINITY = -INFINITY
    EPSILON = 2.0**-52
    isInteger = staticmethod(_is_kind(_is_whole))  # noqa: N815 - the language's name
    isSafeInteger = staticmethod(  # noqa: N815 - the language's name
        _is_kind(lambda v: _is_whole(v) and (type(v) is int or v == 0 or type(v) in TIME_KINDS))
    )
    isFinite = staticmethod(  # noqa: N815 - the language's name
        _is_kind(lambda v: type(v) in (int, *TIME_KINDS) or (type(v) is float and math.isfinite(v)))
    )
    isNaN = staticmethod(_is_kind(lambda v: type(v) is float and v != v))  # noqa: N815
    parseInt = staticmethod(parse_int)  # noqa: N815 - the language's name
    parseFloat = staticmethod(parse_float)  # noqa: N815 - the language's name

    def __call__(self, *given: Any) -> Any:
        return to_number(given[0]) if given else 0


class StringNamespace(HostObject):
    """``String``"""

    __slots__ = ()
    WORD = "String"
    NAMES = frozenset(("fromCharCode",))

    def __call__(self, *given: Any) -> Any:
        return to_text(given[0]) if given else ""

    @staticmethod
    def fromCharCode(*codes: Any) -> Any:  # noqa: N802 - the language's name
        """``String.fromCharCode(...)``"""
        made = [int(whole_number(code, 0)) & 0xFFFF for code in codes]
        if any(0xD800 <= code <= 0xDFFF for code in made):
            refuse_here("half of a surrogate pair")
        return "".join(map(chr, made))


class BooleanNamespace(HostObject):
    """``Boolean``"""

    __slots__ = ()
    WORD = "Boolean"

    def __call__(self, *given: Any) -> Any:
        return bool(given) and truthy(given[0])


def _fixed(value: Any, digits: Any = 0, *_: Any) -> str:
    count = whole_number(digits, 0)
    if not 0 <= count <= 100:
        raise range_error("toFixed() digits argument must be between 0 and 100")
    if (type(value) is float and not math.isfinite(value)) or abs(value) >= 1e21:
        return number_text(value)
    made = Decimal(value).quantize(Decimal(1).scaleb(-int(count)), ROUND_HALF_UP)
    text = f"{made:f}"
    return text.lstrip("-") if float(text) == 0 and not value < 0 else text


def _in_base(value: Any, base: Any = UNDEFINED, *_: Any) -> Any:
    radix = whole_number(base, 10)
    if radix == 10:
        return number_text(value)
    if not 2 <= radix <= 36:
        raise range_error("toString() radix must be between 2 and 36")
    if type(value) is not int:
        refuse_here("a number that is not whole, in another base")
    digits, left = "", abs(value)
    while left or not digits:
        left, digit = divmod(left, int(radix))
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return ("-" if value < 0 else "") + digits


def _itself(value: Any, *_: Any) -> Any:
    return value


METHOD_TABLE.update(
    {kind: {"toFixed": _fixed, "toString": _in_base, "valueOf": _itself} for kind in PLAIN_NUMBERS}
)
METHOD_TABLE.update(
    {
        kind: {"toString": lambda value, *_: to_text(value), "valueOf": _itself}
        for kind in (*TIME_KINDS, bool)
    }
)
