"""The network: what is lost, delayed, sent twice or cut off, and who learns of it when."""

from __future__ import annotations

import pytest

from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from tests.support.worlds import ManualScheduler, of, quiet, run, spec_of
from tests.world.test_rules import Puts


def recording(*overrides: str) -> ManualScheduler:
    """A world at the instant at which its first chunk's upload has been sent."""
    scheduler = ManualScheduler(spec_of(Puts), quiet(*overrides))
    scheduler.at(10, "request", "create")
    scheduler.at(20, "response", "create")
    scheduler.at(10_020, "tick")
    return scheduler


def test_a_lost_request_never_arrives_and_fails_at_the_end_of_its_delay() -> None:
    scheduler = recording("network.request_loss=0.5")
    scheduler.at(10_030, "request", "upload", outcome="lost")
    trace = scheduler.world.trace
    assert of(trace, e.RequestLost) == [e.RequestLost(10_030, "upload", 0, 0)]
    assert of(trace, e.RequestFailed) == [e.RequestFailed(10_030, "upload", 0, 0, "request lost")]
    assert "sleep" in scheduler.kinds()
    scheduler.at(12_030, "sleep")
    assert of(trace, e.RequestSent)[-1] == e.RequestSent(12_030, "upload", 0, 1)


def test_an_error_may_be_seen_late() -> None:
    scheduler = recording("network.request_loss=0.5", "network.error_delay_ms=700")
    scheduler.at(10_030, "request", "upload", outcome="lost")
    assert of(scheduler.world.trace, e.RequestFailed) == []
    scheduler.at(10_730, "error", "upload")
    assert of(scheduler.world.trace, e.RequestFailed)[0].at_ms == 10_730


def test_a_lost_response_makes_the_client_send_what_is_stored() -> None:
    scheduler = recording("network.response_loss=0.5")
    scheduler.at(10_030, "request", "upload")
    scheduler.at(10_050, "blob")
    scheduler.at(10_060, "response", "upload", outcome="lost")
    scheduler.at(12_060, "sleep")
    scheduler.at(12_070, "request", "upload")
    scheduler.at(12_090, "blob")
    scheduler.at(12_100, "response", "upload", outcome="delivered")
    stored = [(x.at_ms, x.attempt) for x in of(scheduler.world.trace, e.BlobStored)]
    assert stored == [(10_050, 0), (12_090, 1)]
    assert of(scheduler.world.trace, e.ResponseLost) == [e.ResponseLost(10_060, "upload", 0, 0)]


def test_f11_a_lost_response_makes_the_count_grow_twice() -> None:
    lossy = ("network.response_loss=0.5", "network.stop_may_fail=false")
    traces = [run("everything-fast", "alarm", *lossy, seed=seed) for seed in range(8)]
    counts = [(facts_of(t).chunks_uploaded, len(facts_of(t).stored)) for t in traces]
    assert any(count > stored for count, stored in counts)


def test_a_duplicated_request_runs_twice_and_is_answered_once() -> None:
    scheduler = recording("network.request_duplication=0.5")
    scheduler.at(10_030, "request", "upload", outcome="duplicated")
    assert scheduler.world.trace[-3] == e.RequestArrived(10_030, "upload", 0, 0)
    scheduler.at(10_045, "request", "upload", 0, 0, 1, outcome="delivered")
    scheduler.at(10_050, "blob", "upload", 0, 0, 0)
    scheduler.at(10_060, "response", "upload")
    scheduler.at(10_065, "blob", "upload", 0, 0, 1)
    assert len(of(scheduler.world.trace, e.HandlerEnded)) == 3
    assert len(of(scheduler.world.trace, e.ResponseArrived)) == 2
    assert "response" not in scheduler.kinds()


def test_a_disconnect_cuts_off_requests_and_spares_handlers() -> None:
    scheduler = recording()
    scheduler.world.network.disconnect(stays_down=False)
    assert "request" not in scheduler.kinds()
    assert of(scheduler.world.trace, e.NetworkWentDown) == [e.NetworkWentDown(10_020, 1)]
    scheduler = recording()
    scheduler.at(10_030, "request", "upload")
    scheduler.world.network.disconnect(stays_down=False)
    assert "blob" in scheduler.kinds(), "R12: the handler goes on"
    scheduler.at(10_050, "blob")
    assert "response" not in scheduler.kinds()


