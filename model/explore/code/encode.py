"""Any value of a world as nested tuples, with marks where a name or a time stands.

Two states are the same class's discrete part if they are equal up to the names of chunks, the
numbers of attempts and the times. So these three are not written out but marked: `Name`,
`AttemptMark`, `Instant`. What has no order (a dictionary, a set) is a `Bag`. Everything else is
written out by its content; what cannot be raises `NotListed`. What code keeps is written out by
`explore.code.kept`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lastchunk.model.explore.code.frames import NotListed
from lastchunk.model.explore.code.sizes import Size
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.subset.held import fields_of
from lastchunk.model.world.code.handed import is_of_recorder
from lastchunk.reference_impl.clock import Duration, Time
from lastchunk.reference_impl.contract import Chunk, Response

DEPTH_MAX = 20
"""How many objects may lie in each other."""
ATOMS = frozenset((int, str, float, bool, type(None), bytes))
TIME_TYPES: set[type] = {Instant}
"""What a scheduler counts time in: it is marked in a state, and not written out."""


class Head(str):
    """What a tuple is the encoding of: no text of a value's own looks like one."""

    __slots__ = ()
    __repr__ = str.__str__


def field_name(name: str) -> str:
    """A field's name; one that is no name in Python's sense is marked as a text."""
    return Head(name) if name.isidentifier() else name


def check_is_number(value: Any) -> None:
    """Raise `NotListed` at a number that is none: what is in a list is found by its identity."""
    if value != value:
        raise NotListed("a float that is no number (nan)", "None")


LIST, DICT, CHUNK, TUPLE = Head("list"), Head("dict"), Head("Chunk"), Head("tuple")


class Name:
    """Stands for a chunk, whatever its index is."""

    __slots__ = ("chunk",)

    def __init__(self, chunk: int) -> None:
        self.chunk = chunk


def chunk_mark(chunk: int) -> Name | int:
    """A chunk's mark. No chunk (-1) stays as it is, and so does a number of a scheduler's own."""
    return Name(chunk) if type(chunk) is int and chunk >= 0 else chunk


class AttemptMark:
    """Stands for an attempt, whatever its number is: only the order among the live ones counts."""

    __slots__ = ("call", "number")

    def __init__(self, call: tuple[str, int], number: int) -> None:
        self.call = call
        self.number = number


