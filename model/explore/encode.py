"""Any value of a world as nested tuples, with marks where a name or a time stands.

Two states are the same class's discrete part if they are equal up to the names of chunks, the
numbers of attempts and the times. So these three are not written out but marked: `Name`, `Attempt`,
`Instant`. What has no order (a dictionary, a set) is a `Bag`. Everything else is written out by its
content; what cannot be (a generator in a local variable) raises `Opaque`, and the caller falls back
on the whole history, which is always exact.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Iterable, Iterator
from typing import Any

from model.explore.instant import Instant, Span
from model.world.program import Program
from reference_impl.contract import Blobs, Browser, Chunk, Context, Storage

DEPTH_MAX = 20
"""How many objects may lie in each other."""
ATOMS = frozenset((int, str, float, bool, type(None), bytes))
LASTING = frozenset((int, str, bool, type(None), bytes, Chunk))
"""Types whose values never change, and that are equal only where they say the same (0.0 is equal
to -0.0)."""
WORLD_MADE = (Context, Browser, Storage, Blobs)
"""What the world hands to the code, the same in every copy."""


class Opaque(Exception):  # noqa: N818 - a signal between two functions, not an error
    """A value whose content cannot be read."""


class Head(str):
    """What a tuple is the encoding of: no text of a value's own looks like one."""

    __slots__ = ()
    __repr__ = str.__str__


LIST, DICT, CHUNK, TUPLE = Head("list"), Head("dict"), Head("Chunk"), Head("tuple")


class Name:
    """Stands for a chunk, whatever its index is."""

    __slots__ = ("chunk",)

    def __init__(self, chunk: int) -> None:
        self.chunk = chunk


class Attempt:
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


