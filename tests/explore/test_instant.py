"""Instants and spans against plain integers: the same answers, or a refusal that names the line.

`Clockwork` is a timeline that knows a concrete value of every instant. With it a random expression
over times must come out as whole milliseconds would; where it does not tell the length of a span,
the answer may only be the same one or `TimeError`, never another.
"""

from __future__ import annotations

import inspect
import math
import operator
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.explore.timing.zone import at_most
from lastchunk.model.world.code.deeds import TimeError
from lastchunk.reference_impl.clock import Duration, driven

ORDERS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


class Clockwork:
    """A timeline on which instant ``n`` lies at ``values[n]`` ms."""

    def __init__(self, values: list[int], tells: bool = True) -> None:
        self.values = values
        self.tells = tells
        """Whether it says how long a span is."""

    def holds(self, left: int, right: int, bound: int) -> bool:
        """Whether the difference keeps the bound."""
        return at_most(self.values[left] - self.values[right]) <= bound

    def exactly(self, left: int, right: int) -> int | None:
        """The difference, if it is told."""
        return self.values[left] - self.values[right] if self.tells or left == right else None


class Sum:
    """A random expression: as it is over instants, and as it is over whole milliseconds."""

    def __init__(self, exact: int, symbolic: Any) -> None:
        self.exact = exact
        self.symbolic = symbolic


def plain(value: Any, values: list[int]) -> Any:
    """A time or a duration in whole milliseconds."""
    if isinstance(value, Instant):
        return values[value.name] + value.offset_ms
    if isinstance(value, Span):
        return plain(value.end, values) - plain(value.start, values)
    return value


def a_time(draw: st.DrawFn, clock: Clockwork, depth: int) -> Sum:
    """A random time."""
    if depth == 0 or draw(st.booleans()):
        name = draw(st.integers(0, len(clock.values) - 1))
        offset_ms = draw(st.integers(0, 9))
        return Sum(clock.values[name] + offset_ms, Instant(clock, name, offset_ms))
    time, span = a_time(draw, clock, depth - 1), a_duration(draw, clock, depth - 1)
    way = draw(st.integers(0, 2))
    if way == 0:
        return Sum(time.exact + span.exact, time.symbolic + span.symbolic)
    if way == 1:
        return Sum(span.exact + time.exact, span.symbolic + time.symbolic)
    return Sum(time.exact - span.exact, time.symbolic - span.symbolic)


def a_duration(draw: st.DrawFn, clock: Clockwork, depth: int) -> Sum:
    """A random duration: whole milliseconds, or made of two times."""
    way = draw(st.integers(0, 4)) if depth else 0
    if way == 0:
        ms = draw(st.integers(-5, 9))
        return Sum(ms, ms)
    if way == 1:
        end, start = a_time(draw, clock, depth - 1), a_time(draw, clock, depth - 1)
        return Sum(end.exact - start.exact, end.symbolic - start.symbolic)
    one, two = a_duration(draw, clock, depth - 1), a_duration(draw, clock, depth - 1)
    if way == 2:
        return Sum(one.exact + two.exact, one.symbolic + two.symbolic)
    if way == 3:
        return Sum(one.exact - two.exact, one.symbolic - two.symbolic)
    factor = draw(st.integers(-2, 3))
    if draw(st.booleans()):
        return Sum(factor * one.exact, factor * one.symbolic)
    return Sum(one.exact * factor, one.symbolic * factor)


timelines = st.lists(st.integers(100, 112), min_size=1, max_size=3)
"""So late that no sum here comes down to 0: an instant lies after every number up to that."""


@given(timelines, st.data())
def test_an_expression_comes_out_as_whole_milliseconds_would(
    values: list[int], data: st.DataObject
) -> None:
    clock = Clockwork(values)
    time = data.draw(st.composite(a_time)(clock, 3))
    assert plain(time.symbolic, values) == time.exact
    duration = data.draw(st.composite(a_duration)(clock, 3))
    assert plain(duration.symbolic, values) == duration.exact
    assert int(duration.symbolic) == duration.exact
    assert operator.index(duration.symbolic) == duration.exact
    assert bool(duration.symbolic) == bool(duration.exact)
    assert duration.symbolic // 3 == duration.exact // 3


