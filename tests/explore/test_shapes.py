"""A value's shape is a key that stands for its text: it may never be one key for two texts."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.state.shapes import ShapelessError, shape_of
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