def test_while_the_network_is_down_a_call_fails_at_once() -> None:
    scheduler = recording()
    scheduler.world.network.disconnect(stays_down=True)
    scheduler.at(12_020, "sleep")
    assert of(scheduler.world.trace, e.RequestFailed)[-1] == e.RequestFailed(
        12_020, "upload", 0, 1, "network down"
    )
    scheduler.world.network.comes_up()
    scheduler.at(14_020, "sleep")
    assert "request" in scheduler.kinds()


def test_failures_of_a_chunk_are_bounded() -> None:
    scheduler = recording("network.request_loss=0.5", "network.failures_per_chunk_max=1")
    (first,) = [item for key, item in scheduler.world.pending.items() if key[0] == "request"]
    assert dict(scheduler.world.choices(first)) == {"lost": 0.5, "delivered": 0.5}
    scheduler.at(10_030, "request", "upload", outcome="lost")
    scheduler.at(12_030, "sleep")
    (second,) = [item for key, item in scheduler.world.pending.items() if key[0] == "request"]
    assert scheduler.world.choices(second) == ()
    scheduler.world.network.disconnect(stays_down=False)
    assert of(scheduler.world.trace, e.NetworkWentDown)[-1].hit == 0


def test_a_stop_that_may_not_fail_is_left_alone() -> None:
    settings = (
        "network.request_loss=0.9",
        "network.stop_may_fail=false",
        "network.failures_per_chunk_max=2",
        "faults=[{kind='network_down', anchor='stop', offset_ms=5, for_ms=3000}]",
    )
    trace = run("everything-fast", "alarm", *settings)
    assert {x.method for x in of(trace, e.RequestFailed)} == {"upload"}
    assert facts_of(trace).final_completion_ms > 0


def test_a_lost_stop_leaves_the_session_to_the_long_alarm() -> None:
    fault = "faults=[{kind='network_down', anchor='stop', offset_ms=0, for_ms=8000}]"
    trace = run("everything-fast", "alarm", fault)
    assert len(of(trace, e.StopFlowFailed)) == 1
    facts = facts_of(trace)
    assert facts.final_completion_ms == facts.last_upload_ms + 600_000


@pytest.mark.parametrize("body", ["streamed", "buffered"])
def test_a_slow_body_is_a_suspended_handler_or_a_late_one(body: str) -> None:
    settings = ("uplink={kind='constant', rate_kbps=2400}", f"network.body='{body}'")
    trace = run("everything-fast", "alarm", *settings, "recording.duration_ms=35000")
    arrived = [x.at_ms for x in of(trace, e.RequestArrived) if x.method == "upload"]
    stored = [x.at_ms for x in of(trace, e.BlobStored)]
    sent_ms = [x.at_ms for x in of(trace, e.RequestSent) if x.method == "upload"]
    # 3,125,000 bytes are 2,084 packets; 200 packets a second.
    assert stored[0] == pytest.approx(sent_ms[0] + 10_420 + 25 + 30, abs=6)
    expected = sent_ms[0] + 25 if body == "streamed" else stored[0] - 30
    assert arrived[0] == expected


def test_parallel_uploads_share_the_uplink() -> None:
    alone = run("everything-fast", "alarm", "uplink={kind='constant', rate_kbps=2000}")
    shared = run(
        "everything-fast",
        "alarm",
        "uplink={kind='constant', rate_kbps=2000}",
        "client.uploads_parallel=4",
    )
    last = [max(x.at_ms for x in of(trace, e.BlobStored)) for trace in (alone, shared)]
    assert last[1] <= last[0], "no capacity is lost by sharing"
    assert last[1] > last[0] - 2_000, "and none is gained but the replies' time"


def test_faults_strike_at_their_anchor() -> None:
    for anchor, offset_ms, base in (("start", 7_000, "start"), ("stop", -3_000, "stop")):
        fault = f"faults=[{{kind='stray_stop', anchor='{anchor}', offset_ms={offset_ms}}}]"
        trace = run("everything-fast", "alarm", fault, "recording.duration_ms=25000")
        begin = of(trace, e.RecordingStarted)[0].at_ms
        expected = begin + offset_ms + (25_000 if base == "stop" else 0)
        assert of(trace, e.StrayStop)[0].at_ms == expected


def test_a_fault_strikes_as_often_as_it_says() -> None:
    fault = "faults=[{kind='stray_stop', offset_ms=7000, probability=0.3}]"
    struck = sum(
        bool(of(run("everything-fast", "alarm", fault, seed=seed), e.StrayStop))
        for seed in range(200)
    )
    assert 40 <= struck <= 80
