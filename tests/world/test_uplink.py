"""Uplinks against packet-by-packet oracles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.streams import Streams
from lastchunk.model.scenario.mahimahi import read_mahimahi
from lastchunk.model.scenario.schema import FluctuatingUplinkSpec
from lastchunk.model.world.edge.uplink import (
    ConstantUplink,
    FluctuatingUplink,
    SharedUplink,
    TraceUplink,
    Uplink,
)

TRACE = np.array([2, 2, 5, 9, 9, 9, 20])


def oracle_times(times: np.ndarray, offset_ms: int, count: int) -> list[int]:
    """The first opportunities after the offset, by unrolling the trace."""
    period = int(times[-1])
    unrolled = [lap * period + int(t) for lap in range(count + 2) for t in times]
    return [t - offset_ms for t in sorted(unrolled) if t > offset_ms][:count]


@pytest.mark.parametrize("offset_ms", [0, 1, 2, 5, 9, 19])
def test_a_trace_repeats_for_ever_from_its_offset(offset_ms: int) -> None:
    uplink = TraceUplink(TRACE, offset_ms)
    expected = oracle_times(TRACE, offset_ms, 30)
    assert [uplink.time_of(number) for number in range(1, 31)] == expected
    for t_ms in range(60):
        assert uplink.packets_by(t_ms) == sum(t <= t_ms for t in expected)


def test_a_constant_uplink_has_its_rate() -> None:
    uplink = ConstantUplink(1_200)  # one packet of 12,000 bits each 10 ms
    assert [uplink.time_of(number) for number in (1, 2, 100)] == [10, 20, 1_000]
    assert [uplink.packets_by(t_ms) for t_ms in (9, 10, 999, 1_000)] == [0, 1, 99, 100]


def test_a_fluctuating_uplink_is_consistent_and_has_its_mean() -> None:
    spec = FluctuatingUplinkSpec(
        kind="fluctuating", mean_kbps=800, shape=1.5, interval_ms=500, correlation=0.5
    )
    uplink = FluctuatingUplink(spec, Streams(1, 0))
    for number in range(1, 3_000, 7):
        at_ms = uplink.time_of(number)
        assert uplink.packets_by(at_ms) >= number > uplink.packets_by(at_ms - 1)
    assert uplink.mean_kbps_between(0, 4_000_000) == pytest.approx(800, rel=0.05)


def share_by_packets(
    uplink: Uplink, starts: list[tuple[int, int]], horizon_ms: int
) -> dict[int, int]:
    """The finish of each transfer, handing out one opportunity after the other."""
    queue: list[list[int]] = []
    finished: dict[int, int] = {}
    waiting = sorted((at_ms, key, packets) for key, (at_ms, packets) in enumerate(starts))
    number = 0
    for now_ms in range(horizon_ms):
        while uplink.packets_by(now_ms) > number:
            number += 1
            if queue:
                key, left = queue.pop(0)
                if left == 1:
                    finished[key] = now_ms
                else:
                    queue.append([key, left - 1])
        while waiting and waiting[0][0] == now_ms:
            _, key, packets = waiting.pop(0)
            queue.append([key, packets])
    return finished


@settings(max_examples=150)
@given(
    times=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    starts=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 8)), min_size=1, max_size=5),
)
def test_sharing_equals_one_opportunity_after_the_other(
    times: list[int], starts: list[tuple[int, int]]
) -> None:
    uplink = TraceUplink(np.array(sorted(times)))
    shared = SharedUplink(uplink)
    events = sorted((at_ms, key, packets) for key, (at_ms, packets) in enumerate(starts))
    finished: dict[int, int] = {}
    while len(finished) < len(starts):
        following = shared.next_finish()
        if events and (following is None or events[0][0] < following[1]):
            at_ms, key, packets = events.pop(0)
            shared.start(key, packets * 1_500, at_ms)
            continue
        assert following is not None
        key, at_ms = following
        shared.finish(key, at_ms)
        finished[key] = at_ms
    assert finished == share_by_packets(uplink, starts, max(finished.values()) + 1)


def test_a_copy_goes_its_own_way() -> None:
    shared = SharedUplink(ConstantUplink(1_200))
    shared.start("a", 15_000, 0)
    other = shared.copy()
    assert other.fingerprint() == shared.fingerprint()
    other.start("b", 15_000, 0)
    assert shared.next_finish() == ("a", 100)
    assert other.next_finish() == ("a", 190)
    other.cancel("b", 30)
    assert other.next_finish() == ("a", 110)  # b took one of the three by then


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this one is empty"),
        ("5\nseven\n", "line 2: 'seven'"),
        ("5\n\n7\n", "line 2: ''"),
        ("5\n4\n", r"line 2: 4; allowed: a time not before the line above, 5 ms"),
        ("-3\n", "line 1: '-3'"),
        ("0\n0\n", "line 2: 0; allowed: a last time above 0"),
        ("1.5\n", "line 1: '1.5'"),
    ],
)
def test_a_malformed_trace_is_refused_by_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.up"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_mahimahi(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.up"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="one time in ms a line"):
        read_mahimahi(path)
    with pytest.raises(InputError, match="No such file"):
        read_mahimahi(tmp_path / "none.up")
