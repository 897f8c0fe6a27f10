"""A session by its table writes the trace that SimPy writes, event by event; or it is refused."""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.table import walk
from lastchunk.model.table.engine import BY_TABLE, run_session
from lastchunk.model.table.machine import SessionTable
from lastchunk.model.table.walk import run_by_table
from lastchunk.reference_impl.designs import DESIGNS

WILD = [
    "network.request_delay_ms={distribution='exponential', mean_ms=400}",
    "network.response_loss=0.1",
    "network.request_duplication=0.1",
    "network.burst_begins=0.05",
    "network.burst_ends=0.5",
    "blobs.put_delay_ms={distribution='gamma', mean_ms=300, shape=0.8}",
]
SETTINGS = {
    "every clock is another one": [
        "platform.clock_offset_ms={low_ms=-40, high_ms=60}",
        "platform.instance_loss=0.1",
    ],
    "an idle object is evicted": [
        "platform.hibernates=false",
        "platform.evict_after_ms={distribution='uniform', low_ms=1, high_ms=9000}",
        "platform.clock_offset_ms={low_ms=-40, high_ms=60}",
    ],
    "commits take time": ["platform.commit_ms={distribution='uniform', low_ms=0, high_ms=90}"],
    "timers are throttled": ["faults=[{kind='tab_throttled', offset_ms=9000, for_ms=70000}]"],
    "alarms are as late as measured": ["platform.alarm_late_ms='measured'"],
    "a pause": ["recording.pause_at_ms=12000", "recording.pause_for_ms=3456"],
    "waits grow": ["client.retry_factor=2.0", "client.retry_jitter=0.5", "client.retries_max=5"],
    "what is kept has a limit": ["browser.kept_bytes_max=4000000"],
    "cut at the horizon": ["limits.horizon_ms=27000"],
    "cut after so many": ["limits.happenings_max=31"],
    "ends as it completes": ["limits.end_at_completion=true"],
    "half a connection": [
        "faults=[{kind='network_down', offset_ms=15000, for_ms=4000, noticed_after_ms=900}]"
    ],
    "sizes are drawn, and the page's clock": [
        "recording.chunk_sizes={kind='lognormal', sigma=0.4}",
        "browser.clock_offset_ms={low_ms=-5000, high_ms=9000}",
    ],
    "an uplink is shared": [
        "uplink={kind='constant', rate_kbps=2600}",
        "client.uploads_parallel=3",
        "client.request_timeout_ms=40000",
        "recording.chunk_sizes={kind='measured', bytes=[1000, 9000000, 500]}",
        "faults=[{kind='network_down', offset_ms={low_ms=-20000, high_ms=0}, for_ms=4000}]",
    ],
    "an uplink is cut": [
        "uplink={kind='fluctuating', mean_kbps=4000, shape=2, correlation=0.5, interval_ms=500}",
        "network.body='buffered'",
        "network.cut_after_bytes=2000000",
        "recording.chunk_sizes={kind='key_frames', every_ms=3000, bytes=900000}",
        "faults=[{kind='tab_reloaded', offset_ms={low_ms=0, high_ms=20000}, for_ms=900}]",
    ],
    "an early stop": ["faults=[{kind='stray_stop', offset_ms={low_ms=0, high_ms=20000}}]"],
}


def compared(scenario: str, design: str, overrides: list[str], sessions: int) -> None:
    """Hold the table's traces to SimPy's."""
    loaded = load_scenario(scenario, overrides)
    spec = load_design(design, loaded)
    for session in range(sessions):
        assert run_session(BY_TABLE, loaded, spec, 1, session, is_checked=True)[1] == ""


@pytest.mark.parametrize(("number", "name"), list(enumerate(shipped())))
def test_a_shipped_scenario_is_carried(number: int, name: str) -> None:
    # Each design has its turn; `python -m benchmarks.table` holds every pair in many sessions.
    others = [design for design in DESIGNS if design != "alarm"]
    for design in ("alarm", others[number % len(others)]):
        compared(name, design, [], 2)


@pytest.mark.parametrize("words", SETTINGS)
def test_settings_of_every_kind_are_carried(words: str) -> None:
    compared("everything-fast", "alarm", [*WILD, *SETTINGS[words]], 3)
    compared("everything-fast", "manifest", [*WILD, *SETTINGS[words]], 1)


@pytest.mark.parametrize("after", [0, 10**9])
def test_what_is_made_code_of_its_own_does_the_same(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "COMPILED_AFTER", after)
    compared("everything-fast", "alarm", WILD, 4)


def test_a_table_grows_no_more_on_a_way_that_it_knows() -> None:
    scenario = load_scenario("everything-fast", WILD)
    table = SessionTable(scenario, load_design("manual", scenario))
    first = [run_by_table(table, 1, session).trace for session in range(6)]
    grown = table.grown
    assert grown > len(table.states) > 60
    for _ in range(8):  # until its ends are code of their own, and after that
        assert [run_by_table(table, 1, session).trace for session in range(6)] == first
    assert table.grown == grown
