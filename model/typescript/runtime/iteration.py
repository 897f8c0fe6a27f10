"""What loops, spreads and patterns go through: arrays, texts, maps and sets, generators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from lastchunk.model.typescript.runtime.facets import tell_apart
from lastchunk.model.typescript.runtime.iterators import KeysLeft, LiveIterator, left
from lastchunk.model.typescript.runtime.members import word_of
from lastchunk.model.typescript.runtime.texts import seen_text
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    Box,
    ErrorObject,
    Facet,
    HostObject,
    Object,
    ReferenceErrorObject,
    Thrown,
    refuse_here,
    type_error,
)

INDEXES_END = 2**32 - 1
"""The first whole number that is no index of an array."""


def items_of(value: Any) -> list[Any]:
    """All that a value gives, one by one, as a list of its own."""
    if type(value) is Facet:
        value = tell_apart(value)
    return value.copy() if type(value) is list else list(each(value))


def items_taken(value: Any, count: int) -> list[Any]:
    """As many as a pattern takes; an iterator is told to return where it has more."""
    if type(value) is Facet:
        value = tell_apart(value)
    if type(value) is list:
        return value[:count]
    through = each(value)
    taken = list(islice(through, count))
    if len(taken) == count:
        left(through)
    return taken


def each(value: Any) -> Iterator[Any]:
    """What ``for (... of value)`` goes through, as it changes meanwhile."""
    if type(value) is Facet:
        value = tell_apart(value)
    if type(value) is list or type(value) is str:
        return iter(value)
    live = getattr(value, "each_now", None) if isinstance(value, HostObject) else None
    if live is not None:
        return live()  # type: ignore[no-any-return]
    if isinstance(value, LiveIterator):
        return value
    if isinstance(value, HostObject) or callable(value):
        refuse_here(
            f"a loop through {word_of(value)} is not understood", "an array, a map, a set, a text"
        )
    seen_text(value)
    raise type_error(f"{word_of(value)} is not iterable")


def own_keys(owner: dict[str, Any]) -> list[str]:
    """The keys of a plain object in JavaScript's order: whole numbers first, by size."""
    numbers = {key for key in owner if key[:1].isdigit() and _is_index(key)}
    if not numbers:
        return list(owner)
    return sorted(numbers, key=int) + [key for key in owner if key not in numbers]


def _is_index(key: str) -> bool:
    """Whether a key is an array's index: a whole number below 2 ** 32 - 1."""
    is_number = key.isascii() and key.isdigit() and len(key) <= len(str(INDEXES_END))
    return is_number and str(int(key)) == key and int(key) < INDEXES_END


def fields_now(value: Any) -> dict[str, Any]:
    """What an object holds itself, by name; nothing of what has none."""
    if type(value) is Facet:
        value = tell_apart(value)
    if type(value) is dict:
        return {key: value[key] for key in own_keys(value)}
    if type(value) is list or type(value) is str:
        return {str(number): item for number, item in enumerate(value)}
    if isinstance(value, ErrorObject | HostObject):
        refuse_here(f"the fields of {word_of(value)} are not understood", "those of a plain object")
    if isinstance(value, Object):
        own = vars(value)
        return {name[1:]: own[name] for name in own if name[0] == "." and name[1] != "#"}
    seen_text(value)
    return {}


def each_key(value: Any) -> Iterator[str]:
    """What ``for (... in value)`` goes through; what is added meanwhile is not among it."""
    if type(value) is Facet:
        value = tell_apart(value)
    if isinstance(value, Object):
        refuse_here("for in through an object of a class", "Object.keys()")
    keys = list(fields_now(value))
    return KeysLeft(value, keys) if type(value) is dict or type(value) is list else iter(keys)


def spread_fields(value: Any) -> dict[str, Any]:
    """What ``{...value}`` takes over."""
    return fields_now(value)


def object_of(value: Any) -> Any:
    """What a pattern takes apart."""
    if value is None or value is UNDEFINED:
        raise type_error("Cannot destructure what is null or undefined")
    return value


def others_of(value: Any, *taken: Any) -> dict[str, Any]:
    """What is left of an object behind a pattern."""
    names = {str(key) for key in taken}
    return {key: item for key, item in fields_now(value).items() if key not in names}


def item_at(items: list[Any], number: int) -> Any:
    """One place of a pattern."""
    return items[number] if number < len(items) else UNDEFINED


def items_from(items: list[Any], number: int) -> list[Any]:
    """The rest of a pattern."""
    return items[number:]


def put_box(box: Box, value: Any) -> Any:
    """A variable of one turn of a loop gets a value."""
    box.value = value
    return value


def live_value(box: Box, name: str) -> Any:
    """The value of a variable that may have none yet."""
    if not hasattr(box, "value"):
        raise Thrown(ReferenceErrorObject(f"Cannot access '{name}' before initialization"))
    return box.value


def put_live(box: Box, value: Any, name: str) -> Any:
    """A variable that may have no value yet gets another one."""
    live_value(box, name)
    box.value = value
    return value