@given(timelines, st.data())
def test_every_comparison_is_that_of_whole_milliseconds(
    values: list[int], data: st.DataObject
) -> None:
    clock = Clockwork(values)
    for made in (a_time, a_duration):
        one = data.draw(st.composite(made)(clock, 2))
        two = data.draw(st.composite(made)(clock, 2))
        for order in ORDERS:
            answer = order(one.symbolic, two.symbolic)
            assert answer is order(one.exact, two.exact), (order, one.symbolic, two.symbolic)


@given(timelines, st.data())
def test_what_is_not_told_is_refused_and_never_answered_otherwise(
    values: list[int], data: st.DataObject
) -> None:
    clock = Clockwork(values, tells=False)
    try:
        one = data.draw(st.composite(a_duration)(clock, 2))
        two = data.draw(st.composite(a_duration)(clock, 2))
        time = data.draw(st.composite(a_time)(clock, 2))
    except TimeError:
        return
    assert plain(time.symbolic, values) == time.exact
    for order in ORDERS:
        try:
            answer = order(one.symbolic, two.symbolic)
        except TimeError:
            continue
        assert answer is order(one.exact, two.exact)


def test_a_span_that_shares_an_end_is_compared_without_its_length() -> None:
    values = [100, 103, 109]
    clock = Clockwork(values, tells=False)
    a, b, c = (Instant(clock, name) for name in range(3))
    pairs = [((b + 1) - a, (c + 2) - (a + 3)), (c - a, (c + 1) - (b + 2)), (c - (a + 2), 8)]
    for one, two in pairs:
        for order in ORDERS:
            exact = order(plain(one, values), plain(two, values))
            assert order(one, two) is exact, (order, one, two)
    with pytest.raises(TimeError, match="compare two durations that are not fixed"):
        assert (b - a) < (c - b)


def test_a_span_is_added_to_its_own_beginning_without_its_length() -> None:
    clock = Clockwork([100, 103, 109], tells=False)
    a, b, c = (Instant(clock, name) for name in range(3))
    assert repr((a + 5) + (b - (a + 2))) == repr(b + 3)
    assert repr((b + 5) - ((b + 1) - a)) == repr(a + 4)
    assert repr((b - a) + 4) == repr((b + 4) - a)
    assert repr((b - a) - 4) == repr((b - 4) - a)
    with pytest.raises(TimeError, match="add a time and a duration that is not fixed"):
        assert c + (b - a)
    with pytest.raises(TimeError, match="subtract Span from a time"):
        assert c - (b - a)


@pytest.mark.parametrize("number", [0, -1, -1.5, 0.0])
def test_a_time_comes_after_every_number_up_to_0(number: float) -> None:
    now = Instant(Clockwork([7]), 0)
    assert [order(now, number) for order in ORDERS] == [False, False, True, True, False, True]
    assert [order(number, now) for order in ORDERS] == [True, True, False, False, False, True]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("number", [1, 5_000, 7.0, 0.5])
def test_a_time_and_a_number_above_0_are_not_compared(order: Any, number: float) -> None:
    now = Instant(Clockwork([7]), 0)
    for one, two in ((now, number), (number, now)):
        with pytest.raises(TimeError, match="compare a time with a plain number above 0"):
            order(one, two)


@pytest.mark.parametrize("order", ORDERS)
def test_a_duration_and_a_fraction_are_not_compared(order: Any) -> None:
    clock = Clockwork([7, 9])
    span = Instant(clock, 1) - Instant(clock, 0)
    for one, two in ((span, 2.0), (2.0, span)):
        with pytest.raises(TimeError, match="compare a duration with float"):
            order(one, two)


def test_a_time_is_no_word_and_nothing_else() -> None:
    now = Instant(Clockwork([7, 9]), 0)
    span = Instant(now.timeline, 1) - now
    assert now != "7"
    assert now is not None
    assert (now == None) is False  # noqa: E711 - what a design may write
    assert span != "2"
    assert bool(now)


