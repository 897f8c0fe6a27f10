"""A value's shape is a key that stands for its text: it may never be one key for two texts."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.explore.code.encode import Bag, Encoder
from lastchunk.model.explore.code.shapes import (
    ShapelessError,
    bytes_of,
    has_own_bytes,
    is_told_apart,
    shape_of,
    times_apart,
)
from lastchunk.model.explore.code.watched import WatchedChunk
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.explore.timing.steps import ClassTimeline
from lastchunk.model.subset.lasting import are_the_same, entries_of
from lastchunk.model.world.object.delivery import Attempt, Delivery
from lastchunk.model.world.object.storage import Image
from lastchunk.reference_impl.clock import Duration, Time
from lastchunk.reference_impl.contract import Chunk, Response

ATOMS = st.sampled_from([None, True, False, 0, 1, 2, "", "1", "data", "upload", b"", b"1"])
KEYS = st.sampled_from([0, 1, "0", "1", None])
VALUES = st.recursive(
    ATOMS | st.builds(Chunk, st.integers(0, 1), st.integers(0, 1)) | st.frozensets(KEYS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.sets(KEYS, max_size=3)
    ),
    max_leaves=8,
)
NAMES = {0: "#0", 1: "#1"}


def text_of(value: Any) -> str:
    """A world's value as a state writes it."""
    part = StatePart((Encoder(("upload",), ()).world(value),))
    ranks = {(mark.call, mark.number): mark.number for mark in part.text.attempts}
    return part.fill(NAMES, ranks)[0]


@settings(max_examples=400, deadline=None)
@given(one=VALUES, other=VALUES)
def test_two_values_with_one_shape_have_one_text(one: Any, other: Any) -> None:
    if shape_of(one) == shape_of(other):
        assert text_of(one) == text_of(other)


@settings(max_examples=200, deadline=None)
@given(value=VALUES)
def test_a_shape_is_a_key(value: Any) -> None:
    assert {shape_of(value): 1}[shape_of(value)] == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), ((1,), [1]), ((bool, True), True), ("1", b"1"), (set(), frozenset())],
)
def test_equal_keys_of_another_type_are_told_apart(one: Any, other: Any) -> None:
    try:
        shapes = shape_of(one), shape_of(other)
    except ShapelessError:
        return
    assert shapes[0] != shapes[1]


class Own:
    """An object of somebody's own: its type says nothing of its content."""


@pytest.mark.parametrize(
    "value", [1.0, 0.0, -0.0, Own(), Response(200), OrderedDict(), [Own()], {"a": 0.5}, int]
)
def test_what_its_type_does_not_tell_has_no_shape(value: Any) -> None:
    with pytest.raises(ShapelessError):
        shape_of(value)


