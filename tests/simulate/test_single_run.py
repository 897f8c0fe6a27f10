"""One simulated session: its limits, its draws, and what it tells of itself."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
import scipy.stats

from lastchunk.model.base.streams import Streams
from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import FluctuatingUplinkSpec
from lastchunk.model.simulate import Run, record, replay, simulate
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.edge import uplink as uplink_module
from lastchunk.model.world.edge.uplink import FluctuatingUplink
from lastchunk.model.world.world import World
from tests.support.worlds import of, quiet


def ran(*overrides: str, seed: int = 1, session: int = 0, design: str = "alarm") -> Run:
    """One quiet session: 10 ms each way, 20 ms a put, 25 s."""
    scenario = quiet(*overrides)
    return simulate(scenario, load_design(design, scenario), seed, session)


def end(run: Run) -> e.RunEnded:
    """How a run ended."""
    last = run.trace[-1]
    assert isinstance(last, e.RunEnded)
    return last


# --- limits ---------------------------------------------------------------------------------------

# Three uploads, the last stored at 25,050: the alarm finalizes at 625,050.
LAST_MS = 625_050


@pytest.mark.parametrize(
    ("horizon_ms", "reason", "at_ms"),
    [(LAST_MS, "quiet", LAST_MS), (LAST_MS - 1, "horizon", 25_060), (25_059, "horizon", 25_050)],
)
def test_what_happens_at_the_horizon_still_happens(
    horizon_ms: int, reason: str, at_ms: int
) -> None:
    assert end(ran(f"limits.horizon_ms={horizon_ms}")) == e.RunEnded(at_ms, reason)


def test_a_run_is_cut_after_so_many_happenings() -> None:
    whole = record(quiet(), load_design("alarm"), 1)[1]
    count = len(whole.steps)
    for most, reason in ((count, "quiet"), (count - 1, "limit"), (1, "limit")):
        scenario = quiet(f"limits.happenings_max={most}")
        run, schedule = record(scenario, load_design("alarm"), 1)
        assert end(run).reason == schedule.ended == reason
        assert schedule.steps == whole.steps[:most]
        assert replay(schedule).trace == run.trace


def test_a_session_may_end_at_its_completion() -> None:
    # A stray stop at 1 s completes the session at 6,030; without the setting it goes on.
    stray = "faults=[{kind='stray_stop', offset_ms=1000}]"
    assert end(ran(stray, "limits.end_at_completion=true")) == e.RunEnded(6_030, "completion")
    assert end(ran(stray)).at_ms > 25_000


# --- what a run tells of itself -------------------------------------------------------------------


def test_the_mean_delay_is_over_every_request_leg() -> None:
    settings = ("network.request_delay_ms=30", "network.stop_delay_ms=400")
    # A create, three uploads, a stop.
    assert ran(*settings).mean_request_delay_ms == pytest.approx((4 * 30 + 400) / 5)
    scenario = quiet(*settings)
    _, schedule = record(scenario, load_design("alarm", scenario), 1)
    assert math.isnan(replay(schedule).mean_request_delay_ms)


def test_the_uplink_tells_its_mean_rate() -> None:
    assert math.isnan(ran().uplink_kbps)
    assert ran("uplink={kind='constant', rate_kbps=77777}").uplink_kbps == 77_777


@pytest.mark.parametrize("session", range(3))
def test_an_uplink_is_drawn_no_further_than_its_last_transfer(
    session: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The alarm comes ten minutes after the last upload: 600 intervals of a second that nobody uses.
    scenario = load_scenario("cellular-driving")
    drawn: list[int] = []
    uniform = Streams.uniform

    def noted(self: Streams, purpose: str, *entity: int) -> float:
        if purpose == "uplink rate":
            drawn.append(*entity)
        return uniform(self, purpose, *entity)

    monkeypatch.setattr(Streams, "uniform", noted)
    uplink_module._met_by_all.cache_clear()  # another test may have met it
    run = simulate(scenario, load_design("alarm", scenario), 1, session)
    monkeypatch.undo()
    # A body needs 25 ms from the page to the object.
    last_ms = max(event.at_ms for event in run.trace if type(event) is e.BodyArrived) - 25
    assert last_ms // 1_000 <= max(drawn) <= last_ms // 1_000 + 2
    assert isinstance(scenario.uplink, FluctuatingUplinkSpec)
    packets = FluctuatingUplink(scenario.uplink, Streams(1, session)).packets_by(last_ms)
    assert run.uplink_kbps == pytest.approx(packets * 12_000 / last_ms)


def test_a_run_says_where_it_comes_from() -> None:
    run = ran(seed=3, session=9)
    assert (run.seed, run.session, run.origin) == (3, 9, "seed 3, session 9")
    assert ran(seed=0).origin == "seed 0, session 0"
    nan = float("nan")
    assert Run(run.scenario, run.design, -1, -1, run.trace, nan, nan).origin == "a schedule"
    assert (run.judge.grace_ms, run.judge.notifies) == (5_000, False)
    assert ran(design="outbox").judge.notifies


# --- draws ----------------------------------------------------------------------------------------


def test_no_two_draws_of_a_session_share_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[tuple[Any, ...]] = []
    uniform = Streams.uniform

    def noting(self: Streams, purpose: str, *entity: int) -> float:
        names.append((purpose, *entity))
        return uniform(self, purpose, *entity)

    monkeypatch.setattr(Streams, "uniform", noting)
    scenario = load_scenario("everything-at-once", ["client.retry_jitter=0.5"])
    purposes: set[str] = set()
    for session in range(30):
        names.clear()
        simulate(scenario, load_design("outbox", scenario), 4, session)
        shared = {name for name, count in Counter(names).items() if count > 1}
        # One alarm that is registered twice is as late the second time: its time is its name.
        assert {name for name in shared if not name[0].startswith("alarm lateness")} == set()
        purposes |= {name[0] for name in names}
    assert {
        "recording duration",
        "upload request delay",
        "upload response delay",
        "stop request delay",
        "blob put delay",
        "blob put delay outcome",
        "alarm lateness",
        "alarm retry",
        "client wait",
        "clock offset",
        "commit",
        "commit outcome",
        "down time",
        "fault time",
        "trouble length",
        "upload request delay outcome",
        "error delay upload",
    } <= purposes


def test_a_chunks_delays_are_the_same_whatever_the_design_does() -> None:
    slow = ("network.request_delay_ms={distribution='uniform', low_ms=10, high_ms=4000}",)
    legs = []
    for design in ("manual", "alarm", "leases"):
        trace = ran(*slow, design=design, seed=8).trace
        sent = {(x.method, x.chunk, x.attempt): x.at_ms for x in of(trace, e.RequestSent)}
        arrived = of(trace, e.RequestArrived)
        legs.append(
            {key[1:]: x.at_ms - sent[key] for x in arrived if (key := x[1:])[0] == "upload"}
        )
    assert legs[0] == legs[1] == legs[2]
    assert len(set(legs[0].values())) == 3, "and each chunk has its own"


@pytest.mark.parametrize(
    ("setting", "kind", "share"),
    [
        ("network.request_loss=0.3", e.RequestLost, 0.3),
        ("network.request_duplication=0.2", e.RequestDuplicated, 0.2),
        ("network.response_loss=0.4", e.ResponseLost, 0.4),
        ("blobs.failure=0.25", e.BlobPutFailed, 0.25),
    ],
)
def test_outcomes_come_as_often_as_they_should(setting: str, kind: Any, share: float) -> None:
    scenario = quiet(setting, "network.stop_may_fail=false", "recording.duration_ms=9000")
    design = load_design("alarm", scenario)
    first = 0
    sessions = 600
    for session in range(sessions):
        trace = simulate(scenario, design, 5, session).trace
        first += any((x.chunk, x.attempt) == (0, 0) for x in of(trace, kind))
    # A duplicate or a copy may be duplicated again, but the first attempt is drawn once.
    assert scipy.stats.binomtest(first, sessions, share).pvalue > 0.001


def test_a_clock_is_drawn_for_each_instance_and_only_where_there_is_a_range() -> None:
    lost = "faults=[{kind='instance_lost', offset_ms=5000}, {kind='instance_lost', offset_ms=9000}]"
    scenario = quiet(lost, "platform.clock_offset_ms={low_ms=-900, high_ms=900}")
    _, schedule = record(scenario, load_design("alarm", scenario), 2)
    assert len(schedule.clock_offsets_ms) == 1 + len(of(replay(schedule).trace, e.InstanceLost))
    assert len(set(schedule.clock_offsets_ms)) == len(schedule.clock_offsets_ms)
    assert all(-900 <= offset <= 900 for offset in schedule.clock_offsets_ms)
    fixed = quiet(lost, "platform.clock_offset_ms=-300")
    _, schedule = record(fixed, load_design("alarm", fixed), 2)
    assert set(schedule.clock_offsets_ms) == {-300}


# --- worlds that begin in the middle --------------------------------------------------------------


def begun(session: str, *overrides: str) -> World:
    """A world of two chunks whose session is new, created, or active."""
    settings = (f"start.session='{session}'", "recording.chunks=2", *overrides)
    world = World(load_design("alarm"), quiet(*settings), 0)
    world.begin()
    return world


@pytest.mark.parametrize(
    ("session", "state", "alarm_ms"),
    [("created", "active", 600_000), ("active", "active", None)],
)
@pytest.mark.parametrize("commit_ms", [0, 40])
def test_a_session_may_be_there_from_the_start(
    session: str, state: str | None, alarm_ms: int | None, commit_ms: int
) -> None:
    world = begun(session, f"platform.commit_ms={commit_ms}")
    storage = world.object.storage
    assert (storage.values.get("state") or {}).get("status") == state
    assert world.object.alarms.get() == alarm_ms
    assert (("alarm",) in world.pending) == (alarm_ms is not None)
    if commit_ms:
        assert storage.disk.alarm_ms == alarm_ms
        assert storage.disk.values == storage.values, "it is on disk, and no commit is under way"
    assert not [key for key in world.pending if key[0] == "commit"]
    assert storage.under_way == 0
    assert [x.size_bytes for x in of(world.trace, e.ChunkRecorded)] == [1, 1]
    assert isinstance(world.pending["request", "signal_stop", -1, 0, 0], Pending)
