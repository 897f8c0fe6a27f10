"""Values as text: equal text for equal values up to names and times, another text for all others.

Random values are compared in two ways: by their texts, and by walking both at once (`same`). Two
that differ must have different texts, however alike they look, or two states would be taken for
one.
"""

from __future__ import annotations

import random
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lastchunk.model.explore.code.encode import AttemptMark, Encoder, Name
from lastchunk.model.explore.code.frames import NotListed
from lastchunk.model.explore.state.text import BLANK, Text
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.reference_impl.contract import Chunk

METHODS = ("upload", "create")
TIMELINE: Any = None
"""No question is asked of it here."""


class Pair(NamedTuple):
    """A tuple with a name."""

    one: Any
    two: Any


class Other(NamedTuple):
    """The same under another name."""

    one: Any
    two: Any


@dataclass
class Record:
    """Fields in a dictionary."""

    one: Any
    two: Any = None


def encoder(*fixed: Any) -> Encoder:
    return Encoder(METHODS, fixed)


def text_of(value: Any, names: dict[int, str] | None = None, ranks: Any = None) -> str:
    """The text of a value; chunks keep their index unless ``names`` says otherwise."""
    text = Text(encoder().value(value))
    return text.fill(names or {chunk: f"#{chunk}" for chunk in text.chunks}, ranks or {}, [])


def same(one: Any, two: Any) -> bool:
    """Whether two values are equal for every code that could look at them."""
    if type(one) is not type(two):
        return False
    if isinstance(one, set | frozenset):
        rest = list(two)
        for item in one:
            found = next((other for other in rest if same(item, other)), None)
            if found is None and not any(same(item, other) for other in rest):
                return False
            rest.remove(next(other for other in rest if same(item, other)))
        return not rest
    if isinstance(one, float):
        return repr(one) == repr(two)
    if isinstance(one, dict):
        return same(list(one.items()), list(two.items()))
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, Record):
        return same(one.one, two.one) and same(one.two, two.two)
    return bool(one == two)


HEADS = ["list", "dict", "set", "Pair", "Record", "Chunk", "fixed", "Span", "error", "code", "{"]
keys = st.one_of(st.integers(-1, 2), st.sampled_from([*HEADS, "a", "", ";", "}", "'", BLANK]))
atoms = st.one_of(keys, st.booleans(), st.none(), st.sampled_from([0.0, -0.0, 1.0, b"a", b"", "1"]))
chunks = st.builds(Chunk, st.integers(0, 2), st.integers(4, 5))
values = st.recursive(
    st.one_of(atoms, chunks),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=3),
        st.sets(keys, max_size=3),
        st.frozensets(keys, max_size=3),
        st.builds(Pair, inner, inner),
        st.builds(Record, inner, inner),
    ),
    max_leaves=6,
)


