"""Truth, equality, order, and kinds of values."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from lastchunk.model.typescript.runtime.facets import lift, tell_apart
from lastchunk.model.typescript.runtime.matches import MatchArray
from lastchunk.model.typescript.runtime.numbers import MAY, primitive, to_number
from lastchunk.model.typescript.runtime.texts import UNSEEN_TEXTS, IsoText, units
from lastchunk.model.typescript.runtime.values import (
    NUMBER_KINDS,
    PLAIN_NUMBERS,
    TIME_KINDS,
    UNDEFINED,
    Facet,
    HostObject,
    Object,
    Thrown,
    is_callable,
    refuse_here,
    type_error,
)
from lastchunk.reference_impl.blobs import Opaque
from lastchunk.reference_impl.clock import Duration, Time

PRIMITIVES = frozenset((str, int, float, bool, type(None), type(UNDEFINED)))


def truthy(value: Any) -> bool:
    """Whether a value counts as true."""
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[no-any-return]
    if kind is str or kind is int:
        return bool(value)
    if value is None or value is UNDEFINED:
        return False
    if kind is float:
        return bool(value == value and value != 0)
    if kind is Facet:
        return yes(lift(truthy, value))
    if kind is Duration:
        return bool(value)
    return True


def yes(value: Any) -> bool:
    """The answer of a comparison, as a condition takes it."""
    return bool(tell_apart(value)) if type(value) is Facet else bool(value)


def logical_not(value: Any) -> Any:
    """``!a``"""
    return lift(logical_not, value) if type(value) is Facet else not truthy(value)


def nullish(value: Any) -> bool:
    """Whether a value is null or undefined."""
    if type(value) is Facet:
        return yes(lift(nullish, value))
    return value is None or value is UNDEFINED


def same(a: Any, b: Any) -> Any:
    """``a === b``"""
    kind, other = type(a), type(b)
    if kind is other and kind in PRIMITIVES:
        return a == b
    if kind is Facet or other is Facet:
        return _same_facets(a, b)
    if kind in NUMBER_KINDS and other in NUMBER_KINDS:
        return _same_numbers(a, b)
    if kind in UNSEEN_TEXTS or other in UNSEEN_TEXTS:
        return _same_unseen(a, b)
    if isinstance(a, Opaque) and isinstance(b, Opaque):
        return type(a) is type(b) and a == b
    return a is b


def _same_facets(a: Any, b: Any) -> Any:
    is_both = type(a) is Facet and type(b) is Facet
    if is_both and a.chunk is not b.chunk and a.values == b.values:
        texts = {repr(item) for item in a.values}
        if len(texts) == len(a.values):  # equal for equal chunks alone: to ask tells them apart
            return tell_apart(a) == tell_apart(b)
    return lift(same, a, b)


def _same_numbers(a: Any, b: Any) -> Any:
    if type(a) in PLAIN_NUMBERS and type(b) in PLAIN_NUMBERS:
        return a == b
    if type(a) is type(b):
        return a == b
    return _ordered(a, b, "==")


def _same_unseen(a: Any, b: Any) -> Any:
    if type(a) is IsoText and type(b) is IsoText:
        return same(a.time, b.time)
    if type(a) is str or type(b) is str or type(a) is type(b):
        refuse_here("code cannot compare a text with a time in it", "to keep, store and send it")
    return False


def differs(a: Any, b: Any) -> Any:
    """``a !== b``"""
    answer = same(a, b)
    return lift(logical_not, answer) if type(answer) is Facet else not answer


def loosely(a: Any, b: Any) -> Any:
    """``a == b``"""
    if type(a) is Facet or type(b) is Facet:
        return lift(loosely, a, b)
    if a is None or a is UNDEFINED or b is None or b is UNDEFINED:
        return (a is None or a is UNDEFINED) and (b is None or b is UNDEFINED)
    is_object = _is_object(a), _is_object(b)
    if is_object[0] and is_object[1]:
        return a is b
    if is_object[0] or is_object[1]:
        return loosely(primitive(a), primitive(b))
    is_texts = [type(item) is str or type(item) in UNSEEN_TEXTS for item in (a, b)]
    return same(a, b) if all(is_texts) or type(a) is type(b) else same(to_number(a), to_number(b))


def _is_object(value: Any) -> bool:
    kinds = (list, dict, HostObject, Object, FunctionType)
    return isinstance(value, (kinds, Opaque)) or is_callable(value)


def loosely_differs(a: Any, b: Any) -> Any:
    """``a != b``"""
    answer = loosely(a, b)
    return lift(logical_not, answer) if type(answer) is Facet else not answer


_WORDS: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
}


def _ordered(a: Any, b: Any, sign: str) -> Any:
    if type(a) is int and type(b) is int:
        return _WORDS[sign](a, b)
    if type(a) is Facet or type(b) is Facet:
        return lift(_ordered, a, b, sign)
    if type(a) is IsoText and type(b) is IsoText:  # of such texts the order is that of the times
        a, b = a.time, b.time
    a, b = _comparable(a), _comparable(b)
    if type(a) is str and type(b) is str:
        return _WORDS[sign](units(a), units(b))
    if type(a) in UNSEEN_TEXTS or type(b) in UNSEEN_TEXTS:
        refuse_here("code cannot compare a text with a time in it", "to keep, store and send it")
    a, b = to_number(a), to_number(b)
    if type(a) in TIME_KINDS or type(b) in TIME_KINDS:
        return _times_ordered(a, b, sign)
    return _WORDS[sign](a, b)


def _comparable(value: Any) -> Any:
    if isinstance(value, HostObject) and hasattr(value, "as_number"):
        return value.as_number()
    return primitive(value)


def _times_ordered(a: Any, b: Any, sign: str) -> Any:
    """A time is later than 0; against other plain numbers nobody knows."""
    for left, right in ((a, b), (b, a)):
        if type(left) is float and left != left:
            return False
        is_plain = type(left) in PLAIN_NUMBERS
        if is_plain and type(right) is Time and left > 0 and left != float("inf"):
            refuse_here("code cannot compare a time with a plain number above 0", MAY)
        if is_plain and type(right) is Time and left == float("inf"):
            return (sign in ("<", "<=")) == (right is a) and sign != "=="
        if is_plain and type(right) is Duration and left != int(left):
            refuse_here("code cannot compare a duration with a fraction of a ms", MAY)
    if {type(a), type(b)} == TIME_KINDS:
        refuse_here("code cannot compare a time with a duration", MAY)
    return _WORDS[sign](a, b)


def less(a: Any, b: Any) -> Any:
    """``a < b``"""
    return _ordered(a, b, "<")


def at_most(a: Any, b: Any) -> Any:
    """``a <= b``"""
    return _ordered(a, b, "<=")


def greater(a: Any, b: Any) -> Any:
    """``a > b``"""
    return _ordered(a, b, ">")


def at_least(a: Any, b: Any) -> Any:
    """``a >= b``"""
    return _ordered(a, b, ">=")


def type_of(value: Any) -> Any:
    """``typeof a``"""
    kind = type(value)
    if kind is Facet:
        return lift(type_of, value)
    if value is UNDEFINED:
        return "undefined"
    if kind is str or kind in UNSEEN_TEXTS or isinstance(value, Opaque):
        return "string"
    if kind is bool:
        return "boolean"
    if kind in NUMBER_KINDS:
        return "number"
    return "function" if is_callable(value) else "object"


def is_instance(value: Any, kind: Any) -> bool:
    """``a instanceof B``"""
    if type(value) is Facet:
        return yes(lift(is_instance, value, kind))
    made = getattr(kind, "INSTANCES", kind)
    if made is dict:
        return isinstance(value, dict | list | Object | HostObject) or is_callable(value)
    if not isinstance(made, type):
        if is_callable(made):
            refuse_here("instanceof of a function", "of a class")
        raise type_error("Right-hand side of 'instanceof' is not callable")
    if made is list and isinstance(value, MatchArray):
        return True
    return isinstance(value, made) and not isinstance(value, bool)


def thrown(value: Any) -> Exception:
    """What ``throw`` raises."""
    return Thrown(value)


def caught(error: Thrown) -> Any:
    """What a ``catch`` is given."""
    return error.value


def nothing(_value: Any) -> Any:
    """``void a``"""
    return UNDEFINED
