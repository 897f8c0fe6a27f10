"""What code keeps, as text: every listed value by content and identity; all else is refused."""

from __future__ import annotations

import asyncio
import enum
import functools
import itertools
import random
import types
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import pytest

from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.code.frames import NotListed, frames_of
from lastchunk.model.explore.code.kept import Codes, KeptEncoder
from lastchunk.model.explore.state.programs import Programs
from lastchunk.model.explore.state.text import Text
from lastchunk.model.world.code.program import Program
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import Chunk, Get, Response

CODES = Codes()


class Slotted:
    """Fields in slots, one of them empty."""

    __slots__ = ("empty", "one")

    def __init__(self, one: Any) -> None:
        self.one = one


class Deeper(Slotted):
    """More slots, one with a private name."""

    __slots__ = ("__two",)

    def __init__(self, one: Any, two: Any) -> None:
        super().__init__(one)
        self.__two = two


@dataclass
class Record:
    """Fields in a dictionary."""

    one: Any
    two: Any = None


class Pair(NamedTuple):
    """A tuple with a name."""

    one: Any
    two: Any


class Kind(enum.Enum):
    """Two values of an enumeration."""

    A = 1
    B = 2


class FailedError(Exception):
    """An error that carries data."""

    def __init__(self, data: Any) -> None:
        super().__init__("same words")
        self.data = data


def caused(by: Exception) -> Exception:
    """An error with a cause."""
    try:
        raise ValueError("a") from by
    except ValueError as error:
        return error


def text_of(*values: Any) -> str:
    """The text of some values that one program keeps; chunks keep their index."""
    kept = KeptEncoder({}, CODES)
    text = Text(kept.values(values))
    return text.fill({chunk: f"#{chunk}" for chunk in text.chunks}, {}, [])


def outer(number: Any) -> Any:
    """A closure."""

    def inner() -> Any:
        return number

    return inner


DIFFERENT: list[tuple[Any, Any]] = [
    (Slotted(1), Slotted(2)),
    (Slotted(1), Deeper(1, 2)),
    (Deeper(1, 2), Deeper(1, 3)),
    (Deeper(1, 2), Deeper(0, 2)),
    (Record(1), Slotted(1)),
    (Pair(1, 2), (1, 2)),
    (Kind.A, Kind.B),
    (ValueError("a"), ValueError("b")),
    (ValueError("a"), KeyError("a")),
    (FailedError(1), FailedError(2)),
    (caused(FailedError(1)), caused(FailedError(2))),
    (OSError(1, "a"), OSError(2, "a")),
    (outer(1), outer(2)),
    (lambda n=1: n, lambda n=2: n),
    ([lambda: 1, lambda: 2][0], [lambda: 1, lambda: 2][1]),
    (functools.partial(max, 1), functools.partial(max, 2)),
    (deque([1, 2]), deque([2, 1])),
    (deque([1], 3), deque([1], 4)),
    (OrderedDict(a=1), OrderedDict(a=2)),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    (defaultdict(int), defaultdict(list)),
    (Response(200), Response(403)),
    (Response(200, {"a": 1}), Response(200)),
    (iter([1, 2]), iter([1, 3])),
    (enumerate([1]), enumerate([1], 1)),
    (iter({1: 2}), iter({1: 3}.items())),
    (asyncio.Event, asyncio.Lock),
    (len, max),
    ([].append, [1].append),
    ({1: Record(1)}, {1: Record(2)}),
    (frozenset({1}), frozenset({2})),
    (bytearray(b"a"), bytearray(b"b")),
    (True, 1),
    (1, 1.0),
    (0.0, -0.0),
    (Chunk(0, 5), Chunk(1, 5)),
    (Record(1).__repr__, Record(2).__repr__),
]


@pytest.mark.parametrize("pair", DIFFERENT)
def test_what_differs_has_another_text(pair: tuple[Any, Any]) -> None:
    one, two = pair
    assert text_of(one) != text_of(two)
    assert text_of(one) == text_of(one)


def ring() -> Any:
    """A list within itself."""
    values: list[Any] = [1]
    values.append(values)
    return values


ALIASED: dict[str, Callable[[], Any]] = {
    "list": lambda: [1],
    "dict": lambda: {"a": 1},
    "set": lambda: {1},
    "deque": lambda: deque([1]),
    "record": lambda: Record(1),
    "slots": lambda: Slotted(1),
    "bytes": lambda: bytearray(b"a"),
    "closure": lambda: outer([1]),
    "iterator": lambda: iter([1]),
    "error": lambda: FailedError(1),
    "ring": ring,
}


