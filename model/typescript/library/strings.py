"""What a text can do, by JavaScript's meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.typescript.library.places import clamped, relative, whole_number
from lastchunk.model.typescript.library.regexps import (
    RegExp,
    match,
    match_all,
    replaced,
    search,
    split_by,
)
from lastchunk.model.typescript.runtime.iterators import ArrayItems
from lastchunk.model.typescript.runtime.members import METHOD_TABLE
from lastchunk.model.typescript.runtime.numbers import NAN, SPACE
from lastchunk.model.typescript.runtime.texts import (
    UNSEEN_TEXTS,
    joined_text,
    seen_text,
    to_text,
    units,
)
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    is_callable,
    range_error,
    refuse_here,
    type_error,
)


def _word(value: Any) -> str:
    """What a method is given, as a text."""
    if isinstance(value, RegExp):
        raise type_error("First argument must not be a regular expression")
    return seen_text(to_text(value))  # type: ignore[no-any-return]


def _text_includes(value: str, part: Any = UNDEFINED, start: Any = 0, *_: Any) -> bool:
    return _word(part) in value[clamped(start, 0, len(units(value))) :]


def _starts(value: str, part: Any = UNDEFINED, start: Any = 0, *_: Any) -> bool:
    return value[clamped(start, 0, len(units(value))) :].startswith(_word(part))


def _ends(value: str, part: Any = UNDEFINED, end: Any = UNDEFINED, *_: Any) -> bool:
    size = len(units(value))
    return value[: size if end is UNDEFINED else clamped(end, 0, size)].endswith(_word(part))


def _split(value: str, by: Any = UNDEFINED, limit: Any = UNDEFINED, *_: Any) -> list[Any]:
    units(value)
    most = 2**32 - 1 if limit is UNDEFINED else int(whole_number(limit, 0)) % 2**32
    if by is UNDEFINED:
        made: list[Any] = [value]
    elif isinstance(by, RegExp):
        return split_by(value, by, most)
    else:
        word = _word(by)
        made = list(value) if word == "" else value.split(word)
    return made[:most]


def _text_slice(value: str, start: Any = UNDEFINED, end: Any = UNDEFINED, *_: Any) -> str:
    size = len(units(value))
    return value[relative(start, size, 0) : relative(end, size, size)]


def _substring(value: str, start: Any = 0, end: Any = UNDEFINED, *_: Any) -> str:
    size = len(units(value))
    places = clamped(start, 0, size), size if end is UNDEFINED else clamped(end, 0, size)
    return value[min(places) : max(places)]


def _replace(value: str, what: Any = UNDEFINED, by: Any = UNDEFINED, *_: Any) -> Any:
    return _replaced(value, what, by, 1)


def _replace_all(value: str, what: Any = UNDEFINED, by: Any = UNDEFINED, *_: Any) -> Any:
    if isinstance(what, RegExp) and not what.is_global:
        raise type_error("replaceAll must be called with a global RegExp")
    return _replaced(value, what, by, -1)


def _replaced(value: str, what: Any, by: Any, count: int) -> Any:
    units(value)
    if isinstance(what, RegExp):
        return replaced(value, what, by)
    word = _word(what)
    if word == "" and count < 0:
        refuse_here("replaceAll() of an empty text")
    out, rest, at = "", value, 0
    while count:
        found = rest.find(word)
        if found < 0:
            break
        if is_callable(by):
            made = seen_text(to_text(by(word, at + found, value)))
        else:
            made = _inserted(_word(by), word, value, at + found)
        out += rest[:found] + made
        at += found + len(word)
        rest = rest[found + len(word) :]
        count -= 1
    return out + rest


def _inserted(by: str, word: str, value: str, at: int) -> str:
    """What is put in, where ``$`` has a meaning."""
    if "$" not in by:
        return by
    out, number = "", 0
    while number < len(by):
        pair = by[number : number + 2]
        parts = {"$$": "$", "$&": word, "$`": value[:at], "$'": value[at + len(word) :]}
        out += parts.get(pair, by[number])
        number += 2 if pair in parts else 1
    return out


def _padded(value: str, width: Any, fill: Any, is_left: bool) -> str:
    size = whole_number(width, 0)
    filler = " " if fill is UNDEFINED else units(_word(fill))
    missing = int(min(max(size - len(units(value)), 0), 10_000))
    if not filler or missing <= 0:
        return value
    pad = (filler * missing)[:missing]
    return pad + value if is_left else value + pad


def _repeat(value: str, count: Any = 0, *_: Any) -> str:
    times = whole_number(count, 0)
    if times < 0 or times == float("inf"):
        raise range_error(f"Invalid count value: {to_text(count)}")
    if times * max(len(value), 1) > 1_000_000:
        refuse_here("a text of more than a million characters")
    return value * int(times)


def _code(value: str, place: Any = 0, *_: Any) -> Any:
    at = whole_number(place, 0)
    return ord(value[int(at)]) if 0 <= at < len(units(value)) else NAN


def _code_point(value: str, place: Any = 0, *_: Any) -> Any:
    at = whole_number(place, 0)
    return ord(value[int(at)]) if 0 <= at < len(units(value)) else UNDEFINED


def _char(value: str, place: Any = 0, *_: Any) -> str:
    at = whole_number(place, 0)
    return value[int(at)] if 0 <= at < len(units(value)) else ""


def _char_at(value: str, place: Any = 0, *_: Any) -> Any:
    at = whole_number(place, 0)
    at = at + len(units(value)) if at < 0 else at
    return value[int(at)] if 0 <= at < len(value) else UNDEFINED


def _index_of_text(value: str, part: Any = UNDEFINED, start: Any = 0, *_: Any) -> int:
    return value.find(_word(part), clamped(start, 0, len(units(value))))


def _last_index_of_text(value: str, part: Any = UNDEFINED, *more: Any) -> int:
    if more:
        refuse_here("lastIndexOf() with a place to begin")
    return units(value).rfind(_word(part))


def _cased(value: str, is_upper: bool) -> str:
    if not value.isascii():
        refuse_here("the case of letters beyond ASCII")
    return value.upper() if is_upper else value.lower()


def _locale_compared(value: str, other: Any = UNDEFINED, *more: Any) -> int:
    word = _word(other)
    if (
        more
        or not (value + word).isascii()
        or not (value + word).isalnum()
        or value.lower() != value
        or word.lower() != word
    ):
        refuse_here("localeCompare() of anything but lower case letters and digits", "< and >")
    return (value > word) - (value < word)


def _text(value: Any, *_: Any) -> Any:
    return value


OF_TEXTS: dict[str, Callable[..., Any]] = {
    "includes": _text_includes,
    "startsWith": _starts,
    "endsWith": _ends,
    "split": _split,
    "slice": _text_slice,
    "substring": _substring,
    "replace": _replace,
    "replaceAll": _replace_all,
    "trim": lambda value, *_: value.strip(SPACE),
    "trimStart": lambda value, *_: value.lstrip(SPACE),
    "trimEnd": lambda value, *_: value.rstrip(SPACE),
    "toLowerCase": lambda value, *_: _cased(value, False),
    "toUpperCase": lambda value, *_: _cased(value, True),
    "indexOf": _index_of_text,
    "lastIndexOf": _last_index_of_text,
    "charAt": _char,
    "charCodeAt": _code,
    "codePointAt": _code_point,
    "at": _char_at,
    "padStart": lambda value, width=0, fill=UNDEFINED, *_: _padded(value, width, fill, True),
    "padEnd": lambda value, width=0, fill=UNDEFINED, *_: _padded(value, width, fill, False),
    "repeat": _repeat,
    "concat": lambda value, *more: joined_text(value, *more),
    "localeCompare": _locale_compared,
    "match": lambda value, pattern=UNDEFINED, *_: match(value, pattern),
    "matchAll": lambda value, pattern=UNDEFINED, *_: ArrayItems(match_all(value, pattern)),
    "search": lambda value, pattern=UNDEFINED, *_: search(value, pattern),
    "toString": _text,
    "valueOf": _text,
}
METHOD_TABLE.update({str: OF_TEXTS})
METHOD_TABLE.update({kind: {"toString": _text, "valueOf": _text} for kind in UNSEEN_TEXTS})