REFUSED: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "a key": (lambda t, s: {t: 1}, "use a time as a key or in a set"),
    "in a set": (lambda t, s: {s}, "use a duration as a key or in a set"),
    "int": (lambda t, s: int(t), "turn a time into a plain number"),
    "float": (lambda t, s: float(t), "turn a time into a plain number"),
    "index": (lambda t, s: [1, 2][t], "turn a time into a plain number"),
    "round": (lambda t, s: round(t, 1), "turn a time into a plain number"),
    "floor": (lambda t, s: math.floor(t), "turn a time into a plain number"),
    "times": (lambda t, s: t * 2, "multiply or divide a time"),
    "times, turned": (lambda t, s: 2 * t, "multiply or divide a time"),
    "by": (lambda t, s: t / 1000, "multiply or divide a time"),
    "by, whole": (lambda t, s: t // 1000, "multiply or divide a time"),
    "rest": (lambda t, s: t % 1000, "multiply or divide a time"),
    "negated": (lambda t, s: -t, "negate a time"),
    "from a number": (lambda t, s: 5 - t, "negate a time"),
    "abs": (lambda t, s: abs(t), "negate a time"),
    "text": (lambda t, s: str(t), "write a time into a text"),
    "format": (lambda t, s: f"{t:>5}", "write a time into a text"),
    "span, text": (lambda t, s: f"{s}", "write a time into a text"),
    "two times": (lambda t, s: t + t, "add Instant to a time"),
    "a fraction more": (lambda t, s: t + 0.5, "add float to a time"),
    "a fraction less": (lambda t, s: t - 0.5, "subtract float from a time"),
    "true more": (lambda t, s: t + True, "add bool to a time"),
    "with a word": (lambda t, s: t < "5", "compare a time with str"),
    "with nothing": (lambda t, s: t >= None, "compare a time with NoneType"),
    "with a span": (lambda t, s: t < s, "compare a time with Span"),
    "span with time": (lambda t, s: s < t, "compare a duration with Instant"),
    "span by": (lambda t, s: s / 2, "divide a duration that is not fixed"),
    "span rest": (lambda t, s: s % 2, "divide a duration that is not fixed"),
    "span float": (lambda t, s: float(s), "divide a duration that is not fixed"),
    "span int": (lambda t, s: int(s), "turn a duration that is not fixed into a plain number"),
    "span index": (lambda t, s: [1][s], "turn a duration that is not fixed into a plain number"),
    "span times": (lambda t, s: s * 2, "multiply a duration that is not fixed"),
    "span by, whole": (lambda t, s: s // 2, "divide a duration that is not fixed"),
    "two spans": (lambda t, s: s + s, "add two durations that are not fixed"),
    "span less span": (lambda t, s: s - s, "subtract a duration that is not fixed"),
    "number less span": (lambda t, s: 9 - s, "subtract a duration that is not fixed"),
    "span less word": (lambda t, s: s - "1", "subtract str from a duration"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_exact_is_refused_with_its_line(name: str) -> None:
    clock = Clockwork([100, 103], tells=False)
    now = Instant(clock, 0)
    code, words = REFUSED[name]
    with pytest.raises(TimeError) as refused:
        code(now, Instant(clock, 1) - now)
    line = inspect.getsourcelines(code)[1]
    told = re.match(
        r"exploring cannot (.*) exactly: (.*), line (\d+), in (.*)\(\); ", str(refused.value)
    )
    assert told is not None, refused.value
    assert told.groups() == (words, "test_instant.py", str(line), "<lambda>")


def test_only_the_model_itself_may_write_a_time_down() -> None:
    now = Instant(Clockwork([7, 9]), 0)
    span = Instant(now.timeline, 1) - now
    ours: dict[str, Any] = {
        "__name__": "lastchunk.model.properties.eventually",
        "t": now,
        "s": span,
    }
    assert eval("f'{t:,} and {s}'", ours) == "so many and so many"
    theirs = ours | {"__name__": "modelled"}
    with pytest.raises(TimeError, match="write a time into a text"):
        eval("f'{t}'", theirs)


def test_a_time_and_a_duration_say_what_they_are_made_of() -> None:
    clock = Clockwork([7, 9])
    assert repr((Instant(clock, 1) + 3) - Instant(clock, 0)) == (
        "Span(Instant(1, +3) - Instant(0, +0))"
    )


@pytest.mark.parametrize("look", ORDERS)
def test_a_fixed_duration_is_compared_with_one_in_bounds_by_a_question(look: Any) -> None:
    timeline = Clockwork([0, 100], tells=False)
    apart = Duration(Span(Instant(timeline, 1), Instant(timeline, 0)))
    driven.program = SimpleNamespace(is_rebuilding=False, answers=[])
    try:
        for ms in (50, 99, 100, 101, 200):
            assert look(Duration(ms), apart) == look(ms, 100)
            assert look(apart, Duration(ms)) == look(100, ms)
    finally:
        driven.program = None
