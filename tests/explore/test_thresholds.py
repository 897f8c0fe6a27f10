"""Thresholds against a plain scan of every value: the exact boundary, and if there are more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore import threshold as module
from lastchunk.model.explore.threshold import Side, Threshold, find_threshold, safe_region
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.scenario.load import load_scenario

COMPLETE = "complete_at_finalization"
SMALL = ("chunks=1", "expect.sometimes=[]", "disconnects=0")
OTHER: dict[Side, Side] = {"proved": "violated", "violated": "proved"}


def scanned(key: str, values: range, *overrides: str) -> dict[int, str]:
    """The verdict at every value, each explored by itself."""
    out: dict[int, str] = {}
    for value in values:
        scenario = load_scenario("small-scope", [*SMALL, *overrides, f"{key}={value}"])
        found = verify(scenario, load_design("alarm", scenario), [COMPLETE], counterexamples=False)
        out[value] = found.verdict
    return out


def test_a_range_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"high_ms: 10; allowed: at least low_ms, which is 50"):
        find_threshold("small-scope", SMALL, "alarm", COMPLETE, "grace_ms", low_ms=50, high_ms=10)


@pytest.mark.parametrize(
    ("key", "overrides", "last"),
    [
        ("grace_ms", (), 20),
        ("grace_ms", ("high_ms=3", "low_ms=2"), 12),
        ("design.grace_ms", ("failures=0",), 12),
        ("high_ms", ("grace_ms=7",), 14),
        ("back_off_ms", ("grace_ms=20",), 12),
        ("low_ms", ("grace_ms=12", "failures=0"), 8),
    ],
)
def test_a_threshold_is_where_a_plain_scan_turns(
    key: str, overrides: tuple[str, ...], last: int
) -> None:
    found = find_threshold(
        "small-scope", [*SMALL, *overrides], "alarm", COMPLETE, key, high_ms=last
    )
    scan = scanned(key, range(1, last + 1), *overrides)
    turns = [value for value in range(1, last) if scan[value] != scan[value + 1]]
    assert found.below == scan[1]
    assert [found.below_ms, found.above_ms] == [*turns, *(turn + 1 for turn in turns)] or (
        not turns and (found.below_ms, found.above_ms) == (None, None)
    )
    assert found.is_single
    assert all(scan[value] == side for value, side in found.explored)
    assert list(found.explored) == sorted(found.explored)


def test_a_search_stays_where_the_scenario_allows_a_value() -> None:
    rest = [*SMALL, "low_ms=3", "high_ms=6"]
    up, down = (
        find_threshold("small-scope", rest, "alarm", COMPLETE, key) for key in ("high_ms", "low_ms")
    )
    with pytest.raises(InputError, match="is below low_ms 3"):
        load_scenario("small-scope", [*rest, "high_ms=2"])
    assert up.explored[0][0] == 3
    assert max(value for value, _ in down.explored) == 6
    scan = scanned("high_ms", range(3, 14), "low_ms=3")
    assert [value for value in range(3, 13) if scan[value] != scan[value + 1]] == [up.below_ms]
    assert down.above_ms is None


class Asked:
    """A verdict made up for each value, and the values that were asked for."""

    def __init__(self, verdict: Callable[[int], Side]) -> None:
        self.verdict = verdict
        self.values: list[int] = []

    def __call__(
        self, scenario: str, o: object, d: str, s: str, k: str, value: int, b: object, u: object
    ) -> Side:
        self.values.append(value)
        return self.verdict(value)


def found_in(
    verdict: Callable[[int], Side], low_ms: int = 1, high_ms: int | None = None
) -> tuple[Threshold, list[int]]:
    asked = Asked(verdict)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_side", asked)
        return find_threshold("x", (), "d", "slug", "k_ms", None, low_ms, high_ms), asked.values


def until(last: int, below: Side) -> Callable[[int], Side]:
    return lambda value: below if value <= last else OTHER[below]


sides = st.sampled_from(["proved", "violated"])


@given(st.integers(1, 10**9), sides, st.integers(0, 50))
def test_any_boundary_is_found_exactly_and_cheaply(last: int, below: Side, low: int) -> None:
    low_ms = min(low, last)
    found, asked = found_in(until(last, below), low_ms)
    assert (found.below, found.below_ms, found.above_ms) == (below, last, last + 1)
    assert found.is_single
    assert len(asked) == len(set(asked)) <= 100, "no value is explored twice"
    assert dict(found.explored).keys() == set(asked)
    assert {last, last + 1} <= set(asked), "both sides were explored"


@given(st.integers(1, 60), st.integers(61, 120), sides)
def test_a_range_is_not_left(low: int, high: int, below: Side) -> None:
    for last in (low, high - 1):
        found, asked = found_in(until(last, below), low, high)
        assert (found.below_ms, found.above_ms) == (last, last + 1)
        assert low <= min(asked) <= max(asked) <= high
    found, asked = found_in(lambda value: below, low, high)
    assert (found.below, found.below_ms, found.above_ms) == (below, None, None)
    assert sorted(asked) == [low, high]


@given(st.sets(st.integers(2, 199), min_size=3, max_size=3), sides)
def test_what_turns_more_than_once_is_a_boundary_still(turns: set[int], below: Side) -> None:
    def verdict(value: int) -> Side:
        return below if sum(value >= turn for turn in turns) % 2 == 0 else OTHER[below]

    found, _ = found_in(verdict, 1, 200)
    assert found.below_ms is not None
    assert found.above_ms == found.below_ms + 1
    assert (verdict(found.below_ms), verdict(found.above_ms)) == (below, OTHER[below])
    spots = [
        value for value, side in found.explored if (side == below) != (value <= found.below_ms)
    ]
    assert found.is_single == (not spots)


def test_a_value_far_out_that_disagrees_is_said() -> None:
    def verdict(value: int) -> Side:
        return "proved" if 50 <= value < 600 or value >= 1_000 else "violated"

    found, _ = found_in(verdict, 1, 1_000)
    assert (found.below_ms, found.above_ms, found.is_single) == (49, 50, False)
    assert found.sentence() == (
        "slug is violated up to k_ms = 49 and proved from 50 on. "
        "Further out the verdict turns again."
    )


def test_what_never_turns_is_looked_for_up_to_a_limit_that_is_said() -> None:
    found, asked = found_in(lambda value: "proved")
    assert max(asked) >= module.VALUE_MS_MAX
    assert found.sentence() == "slug is proved for every k_ms that was tried."
    assert Threshold("s", "k_ms", "proved", 1_499, 1_500, ()).sentence() == (
        "s is proved up to k_ms = 1,499 and violated from 1,500 on."
    )


def test_a_value_that_is_not_decided_is_refused_by_name() -> None:
    with pytest.raises(
        InputError,
        match=r"^grace_ms=1: 'comp.*allowed: a verdict that is not unknown: the budget of 3 c",
    ):
        find_threshold("small-scope", SMALL, "alarm", COMPLETE, "grace_ms", Budget(classes=3))


@pytest.mark.parametrize("key", ["_ms", "chunks", "grace_msx", ""])
def test_a_setting_that_is_no_time_is_refused(key: str) -> None:
    with pytest.raises(InputError, match=r"--threshold: .*a setting in ms, such as grace_ms"):
        find_threshold("small-scope", SMALL, "alarm", COMPLETE, key)


def test_a_map_has_the_threshold_of_each_value() -> None:
    values = [3, 8]
    region = safe_region("small-scope", SMALL, "alarm", COMPLETE, ("high_ms", values), "grace_ms")
    assert [value for value, _ in region] == values
    for value, found in region:
        alone = find_threshold(
            "small-scope", [*SMALL, f"high_ms={value}"], "alarm", COMPLETE, "grace_ms"
        )
        assert found == alone
        assert found.above_ms == 2 * value + 1, "the longest leg, back-off and leg again"
