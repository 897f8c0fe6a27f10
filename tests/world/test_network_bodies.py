"""Bodies on an uplink of one packet each 10 ms, and calls that are cut off on their way.

A chunk has ten packets here. It is sent at 10,020 ms, its ten opportunities are those from 10,030
to 10,120, each leg takes 10 ms and a put 20 ms.
"""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.simulate.manual_scheduler import ManualScheduler
from lastchunk.model.simulate.run import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.model.world.edge.uplink import ConstantUplink, SharedUplink
from tests.support.worlds import of, quiet

UPLINK = ("uplink={kind='constant', rate_kbps=1200}", "client.video_kbps=12")
BUFFERED = "network.body='buffered'"
FIRST = ("upload", 0, 0)


def ran(*overrides: str, until_ms: int = 0) -> list[e.Event]:
    """The trace of a session, or of its beginning."""
    limits = [f"limits.horizon_ms={until_ms}"] if until_ms else []
    scenario = quiet(*UPLINK, *overrides, *limits)
    return simulate(scenario, load_design("alarm", scenario), 1).trace


def fault(kind: str, offset_ms: int, rest: str = "") -> str:
    """One fault, so many ms after 20 ms."""
    return f"faults=[{{kind='{kind}', offset_ms={offset_ms}{rest}}}]"


def times(trace: list[e.Event], kind: type[e.Event], chunk: int = 0) -> list[int]:
    """When events of a chunk came."""
    return [x.at_ms for x in of(trace, kind) if getattr(x, "chunk", chunk) == chunk]


def test_a_streamed_body_reaches_a_handler_that_waits_for_it() -> None:
    trace = ran(until_ms=11_000)
    assert times(trace, e.RequestSent) == [10_020]
    assert times(trace, e.HandlerStarted) == times(trace, e.BlobPutStarted) == [10_030]
    assert times(trace, e.BodyArrived) == [10_130]
    assert times(trace, e.BlobStored) == [10_150]
    assert times(trace, e.ResponseArrived) == [10_160]


def test_a_buffered_body_is_there_when_the_handler_starts() -> None:
    trace = ran(BUFFERED, until_ms=11_000)
    assert times(trace, e.HandlerStarted) == times(trace, e.BlobPutStarted) == [10_130]
    assert times(trace, e.BodyArrived) == []
    assert times(trace, e.BlobStored) == [10_150]


@pytest.mark.parametrize(
    ("name", "settings", "at_ms", "reason"),
    [
        ("disconnect", (fault("network_down", 10_080, ", for_ms=0"),), 10_100, "disconnected"),
        ("time-out", ("client.request_timeout_ms=80",), 10_100, "timed out"),
        ("tab", (fault("tab_closed", 10_080),), 10_100, "tab closed"),
    ],
)
def test_a_body_that_breaks_off_is_never_stored(
    name: str, settings: tuple[str, ...], at_ms: int, reason: str
) -> None:
    streamed = ran(*settings, until_ms=12_000)
    assert of(streamed, e.RequestFailed) == [e.RequestFailed(at_ms, *FIRST, reason)]
    assert of(streamed, e.BlobPutBroken) == [e.BlobPutBroken(at_ms, 0, 0)]
    ended = [x for x in of(streamed, e.HandlerEnded) if x.method == "upload"]
    assert ended == [e.HandlerEnded(at_ms, *FIRST, 500)]
    assert of(streamed, e.BodyArrived, e.BlobStored) == []
    buffered = ran(BUFFERED, *settings, until_ms=12_000)
    assert of(buffered, e.RequestFailed) == [e.RequestFailed(at_ms, *FIRST, reason)]
    assert [x for x in of(buffered, e.HandlerStarted) if x.method == "upload"] == []
    if name == "tab":
        for trace in (streamed, buffered):
            assert of(trace, e.TabClosed)[0].in_tab == (0,), "no whole upload has arrived"


