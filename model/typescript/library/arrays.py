"""What an array can do, by JavaScript's meaning; what it changes, it changes in place."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from lastchunk.model.typescript.library.places import clamped, relative, whole_number
from lastchunk.model.typescript.runtime.facets import tell_apart
from lastchunk.model.typescript.runtime.iterators import ENTRIES, ONLY_KEYS, ArrayItems
from lastchunk.model.typescript.runtime.members import METHOD_TABLE
from lastchunk.model.typescript.runtime.operators import greater, less, same, truthy, yes
from lastchunk.model.typescript.runtime.texts import joined_text, seen_text, to_text, units
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    Facet,
    is_callable,
    refuse_here,
    type_error,
)

Items_ = list[Any]


def callback(function: Any) -> Callable[..., Any]:
    """What an array's method calls."""
    if not is_callable(function):
        raise type_error("it is not a function")
    return function  # type: ignore[no-any-return]


def _push(items: Items_, *more: Any) -> int:
    items.extend(more)
    return len(items)


def _unshift(items: Items_, *more: Any) -> int:
    items[:0] = more
    return len(items)


def _found(items: Items_, function: Any, backwards: bool = False) -> tuple[int, Any]:
    function = callback(function)
    order = range(len(items) - 1, -1, -1) if backwards else range(len(items))
    for number in order:
        item = items[number] if number < len(items) else UNDEFINED
        if truthy(function(item, number, items)):
            return number, item
    return -1, UNDEFINED


def _each(items: Items_, function: Any) -> list[Any]:
    """What a function gives for each item that was there at the beginning, and still is."""
    function = callback(function)
    places = range(len(items))
    return [function(items[place], place, items) for place in places if place < len(items)]


def _map(items: Items_, function: Any = UNDEFINED, *_: Any) -> Items_:
    before = len(items)
    out = _each(items, function)
    if len(out) != before:
        refuse_here("an array that gets shorter while map() goes through it")
    return out


def _filter(items: Items_, function: Any = UNDEFINED, *_: Any) -> Items_:
    function = callback(function)
    out = []
    for number in range(len(items)):
        if number < len(items):
            item = items[number]
            if truthy(function(item, number, items)):
                out.append(item)
    return out


def _for_each(items: Items_, function: Any = UNDEFINED, *_: Any) -> Any:
    _each(items, function)
    return UNDEFINED


def _some(items: Items_, function: Any = UNDEFINED, *_: Any) -> bool:
    function = callback(function)
    for number in range(len(items)):
        if number < len(items) and truthy(function(items[number], number, items)):
            return True
    return False


def _every(items: Items_, function: Any = UNDEFINED, *_: Any) -> bool:
    function = callback(function)
    for number in range(len(items)):
        if number < len(items) and not truthy(function(items[number], number, items)):
            return False
    return True


def _reduce(items: Items_, function: Any = UNDEFINED, *first: Any) -> Any:
    return _reduced(items, function, first, range(len(items)))


def _reduce_right(items: Items_, function: Any = UNDEFINED, *first: Any) -> Any:
    return _reduced(items, function, first, range(len(items) - 1, -1, -1))


def _reduced(items: Items_, function: Any, first: tuple[Any, ...], order: range) -> Any:
    function = callback(function)
    places = list(order)
    if first:
        value = first[0]
    elif not places:
        raise type_error("Reduce of empty array with no initial value")
    else:
        value = items[places.pop(0)]
    for number in places:
        if number < len(items):
            value = function(value, items[number], number, items)
    return value


def _index(items: Items_, value: Any = UNDEFINED, start: Any = 0, *_: Any) -> int:
    for number in range(relative(start, len(items), 0), len(items)):
        if yes(same(items[number], value)):
            return number
    return -1


def _last_index(items: Items_, value: Any = UNDEFINED, *more: Any) -> int:
    if more:
        refuse_here("lastIndexOf() with a place to begin")
    return next((n for n in range(len(items) - 1, -1, -1) if yes(same(items[n], value))), -1)


def _includes(items: Items_, value: Any = UNDEFINED, start: Any = 0, *_: Any) -> bool:
    is_nan = type(value) is float and value != value
    if is_nan:
        return any(
            type(item) is float and item != item for item in items[relative(start, len(items), 0) :]
        )
    return _index(items, value, start) >= 0