ANY = st.recursive(
    ATOMS | st.sampled_from([0.0, -0.0, 1.0, bytearray(), bytearray(b"1"), memoryview(b"1"), ...]),
    lambda inner: st.lists(inner, max_size=2) | st.lists(inner, max_size=2).map(tuple),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(one=VALUES, other=ANY)
def test_a_plain_value_shares_its_bytes_with_what_has_its_text_alone(one: Any, other: Any) -> None:
    try:
        same = bytes_of(one) == bytes_of(other)
    except ValueError:
        return  # a chunk
    if same and has_own_bytes(one):
        assert has_own_bytes(other)
        assert text_of(one) == text_of(other)


CLOCK = ClassTimeline()
TIMED = st.recursive(
    ATOMS | st.builds(Instant, st.just(CLOCK), st.integers(0, 1), st.integers(0, 1)),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)
SPANS = st.builds(Span, *[st.builds(Instant, st.just(CLOCK), st.just(0), st.integers(0, 1))] * 2)


@settings(max_examples=400, deadline=None)
@given(one=st.tuples(TIMED, TIMED | SPANS), other=st.tuples(TIMED, TIMED | SPANS))
def test_what_is_equal_but_for_its_times_has_one_text(one: Any, other: Any) -> None:
    texts, rests, times = [], [], []
    for value in (one, other):
        part = StatePart((Encoder(("upload",), ()).value(value),))
        found: list[Instant] = []
        rests.append(times_apart(value, found))
        assert len(found) == len(part.times)
        assert all(a is b for a, b in zip(found, part.times, strict=True))
        texts.append(part.ready)
        times.append(found)
        assert part.at(found).fill({}, {}) == (part.ready, found)
    if has_own_bytes(rests[0]) and bytes_of(rests[0]) == bytes_of(rests[1]):
        assert texts[0] == texts[1]
        assert len(times[0]) == len(times[1])


@pytest.mark.parametrize("blank", [..., StopIteration])
def test_a_blank_of_somebody_elses_is_refused(blank: Any) -> None:
    with pytest.raises(ValueError, match="blank"):
        times_apart((1, [blank]), [])


POOL = [Instant(CLOCK, name, offset) for name in (0, 1) for offset in (0, 1)]
"""Few times, so that a value holds one of them twice."""
TIMES = st.integers(0, 3).map(POOL.__getitem__)
CHUNKS = st.builds(Chunk, st.integers(0, 1), st.integers(0, 1))
HELD = st.recursive(
    ATOMS | TIMES | CHUNKS | TIMES.map(Time) | st.builds(Duration, st.integers(0, 1)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.builds(Response, st.integers(200, 201), inner)
        | st.builds(Delivery, TIMES, st.integers(0, 1))
        | st.builds(Attempt, st.just(("alarm", -1, 0)), st.builds(Delivery, TIMES), KEYS)
        | st.builds(Image, st.dictionaries(KEYS, inner, max_size=2), TIMES, st.just(""))
    ),
    max_leaves=8,
)


def retimed(value: Any) -> Any:
    """The same value, with another time in each place where one is."""
    kind = type(value)
    if kind is Instant:
        return Instant(CLOCK, 7, 7)
    if kind in (Time, Duration):
        return kind(retimed(value._ms))
    if kind is dict:
        return {key: retimed(item) for key, item in value.items()}
    if kind in (list, tuple):
        return kind(map(retimed, value))
    if isinstance(value, tuple):
        return kind(*map(retimed, value))
    return value


def filled(part: StatePart) -> tuple[str, list[int]]:
    """A part's text, and which times stand in it."""
    ranks = {(mark.call, mark.number): mark.number for mark in part.text.attempts}
    text, times = part.fill(NAMES, ranks)
    return text, list(map(id, times))


@settings(max_examples=600, deadline=None)
@given(value=HELD, of_world=st.booleans())
def test_a_part_known_again_by_its_bytes_is_as_if_written_anew(value: Any, of_world: bool) -> None:
    times: list[Instant] = []
    others: list[Instant] = []
    encoder = Encoder(("upload",), ())
    encode = encoder.world if of_world else encoder.value
    rest, other = times_apart(value, times), retimed(value)
    assert bytes_of(rest) == bytes_of(times_apart(other, others))
    part, anew = StatePart((encode(value),)), StatePart((encode(other),))
    if part.text.is_nested or list(map(id, part.times)) != list(map(id, times)):
        return  # is not kept
    if is_told_apart(rest, times) and has_own_bytes(rest):
        assert filled(part.at(others)) == filled(anew)
        assert filled(part) == filled(StatePart((encode(value),)))


@pytest.mark.parametrize("of_world", [False, True])
@settings(max_examples=400, deadline=None)
@given(one=HELD, other=HELD)
def test_two_values_with_the_same_bytes_have_one_text(of_world: bool, one: Any, other: Any) -> None:
    encoder = Encoder(("upload",), ())
    encode = encoder.world if of_world else encoder.value
    rests = times_apart(one, []), times_apart(other, [])
    if bytes_of(rests[0]) == bytes_of(rests[1]) and has_own_bytes(rests[0]):
        parts = [StatePart((encode(value),)) for value in (one, other)]
        assert filled(parts[0])[0] == filled(parts[1])[0]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Response(200, None), (0j, 200, None)),
        (Time(1), (6j, 1)),
        (Chunk(0, 1), (4j, 0, 1)),
    ],
)
def test_what_stands_for_an_object_is_no_plain_value(value: Any, plain: Any) -> None:
    times_apart(value, [])
    with pytest.raises(ValueError, match="blank"):
        times_apart(plain, [])


def test_kinds_that_hold_the_same_are_told_apart() -> None:
    alike = [Time(1), Duration(1), (1,), Chunk(0, 1), WatchedChunk(0, 1), Response(0, 1), (0, 1)]
    alike += [Attempt((), 1, ""), Image((), 1, ""), ((), 1, "")]  # type: ignore[arg-type]
    assert len({bytes_of(times_apart(value, [])) for value in alike}) == len(alike)


def test_a_text_is_known_again_by_the_ranks_of_its_attempts_too() -> None:
    part = StatePart((Encoder(("upload",), ()).world(("upload", 0, 1)),))
    (mark,) = part.text.attempts
    texts = [part.fill(NAMES, {(mark.call, mark.number): rank})[0] for rank in (0, 1, 0)]
    assert texts[0] == texts[2] != texts[1]
    assert part.at([]).fill(NAMES, {(mark.call, mark.number): 1})[0] == texts[1]


def test_names_in_a_bag_decide_the_order_of_its_times() -> None:
    early, late = POOL[0], POOL[2]
    entries = {"a": [Chunk(0, 1), early], "b": [Chunk(1, 1), late]}
    bag = Bag("set", [Encoder(("upload",), ()).value(each) for each in entries.values()])
    part = StatePart((bag,))
    assert part.fill({0: "#0", 1: "#1"}, {})[1] == [early, late]
    assert part.fill({0: "#1", 1: "#0"}, {})[1] == [late, early]


@pytest.mark.parametrize("other", [{}, {"a": 1}, {"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 1}])
def test_a_dictionary_that_differs_is_not_the_same_still(other: dict[str, int]) -> None:
    entries = entries_of({"a": 1, "b": 2})
    assert entries is not None
    assert are_the_same({"a": 1, "b": 2}, entries)
    assert not are_the_same(other, entries)
    assert entries_of({"a": []}) is None
