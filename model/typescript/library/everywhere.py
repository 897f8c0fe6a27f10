"""The names that every file knows: those of the language; the host adds its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote_to_bytes

from lastchunk.model.typescript.library import arrays, strings  # they fill the table of methods
from lastchunk.model.typescript.library.collections import (
    KeyedNamespace,
    Map,
    Set,
    WeakMap,
    WeakSet,
)
from lastchunk.model.typescript.library.combinators import PromiseNamespace
from lastchunk.model.typescript.library.dates import DateNamespace
from lastchunk.model.typescript.library.json_text import JsonNamespace
from lastchunk.model.typescript.library.math_and_numbers import (
    BooleanNamespace,
    MathNamespace,
    NumberNamespace,
    StringNamespace,
    is_finite,
    is_nan,
    parse_float,
    parse_int,
)
from lastchunk.model.typescript.library.objects import ArrayNamespace, ObjectNamespace, cloned
from lastchunk.model.typescript.library.regexps import RegExp, as_regexp
from lastchunk.model.typescript.runtime import (
    facets,
    iteration,
    iterators,
    members,
    numbers,
    operators,
    promises,
    running,
    texts,
    values,
)
from lastchunk.model.typescript.runtime.facets import lift
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    ErrorObject,
    Facet,
    HostObject,
    Object,
    RangeErrorObject,
    ReferenceErrorObject,
    SyntaxErrorObject,
    Thrown,
    TypeErrorObject,
    is_callable,
    refuse_here,
    type_error,
)

SIGN = "§"
SAFE = "!'()*-._~"


class RegExpNamespace(HostObject):
    """``RegExp``"""

    __slots__ = ()
    WORD = "RegExp"
    INSTANCES = RegExp

    @staticmethod
    def construct(pattern: Any = UNDEFINED, flags: Any = "", *_: Any) -> RegExp:
        """``new RegExp(pattern, flags)``"""
        return as_regexp(pattern, "" if flags is UNDEFINED else flags)


class Console(HostObject):
    """``console``: nobody reads it."""

    __slots__ = ()
    WORD = "console"
    NAMES = frozenset(("log", "info", "warn", "error", "debug"))

    def log(self, *_: Any) -> Any:
        """A line that nobody reads."""
        return UNDEFINED

    info = warn = error = debug = log


def queue_microtask(work: Any = UNDEFINED, *_: Any) -> Any:
    """``queueMicrotask(f)``"""
    if not is_callable(work):
        raise type_error("it is not a function")
    promises.queue.append((_unthrown, work))
    return UNDEFINED


def _unthrown(work: Any) -> None:
    try:
        work()
    except Thrown:
        refuse_here("queueMicrotask() of a function that throws", "a promise with catch()")


def encode(value: Any = UNDEFINED, *_: Any) -> Any:
    """``encodeURIComponent(text)``"""
    if type(value) is Facet:
        return lift(encode, value)
    return quote(texts.seen_text(texts.to_text(value)), safe=SAFE)


def decode(value: Any = UNDEFINED, *_: Any) -> Any:
    """``decodeURIComponent(text)``"""
    if type(value) is Facet:
        return lift(decode, value)
    word = texts.seen_text(texts.to_text(value))
    parts = word.split("%")[1:]
    try:
        if any(
            len(part) < 2 or not all(c in "0123456789abcdefABCDEF" for c in part[:2])
            for part in parts
        ):
            raise ValueError
        return unquote_to_bytes(word).decode()
    except ValueError:
        error = ErrorObject("URI malformed")
        setattr(error, ".name", "URIError")
        raise Thrown(error) from None


def structured_clone(value: Any = UNDEFINED, *_: Any) -> Any:
    """``structuredClone(value)``"""
    return cloned(value)


EVERYWHERE: dict[str, Any] = {
    "Math": MathNamespace(),
    "JSON": JsonNamespace(),
    "Object": ObjectNamespace(),
    "Array": ArrayNamespace(),
    "Number": NumberNamespace(),
    "String": StringNamespace(),
    "Boolean": BooleanNamespace(),
    "Promise": PromiseNamespace(),
    "Date": DateNamespace(),
    **{kind.__name__: KeyedNamespace(kind) for kind in (Map, Set, WeakMap, WeakSet)},
    "RegExp": RegExpNamespace(),
    "console": Console(),
    "Error": ErrorObject,
    "TypeError": TypeErrorObject,
    "RangeError": RangeErrorObject,
    "ReferenceError": ReferenceErrorObject,
    "SyntaxError": SyntaxErrorObject,
    "parseInt": parse_int,
    "parseFloat": parse_float,
    "isNaN": is_nan,
    "isFinite": is_finite,
    "structuredClone": structured_clone,
    "encodeURIComponent": encode,
    "decodeURIComponent": decode,
    "queueMicrotask": queue_microtask,
}


def global_value(name: str) -> Any:
    """What a name stands for that no file declares."""
    if name not in EVERYWHERE:
        refuse_here(f"{name} is not understood here")
    return EVERYWHERE[name]


class DurableObject(Object):
    """What an object of the platform extends."""

    def __init__(self, ctx: Any = UNDEFINED, env: Any = UNDEFINED, *_: Any) -> None:
        setattr(self, ".ctx", ctx)
        setattr(self, ".env", env)


PARTS = (
    facets,
    iteration,
    iterators,
    members,
    numbers,
    operators,
    promises,
    running,
    texts,
    values,
)
_OWN: dict[str, Any] = {
    "undefined": UNDEFINED,
    "nan": numbers.NAN,
    "infinity": numbers.INFINITY,
    "Object": Object,
    "DurableObject": DurableObject,
    "box": values.Box,
    "regexp": RegExp,
    "global_value": global_value,
    "staticmethod": staticmethod,
    "property": property,
    "setter": lambda made: made.setter,
    "list": list,
}


def namespace() -> dict[str, Any]:
    """What translated code finds under the runtime's names."""
    found = {
        SIGN + name: value
        for part in PARTS
        for name, value in vars(part).items()
        if callable(value) and not name.startswith("_")
    }
    return found | {SIGN + name: value for name, value in _OWN.items()}


FILLED = (arrays, strings)
"""They have filled the table of methods."""
