"""A value's shape is a key that stands for its text: it may never be one key for two texts."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.code.shapes import (
    ShapelessError,
    bytes_of,
    has_own_bytes,
    shape_of,
    times_apart,
)
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.explore.timing.steps import ClassTimeline
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
