"""Every delay: its quantiles against scipy's, its support, and what a scenario may write for it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lastchunk.model.base.errors import InputError
from lastchunk.model.scenario.delay import AnyOffset, Delay, read_delays
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import record, replay
from lastchunk.model.simulate.schedule import read_schedule, write_schedule
from lastchunk.model.world.base.pending import AnyTime, Between, Pending, Shifted

DELAY: TypeAdapter[Any] = TypeAdapter(Delay)
OFFSET: TypeAdapter[Any] = TypeAdapter(AnyOffset)
U = st.floats(2.0**-53, 1 - 2.0**-53)
MS = st.integers(0, 10**6)
SIZE = st.floats(1.0, 1e5)


def delay(distribution: str, **settings: object) -> Any:
    """A delay as a scenario gives it."""
    return DELAY.validate_python({"distribution": distribution, **settings})


@given(u=U, mean_ms=SIZE, low_ms=MS)
def test_an_exponential_wait_begins_at_its_least(u: float, mean_ms: float, low_ms: int) -> None:
    found = delay("exponential", mean_ms=mean_ms, low_ms=low_ms)
    expected = scipy.stats.expon(loc=low_ms, scale=mean_ms).ppf(u)
    assert found.quantile(u) == pytest.approx(expected, abs=0.51, rel=1e-9)
    assert found.quantile(u) >= found.low_ms == low_ms
    assert found.high_ms is None


@given(u=U, median_ms=SIZE, sigma=st.floats(0.05, 2.0))
def test_a_lognormal_is_the_exponential_of_a_normal(
    u: float, median_ms: float, sigma: float
) -> None:
    found = delay("lognormal", median_ms=median_ms, sigma=sigma)
    reference = scipy.stats.lognorm(sigma, scale=median_ms)
    assert found.quantile(u) == pytest.approx(reference.ppf(u), abs=0.51, rel=1e-6)
    assert found.mean_ms == pytest.approx(reference.mean())
    assert (found.low_ms, found.high_ms) == (0, None)


@given(u=U, mean_ms=SIZE, shape=st.floats(0.2, 20.0))
def test_a_gamma_has_its_mean_and_its_shape(u: float, mean_ms: float, shape: float) -> None:
    found = delay("gamma", mean_ms=mean_ms, shape=shape)
    reference = scipy.stats.gamma(shape, scale=mean_ms / shape)
    assert found.quantile(u) == pytest.approx(reference.ppf(u), abs=0.51, rel=1e-6)
    assert reference.mean() == pytest.approx(mean_ms)
    assert (found.low_ms, found.high_ms) == (0, None)


@given(u=U, low_ms=st.integers(-1_000, 1_000), width_ms=st.integers(0, 50))
def test_whole_milliseconds_are_equally_likely_both_ends_included(
    u: float, low_ms: int, width_ms: int
) -> None:
    high_ms = low_ms + width_ms
    offset = OFFSET.validate_python({"low_ms": low_ms, "high_ms": high_ms})
    uniform = delay("uniform", low_ms=abs(low_ms), high_ms=abs(low_ms) + width_ms)
    between = Between(low_ms, high_ms)
    place = (u * (width_ms + 1)) % 1
    if 1e-9 < place < 1 - 1e-9:  # at a step the two conventions differ
        expected = scipy.stats.randint.ppf(u, low_ms, high_ms + 1)
        assert offset.quantile(u) == between.quantile(u) == expected
        assert uniform.quantile(u) == expected - low_ms + abs(low_ms)
    assert low_ms <= between.quantile(u) <= high_ms
    assert uniform.mean_ms == np.mean(range(uniform.low_ms, uniform.high_ms + 1))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 1_000, 1_025, 3 * 10**6, 2**31 + 1])
def test_the_last_draw_that_there_is_stays_inside(count: int) -> None:
    last = 1 - 2.0**-53
    assert delay("uniform", low_ms=0, high_ms=count - 1).quantile(last) == count - 1
    assert Between(0, count - 1).quantile(last) == count - 1
    assert (
        OFFSET.validate_python({"low_ms": -9, "high_ms": count - 10}).quantile(last) == count - 10
    )


@given(rows=st.lists(st.integers(0, 500), min_size=1, max_size=30), u=U)
def test_each_measured_row_is_equally_likely(
    rows: list[int], u: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_text("\n".join(map(str, rows)))
    found = delay("empirical", file=str(path))
    assert found.quantile(u) == sorted(rows)[math.floor(u * len(rows))]
    assert (found.low_ms, found.high_ms) == (min(rows), max(rows))
    assert found.mean_ms == pytest.approx(np.mean(rows))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("7", (7,)),
        ("delay\n7\n", (7,)),
        ("9\r\n7\r\n", (7, 9)),
        ("  9  \n\t7\n", (7, 9)),
        ("7.4\n7.6\n", (7, 8)),
        ("0\n-0\n", (0, 0)),
    ],
)
def test_a_file_of_delays_is_read_and_sorted(
    text: str, values: tuple[int, ...], tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text(text)
    assert read_delays(tmp_path / "rows.csv") == values


@pytest.mark.parametrize(
    ("text", "line", "allowed"),
    [
        ("\n7\n", 1, "one delay in ms"),
        ("7\n\n9\n", 2, "one delay in ms"),
        ("delay\ndelay\n", 2, "one delay in ms"),
        ("7\n8,9\n", 2, "one delay in ms"),
        ("7\nnan\n", 2, "one delay in ms"),
        ("7\ninf\n", 2, "one delay in ms"),
        ("7\n1e999\n", 2, "one delay in ms"),
        ("-1\n", 1, "a delay of at least 0 ms, at most 1,000,000,000,000"),
    ],
)
def test_a_bad_row_is_refused_by_its_line(
    text: str, line: int, allowed: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_delays(path)
    assert caught.value.field == f"{path}, line {line}"
    assert caught.value.value == text.splitlines()[line - 1]
    assert caught.value.allowed == allowed


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "heading.csv").write_text("delay\n")
    (tmp_path / "bytes.csv").write_bytes(b"\xff7")
    for name, allowed in (
        ("heading.csv", "a CSV file with at least one delay in ms"),
        ("bytes.csv", "a readable CSV file of delays in ms"),
        ("none.csv", "a readable CSV file of delays in ms"),
    ):
        with pytest.raises(InputError) as caught:
            read_delays(tmp_path / name)
        assert caught.value.field == "file"
        assert caught.value.allowed.startswith(allowed)
        assert caught.value.value == str(tmp_path / name)


def test_delays_stand_in_a_file_or_in_the_scenario() -> None:
    def refused(more: str) -> str:
        given = f"network.request_delay_ms={{distribution='empirical'{more}}}"
        with pytest.raises(InputError) as caught:
            load_scenario("everything-fast", [given])
        assert caught.value.field.startswith("--set network.request_delay_ms")
        return caught.value.allowed

    given = ["network.request_delay_ms={distribution='empirical', values_ms=[9, 3, 5]}"]
    assert load_scenario("everything-fast", given).network.request_delay_ms.quantile(0.1) == 3
    assert refused(", file='none.csv', values_ms=[9, 3]") == "file or values_ms, one of the two"
    assert refused("") == "file or values_ms, one of the two is needed"
    assert refused(", values_ms=[]") == "file or values_ms, one of the two is needed"
    assert refused(", values_ms=['3']") == "a whole number"
    assert refused(", values_ms=[-3]") == "Input should be greater than or equal to 0"


def test_sizes_stand_in_a_file_or_in_the_scenario() -> None:
    given = ["recording.chunk_sizes={kind='measured', file='none.csv', bytes=[9, 3]}"]
    with pytest.raises(InputError, match="file or bytes, one of the two"):
        load_scenario("everything-fast", given)


def test_delays_of_a_file_are_known_without_it_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("9\n3\n")
    given = [f"network.request_delay_ms={{distribution='empirical', file='{path}'}}"]
    scenario = load_scenario("everything-fast", given)
    run, schedule = record(scenario, "alarm", 1)
    write_schedule(schedule, tmp_path / "run.jsonl")
    path.unlink()
    again = load_scenario(scenario, ["client.retry_ms=7"])
    assert again.network.request_delay_ms.quantile(0.9) == 9
    assert replay(read_schedule(tmp_path / "run.jsonl")).trace == run.trace


def test_a_bare_number_is_a_constant_and_a_truth_is_none() -> None:
    for u in (1e-9, 0.5, 1 - 1e-9):
        assert DELAY.validate_python(25).quantile(u) == 25
        assert OFFSET.validate_python(-25).quantile(u) == -25
    constant = DELAY.validate_python(25)
    assert (constant.low_ms, constant.high_ms, constant.mean_ms) == (25, 25, 25.0)
    for adapter, wrong in ((DELAY, True), (DELAY, "25"), (DELAY, 2.5), (OFFSET, True)):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
    with pytest.raises(InputError, match="high_ms -6 is below low_ms -5"):
        load_scenario(
            "everything-fast",
            ["faults=[{kind='stray_stop', offset_ms={low_ms=-5, high_ms=-6}}]"],
        )


@given(base_ms=st.integers(0, 500), low_ms=st.integers(-900, 100), width=st.integers(0, 300), u=U)
def test_a_planned_time_is_never_before_now(
    base_ms: int, low_ms: int, width: int, u: float
) -> None:
    shifted = Shifted(base_ms, Between(low_ms, low_ms + width))
    times = [max(0, base_ms + at_ms) for at_ms in range(low_ms, low_ms + width + 1)]
    assert (shifted.low_ms, shifted.high_ms) == (times[0], times[-1])
    assert shifted.quantile(u) == times[math.floor(u * (width + 1))]
    assert Shifted(base_ms, AnyTime()).high_ms is None


def test_the_window_of_what_is_pending_begins_when_it_became_so() -> None:
    for spread, window in (
        (7, (107, 107)),
        (Between(3, 9), (103, 109)),
        (delay("exponential", mean_ms=5, low_ms=2), (102, None)),
        (AnyTime(), (100, None)),
    ):
        pending = Pending(("tick",), spread)
        pending.since_ms = 100
        assert pending.window() == window