class Encoder:
    """Encodes values. ``methods`` are the calls' names, ``fixed`` what never changes."""

    def __init__(self, methods: Iterable[str], fixed: Iterable[Any]) -> None:
        self.methods = set(methods)
        self.kept = list(fixed)
        self.fixed = {id(item): number for number, item in enumerate(self.kept)}
        self.depth = 0
        self.names_calls = False

    def world(self, value: Any) -> Any:
        """A value of the world's own, where a tuple may name a call. Raises `Opaque`."""
        self.names_calls = True
        try:
            return self.value(value)
        finally:
            self.names_calls = False

    def name(self, chunk: int) -> Name | int:
        """A chunk's mark; no chunk (-1) stays as it is."""
        return Name(chunk) if chunk >= 0 else chunk

    def value(self, value: Any) -> Any:
        """A value as nested tuples. Raises `Opaque`."""
        kind = type(value)
        if kind in ATOMS or kind is Instant:
            return value
        if isinstance(value, tuple):
            return self._tuple(value)
        if kind is list:
            return (LIST, *map(self.value, value))
        if kind is dict:
            pairs = [(self.value(key), self.value(item)) for key, item in value.items()]
            # Code may look at the order of a dictionary's keys; the world never does.
            return Bag("dict", pairs) if self.names_calls else (DICT, *pairs)
        if kind is set or kind is frozenset:
            return Bag("set", map(self.value, value))
        return self._object(value)

    def _tuple(self, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if isinstance(value, Chunk):
            return (CHUNK, self.name(value[0]), *map(self.value, value[1:]))
        for at, part in enumerate(value) if self.names_calls else ():
            if type(part) is str and part in self.methods and len(value) > at + 1:
                return self._call(value, at)
            if part == "data" and len(value) == at + 2 and type(value[at + 1]) is int:
                return (*value[: at + 1], self.name(value[at + 1]))
        kind = type(value)
        head = () if kind is tuple else (Head(kind.__name__),)
        return (*head, *map(self.value, value))

    def _call(self, value: tuple[Any, ...], at: int) -> tuple[Any, ...]:
        """A tuple that names a call: its method, then the chunk, then perhaps the attempt."""
        method, chunk, *rest = value[at:]
        if type(chunk) is not int:
            return (TUPLE, *value[: at + 1], *map(self.value, value[at + 1 :]))
        parts = [*map(self.value, value[:at]), method, self.name(chunk)]
        if rest and type(rest[0]) is int:
            parts.append(Attempt((method, chunk), rest.pop(0)))
        return (*parts, *map(self.value, rest))

    def _object(self, value: Any) -> Any:
        number = self.fixed.get(id(value))
        if number is not None:
            return (Head("fixed"), number)
        if isinstance(value, WORLD_MADE):
            return Head(type(value).__name__)
        if isinstance(value, Span):
            return (Head("Span"), value.end, value.start)
        if isinstance(value, BaseException):
            return (Head("error"), type(value).__name__, str(value))
        if isinstance(value, types.FunctionType | types.BuiltinFunctionType | type):
            cells = getattr(value, "__closure__", None) or ()
            return (Head("code"), value.__qualname__, *map(self.value, cells))
        if isinstance(value, types.CellType):
            return (Head("cell"), self.value(value.cell_contents))
        if isinstance(value, types.MethodType):
            owner = value.__self__
            inner = Head("program") if isinstance(owner, Program) else self.value(owner)
            return (Head("method"), value.__func__.__qualname__, inner)
        return self._fields(value)

    def _fields(self, value: Any) -> tuple[Any, ...]:
        if self.depth >= DEPTH_MAX:
            raise Opaque(type(value).__name__)
        self.depth += 1
        try:
            beside = beside_fields(value)
            names: set[str] = set(getattr(value, "__dict__", ()))
            for cls in type(value).__mro__:
                slots = getattr(cls, "__slots__", ())
                names.update((slots,) if isinstance(slots, str) else slots)
            pairs = sorted((name, getattr(value, name)) for name in names if hasattr(value, name))
            fields = ((Head(name), self.value(item)) for name, item in pairs)
            return (Head(type(value).__qualname__), *fields, *map(self.value, beside))
        finally:
            self.depth -= 1


def beside_fields(value: Any) -> list[Any]:
    """What an object holds that is in none of its fields, as its copy would be made of it.

    A deque has its items, a generator of numbers its state. Raises `Opaque` where nobody can tell.
    """
    kind = type(value)
    if kind in ALL_IN_FIELDS:
        return []
    try:
        _, *parts = value.__reduce_ex__(2)
    except Exception:
        raise Opaque(kind.__name__) from None
    arguments, state, items, pairs = (*parts, None, None, None)[:4]
    is_own = any(getattr(kind, name, None) is not getattr(object, name, None) for name in COPIED_BY)
    if not is_own and items is None and pairs is None:
        ALL_IN_FIELDS.add(kind)
        return []
    return [arguments, state, *(None if part is None else list(part) for part in (items, pairs))]


COPIED_BY = ("__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__")
ALL_IN_FIELDS: set[type] = set()
"""Types found to hold nothing beside their fields."""


def history_of(program: Program) -> tuple[str, ...]:
    """All that a program was told, but for the times."""
    return tuple(repr(entry[:-1]) for entry in program.log)


def stands_of(coroutine: Any, encoder: Encoder) -> tuple[Any, ...]:
    """Where each frame of a suspended coroutine stands, its variables and its value stack.

    Raises `Opaque`.
    """
    out: list[Any] = []
    for code, frame, held in _frames(coroutine):
        out.append((code.co_qualname, frame.f_lasti, *frame.f_locals))
        out += [encoder.value(item) for item in held]
    return tuple(out)


def identity_of(coroutine: Any, encoder: Encoder) -> tuple[Any, ...] | None:
    """The same by identity: equal for two coroutines that stand at one place and hold the same
    objects. None where one of these may change unseen.
    """
    out: list[Any] = []
    for code, frame, held in _frames(coroutine):
        out += (code, frame.f_lasti, tuple(frame.f_locals))
        for item in held:
            if type(item) is types.CellType:
                item = item.cell_contents
            number = encoder.fixed.get(id(item))
            if number is not None:
                out.append(("fixed", number))
            elif type(item) in LASTING:
                out.append((type(item), item))
            else:
                return None
    return tuple(out)


def _frames(coroutine: Any) -> Iterator[tuple[types.CodeType, Any, list[Any]]]:
    """Each frame from the outermost in: its code, the frame, and what it holds, in order."""
    while isinstance(coroutine, types.CoroutineType):
        held = gc.get_referents(coroutine)
        code, inner = coroutine.cr_code, coroutine.cr_await
        # CPython visits the function, its code, then the variables and the stack, in order.
        at = next(
            (
                number
                for number, item in enumerate(held)
                if isinstance(item, types.FunctionType) and item.__code__ is code
            ),
            None,
        )
        if at is None or held[at + 1] is not code:
            raise Opaque("a coroutine")
        yield code, coroutine.cr_frame, [item for item in held[at + 2 :] if item is not inner]
        coroutine = inner