@pytest.mark.parametrize("name", ALIASED)
@pytest.mark.parametrize("holds", ["beside", "in a tuple", "in a list", "in a field", "in a dict"])
def test_one_object_twice_is_not_two_equal_ones(name: str, holds: str) -> None:
    wrap: Callable[[Any], Any] = {
        "beside": lambda value: value,
        "in a tuple": lambda value: (value,),
        "in a list": lambda value: [value],
        "in a field": Record,
        "in a dict": lambda value: {"key": value},
    }[holds]
    make = ALIASED[name]
    one, two, three = make(), make(), make()
    assert text_of(one, wrap(one)) != text_of(one, wrap(two))
    assert text_of(one, wrap(two)) == text_of(two, wrap(three))
    assert text_of(one, wrap(one)) == text_of(two, wrap(two))
    assert text_of(one, two, wrap(one)) != text_of(one, two, wrap(two))


def test_an_iterator_is_tied_to_its_dictionary() -> None:
    one, two = {1: 2}, {1: 2}
    for view in (iter, lambda d: iter(d.items()), dict.items, types.MappingProxyType):
        assert text_of(one, view(one)) != text_of(one, view(two))


def counting() -> Iterator[int]:
    """A generator."""
    yield 1
    yield 2
    yield 2


def test_a_generator_is_its_place_and_what_it_holds() -> None:
    texts = []
    for turns in (0, 1, 2, 2):
        generator = counting()
        for _ in range(turns):
            next(generator)
        texts.append(text_of(generator))
    assert len(set(texts)) == 3
    assert texts[2] == texts[3]


class Listy(list[int]):
    """A kind of list, with fields beside its items."""


class Busy(enum.Enum):
    """Members that carry more than a value."""

    A = 1

    def __init__(self, _: int) -> None:
        self.many: list[int] = []


