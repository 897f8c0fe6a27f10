"""Objects and suspended code as text: every field, what lies beside them, where the code waits."""

from __future__ import annotations

import asyncio
import enum
import random
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Any

import pytest

from model.explore.encode import Encoder, Opaque, history_of, identity_of, stands_of
from model.explore.text import Text
from model.world.program import Program
from reference_impl.contract import Chunk, Get, Response
from tests.explore.test_encode import METHODS, Record, encoder, text_of


class Slotted:
    """Fields in slots, one of them empty."""

    __slots__ = ("empty", "one")

    def __init__(self, one: Any) -> None:
        self.one = one


class Deeper(Slotted):
    """More slots, given as a word."""

    __slots__ = "two"

    def __init__(self, one: Any, two: Any) -> None:
        super().__init__(one)
        self.two = two


class Kind(enum.Enum):
    """Two values of an enumeration."""

    A = 1
    B = 2


def counting() -> Iterator[int]:
    """A generator: nobody can look into it."""
    yield from range(9)


# --- objects -------------------------------------------------------------------------------------


def outer(number: int) -> Any:
    def inner() -> int:
        return number

    return inner


def test_objects_are_written_out_field_by_field() -> None:
    pairs: list[tuple[Any, Any]] = [
        (Slotted(1), Slotted(2)),
        (Slotted(1), Deeper(1, 2)),
        (Deeper(1, 2), Deeper(1, 3)),
        (Deeper(1, 2), Deeper(0, 2)),
        (Record(1), Slotted(1)),
        (Kind.A, Kind.B),
        (ValueError("a"), ValueError("b")),
        (ValueError("a"), KeyError("a")),
        (outer(1), outer(2)),
        (deque([1, 2]), deque([2, 1])),
        (OrderedDict(a=1), OrderedDict(a=2)),
        (random.Random(1), random.Random(2)),
        (Response(200), Response(403)),
        (Response(200, {"a": 1}), Response(200)),
        (iter([1, 2]), iter([1, 3])),
        (asyncio.Event, asyncio.Lock),
        (len, max),
        ({1: Record(1)}, {1: Record(2)}),
        (frozenset({1}), frozenset({2})),
    ]
    for one, two in pairs:
        assert text_of(one) != text_of(two), (one, two)
    assert text_of(Deeper(1, 2)) == text_of(Deeper(1, 2))
    assert text_of(outer(1)) == text_of(outer(1))
    assert text_of(random.Random(3)) == text_of(random.Random(3))


def test_bound_methods_differ_by_their_object() -> None:
    assert text_of(Record(1).__eq__) != text_of(Record(2).__eq__)
    assert text_of(Record(1).__eq__) != text_of(Record(1).__repr__)
    program = Program("name", lambda clock: None)
    assert "program" in text_of(program.now)


def test_what_never_changes_is_known_by_its_place() -> None:
    settings, other = Record(1), Record(1)
    known = Encoder(METHODS, [other, settings])
    assert Text(known.value(settings)).ready != Text(known.value(other)).ready
    assert (
        Text(known.value(settings)).ready
        == Text(Encoder((), [other, settings]).value(settings)).ready
    )


def test_what_cannot_be_read_raises_opaque_however_often_it_comes() -> None:
    known = encoder()
    for _ in range(30):
        with pytest.raises(Opaque, match="generator"):
            known.value(Record(counting()))
    assert Text(known.value(Record(1))).ready == text_of(Record(1)), "nothing is left of it"


def test_what_goes_too_deep_or_round_raises_opaque() -> None:
    deep: Any = None
    for _ in range(20):
        deep = Record(deep)
    assert encoder().value(deep)
    with pytest.raises(Opaque, match="Record"):
        encoder().value(Record(deep))
    ring = Record(None)
    ring.one = ring
    with pytest.raises(Opaque):
        encoder().value(ring)


# --- suspended coroutines ------------------------------------------------------------------------


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

    async def generating(self, numbers: Any) -> Any:
        """Hold what nobody can look into."""
        left = (number for number in [5, 6, 7])
        for _ in range(numbers):
            next(left)
        await Get("first")
        return list(left)


IDENTITIES: list[tuple[Any, str]] = []
"""What `stands` has seen: the identity of each coroutine, and its text."""


def stands(method: str, *arguments: Any, sends: int = 0) -> str:
    """Where a task of a program stands after some answers, as text."""
    program = Program("name", lambda clock: Waits())
    program.start(("task",), method, arguments, 0)
    for number in range(sends):
        program.send(("task",), None, number)
    known = Encoder(METHODS, [program.built()])
    coroutine = program.tasks[("task",)]
    try:
        place = stands_of(coroutine, known)
    except Opaque:
        place = history_of(program)
    IDENTITIES.append((identity_of(coroutine, known), Text(place).words()))
    return Text(place).fill({chunk: f"#{chunk}" for chunk in range(3)}, {}, [])


def test_a_suspended_coroutine_is_its_place_and_what_it_holds() -> None:
    places = [
        stands("twice", 1),
        stands("twice", 2),
        stands("twice", 1, 5),
        stands("twice", Chunk(1, 4)),
        stands("twice", Chunk(2, 4)),
        stands("twice", 1, sends=1),
        stands("twice", 1, 5, sends=1),
        stands("inside", 1),
        stands("inside", 1, sends=1),
        stands("on_the_stack", 1),
        stands("on_the_stack", 2),
    ]
    assert len(set(places)) == len(places)
    assert stands("twice", 1) == stands("twice", 1)
    assert stands("inside", 1, sends=1) == stands("inside", 1, sends=1)
    assert stands("twice", 1, 1, sends=1) == stands("twice", 1, sends=1), "they hold the same"


def test_what_holds_the_unreadable_is_its_whole_history() -> None:
    one, same_one, other = (stands("generating", number) for number in (1, 1, 2))
    assert one == same_one != other
    assert "'start'" in one


def test_two_coroutines_with_one_identity_are_written_out_alike() -> None:
    IDENTITIES.clear()
    test_a_suspended_coroutine_is_its_place_and_what_it_holds()
    test_a_suspended_coroutine_is_its_place_and_what_it_holds()
    known = [(identity, words) for identity, words in IDENTITIES if identity is not None]
    assert len(known) > 6, "numbers and chunks never change"
    for one, words in known:
        for other, others in known:
            assert (one == other) <= (words == others)


def test_numbers_that_are_equal_and_of_another_type_are_told_apart() -> None:
    IDENTITIES.clear()
    for value in (1, True, 1, 1.0):
        stands("twice", value)
    one, true, again, fraction = (identity for identity, _ in IDENTITIES)
    assert one == again != true
    assert fraction is None, "0.0 is equal to -0.0, so fractions are always written out"
