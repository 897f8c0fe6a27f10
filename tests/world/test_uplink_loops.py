"""Uplink arithmetic against loops that hand out one opportunity after the other.

A mahimahi file says at which milliseconds a packet of 1500 bytes may leave, and repeats for ever;
the arithmetic must find what a loop over the unrolled file finds, wherever it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.streams import Streams
from lastchunk.model.scenario import mahimahi
from lastchunk.model.scenario.mahimahi import read_mahimahi
from lastchunk.model.scenario.schema import (
    ConstantUplinkSpec,
    FluctuatingUplinkSpec,
    TraceUplinkSpec,
)
from lastchunk.model.world.edge.uplink import (
    ConstantUplink,
    FluctuatingUplink,
    FreeUplink,
    SharedUplink,
    TraceUplink,
    Uplink,
    build_uplink,
    mean_kbps,
)

TIMES = st.lists(st.integers(0, 12), min_size=1, max_size=6).filter(any).map(sorted)


def unrolled(times: list[int], until_ms: int) -> Iterator[int]:
    """Every opportunity of a file that repeats for ever, up to a time."""
    for lap in range(until_ms // times[-1] + 1):
        for time_ms in times:
            yield lap * times[-1] + time_ms


@settings(max_examples=60)
@given(times=TIMES, start_ms=st.integers(0, 70))
def test_a_file_that_repeats_equals_the_loop(times: list[int], start_ms: int) -> None:
    uplink = TraceUplink(np.array(times), start_ms % times[-1])
    until_ms = 3 * times[-1] + 20
    offset_ms = start_ms % times[-1]
    after = sorted(t - offset_ms for t in unrolled(times, until_ms + 60) if t > offset_ms)
    for t_ms in range(until_ms - offset_ms):
        assert uplink.packets_by(t_ms) == sum(t <= t_ms for t in after)
    known = [t for t in after if t < until_ms - offset_ms]
    assert [uplink.time_of(number + 1) for number in range(len(known))] == known


@settings(max_examples=100)
@given(rate_kbps=st.integers(1, 50_000), number=st.integers(1, 5_000))
def test_a_constant_rate_equals_the_loop_over_bits(rate_kbps: int, number: int) -> None:
    uplink = ConstantUplink(rate_kbps)
    at_ms = uplink.time_of(number)
    # After t ms a rate of r kbit/s has carried t * r bits, and a packet has 12,000.
    assert at_ms * rate_kbps >= number * 12_000 > (at_ms - 1) * rate_kbps
    assert uplink.packets_by(at_ms) >= number > uplink.packets_by(at_ms - 1)
    assert uplink.mean_kbps_between(0, 7) == rate_kbps


def test_the_mean_rate_counts_packets_over_time() -> None:
    uplink = TraceUplink(np.array([2, 2, 5, 9]))
    assert mean_kbps(uplink, 0, 9) == pytest.approx(4 * 12_000 / 9)
    assert uplink.mean_kbps_between(2, 9) == pytest.approx(2 * 12_000 / 7)
    assert uplink.mean_kbps_between(9, 9) == 0.0


# --- transfers that come, go and share ------------------------------------------------------------


class Loop:
    """Transfers that share an uplink, one opportunity each in turn, by the millisecond."""

    def __init__(self, uplink: Uplink) -> None:
        self.uplink = uplink
        self.queue: list[list[int]] = []
        self.finished: dict[int, int] = {}
        self.given = 0

    def advance(self, now_ms: int) -> None:
        """Hand out what has come by now."""
        while self.uplink.packets_by(now_ms) > self.given:
            self.given += 1
            if self.queue:
                key, left = self.queue.pop(0)
                if left == 1:
                    self.finished[key] = now_ms
                else:
                    self.queue.append([key, left - 1])

    def start(self, key: int, packets: int) -> None:
        """A transfer takes its turn last."""
        self.queue.append([key, packets])

    def cancel(self, key: int) -> None:
        """A transfer goes away."""
        self.queue = [item for item in self.queue if item[0] != key]


@settings(max_examples=80)
@given(
    times=TIMES,
    starts=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6_001)), min_size=1, max_size=5),
    cancels=st.dictionaries(st.integers(0, 4), st.integers(0, 60), max_size=3),
)
def test_sharing_with_cancellations_equals_the_loop(
    times: list[int], starts: list[tuple[int, int]], cancels: dict[int, int]
) -> None:
    uplink = TraceUplink(np.array(times))
    shared, loop = SharedUplink(uplink), Loop(uplink)
    finished: dict[int, int] = {}
    begun: set[int] = set()
    for now_ms in range(320):
        while (following := shared.next_finish()) is not None and following[1] <= now_ms:
            key, at_ms = following
            shared.finish(key, at_ms)
            finished[key] = at_ms
        loop.advance(now_ms)
        for key, (at_ms, size_bytes) in enumerate(starts):
            if at_ms == now_ms:
                begun.add(key)
                shared.start(key, size_bytes, now_ms)
                loop.start(key, max(1, (size_bytes + 1_499) // 1_500))
        for key, at_ms in cancels.items():
            if at_ms == now_ms and key in begun:
                shared.cancel(key, now_ms)
                loop.cancel(key)
        plan = shared.plan(now_ms)
        assert len(plan) <= 1
        assert all(isinstance(delay, int) and delay >= 0 for _, delay in plan)
    assert finished == loop.finished
    assert shared.plan(320) == []


def test_a_free_uplink_ends_its_transfers_in_any_order() -> None:
    free = FreeUplink()
    for key in ("a", "b", "c"):
        free.start(key, 1_500, 0)
    assert [key for key, _ in free.plan(5)] == ["a", "b", "c"]
    copy = free.copy()
    free.finish("b", 5)
    free.cancel("b", 5)
    assert free.fingerprint() == ("a", "c")
    assert copy.fingerprint() == ("a", "b", "c")
    with pytest.raises(AssertionError, match="no distribution"):
        free.plan(5)[0][1].quantile(0.5)  # type: ignore[union-attr]


# --- rates that change ----------------------------------------------------------------------------


def rates_of(correlation: float, intervals: int = 4_000) -> np.ndarray:
    """The rates of many intervals, in kbit/s."""
    spec = FluctuatingUplinkSpec(
        kind="fluctuating",
        mean_kbps=9_000_000,
        shape=1.5,
        interval_ms=100,
        correlation=correlation,
    )
    uplink = FluctuatingUplink(spec, Streams(3, 0))
    by = [uplink.packets_by(100 * number) for number in range(intervals + 1)]
    return np.diff(by) * 12_000 / 100


def test_a_fluctuating_rate_has_a_gamma_marginal() -> None:
    rates = rates_of(0.0)
    assert scipy.stats.kstest(rates, scipy.stats.gamma(1.5, scale=6_000_000).cdf).pvalue > 0.01


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.95])
def test_a_fluctuating_rate_has_its_correlation_from_one_interval_to_the_next(
    correlation: float,
) -> None:
    shares = scipy.stats.gamma(1.5, scale=6_000_000).cdf(rates_of(correlation))
    normal = scipy.stats.norm.ppf(shares)
    assert np.corrcoef(normal[:-1], normal[1:])[0, 1] == pytest.approx(correlation, abs=0.05)


def test_an_interval_hands_its_packets_out_evenly() -> None:
    spec = FluctuatingUplinkSpec(kind="fluctuating", mean_kbps=900, shape=1.5, interval_ms=100)
    uplink = FluctuatingUplink(spec, Streams(3, 0))
    whole = uplink.packets_by(100)
    assert whole > 0
    assert [uplink.packets_by(t_ms) for t_ms in range(101)] == [
        whole * t_ms // 100 for t_ms in range(101)
    ]


# --- from a scenario ------------------------------------------------------------------------------


def test_an_uplink_is_built_as_its_scenario_says(tmp_path: Path) -> None:
    path = tmp_path / "measured.up"
    path.write_text("3\n7\n1000\n")
    streams = Streams(4, 2)
    assert build_uplink(None, streams) is None
    constant = build_uplink(ConstantUplinkSpec(kind="constant", rate_kbps=77), streams)
    assert isinstance(constant, ConstantUplink)
    assert constant.rate_kbps == 77
    measured = build_uplink(TraceUplinkSpec(kind="trace", file=path), streams)
    assert isinstance(measured, TraceUplink)
    assert measured.period_ms == 1_000
    assert measured.offset_ms == int(1_000 * streams.uniform("uplink start")) > 0


def test_measured_uplinks_begin_anywhere_in_their_period(tmp_path: Path) -> None:
    path = tmp_path / "measured.up"
    path.write_text("100\n")
    spec = TraceUplinkSpec(kind="trace", file=path)
    offsets = [build_uplink(spec, Streams(1, session)).offset_ms for session in range(400)]  # type: ignore[union-attr]
    assert scipy.stats.kstest(offsets, scipy.stats.uniform(0, 100).cdf).pvalue > 0.01
    assert (min(offsets), max(offsets)) == (0, 99)


def test_a_file_may_be_so_long_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mahimahi, "MOST_OPPORTUNITIES", 3)
    path = tmp_path / "long.up"
    path.write_text("1\n2\n3\n")
    assert read_mahimahi(path).tolist() == [1, 2, 3]
    path.write_text("1\n2\n3\n4\n")
    with pytest.raises(InputError, match="at most 3 lines"):
        read_mahimahi(path)


@pytest.mark.parametrize("text", ["5\n1" + "0" * 15 + "\n", "5\n٣\n", "5\n+7\n", "5\n7 8\n"])
def test_a_time_that_is_no_plain_number_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.up"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_mahimahi(path)
    if text.isascii():
        assert caught.value.field == f"{path}, line 2"
        assert caught.value.allowed == "whole milliseconds, at least 0"