@given(values, values)
@example([1], ("list", 1))
@example(Pair(1, 2), ("Pair", 1, 2))
@example(Record(1), ("Record", ("one", 1), ("two", None)))
@example(Chunk(1, 4), ("Chunk", 1, 4))
@example({"a": [1]}, {"a": ("list", 1)})
@example(1, True)
@example({1: 2}, {(1, 2)})
@example({0: 1, 1: 2}, {1: 2, 0: 1})
@example("(1,2)", (1, 2))
@example({1}, frozenset({1}))
@example({"a": set()}, {"a": frozenset()})
def test_two_values_have_one_text_exactly_if_they_are_the_same(one: Any, two: Any) -> None:
    assert (text_of(one) == text_of(two)) == same(one, two)


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same value, its sets filled in another order."""
    if isinstance(value, dict):
        return {key: shuffled(item, dice) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        parts = list(value)
        dice.shuffle(parts)
        return type(value)(parts)
    if isinstance(value, Record):
        return Record(shuffled(value.one, dice), shuffled(value.two, dice))
    if type(value) in (list, tuple):
        return type(value)(shuffled(item, dice) for item in value)
    return value


@given(values, st.randoms(use_true_random=False))
def test_the_order_in_which_a_set_was_filled_is_no_difference(
    value: Any, dice: random.Random
) -> None:
    assert text_of(value) == text_of(shuffled(value, dice))


def test_the_order_of_a_dictionary_counts_for_code_and_not_for_the_world() -> None:
    one, other = {1: "a", 2: "b"}, {2: "b", 1: "a"}
    assert text_of(one) != text_of(other), "code may ask for the first key"
    world = encoder()
    texts = [Text(world.world(item)).fill({}, {}, []) for item in (one, other)]
    assert texts[0] == texts[1]


def renamed(value: Any, names: dict[int, int]) -> Any:
    """The same value with other chunks in it."""
    if isinstance(value, Chunk):
        return Chunk(names[value.index], value.size_bytes)
    if isinstance(value, Pair):
        return Pair(*(renamed(item, names) for item in value))
    if isinstance(value, Record):
        return Record(renamed(value.one, names), renamed(value.two, names))
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(renamed(item, names) for item in value)
    return value


@given(values, st.permutations(range(3)))
def test_a_value_under_other_names_of_its_chunks_has_the_same_text(
    value: Any, order: list[int]
) -> None:
    names = dict(enumerate(order))
    other = renamed(value, names)
    shown = {chunk: f"#{chunk}" for chunk in range(3)}
    back = {names[chunk]: f"#{chunk}" for chunk in range(3)}
    assert text_of(other, back) == text_of(value, shown)
    assert Text(encoder().value(other)).chunks == {
        names[chunk] for chunk in Text(encoder().value(value)).chunks
    }


# --- times ---------------------------------------------------------------------------------------

timed = st.recursive(
    st.one_of(atoms, st.just("time"), chunks),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(keys, inner, max_size=3),
        st.builds(Pair, inner, inner),
    ),
    max_leaves=8,
)


def with_times(value: Any, numbers: list[int], step: int) -> Any:
    """An instant of its own in the place of each word ``time``; ``numbers`` gets their places."""
    if value == "time":
        numbers.append(len(numbers))
        return Instant(TIMELINE, numbers[-1] * step, step)
    if isinstance(value, Chunk):
        return value
    if isinstance(value, Pair):
        return Pair(*(with_times(item, numbers, step) for item in value))
    if isinstance(value, dict):
        return {key: with_times(item, numbers, step) for key, item in value.items()}
    if isinstance(value, list):
        return [with_times(item, numbers, step) for item in value]
    return value


@given(timed)
def test_times_are_blanks_and_come_out_in_the_same_order_whatever_they_are(value: Any) -> None:
    found = []
    for step in (1, 7):
        numbers: list[int] = []
        times: list[Instant] = []
        text = Text(encoder().value(with_times(value, numbers, step)))
        shown = text.fill(dict.fromkeys(range(3), "#"), {}, times)
        assert sorted(time.name for time in times) == [number * step for number in numbers]
        assert shown.count(BLANK) == len(times), "the repr of a text never holds the mark"
        found.append((shown, [time.name // step for time in times]))
    assert found[0] == found[1]


def test_a_span_is_its_two_ends() -> None:
    start, end = Instant(TIMELINE, 1, 5), Instant(TIMELINE, 2, 7)
    times: list[Instant] = []
    shown = Text(encoder().value([Span(end, start)])).fill({}, {}, times)
    assert [(time.name, time.offset_ms) for time in times] == [(2, 7), (1, 5)]
    assert shown != Text(encoder().value([(end, start)])).fill({}, {}, [])


# --- attempts and calls --------------------------------------------------------------------------


def marks(value: Any) -> Text:
    return Text(encoder().world(value))


def test_a_tuple_of_the_world_s_may_name_a_call() -> None:
    text = marks(("request", "upload", 2, 5))
    assert text.chunks == {2}
    assert [(item.call, item.number) for item in text.attempts] == [(("upload", 2), 5)]
    assert text.fill({2: "#0"}, {(("upload", 2), 5): 1}, []) == "('request','upload',#0,%1)"
    assert marks(("data", 3)).chunks == {3}
    assert marks(("timer", "data", 3)).chunks == {3}
    assert marks(("data", 3, 4)).chunks == set(), "not the key of a chunk's data"
    assert marks(("create", -1, 0)).fill({}, {(("create", -1), 0): 0}, []) == "('create',-1,%0)"
    assert marks(("upload",)).chunks == set()
    assert marks(("upload", "x")).fill({}, {}, []) == "(tuple,'upload','x')"


def test_a_design_s_own_tuple_names_no_call() -> None:
    text = Text(encoder().value(("upload", 2, 5)))
    assert (text.chunks, text.attempts) == (set(), [])
    assert text.ready == "('upload',2,5)"
    again = encoder()
    with pytest.raises(NotListed):
        again.world(number for number in range(9))
    assert Text(again.value(("upload", 2))).chunks == set(), "the world's own way ended"


def test_no_chunk_has_no_mark() -> None:
    assert isinstance(encoder().name(0), Name)
    assert encoder().name(-1) == -1


@given(st.permutations([("upload", 0, 3), ("upload", 0, 8), ("upload", 1, 3)]))
def test_parts_without_an_order_are_sorted_by_the_names_they_get(order: list[Any]) -> None:
    text = Text(encoder().world(dict.fromkeys(order, 1)))
    assert len(text.attempts) == 3
    ranks = {(("upload", 0), 3): 0, (("upload", 0), 8): 1, (("upload", 1), 3): 0}
    calls = ["'upload',#0,%0", "'upload',#1,%0", "'upload',#1,%1"]
    filled = "dict{" + ";".join(f"(({call}),1)" for call in calls) + "}"
    assert text.fill({0: "#1", 1: "#0"}, ranks, []) == filled


def test_the_number_of_an_attempt_is_a_mark_of_its_call() -> None:
    mark = AttemptMark(("upload", 3), 7)
    text = Text(("x", mark))
    assert text.attempts == [mark]
    assert text.fill({}, {(("upload", 3), 7): 2}, []) == "('x',%2)"


KINDS_ALIKE = (
    ("a", b"a", bytearray(b"a")),
    ([1], (1,), deque([1]), deque([1], 2), {1}, frozenset({1}), {1: None}),
    (
        {"a": 1},
        OrderedDict(a=1),
        Counter(a=1),
        defaultdict(None, a=1),
        defaultdict(int, a=1),
        [("a", 1)],
    ),
    (1, 1.0, True, "1"),
    ((1, 2), Pair(1, 2), Other(1, 2), Record(1, 2), [1, 2]),
)


@pytest.mark.parametrize("alike", KINDS_ALIKE, ids=lambda alike: type(alike[0]).__name__)
def test_kinds_that_look_alike_have_texts_of_their_own(alike: tuple[Any, ...]) -> None:
    one = encoder()
    texts = []
    for value in alike:
        text = Text(one.value({"kept": value}))
        texts.append(text.fill({}, {}, []))
    assert len(set(texts)) == len(alike), texts