def _join(items: Items_, by: Any = UNDEFINED, *_: Any) -> Any:
    between = "," if by is UNDEFINED else to_text(by)
    pieces: list[Any] = []
    for number, item in enumerate(items):
        pieces += [between] if number else []
        pieces.append("" if item is None or item is UNDEFINED else item)
    return joined_text(*pieces)


def _slice(items: Items_, start: Any = UNDEFINED, end: Any = UNDEFINED, *_: Any) -> Items_:
    size = len(items)
    return items[relative(start, size, 0) : relative(end, size, size)]


def _splice(items: Items_, *given: Any) -> Items_:
    if not given:
        return []
    at = relative(given[0], len(items), 0)
    count = len(items) - at if len(given) == 1 else clamped(given[1], 0, len(items) - at)
    gone = items[at : at + count]
    items[at : at + count] = given[2:]
    return gone


def _compared(function: Any) -> Callable[[Any, Any], int]:
    def compare(a: Any, b: Any) -> int:
        answer = function(a, b)
        if type(answer) is bool:
            refuse_here("a comparison for sort() that gives true or false", "a number: a - b")
        return -1 if yes(less(answer, 0)) else int(yes(greater(answer, 0)))

    return compare


def _as_text(value: Any) -> str:
    made = seen_text(to_text(value), "sort by")
    return units(tell_apart(made) if type(made) is Facet else made)


def _sort(items: Items_, function: Any = UNDEFINED, *_: Any) -> Items_:
    items[:] = _sorted(items, function)
    return items


def _sorted(items: Items_, function: Any = UNDEFINED, *_: Any) -> Items_:
    kept = [item for item in items if item is not UNDEFINED]
    missing = [item for item in items if item is UNDEFINED]
    if function is UNDEFINED:
        return sorted(kept, key=_as_text) + missing
    return sorted(kept, key=cmp_to_key(_compared(callback(function)))) + missing


def _reverse(items: Items_, *_: Any) -> Items_:
    items.reverse()
    return items


def _concat(items: Items_, *more: Any) -> Items_:
    return [*items, *(item for part in more for item in (part if type(part) is list else [part]))]


def _flat(items: Items_, depth: Any = 1, *_: Any) -> Items_:
    left = whole_number(depth, 1)
    out: Items_ = []
    for item in items:
        if type(item) is list and left >= 1:
            out += _flat(item, left - 1)
        else:
            out.append(item)
    return out


def _fill(
    items: Items_, value: Any = UNDEFINED, start: Any = UNDEFINED, end: Any = UNDEFINED, *_: Any
) -> Items_:
    size = len(items)
    for number in range(relative(start, size, 0), relative(end, size, size)):
        items[number] = value
    return items


def _at(items: Items_, place: Any = 0, *_: Any) -> Any:
    number = whole_number(place, 0)
    number = number + len(items) if number < 0 else number
    return items[int(number)] if 0 <= number < len(items) else UNDEFINED


OF_ARRAYS: dict[str, Callable[..., Any]] = {
    "push": _push,
    "pop": lambda items, *_: items.pop() if items else UNDEFINED,
    "shift": lambda items, *_: items.pop(0) if items else UNDEFINED,
    "unshift": _unshift,
    "map": _map,
    "filter": _filter,
    "forEach": _for_each,
    "some": _some,
    "every": _every,
    "find": lambda items, function=UNDEFINED, *_: _found(items, function)[1],
    "findIndex": lambda items, function=UNDEFINED, *_: _found(items, function)[0],
    "findLast": lambda items, function=UNDEFINED, *_: _found(items, function, True)[1],
    "findLastIndex": lambda items, function=UNDEFINED, *_: _found(items, function, True)[0],
    "reduce": _reduce,
    "reduceRight": _reduce_right,
    "indexOf": _index,
    "lastIndexOf": _last_index,
    "includes": _includes,
    "join": _join,
    "toString": lambda items, *_: _join(items),
    "slice": _slice,
    "splice": _splice,
    "sort": _sort,
    "toSorted": _sorted,
    "reverse": _reverse,
    "toReversed": lambda items, *_: items[::-1],
    "concat": _concat,
    "flat": _flat,
    "flatMap": lambda items, function=UNDEFINED, *_: _flat(_each(items, function)),
    "fill": _fill,
    "at": _at,
    "keys": lambda items, *_: ArrayItems(items, ONLY_KEYS),
    "values": lambda items, *_: ArrayItems(items),
    "entries": lambda items, *_: ArrayItems(items, ENTRIES),
}
METHOD_TABLE.update({list: OF_ARRAYS})
