"""``JSON``: what a value is as a text, and back."""

from __future__ import annotations

import json
import re
from typing import Any

from lastchunk.model.typescript.library.places import whole_number
from lastchunk.model.typescript.runtime.facets import lift
from lastchunk.model.typescript.runtime.iteration import fields_now
from lastchunk.model.typescript.runtime.members import word_of
from lastchunk.model.typescript.runtime.numbers import exact_number
from lastchunk.model.typescript.runtime.texts import (
    UNSEEN_TEXTS,
    IsoText,
    JsonText,
    TimeText,
    number_text,
    to_text,
)
from lastchunk.model.typescript.runtime.values import (
    TIME_KINDS,
    UNDEFINED,
    ErrorObject,
    Facet,
    HostObject,
    Object,
    SyntaxErrorObject,
    Thrown,
    is_callable,
    refuse_here,
    type_error,
)

ESCAPED = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
DEPTH_MAX = 200


def json_parts(value: Any, within: tuple[int, ...] = ()) -> Any:
    """What of a value goes into JSON."""
    kind = type(value)
    if value is UNDEFINED or (is_callable(value) and not isinstance(value, HostObject)):
        return UNDEFINED
    if (
        kind in (str, bool, int, float, type(None))
        or kind in TIME_KINDS
        or kind in UNSEEN_TEXTS
        or kind is Facet
    ):
        return value
    if id(value) in within:
        raise type_error("Converting circular structure to JSON")
    if len(within) > DEPTH_MAX:
        refuse_here("JSON of what is nested too deep")
    inner = (*within, id(value))
    if kind is list:
        items = [json_parts(item, inner) for item in value]
        return [None if item is UNDEFINED else item for item in items]
    if hasattr(value, "as_json"):
        return json_parts(value.as_json(), inner)
    if isinstance(value, ErrorObject | HostObject):
        refuse_here(f"JSON of {word_of(value)}", "its parts by name")
    if (kind is dict and is_callable(value.get("toJSON"))) or hasattr(value, ".toJSON"):
        refuse_here("JSON of an object with a toJSON of its own", "a call of it")
    if kind is not dict and not isinstance(value, Object):
        refuse_here(f"JSON of {word_of(value)}")
    made = {key: json_parts(item, inner) for key, item in fields_now(value).items()}
    return {key: item for key, item in made.items() if item is not UNDEFINED}


def is_known(value: Any) -> bool:
    """Whether no time hides what a value is as a text."""
    if type(value) is list:
        return all(map(is_known, value))
    if type(value) is dict:
        return all(map(is_known, value.values()))
    return type(value) not in TIME_KINDS and type(value) not in UNSEEN_TEXTS


def _has_facet(value: Any) -> bool:
    if type(value) is list:
        return any(map(_has_facet, value))
    if type(value) is dict:
        return any(map(_has_facet, value.values()))
    return type(value) is Facet


def _quoted(value: str) -> str:
    return '"' + ESCAPED.sub(lambda m: SHORT.get(m[0], f"\\u{ord(m[0]):04x}"), value) + '"'


def _written(value: Any, gap: str, indent: str) -> str:
    if type(value) is str:
        return _quoted(value)
    if value is None or (
        type(value) is float and (value != value or value in (float("inf"), -float("inf")))
    ):
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) in (int, float):
        return number_text(value)
    inner = indent + gap
    if type(value) is list:
        parts = [_written(item, gap, inner) for item in value]
        return _bracketed("[", parts, "]", gap, indent)
    colon = ": " if gap else ":"
    parts = [f"{_quoted(key)}{colon}{_written(item, gap, inner)}" for key, item in value.items()]
    return _bracketed("{", parts, "}", gap, indent)


def _bracketed(left: str, parts: list[str], right: str, gap: str, indent: str) -> str:
    if not parts:
        return left + right
    if not gap:
        return left + ",".join(parts) + right
    inner = indent + gap
    return f"{left}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{right}"


def _numbers(value: Any) -> Any:
    """Numbers in their one form."""
    if type(value) is list:
        return [_numbers(item) for item in value]
    if type(value) is dict:
        return {key: _numbers(item) for key, item in value.items()}
    return exact_number(value) if type(value) in (int, float) else value


def _bad(_word: str) -> Any:
    raise ValueError


class JsonNamespace(HostObject):
    """``JSON``"""

    __slots__ = ()
    WORD = "JSON"
    NAMES = frozenset(("stringify", "parse"))

    @staticmethod
    def stringify(
        value: Any = UNDEFINED, how: Any = UNDEFINED, gap: Any = UNDEFINED, *_: Any
    ) -> Any:
        """``JSON.stringify(value)``"""
        if how is not UNDEFINED and how is not None:
            refuse_here("JSON.stringify() with a second argument", "the value alone, or null")
        made = json_parts(value)
        if made is UNDEFINED:
            return UNDEFINED
        indent = _gap(gap)
        if not is_known(made):
            return JsonText(made)
        if _has_facet(made):
            return _of_each(made, indent)
        return _written(made, indent, "")

    @staticmethod
    def parse(value: Any = UNDEFINED, *more: Any) -> Any:
        """``JSON.parse(text)``"""
        if more and more[0] is not UNDEFINED:
            refuse_here("JSON.parse() with a second argument", "the text alone")
        if type(value) is Facet:
            return lift(JsonNamespace.parse, value)
        if type(value) is JsonText:
            return json_parts(value.value)
        if type(value) in (TimeText, IsoText):
            refuse_here("JSON.parse() of a text with a time in it")
        word = to_text(value)
        try:
            return _numbers(json.loads(word, parse_constant=_bad))
        except (ValueError, RecursionError):
            raise Thrown(SyntaxErrorObject(f"{word[:20]!r} is not valid JSON")) from None


def _of_each(made: Any, indent: str) -> Any:
    """JSON of what hangs on a chunk's index, for every index."""
    found: list[Facet] = []

    def collect(value: Any) -> None:
        if type(value) is Facet:
            found.append(value)
        elif type(value) in (list, dict):
            for item in value if type(value) is list else value.values():
                collect(item)

    collect(made)

    def put_in(value: Any, given: list[Any]) -> Any:
        if type(value) is Facet:
            return given.pop(0)
        if type(value) is list:
            return [put_in(item, given) for item in value]
        if type(value) is dict:
            return {key: put_in(item, given) for key, item in value.items()}
        return value

    return lift(lambda *given: _written(put_in(made, list(given)), indent, ""), *found)


def _gap(gap: Any) -> str:
    if gap is UNDEFINED or gap is None:
        return ""
    if type(gap) is str:
        return gap[:10]
    return " " * int(max(0, min(10, whole_number(gap, 0))))