def test_the_end_of_a_body_under_way_is_lost_with_the_call() -> None:
    # Its last byte left at 10,120 and would arrive at 10,130.
    trace = ran(fault("network_down", 10_105, ", for_ms=0"), until_ms=12_100)
    assert of(trace, e.BlobPutBroken) == [e.BlobPutBroken(10_125, 0, 0)]
    assert of(trace, e.BodyArrived) == []
    late = ran(fault("network_down", 10_115, ", for_ms=0"), until_ms=12_100)
    assert of(late, e.BlobPutBroken) == []
    assert times(late, e.BlobStored) == [10_150], "R12: it was whole, and the handler goes on"


def test_a_call_that_was_cut_leaves_the_uplink_to_the_others() -> None:
    settings = ("client.uploads_parallel=2", "client.chunk_ms=50", "client.video_kbps=2400")
    # Chunks of ten packets each 50 ms from 70 ms on; the first is cut off at 95.
    trace = ran(*settings, "client.request_timeout_ms=25", "client.retries_max=0", until_ms=145)
    assert [x.at_ms for x in of(trace, e.RequestFailed)] == [95, 145]
    alone = ran(*settings, until_ms=400)
    assert times(alone, e.BodyArrived, 0) == [70 + 10 + 140], "five alone, then every other one"


def test_an_answer_that_comes_before_the_body_ends_it() -> None:
    # A stray stop at 1 s: the session is completed at 6,030 and refuses the upload on sight.
    trace = ran(fault("stray_stop", 1_000), until_ms=20_000)
    assert of(trace, e.ResponseArrived)[-1] == e.ResponseArrived(10_040, *FIRST, 403)
    assert of(trace, e.BodyArrived, e.BlobPutBroken) == []


def test_a_lost_request_stops_its_body_and_is_sent_again() -> None:
    lossy = ("network.request_loss=1.0", "network.failures_per_chunk_max=1")
    trace = ran(*lossy, "network.stop_may_fail=false", until_ms=12_300)
    assert of(trace, e.RequestLost)[0] == e.RequestLost(10_030, *FIRST)
    assert times(trace, e.RequestSent) == [10_020, 12_030]
    assert times(trace, e.BodyArrived) == [12_140], "ten opportunities after it, none shared"


def test_a_body_ends_with_the_process_that_takes_it() -> None:
    trace = ran(fault("process_killed", 10_080, ", for_ms=500"), until_ms=13_000)
    assert of(trace, e.RequestFailed) == [e.RequestFailed(10_100, *FIRST, "object gone")]
    # Sent again at 12,100, alone on the uplink: ten opportunities from 12,110 on.
    assert [(x.at_ms, x.attempt) for x in of(trace, e.BodyArrived)] == [(12_210, 1)]
    assert times(trace, e.BlobStored) == [12_230]
    assert of(trace, e.BlobPutBroken) == [], "there is no code left that it could break for"


def test_a_body_whose_handler_was_reset_is_stored_by_nobody() -> None:
    trace = ran(fault("instance_lost", 10_080), until_ms=13_000)
    # The answer, 500, reaches the page at 10,110 and the body ends there.
    assert of(trace, e.ResponseArrived)[-1] == e.ResponseArrived(10_110, *FIRST, 500)
    assert of(trace, e.BodyArrived, e.BlobStored, e.BlobPutBroken) == []


def test_two_copies_of_a_request_share_one_body() -> None:
    scenario = quiet(*UPLINK)
    uplink = SharedUplink(ConstantUplink(1_200))
    scheduler = ManualScheduler(load_design("alarm", scenario), scenario, 25_000, uplink=uplink)
    scheduler.decide("duplicated", "request", "upload")
    scheduler.until(11_000)
    trace = scheduler.world.trace
    assert times(trace, e.HandlerStarted) == [10_030, 10_040]
    assert times(trace, e.BlobStored) == [10_150, 10_150]
    assert times(trace, e.ResponseArrived) == [10_160], "one of the two answers is heard"


