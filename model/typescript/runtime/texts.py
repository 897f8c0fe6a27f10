"""Texts: what a value is as a text, and texts with a time in them, which nobody may look into."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lastchunk.model.typescript.runtime.facets import has_one, lift
from lastchunk.model.typescript.runtime.values import (
    TIME_KINDS,
    UNDEFINED,
    ErrorObject,
    Facet,
    HostObject,
    Object,
    is_callable,
    refuse_here,
)


@dataclass(frozen=True, eq=False)
class TimeText:
    """A text with times in it. It may be kept, stored and sent; nobody may look into it."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class IsoText:
    """What ``toISOString()`` says of a time."""

    time: Any


@dataclass(frozen=True, eq=False)
class JsonText:
    """What ``JSON.stringify()`` makes of a value with a time in it; ``JSON.parse()`` takes it."""

    value: Any


UNSEEN_TEXTS = frozenset((TimeText, IsoText, JsonText))
"""Texts that nobody may look into."""


def to_text(value: Any) -> Any:
    """A value as a text."""
    kind = type(value)
    if kind is str or kind in UNSEEN_TEXTS:
        return value
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is float:
        return number_text(value)
    if value is UNDEFINED:
        return "undefined"
    if value is None:
        return "null"
    if kind is Facet:
        return lift(to_text, value)
    if kind in TIME_KINDS:
        return TimeText((value,))
    return _object_text(value)


def _object_text(value: Any) -> Any:
    if type(value) is list:
        pieces = ["" if item is None or item is UNDEFINED else item for item in value]
        return joined_text(
            *[part for n, item in enumerate(pieces) for part in ((",", item) if n else (item,))]
        )
    if isinstance(value, ErrorObject):
        name, message = getattr(value, ".name"), getattr(value, ".message")
        return joined_text(name, ": ", message) if message != "" else to_text(name)
    if type(value) is dict:
        if "toString" in value or "valueOf" in value:
            refuse_here("an object with a toString of its own as a text", "a call of it")
        return "[object Object]"
    if isinstance(value, HostObject):
        made = getattr(value, "as_text", None)
        if made is None:
            refuse_here(f"{value.WORD} as a text", "what it holds, by name")
        return made()
    if is_callable(value):
        refuse_here("a function as a text")
    if isinstance(value, Object):
        if hasattr(value, ".toString") or hasattr(value, ".valueOf"):
            refuse_here("an object with a toString of its own as a text", "a call of it")
        return "[object Object]"
    refuse_here(f"a value of type {type(value).__name__} as a text")


def joined_text(*pieces: Any) -> Any:
    """Values in a row as one text: a template, or +."""
    if all(type(piece) is str for piece in pieces):
        return "".join(pieces)
    if has_one(pieces):
        return lift(joined_text, *pieces)
    made = [piece if type(piece) is str else to_text(piece) for piece in pieces]
    if has_one(tuple(made)):
        return lift(joined_text, *made)
    if any(type(item) in UNSEEN_TEXTS for item in made):
        alone = (
            [item for item in made if item != ""] if not any(type(m) is str for m in made) else made
        )
        return alone[0] if len(alone) == 1 else TimeText(tuple(made))
    return "".join(made)


def number_text(value: int | float) -> str:
    """A number as JavaScript writes it."""
    if type(value) is int:
        return str(value)
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    sign, figures, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, figures))
    point = len(digits) + int(exponent)
    if len(digits) <= point <= 21:
        made = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        made = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        made = "0." + "0" * -point + digits
    else:
        power = point - 1
        whole = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        made = f"{whole}e{'+' if power >= 0 else '-'}{abs(power)}"
    return ("-" if sign else "") + made


def seen_text(value: Any, what: str = "look into") -> Any:
    """A text that code looks into. Refuses one with a time in it."""
    if type(value) in UNSEEN_TEXTS:
        refuse_here(f"code cannot {what} a text with a time in it", "to keep, store and send it")
    return value


def units(value: str) -> str:
    """A text whose length is asked for. Refuses what JavaScript counts in two units."""
    if not value.isascii() and max(value) > "\uffff":
        refuse_here(
            f"the places of {value[:20]!r}, in which a character takes two", "texts without such"
        )
    return value


def property_key(key: Any) -> Any:
    """What names a member: a text, or a whole number of an array's."""
    kind = type(key)
    if kind is str or kind is int:
        return key
    if kind is Facet:
        return key
    made = to_text(key)
    if type(made) in UNSEEN_TEXTS:
        refuse_here("code cannot use a time as a key", "a number or a text")
    return made
