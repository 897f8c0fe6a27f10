"""Chunks that differ in size: drawn, measured, with key frames; else as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import record, replay, simulate
from lastchunk.model.simulate.schedule import read_schedule, write_schedule
from lastchunk.model.trace import events as e
from tests.support.worlds import of, quiet

FULL = 3_125_000
"""10 s at 2.5 Mbit/s, in bytes."""


def sizes(spec: str, seed: int = 1, *more: str) -> list[int]:
    """The sizes of the chunks of a session of 25 s."""
    scenario = quiet(f"recording.chunk_sizes={spec}", *more)
    trace = simulate(scenario, load_design("alarm", scenario), seed).trace
    return [x.size_bytes for x in of(trace, e.ChunkRecorded)]


def test_measured_sizes_come_in_their_order_and_again() -> None:
    measured = "{kind='measured', bytes=[1000, 2000]}"
    assert sizes(measured, 1, "client.chunk_ms=5000") == [1000, 2000, 1000, 2000, 1000]
    assert sizes(measured) == [1000, 2000, 500], "the last one is half as long"


def test_measured_sizes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "sizes.txt"
    file.write_text("700\n800\n")
    assert sizes(f"{{kind='measured', file='{file}'}}") == [700, 800, 350]
    file.write_text("700\n0\n")
    with pytest.raises(InputError, match=r"sizes.txt, line 2: '0'; allowed: one size in whole"):
        quiet(f"recording.chunk_sizes={{kind='measured', file='{file}'}}")


def test_key_frames_add_their_bytes_to_the_chunk_that_they_are_in() -> None:
    # At 0, 4, 8 | 12, 16 | 20, 24 s.
    found = sizes("{kind='key_frames', every_ms=4000, bytes=100000}")
    assert found == [FULL + 300_000, FULL + 200_000, FULL // 2 + 200_000]


def test_a_spread_is_drawn_anew_for_each_chunk_and_session() -> None:
    spread = "{kind='spread', low=0.5, high=1.5}"
    drawn = [size for seed in range(200) for size in sizes(spread, seed)[:2]]
    assert all(FULL // 2 <= size <= FULL * 3 // 2 for size in drawn)
    mean, deviation = sum(drawn) / len(drawn), FULL / 12**0.5
    assert abs(mean - FULL) < 4 * deviation / len(drawn) ** 0.5
    assert len(set(drawn)) > 390


def test_a_lognormal_spread_has_its_median_at_the_bit_rate() -> None:
    drawn = [sizes("{kind='lognormal', sigma=0.5}", seed)[0] for seed in range(200)]
    above = sum(size > FULL for size in drawn)
    assert abs(above - 100) < 4 * 50**0.5


def test_drawn_sizes_are_replayed_from_the_file(tmp_path: Path) -> None:
    scenario = quiet("recording.chunk_sizes={kind='spread', low=0.1, high=9}")
    spec = load_design("alarm", scenario)
    run, schedule = record(scenario, spec, 7)
    write_schedule(schedule, tmp_path / "sizes.schedule")
    assert replay(read_schedule(tmp_path / "sizes.schedule")).trace == run.trace


def test_nothing_else_is_drawn_otherwise_where_sizes_are() -> None:
    base = ("recording.duration_ms=60000", "uplink=none")
    plain = load_scenario("lossy-mobile", base)
    drawn = load_scenario(
        "lossy-mobile", [*base, "recording.chunk_sizes={kind='lognormal', sigma=0.1}"]
    )
    one = simulate(plain, load_design("alarm"), 3).trace
    two = simulate(drawn, load_design("alarm"), 3).trace
    times = [[(type(x), x.at_ms) for x in trace] for trace in (one, two)]
    assert times[0] == times[1], "bytes take no time without an uplink"


def test_sizes_that_are_known_are_explored_and_drawn_ones_refused_by_name() -> None:
    # One chunk of two is too large for the platform: it is answered 413 and never stored.
    large = ("recording.chunk_sizes={kind='measured', bytes=[5, 500]}", "disconnects=0")
    for most, kind in ((500, "proved"), (499, "violated")):
        scope = [
            *large,
            "limits.end_at_completion=false",
            f"platform.body_bytes_max={most}",
            "grace_ms=30",
        ]
        scenario = load_scenario("small-scope", scope)
        found = verify(scenario, load_design("alarm", scenario), ["nothing_lost"])
        assert found.verdicts["nothing_lost"].kind == kind
    drawn = load_scenario("small-scope", ["recording.chunk_sizes={kind='lognormal', sigma=1}"])
    words = r"recording.chunk_sizes: 'lognormal'; allowed: measured sizes or key frames"
    with pytest.raises(InputError, match=words):
        verify(drawn, load_design("alarm"))
    ranged = load_scenario(
        "default-scope",
        [
            "recording.duration_ms={distribution='uniform', low_ms=1000, high_ms=2000}",
            "recording.chunk_sizes={kind='measured', bytes=[5]}",
        ],
    )
    with pytest.raises(InputError, match=r"recording\.duration_ms=1500"):
        verify(ranged, load_design("alarm"))
