"""The bounds of a delay while exploring, against what the ordinary world's delay may come to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.scope.refusals import refuse_scope
from lastchunk.model.explore.timing.bounds import bounds_of
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.world.base.pending import AnyTime, Between, Shifted
from tests.explore.test_instant import Clockwork


def window(delay: Any, now: Instant, values: list[int]) -> tuple[int, int | None]:
    """The earliest and the latest time that the bounds allow."""
    base, low_ms, high_ms = bounds_of(delay, now)
    at_ms = values[base.name] + base.offset_ms
    return at_ms + low_ms, None if high_ms is None else at_ms + high_ms


@given(st.integers(100, 110), st.integers(0, 9), st.integers(-9, 9))
def test_an_exact_delay_is_from_now_and_never_back(
    now_ms: int, offset_ms: int, delay_ms: int
) -> None:
    values = [now_ms]
    now = Instant(Clockwork(values), 0, offset_ms)
    due_ms = now_ms + offset_ms + max(0, delay_ms)
    assert window(delay_ms, now, values) == (due_ms, due_ms)


@given(st.lists(st.integers(100, 120), min_size=2, max_size=2), st.integers(-9, 9), st.booleans())
def test_a_delay_up_to_a_time_that_is_known_ends_there(
    values: list[int], offset_ms: int, tells: bool
) -> None:
    clock = Clockwork(values, tells)
    now, due = Instant(clock, 0), Instant(clock, 1, offset_ms)
    expected = max(values[0], values[1] + offset_ms)
    assert window(due - now, now, values) == (expected, expected)


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_distribution_counts_by_its_support(low_ms: int, width_ms: int) -> None:
    values = [50]
    now = Instant(Clockwork(values), 0, 5)
    spread = Between(low_ms, low_ms + width_ms)
    assert window(spread, now, values) == (55 + low_ms, 55 + low_ms + width_ms)
    assert window(AnyTime(), now, values) == (55, None)


class Spread:
    """A support around a planned time, perhaps below it."""

    def __init__(self, low_ms: int, high_ms: int | None) -> None:
        self.low_ms = low_ms
        self.high_ms = high_ms

    def quantile(self, u: float) -> int:
        """Not drawn from here."""
        raise AssertionError(u)


@given(
    st.lists(st.integers(100, 120), min_size=2, max_size=2),
    st.integers(-12, 12),
    st.integers(-9, 9),
    st.one_of(st.none(), st.integers(0, 9)),
)
def test_a_spread_around_a_planned_time_is_cut_off_at_now(
    values: list[int], base_ms: int, low_ms: int, width_ms: int | None
) -> None:
    clock = Clockwork(values)
    now, planned = Instant(clock, 0), Instant(clock, 1, base_ms)
    high_ms = None if width_ms is None else low_ms + width_ms
    shifted: Any = Shifted(planned - now, Spread(low_ms, high_ms))
    exact = values[1] + base_ms - values[0]
    plain = Shifted(exact, Spread(low_ms, high_ms))
    latest = None if plain.high_ms is None else values[0] + plain.high_ms
    assert window(shifted, now, values) == (values[0] + plain.low_ms, latest)
    assert window(plain, now, values) == (values[0] + plain.low_ms, latest)


def test_a_spread_that_reaches_over_now_by_an_unknown_time_is_refused() -> None:
    clock = Clockwork([100, 103], tells=False)
    now, planned = Instant(clock, 0), Instant(clock, 1)
    shifted: Any = Shifted(planned - now, Spread(-9, 9))
    with pytest.raises(InputError, match=r"a planned time that is fixed or not past"):
        bounds_of(shifted, now)


def test_a_time_is_no_delay() -> None:
    now = Instant(Clockwork([100]), 0)
    with pytest.raises(TypeError, match="a delay is a duration, not a time"):
        bounds_of(now, now)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (
            "uplink={kind='constant', rate_kbps=500}",
            "uplink: 'a shared uplink'; allowed: no uplink",
        ),
        (
            "platform.clock_offset_ms={low_ms=-30, high_ms=0}",
            "platform.clock_offset_ms: '-30 to 0 ms'; allowed: 16 whole ms at the most while",
        ),
        (
            "recording.duration_ms={distribution='exponential', mean_ms=6}",
            "recording.duration_ms: '0 ms or more'; allowed: a greatest value while exploring",
        ),
    ],
)
def test_what_no_state_class_can_hold_is_refused_by_name(override: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        refuse_scope(load_scenario("everything-fast", [override]))
    assert str(refused.value).startswith(words)
    refuse_scope(load_scenario("small-scope"))
