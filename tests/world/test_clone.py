"""Structured clone: equal, of the same type, and nothing in it that can change is shared (R7)."""

from __future__ import annotations

import dataclasses
import enum
import logging
import random
import threading
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.world.code.clone import NotCloneable, clone
from lastchunk.reference_impl.contract import Chunk, Response


@dataclasses.dataclass
class Open:
    """Can change."""

    name: str
    items: list[Any]


@dataclasses.dataclass(slots=True)
class Slotted:
    """Can change, and has no dictionary."""

    items: list[Any]


@dataclasses.dataclass(frozen=True)
class Frozen:
    """Cannot change itself; what it holds may."""

    item: Any


@dataclasses.dataclass(frozen=True)
class Listed(Chunk):
    """A chunk with more in it, which can change."""

    marks: list[Any]


class Pair(NamedTuple):
    """A tuple with names."""

    left: Any
    right: Any


class Colour(enum.Enum):
    """One of two."""

    RED = [1]
    BLUE = [2]


MUTABLE = (list, dict, set, deque, bytearray, Open, Slotted)


def parts(value: Any) -> Iterator[Any]:
    """A value, and all that lies in it, by Python's own means."""
    yield value
    if isinstance(value, dict):
        inner: Any = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset | deque):
        inner = list(value)
    elif dataclasses.is_dataclass(value):
        inner = [getattr(value, field.name) for field in dataclasses.fields(value)]
    else:
        return
    for item in inner:
        yield from parts(item)


def check(value: Any) -> Any:
    copy = clone(value)
    assert copy == value
    assert type(copy) is type(value)
    mine = {id(part) for part in parts(value) if isinstance(part, MUTABLE)}
    theirs = [part for part in parts(copy) if isinstance(part, MUTABLE)]
    assert len(mine) == len(theirs), "no part is gone"
    assert mine.isdisjoint(map(id, theirs)), "no part is shared"
    return copy


ATOMS = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.binary(max_size=3)
KEYS = st.text(max_size=3) | st.integers() | st.tuples(st.integers(), st.text(max_size=2))


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=3)
    return (
        lists
        | lists.map(tuple)
        | lists.map(deque)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict)
        | st.dictionaries(KEYS, inner, max_size=3).map(lambda made: defaultdict(list, made))
        | st.sets(KEYS, max_size=3)
        | st.frozensets(KEYS, max_size=3)
        | st.binary(max_size=3).map(bytearray)
        | lists.map(lambda items: Open("x", items))
        | lists.map(Slotted)
        | inner.map(Frozen)
        | st.tuples(inner, inner).map(lambda pair: Pair(*pair))
    )


@given(st.recursive(ATOMS, nested, max_leaves=12))
def test_a_copy_is_equal_and_shares_nothing_that_can_change(value: Any) -> None:
    check(value)


@pytest.mark.parametrize(
    "value",
    [
        Counter("abracadabra"),
        deque([1, [2]], maxlen=2),
        {"chunk": Chunk(1, 2), "colour": Colour.RED},
        Response(200, {"a": [1]}),
        ([1], ([2], {3: {4}})),
        Pair([1], Frozen([2])),
        {(1, "a"): [1]},
    ],
    ids=str,
)
def test_kinds_keep_what_is_their_own(value: Any) -> None:
    copy = check(value)
    if isinstance(value, deque):
        assert copy.maxlen == value.maxlen
    if isinstance(value, Counter):
        assert copy["z"] == 0


def test_a_default_is_made_in_the_copy_as_in_the_original() -> None:
    copy = check(defaultdict(list, {"a": [1]}))
    assert copy["b"] == []


def test_what_cannot_change_is_shared() -> None:
    for value in ((1, ("a", None)), Frozen((1, "a")), Colour.BLUE, Chunk(1, 2), Response(200)):
        assert clone(value) is value
    twice = Frozen(1)
    assert clone([twice, twice]) == [twice, twice]
    assert clone({"a": (), "b": ()}) == {"a": (), "b": ()}


class Plain:
    """An object of a plain class."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __eq__(self, other: object) -> bool:
        return type(other) is Plain and other.items == self.items

    __hash__ = None  # type: ignore[assignment]


class Listy(list[int]):
    """A list that may hold more than its items."""


@dataclasses.dataclass
class Based(dict[str, int]):
    """Its items are in no field."""

    name: str = ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (random.Random(1), "a value of type Random"),
        ({"a": [threading.Lock()]}, "a value of type lock"),
        (Plain([print]), "a value of type builtin_function_or_method"),
        (logging.getLogger("x"), "a value of type Logger"),
        (len, "a value of type builtin_function_or_method"),
        ([lambda: 1], "a value of type function"),
        (Plain, "a value of type type"),
        (Listy([1]), "a value of type Listy"),
        (Based(), "a value of type Based"),
        (iter([1]), "a value of type list_iterator"),
        (ValueError("x"), "a value of type ValueError"),
        (object(), "a value of type object"),
        (defaultdict(lambda: 1), "a defaultdict whose default is no type of plain data"),
    ],
)
def test_what_is_no_plain_data_is_refused(value: Any, words: str) -> None:
    with pytest.raises(NotCloneable) as caught:
        clone(value)
    assert str(caught.value) == words


def test_an_object_of_a_plain_class_is_copied_with_all_that_it_keeps() -> None:
    original = Plain([1, [2]])
    copy = clone({"a": original})["a"]
    assert (copy == original, copy is original, copy.items is original.items) == (
        True,
        False,
        False,
    )
    grown = Open("x", [])
    grown.more = [1]  # type: ignore[attr-defined]
    assert clone(grown).more == [1]
    assert clone(grown).more is not grown.more  # type: ignore[attr-defined]


@pytest.mark.parametrize("inner", [[], {}, set(), Open("x", []), bytearray()], ids=repr)
def test_one_thing_in_two_places_is_refused(inner: Any) -> None:
    for value in ([inner, inner], {"a": inner, "b": (inner,)}, Pair(inner, Frozen(inner))):
        with pytest.raises(NotCloneable, match=f"one {type(inner).__name__} that stands in two"):
            clone(value)


def test_what_holds_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(NotCloneable, match="one list that stands in two places"):
        clone(ring)


def test_a_kind_of_chunk_with_more_in_it_is_copied() -> None:
    check(Listed(0, 5, [1]))
    chunk = Chunk(0, 5)
    assert clone(chunk) is chunk


@pytest.mark.parametrize("kind", [set, frozenset])
def test_equal_sets_are_gone_through_alike_once_they_are_copied(kind: Any) -> None:
    # 0, 8 and 16 want one place in a small table, so the order tells how it was filled.
    one, other = set[int](), set[int]()
    for number in (0, 8):
        one.add(number)
    for number in (16, 8, 0):
        other.add(number)
    other.discard(16)
    assert list(one) != list(other)
    assert list(clone(kind(one))) == list(clone(kind(other)))
    assert clone(kind(other)) == kind(one)
    mixed = kind([1, "a", b"b", True, (2,)])
    assert clone(mixed) == mixed