async def never() -> None:
    """A coroutine that nobody awaits."""


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "count": (lambda: itertools.count(1), "count"),
    "cycle": (lambda: itertools.cycle([1]), "cycle"),
    "random": (lambda: random.Random(1), "Random"),
    "weak": (lambda: weakref.ref(Record), "ReferenceType"),
    "view": (lambda: memoryview(b"a"), "memoryview"),
    "kind of list": (lambda: Listy([1]), "Listy"),
    "enum": (lambda: Busy.A, "an enum member with fields of its own"),
    "objects in a set": (lambda: {Slotted(1)}, "a set of objects"),
    "event": (asyncio.Event, "Event"),
    "object": (object, "object"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_listed_is_refused_by_its_name(name: str) -> None:
    make, words = REFUSED[name]
    for wrap in (lambda value: value, lambda value: [{"a": (value,)}], Record):
        with pytest.raises(NotListed, match=words):
            text_of(wrap(make()))


def test_a_coroutine_that_is_not_awaited_is_refused() -> None:
    coroutine = never()
    with pytest.raises(NotListed, match="a coroutine"):
        text_of(coroutine)
    coroutine.close()


def test_what_never_changes_is_known_by_its_place() -> None:
    settings, other = Record(1), Record(1)
    fixed = Encoder((), [other, settings]).fixed
    one = Text(KeptEncoder(fixed, CODES).value(settings)).ready
    assert one != Text(KeptEncoder(fixed, CODES).value(other)).ready
    assert one == Text(KeptEncoder(fixed, Codes()).value(settings)).ready


# --- suspended code ------------------------------------------------------------------------------


class Awaitable:
    """An awaitable of one's own, whose generator counts."""

    def __init__(self, turns: int) -> None:
        self.turns = turns

    def __await__(self) -> Generator[Any, Any, Any]:
        for _ in range(self.turns):
            yield from Get("inner").__await__()


@types.coroutine
def old_style(turns: int) -> Iterator[Any]:
    """A coroutine as they were once written."""
    for _ in range(turns):
        yield from Get("old").__await__()


class Waits:
    """Code that can be suspended at several places, with something in its hands."""

    async def twice(self, held: Any, more: Any = None) -> Any:
        """Hold a value over two awaits, and one more over the second."""
        await Get("first")
        more = more or held
        await Get("second")
        return held, more

    async def inside(self, held: Any) -> Any:
        """Wait in a method of its own."""
        return await self.twice(held)

    async def on_the_stack(self, held: Any) -> Any:
        """Hold a value in no variable."""
        return [held + 1, await Get("first")]

    async def loops(self, items: Any) -> None:
        """Hold a place in an iterator."""
        for _ in items:
            await Get("first")

    async def own(self, turns: int) -> None:
        """Wait in an awaitable of its own."""
        await Awaitable(turns)

    async def old(self, turns: int) -> None:
        """Wait in a generator."""
        await old_style(turns)

    async def _pieces(self, turns: int) -> AsyncIterator[int]:
        for turn in range(turns):
            await Get("piece")
            yield turn

    async def pieces(self, turns: int) -> None:
        """Wait in an asynchronous generator."""
        async for _ in self._pieces(turns):
            pass

    async def handled(self, fails: bool) -> None:
        """Wait after an exception that was handled, or was not there."""
        try:
            int("x" if fails else "1")
        except ValueError:
            fails = True
        fails = False
        await Get("first")

    async def handling(self, data: Any) -> None:
        """Wait while an exception is handled, which no variable holds."""
        try:
            raise FailedError(data)
        except FailedError:
            data = None
            await Get("first")


def stands(method: str, *arguments: Any, sends: int = 0) -> str:
    """Where a task of a program stands after some answers, as text."""
    program = Program("name", lambda clock: Waits())
    program.start(("task",), method, arguments, 0)
    for number in range(sends):
        program.send(("task",), None, number)
    items = Programs(Encoder((), ())).parts("object", program)
    kept = KeptEncoder({id(program.target): -1}, CODES)
    text = Text(kept.suspended(frames_of(program.tasks["task",])))
    program.close()
    assert len(items) == 1
    return text.fill({chunk: f"#{chunk}" for chunk in range(3)}, {}, [])


def test_a_suspended_coroutine_is_its_place_and_what_it_holds() -> None:
    places = [
        stands("twice", 1),
        stands("twice", 2),
        stands("twice", True),
        stands("twice", 1.0),
        stands("twice", 1, 5),
        stands("twice", Chunk(1, 4)),
        stands("twice", Chunk(2, 4)),
        stands("twice", 1, sends=1),
        stands("twice", 1, 5, sends=1),
        stands("inside", 1),
        stands("inside", 1, sends=1),
        stands("on_the_stack", 1),
        stands("on_the_stack", 2),
        stands("loops", (1, 2)),
        stands("loops", (1, 2), sends=1),
        stands("own", 2),
        stands("own", 2, sends=1),
        stands("old", 2),
        stands("old", 2, sends=1),
        stands("pieces", 2),
        stands("pieces", 2, sends=1),
        stands("handling", 1),
        stands("handling", 2),
    ]
    assert len(set(places)) == len(places)
    assert stands("twice", 1) == stands("twice", 1)
    assert stands("inside", 1, sends=1) == stands("inside", 1, sends=1)
    assert stands("twice", 1, 1, sends=1) == stands("twice", 1, sends=1), "they hold the same"


class Takes:
    """Code whose tasks hold the same objects: what a task is started with is copied for each."""

    table: ClassVar[list[tuple[Any, Any]]] = []

    async def pair(self, number: int) -> Any:
        """Hold two values, and not the number."""
        held, more = self.table[number]
        del number
        await Get("first")
        return held, more


def written(held: Sequence[tuple[Any, Any]]) -> list[str]:
    """The parts of a program with a task for each chunk, each of which holds two values."""
    Takes.table[:] = held
    program = Program("name", lambda clock: Takes())
    for chunk in range(len(held)):
        program.start(("data", chunk), "pair", (chunk,), 0)
    parts = Programs(Encoder((), ())).parts("page", program)
    texts = [part.text.fill(dict.fromkeys(range(3), "#"), {}, []) for part in parts]
    program.close()
    return texts


def partitions(count: int) -> Iterator[list[int]]:
    """All ways in which so many places may hold the same objects: a number for each place."""
    if count == 0:
        yield []
        return
    for before in partitions(count - 1):
        yield from ([*before, number] for number in range(max(before, default=-1) + 2))


@pytest.mark.parametrize("kind", ["list", "record", "closure", "dict"])
def test_what_tasks_share_is_told_from_what_is_equal(kind: str) -> None:
    texts = []
    for shares in partitions(6):
        made = {number: ALIASED[kind]() for number in shares}
        one, two, three, four, five, six = (made[number] for number in shares)
        texts.append("".join(written([(one, two), (three, four), (five, six)])))
    assert len(texts) == 203, "the number of Bell for six"
    assert len(set(texts)) == 203


def test_what_a_task_shares_with_itself_hangs_on_no_other_task() -> None:
    one, two, three = [1], [1], [1]
    assert sorted(written([(one, one), (two, two)])) == sorted(written([(two, two), (one, one)]))
    assert written([(one, one), (two, two)])[0] == written([(one, one), (two, two)])[1]
    assert written([(one, one), (two, three)]) == written([(two, three), (one, one)])[::-1]


def test_an_exception_that_was_handled_leaves_no_mark() -> None:
    assert stands("handled", True) == stands("handled", False)


def test_a_time_is_a_mark_or_a_number() -> None:
    assert text_of(Time(5)) != text_of(Time(6))
    assert text_of(Time(5)) != text_of(Time(6) - Time(1))
    assert text_of(Time(5)) != text_of(5)
