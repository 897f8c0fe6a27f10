"""A machine that sleeps, a tab that is frozen, timers that are throttled: each to the millisecond.

10 ms each way and 20 ms a put: the create is answered at 20 ms, the recording starts there, and a
chunk is handed out each 10 s from then on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.properties import check_all
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import record, replay, simulate
from lastchunk.model.simulate.schedule import read_schedule, write_schedule
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from tests.explore.small import explored
from tests.support.worlds import of, quiet, run
from tests.world.test_page_host import START_MS, fault, ran, sent

SLOW_PUT = "blobs.put_delay_ms=12000"
RETRY_MS = 2_000


def asleep(offset_ms: int, for_ms: int) -> str:
    return fault("laptop_asleep", offset_ms, for_ms=for_ms)


def frozen(offset_ms: int, for_ms: int) -> str:
    return fault("tab_frozen", offset_ms, for_ms=for_ms)


def chunk_times(trace: list[e.Event]) -> list[int]:
    return [event.at_ms - START_MS for event in of(trace, e.ChunkRecorded)]


# --- a machine that sleeps ------------------------------------------------------------------------


def test_a_sleeping_machine_breaks_its_requests_and_tries_again_when_it_wakes() -> None:
    trace = ran("alarm", SLOW_PUT, asleep(11_000, 9_000))
    assert of(trace, e.LaptopSlept) == [e.LaptopSlept(11_020)]
    assert of(trace, e.LaptopWoke) == [e.LaptopWoke(20_020)]
    failed = of(trace, e.RequestFailed)
    assert failed == [e.RequestFailed(11_020, "upload", 0, 0, "machine asleep")]
    assert sent(trace)[:2] == [(10_020, 0, 0), (20_020 + RETRY_MS, 0, 1)]
    ended = [x.at_ms for x in of(trace, e.HandlerEnded) if x.method == "upload"]
    assert ended[0] == 10_030 + 12_000, "R12: the handler goes on"
    answered = [x.at_ms for x in of(trace, e.ResponseArrived) if x.method == "upload"]
    assert min(answered) > 20_020


@pytest.mark.parametrize("for_ms", [1, 5_000, 900_000])
def test_nothing_is_sent_received_or_recorded_in_the_sleep(for_ms: int) -> None:
    slow = ("uplink.kind=constant", "uplink.rate_kbps=1000")
    trace = ran("alarm", *slow, asleep(11_000, for_ms))
    events: list[Any] = of(trace, e.RequestSent, e.BodyArrived, e.ResponseArrived, e.StopPressed)
    events += of(trace, e.ChunkRecorded)
    assert [x for x in events if 11_020 < x.at_ms < 11_020 + for_ms] == []
    (stop,) = of(trace, e.StopPressed)
    assert stop.recorded_ms == max(11_000, 25_000 - for_ms)
    assert sum(x.size_bytes for x in of(trace, e.ChunkRecorded)) == 2_500 * stop.recorded_ms // 8


def test_asleep_in_the_middle_of_an_upload() -> None:
    """A session of 15 s that sleeps for 15 min from 0:11 on has 11 s of media, not 911."""
    slow = ("uplink.kind=constant", "uplink.rate_kbps=1000", "recording.duration_ms=15000")
    trace = ran("alarm", *slow, asleep(11_000, 900_000))
    assert of(trace, e.StopPressed) == [e.StopPressed(911_020, 11_000)]
    assert [x.at_ms for x in of(trace, e.BodyArrived) if x.at_ms < 911_020] == []
    assert [x.size_bytes for x in of(trace, e.ChunkRecorded)] == [3_125_000, 312_500]
    (broken,) = of(trace, e.BlobPutBroken)
    assert broken.at_ms == 11_020, "its body is not whole (R12)"


def test_media_time_stands_still_in_the_sleep() -> None:
    assert chunk_times(ran("alarm", asleep(11_000, 4_000))) == [10_000, 24_000, 25_000]
    assert chunk_times(ran("alarm", asleep(10_500, 100))) == [10_000, 20_100, 25_000]
    assert chunk_times(ran("alarm", asleep(9_999, 5_000))) == [15_000, 25_000]


def test_the_shipped_scenario_records_what_it_was_awake_for() -> None:
    trace = run("sleeping-laptop", seed=1)
    (slept,), (woke,) = of(trace, e.LaptopSlept), of(trace, e.LaptopWoke)
    (stop,), (start,) = of(trace, e.StopPressed), of(trace, e.RecordingStarted)
    assert stop.recorded_ms == stop.at_ms - start.at_ms - (woke.at_ms - slept.at_ms)
    assert len(of(trace, e.ChunkRecorded)) == -(-stop.recorded_ms // 10_000)


def test_a_pause_that_was_to_begin_or_end_in_the_sleep_does_so_at_its_end() -> None:
    pause = ("recording.pause_at_ms=12000", "recording.pause_for_ms=3000")
    trace = ran("alarm", *pause, asleep(11_000, 2_000))
    assert of(trace, e.PauseStarted) == [e.PauseStarted(13_020)]
    assert of(trace, e.PauseEnded) == [e.PauseEnded(15_020)]
    assert of(trace, e.StopPressed)[0].recorded_ms == 11_000 + 13_000
    trace = ran("alarm", *pause, asleep(13_000, 4_000))
    assert of(trace, e.PauseEnded) == [e.PauseEnded(17_020)]
    assert of(trace, e.StopPressed)[0].recorded_ms == 12_000 + 11_000


def test_a_closed_tab_takes_the_sleep_and_what_was_held_with_it() -> None:
    both = (
        "faults=[{kind='laptop_asleep', offset_ms=9000, for_ms=5000},"
        " {kind='tab_closed', offset_ms=11000}]"
    )
    trace = ran("alarm", both)
    assert of(trace, e.ChunkRecorded, e.LaptopWoke) == []
    assert facts_of(trace).recorded_ms == 9_000


def test_a_page_that_is_reloaded_in_its_sleep_is_awake_when_it_is_there_again() -> None:
    both = (
        "faults=[{kind='laptop_asleep', offset_ms=11000, for_ms=50000},"
        " {kind='tab_reloaded', offset_ms=12000, for_ms=500}]"
    )
    trace = ran("alarm", "client.keeps_queue=true", both)
    assert sent(trace, "signal_stop") == [(12_520, -1, 0)]


def test_a_second_sleep_within_the_first_changes_nothing() -> None:
    twice = (
        "faults=[{kind='laptop_asleep', offset_ms=11000, for_ms=5000},"
        " {kind='laptop_asleep', offset_ms=12000, for_ms=50000}]"
    )
    assert ran("alarm", twice) == ran("alarm", asleep(11_000, 5_000))


# --- a tab that is frozen -------------------------------------------------------------------------


def test_a_frozen_tab_learns_of_an_answer_when_it_thaws() -> None:
    trace = ran("alarm", SLOW_PUT, frozen(11_000, 15_000))
    assert of(trace, e.TabFroze, e.TabThawed) == [e.TabFroze(11_020), e.TabThawed(26_020)]
    answered = [x.at_ms for x in of(trace, e.ResponseArrived) if x.method == "upload"]
    assert answered[0] == 10_020 + 10 + 12_000 + 10, "the request goes on; nobody reads the answer"
    assert of(trace, e.RequestFailed) == []
    assert of(trace, e.StopPressed) == [e.StopPressed(26_020, 11_000)]
    assert sent(trace)[:2] == [(10_020, 0, 0), (26_020, 1, 0)]


def test_the_body_of_a_frozen_tab_goes_on_draining() -> None:
    slow = ("uplink.kind=constant", "uplink.rate_kbps=1000")
    free, held = ran("alarm", *slow), ran("alarm", *slow, frozen(11_000, 60_000))
    assert of(held, e.BodyArrived)[0] == of(free, e.BodyArrived)[0]
    assert of(held, e.BodyArrived)[0].at_ms < 71_020


def test_a_timer_that_is_due_in_the_freeze_runs_when_it_ends() -> None:
    down = "{kind='network_down', offset_ms=9990, for_ms=1000}"
    both = f"faults=[{down}, {{kind='tab_frozen', offset_ms=11000, for_ms=4000}}]"
    assert sent(ran("alarm", both))[:2] == [(10_020, 0, 0), (15_020, 0, 1)]
    short = f"faults=[{down}, {{kind='tab_frozen', offset_ms=11000, for_ms=500}}]"
    assert sent(ran("alarm", short))[:2] == [(10_020, 0, 0), (12_020, 0, 1)]


def test_a_time_out_in_the_freeze_comes_after_an_answer_that_is_there() -> None:
    patient = ("client.request_timeout_ms=13000", SLOW_PUT, frozen(11_000, 30_000))
    assert of(ran("alarm", *patient), e.RequestFailed) == []
    hasty = ("client.request_timeout_ms=5000", SLOW_PUT)
    (failed, *_) = of(ran("alarm", *hasty, frozen(11_000, 8_000)), e.RequestFailed)
    assert failed == e.RequestFailed(19_020, "upload", 0, 0, "timed out")


def test_frozen_just_after_the_stop() -> None:
    """The queue waits behind the tab; designs that trust the stop alone are too early."""
    scenario = load_scenario(
        "everything-fast",
        [
            "uplink.kind=constant",
            "uplink.rate_kbps=1500",
            "faults=[{kind='tab_frozen', anchor='stop', offset_ms={low_ms=0, high_ms=10000},"
            " for_ms={distribution='uniform', low_ms=60000, high_ms=1800000}}]",
        ],
    )
    violated = {
        name: sum(
            type(check_all(one.facts, one.judge)["complete_at_finalization"]).__name__
            == "Violation"
            for session in range(20)
            for one in [simulate(scenario, load_design(name, scenario), 1, session)]
        )
        for name in ("alarm", "lazy-alarm")
    }
    assert violated["alarm"] >= 8
    assert violated["lazy-alarm"] == 0


# --- timers that are throttled --------------------------------------------------------------------


def throttled(offset_ms: int, for_ms: int, minute_after_ms: int = 300_000) -> str:
    settings = f"for_ms={for_ms}, minute_after_ms={minute_after_ms}"
    return f"{{kind='tab_throttled', offset_ms={offset_ms}, {settings}}}"


DOWN = "{kind='network_down', offset_ms=9990, for_ms=5000}"


@pytest.mark.parametrize(
    ("fault", "retries"),
    [
        (throttled(0, 60_000), [13_000, 15_000, 17_000]),  # 2 s after 10,020, at a whole second
        (throttled(12_500, 60_000), [12_020, 15_000, 17_000]),
        (throttled(0, 12_300), [12_320, 14_320, 16_320]),  # and it runs as the tab comes to front
        (throttled(0, 90_000, minute_after_ms=0), [60_000]),
        (throttled(0, 90_000, minute_after_ms=14_000), [13_000, 60_000]),
        (throttled(0, 30_000, minute_after_ms=0), [30_020]),
    ],
)
def test_a_throttled_timer_waits_for_a_whole_second_and_later_for_a_whole_minute(
    fault: str, retries: list[int]
) -> None:
    trace = ran("alarm", f"faults=[{DOWN}, {fault}]")
    assert [at_ms for at_ms, chunk, n in sent(trace) if chunk == 0 and n > 0] == retries


def test_a_throttled_tab_sends_receives_and_records_as_before() -> None:
    free = ran("lazy-alarm", "client.retry_jitter=0")
    slow = ran("lazy-alarm", "client.retry_jitter=0", f"faults=[{throttled(0, 600_000)}]")
    kinds = (e.RequestSent, e.ResponseArrived, e.ChunkRecorded, e.StopPressed, e.StateWritten)
    assert of(slow, *kinds) == of(free, *kinds)


def test_a_poll_is_stretched_and_nothing_else_changes() -> None:
    overrides = (SLOW_PUT, "recording.duration_ms=25000")
    free = ran("manual", *overrides)
    slow = ran("manual", *overrides, f"faults=[{throttled(0, 600_000, minute_after_ms=0)}]")
    assert sent(slow) == sent(free)
    ((late_ms, _, _),) = sent(slow, "finalize_session")
    assert late_ms % 60_000 == 0
    assert 0 <= late_ms - sent(free, "finalize_session")[0][0] < 60_000


# --- limits, files, sometimes -------------------------------------------------------------------


@pytest.mark.parametrize(("bytes_max", "status"), [(3_125_000, 200), (3_124_999, 413)])
def test_an_upload_over_the_limit_of_the_platform_is_answered_413(
    bytes_max: int, status: int
) -> None:
    trace = ran("alarm", f"platform.body_bytes_max={bytes_max}", "recording.duration_ms=10001")
    first = next(x for x in of(trace, e.ResponseArrived) if x.method == "upload")
    assert first.status == status
    assert [x.status for x in of(trace, e.HandlerEnded) if x.chunk == 0] == [200] * (status == 200)
    assert bool(facts_of(trace).refused) == (status == 413)


def test_a_streamed_body_over_the_limit_is_refused_before_it_has_come() -> None:
    slow = ("uplink.kind=constant", "uplink.rate_kbps=1000", "platform.body_bytes_max=1000000")
    trace = ran("alarm", *slow)
    assert of(trace, e.BodyArrived) == []
    assert of(trace, e.RequestTooLarge)[0] == e.RequestTooLarge(10_030, "upload", 0, 0, 3_125_000)
    buffered = ran("alarm", *slow, "network.body=buffered")
    assert of(buffered, e.RequestTooLarge)[0].at_ms == 10_020 + 25_000 + 10 + 8


def test_the_limit_is_that_of_the_deployed_plan() -> None:
    assert load_scenario("everything-fast").platform.body_bytes_max == 100_000_000


@pytest.mark.parametrize(
    "fault",
    [asleep(11_000, 5_000), frozen(11_000, 5_000), f"faults=[{DOWN}, {throttled(0, 60_000)}]"],
)
def test_a_schedule_with_a_standstill_is_read_back_and_replayed(fault: str, tmp_path: Path) -> None:
    scenario = quiet(fault)
    one, schedule = record(scenario, load_design("manual", scenario), 1)
    write_schedule(schedule, tmp_path / "s")
    assert replay(read_schedule(tmp_path / "s")).trace == one.trace


@pytest.mark.parametrize("kind", ["laptop_asleep", "tab_frozen"])
def test_a_standstill_can_be_explored(kind: str) -> None:
    fault = f"faults=[{{kind='{kind}', offset_ms={{low_ms=0, high_ms=10}}, for_ms=30}}]"
    found = explored("lazy-alarm", ["complete_at_finalization"], "chunks=1", fault)
    assert found.verdict == "proved"


def test_throttled_timers_cannot_be_explored() -> None:
    with pytest.raises(Exception, match=r"faults: 'tab_throttled'; allowed: "):
        explored("alarm", ["finalizes"], f"faults=[{throttled(0, 10)}]")