class Bag:
    """Parts without an order."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind: str, parts: Iterable[Any]) -> None:
        self.kind = kind
        self.parts = tuple(parts)


def any_chunk(chunk: Any) -> None:
    """Any chunk may be written out."""


class Encoder:
    """Encodes values. ``methods`` are the calls' names, ``fixed`` what never changes."""

    def __init__(self, methods: Iterable[str], fixed: Iterable[Any]) -> None:
        self.methods = set(methods)
        self.kept = list(fixed)
        self.fixed = {id(item): number for number, item in enumerate(self.kept)}
        self.classes: dict[type, int] = {}
        self.depth = 0
        self.names_calls = False
        self.check_chunk: Callable[[Any], None] = any_chunk
        """What there is to say against a chunk, where they count as interchangeable."""

    def world(self, value: Any) -> Any:
        """A value of the world's own, where a tuple may name a call. Raises `NotListed`."""
        self.names_calls = True
        try:
            return self.value(value)
        finally:
            self.names_calls = False

    def name(self, chunk: int) -> Name | int:
        """A chunk's mark; no chunk (-1) stays as it is."""
        return chunk_mark(chunk)

    def value(self, value: Any) -> Any:
        """A value as nested tuples. Raises `NotListed`."""
        kind = type(value)
        if kind in ATOMS or kind in TIME_TYPES:
            if kind is float:
                check_is_number(value)
            return value
        if isinstance(value, tuple):
            return self._tuple(value)
        if kind is list:
            return (LIST, *map(self.value, value))
        if kind is dict:
            return self._dict(value)
        if kind is set or kind is frozenset:
            return Bag(kind.__name__, map(self.value, value))
        return self._object(value)

    def class_number(self, kind: type) -> int:
        """A class by number: two may have one name."""
        return self.classes.setdefault(kind, len(self.classes))

    def _dict(self, value: dict[Any, Any]) -> Any:
        if not self.names_calls:  # code may look at the order of a dictionary's keys
            return (DICT, *((self.value(key), self.value(item)) for key, item in value.items()))
        # The world never does; and what it keeps in one for code is data, whatever it looks like.
        return Bag("dict", [(self.value(key), self.data(item)) for key, item in value.items()])

    def data(self, value: Any) -> Any:
        """Data of the code's, in which no tuple names a call."""
        before, self.names_calls = self.names_calls, False
        try:
            return self.value(value)
        finally:
            self.names_calls = before

    def _tuple(self, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if type(value) is Response:
            return (Head("Response"), *map(self.data, value))
        for at, part in enumerate(tuple.__iter__(value)) if self.names_calls else ():
            if type(part) is str and part in self.methods and len(value) > at + 1:
                return self._call(value, at)
            if part == "data" and len(value) == at + 2 and type(value[at + 1]) is int:
                return (*value[: at + 1], self.name(value[at + 1]))
        kind = type(value)
        head = () if kind is tuple else (Head(kind.__name__), self.class_number(kind))
        return (*head, *map(self.value, tuple.__iter__(value)))

    def _call(self, value: tuple[Any, ...], at: int) -> tuple[Any, ...]:
        """A tuple that names a call: its method, then the chunk, then perhaps the attempt."""
        method, chunk, *rest = value[at:]
        if type(chunk) is not int:
            return (TUPLE, *value[: at + 1], *map(self.value, value[at + 1 :]))
        parts = [*map(self.value, value[:at]), method, self.name(chunk)]
        if rest and type(rest[0]) is int:
            parts.append(AttemptMark((method, chunk), rest.pop(0)))
        return (*parts, *map(self.value, rest))

    def _object(self, value: Any) -> Any:
        number = self.fixed.get(id(value))
        if number is not None:
            return (Head("fixed"), number)
        if isinstance(value, Chunk):
            self.check_chunk(value)
            if not is_of_recorder(type(value)):
                return self._fields(value)
            return (CHUNK, self.name(value.index), self.value(value.size_bytes))
        if isinstance(value, type):  # what a defaultdict makes: a type of plain data
            return (Head("class"), value.__module__, value.__qualname__)
        if isinstance(value, Size):
            return (Head("size"), value.media.end, value.media.start)
        if isinstance(value, Span):
            return (Head("Span"), value.end, value.start)
        if isinstance(value, BaseException):
            return (Head("error"), type(value).__name__, str(value))
        if isinstance(value, Time):
            return (Head("time"), value._ms)
        if isinstance(value, Duration):
            ms = value._ms
            return (Head("duration"), ms if type(ms) is int else self.value(ms))
        return self._fields(value)

    def _fields(self, value: Any) -> tuple[Any, ...]:
        if self.depth >= DEPTH_MAX:
            raise NotListed(f"a value nested {DEPTH_MAX} deep", "flat data")
        self.depth += 1
        try:
            kind = type(value)
            beside = beside_fields(value)
            own = fields_of(value)
            fields = ((field_name(name), self.value(own[name])) for name in sorted(own))
            head = (Head(kind.__qualname__), self.class_number(kind))
            return (*head, *fields, *map(self.value, beside))
        finally:
            self.depth -= 1


def beside_fields(value: Any) -> list[Any]:
    """What an object holds that is in none of its fields, as its copy would be made of it.

    A deque has its items. Raises `NotListed` where nobody can tell.
    """
    kind = type(value)
    if kind in ALL_IN_FIELDS:
        return []
    try:
        _, *parts = value.__reduce_ex__(2)
    except Exception:
        raise NotListed(f"a value of type {kind.__name__}", "plain data") from None
    arguments, state, items, pairs = (*parts, None, None, None)[:4]
    is_own = any(getattr(kind, name, None) is not getattr(object, name, None) for name in COPIED_BY)
    if not is_own and items is None and pairs is None:
        ALL_IN_FIELDS.add(kind)
        return []
    return [arguments, state, *(None if part is None else list(part) for part in (items, pairs))]


COPIED_BY = ("__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__")
ALL_IN_FIELDS: set[type] = set()
"""Types found to hold nothing beside their fields."""
