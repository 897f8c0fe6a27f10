"""How late alarms are by published measurements: the table, how it is used, and while exploring."""

from __future__ import annotations

from itertools import pairwise
from statistics import median, quantiles

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.lateness import HIGH_MS, MeasuredLateness
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import record, replay, simulate
from lastchunk.model.trace.events import AlarmStarted

MEASURED = "platform.alarm_late_ms=measured"
SHARES = [(number + 0.5) / 2_000 for number in range(2_000)]


def lateness(ahead_ms: int) -> list[int]:
    spread = MeasuredLateness().ahead(ahead_ms)
    return [spread.quantile(u) for u in SHARES]


@pytest.mark.parametrize(
    ("ahead_ms", "median_ms", "p99_ms"), [(5_000, 0, 35), (60_000, None, 281), (300_000, 241, 709)]
)
def test_the_published_figures_come_out(ahead_ms: int, median_ms: int | None, p99_ms: int) -> None:
    late_ms = lateness(ahead_ms)
    if median_ms is not None:
        assert median(late_ms) == pytest.approx(median_ms, abs=1)
    assert quantiles(late_ms, n=100)[98] == pytest.approx(p99_ms, abs=1)
    assert min(late_ms) >= 0


def test_up_to_thirty_seconds_ahead_every_alarm_is_within_36_ms() -> None:
    assert all(max(lateness(ahead_ms)) < 36 for ahead_ms in (0, 1, 5_000, 29_999, 30_000))


def test_it_grows_with_the_share_and_with_how_far_ahead_the_alarm_is_set() -> None:
    table = [lateness(ahead_ms) for ahead_ms in (5_000, 30_000, 45_000, 60_000, 120_000, 600_000)]
    assert all(row == sorted(row) for row in table)
    for nearer, farther in pairwise(table):
        assert all(a <= b for a, b in zip(nearer, farther, strict=True))


def test_farther_than_was_measured_is_as_the_farthest() -> None:
    assert lateness(86_400_000) == lateness(300_000)
    assert max(lateness(300_000)) == HIGH_MS


def test_a_session_has_it_and_is_the_same_again() -> None:
    late_ms: list[int] = []
    for session in range(40):
        run = simulate(load_scenario("everything-fast", [MEASURED]), "alarm", 1, session)
        late_ms += [
            event.at_ms - event.due_ms for event in run.trace if isinstance(event, AlarmStarted)
        ]
    assert 150 < median(late_ms) < 350  # ten minutes ahead
    again = simulate(load_scenario("everything-fast", [MEASURED]), "alarm", 1, 39)
    assert again.trace == run.trace


def test_a_recorded_session_replays() -> None:
    run, schedule = record(load_scenario("everything-fast", [MEASURED]), "alarm", 3, 0)
    assert replay(schedule).trace == run.trace


def test_while_exploring_it_is_any_lateness_that_was_measured() -> None:
    bounds = f"platform.alarm_late_ms={{distribution='uniform',low_ms=0,high_ms={HIGH_MS}}}"
    found = [
        verify(load_scenario("small-scope", [setting]), "alarm") for setting in (MEASURED, bounds)
    ]
    assert found[0].classes == found[1].classes
    kinds = [{slug: item.kind for slug, item in one.verdicts.items()} for one in found]
    assert kinds[0] == kinds[1]
    assert any("late by 0 to 709 ms" in line for line in found[0].assumptions)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("platform.alarm_late_ms=measurd", "or 'measured'"),
        ("platform.alarm_late_ms={distribution='measured', low_ms=1}", "low_ms"),
        ("network.request_delay_ms=measured", "a table with a distribution"),
        ("network.request_delay_ms={distribution='measured'}", "distribution = constant or"),
    ],
)
def test_it_is_the_lateness_of_alarms_alone(setting: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_scenario("everything-fast", [setting])