def test_a_copy_that_comes_after_the_body_waits_for_nothing() -> None:
    scenario = quiet(*UPLINK)
    uplink = SharedUplink(ConstantUplink(1_200))
    scheduler = ManualScheduler(load_design("alarm", scenario), scenario, 25_000, uplink=uplink)
    scheduler.decide("duplicated", "request", "upload")
    scheduler.until(10_035)
    copy = scheduler.world.pending.pop(("request", *FIRST, 1))
    scheduler.until(10_200)
    scheduler.world.add(copy)
    scheduler.at(10_200, "request", *FIRST, 1)
    scheduler.until(10_300)
    assert times(scheduler.world.trace, e.BlobStored) == [10_150, 10_220]


# --- bounds and exceptions ------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 3])
def test_a_chunk_fails_no_more_often_than_its_bound(most: int) -> None:
    settings = ("network.request_loss=1.0", f"network.failures_per_chunk_max={most}")
    trace = ran(*settings, "network.stop_may_fail=false")
    for chunk in range(3):
        assert len(times(trace, e.RequestLost, chunk)) == most
        assert len(times(trace, e.RequestSent, chunk)) == most + 1
    assert facts_of(trace).stored.keys() == {0, 1, 2}


def test_a_call_that_was_cut_has_failed_once() -> None:
    settings = (
        "network.response_loss=1.0",
        "network.failures_per_chunk_max=2",
        "network.stop_may_fail=false",
        fault("network_down", 10_080, ", for_ms=0"),
    )
    trace = ran(*settings, until_ms=19_000)
    # One failure by the disconnect at 10,100, so one lost answer is left, and the third is heard.
    assert times(trace, e.RequestSent) == [10_020, 12_100, 14_240]
    assert times(trace, e.ResponseLost) == [12_240]
    assert len(times(trace, e.ResponseArrived)) == 1


def test_while_the_network_is_down_a_stop_that_may_not_fail_passes() -> None:
    down = fault("network_down", 24_000, ", for_ms=5000")
    trace = ran(down, "network.stop_may_fail=false")
    stops = [x for x in of(trace, e.ResponseArrived) if x.method == "signal_stop"]
    assert [x.at_ms for x in stops] == [25_040]
    assert [x.at_ms for x in of(trace, e.RequestFailed)] == [25_020, 27_020]
    assert of(trace, e.NetworkCameUp) == [e.NetworkCameUp(29_020)]


def test_one_failure_is_told_once_whatever_else_would_end_the_call() -> None:
    settings = (
        "network.request_loss=1.0",
        "network.error_delay_ms=300",
        "client.request_timeout_ms=500",
        "client.retries_max=0",
        "network.stop_may_fail=false",
    )
    trace = ran(*settings, BUFFERED)
    failed = of(trace, e.RequestFailed)
    assert [x.reason for x in failed] == ["request lost"] * 3
    assert failed[0].at_ms == 10_020 + 100 + 10 + 300
    sooner = ran(*settings, BUFFERED, "client.request_timeout_ms=350")
    assert [x.reason for x in of(sooner, e.RequestFailed)] == ["timed out"] * 3
    assert of(sooner, e.RequestFailed)[0].at_ms == 10_370


def test_nothing_is_left_of_a_call_that_has_ended() -> None:
    long = "client.request_timeout_ms=900000"
    for settings in ((), ("network.request_loss=1.0", "network.failures_per_chunk_max=1")):
        ends = [ran(*settings, *more)[-1].at_ms for more in ((), (long,))]
        assert ends[0] == ends[1], "a time-out that is over holds no run up"


def test_an_answered_call_does_not_time_out() -> None:
    trace = ran("client.request_timeout_ms=141")
    assert of(trace, e.RequestFailed) == []
    assert len(times(trace, e.RequestSent, 0)) == 1
