"""Each *sometimes* property: met at the first event that its sentence speaks of, and by no other.

Such a property keeps a green verdict from resting on nothing. One that is met too easily would do
the reverse, so each has near misses beside it.
"""

from __future__ import annotations

import pytest

from lastchunk.model.properties import SOMETIMES
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of

Trace = list[e.Event]
RECORDED = e.ChunkRecorded(10_010, 0, 10)
STOP_RAN = e.HandlerStarted(20_000, "signal_stop", -1, 0)


def seen(*trace: e.Event) -> dict[str, int]:
    """The *sometimes* properties that a trace meets, and when first."""
    return facts_of(trace).seen


MET: dict[str, tuple[Trace, int]] = {
    "upload_ended_after_stop": ([e.StopPressed(0, 0), e.BlobStored(5, 0, 0)], 5),
    "chunk_arrived_after_stop": ([STOP_RAN, e.RequestArrived(20_000, "upload", 1, 0)], 20_000),
    "retry_happened": ([e.RequestSent(7, "upload", 0, 1)], 7),
    "alarm_inside_upload": ([e.AlarmStarted(7, 7, 1)], 7),
    "disconnect_struck": ([e.NetworkWentDown(7, 1)], 7),
    "uploads_overlapped": (
        [e.HandlerStarted(5, "upload", 0, 0), e.HandlerStarted(7, "upload", 1, 0)],
        7,
    ),
    "response_lost": ([e.ResponseLost(7, "upload", 0, 0)], 7),
    "request_duplicated": ([e.RequestDuplicated(7, "upload", 0, 0)], 7),
    "tab_closed": ([e.TabClosed(7, ())], 7),
    "tab_reopened": ([e.TabReopened(7, 0)], 7),
    "laptop_slept": ([e.LaptopSlept(7)], 7),
    "code_threw": ([e.CodeThrew(7, "upload", 0, 0, "KeyError: 'x'")], 7),
    "tab_frozen": ([e.TabFroze(7)], 7),
    "tab_throttled": ([e.TabThrottled(7)], 7),
    "long_pause": ([RECORDED, e.ChunkRecorded(610_011, 1, 10)], 610_011),
    "stray_stop": ([e.StrayStop(7)], 7),
    "stop_overtook_upload": ([RECORDED, STOP_RAN], 20_000),
    "stop_repeated": ([STOP_RAN, STOP_RAN._replace(at_ms=20_001, attempt=1)], 20_001),
    "platform_trouble": ([e.TroubleBegan(7, "alarm_late")], 7),
    "instance_lost": ([e.InstanceLost(7, 0, "reset")], 7),
    "upload_lost_with_instance": ([e.HandlerLost(7, "upload", 0, 0)], 7),
    "process_killed": ([e.ProcessKilled(7)], 7),
    "commit_failed": ([e.CommitFailed(7, 1, 0)], 7),
    "blob_put_failed": ([e.BlobPutFailed(7, 0, 0, 500)], 7),
    "alarm_failed": ([e.AlarmFailed(7, 7, 1, "no luck")], 7),
    "alarm_repeated": ([e.AlarmStarted(5, 5, 0), e.AlarmStarted(7, 5, 0)], 7),
    "alarm_dropped": ([e.AlarmDropped(7, 5)], 7),
    "stale_delivery": ([e.StaleDelivery(7, 5, 9)], 7),
    "notification_repeated": ([e.Notified(5, "key"), e.Notified(7, "key")], 7),
    "refused": ([e.HandlerEnded(7, "upload", 0, 0, 403)], 7),
    "reopened": (
        [e.StateWritten(5, "completed", 0, ""), e.StateWritten(7, "active", 0, "completed")],
        7,
    ),
}

NEAR_MISSES: dict[str, list[Trace]] = {
    "upload_ended_after_stop": [[e.BlobStored(5, 0, 0), e.StopPressed(5, 0)]],
    "chunk_arrived_after_stop": [
        [e.RequestArrived(19_999, "upload", 1, 0), STOP_RAN],
        [STOP_RAN, e.RequestArrived(20_000, "create", -1, 0)],
        [e.StopPressed(0, 0), e.RequestArrived(5, "upload", 1, 0)],
    ],
    "retry_happened": [
        [e.RequestSent(7, "upload", 0, 0), e.RequestSent(8, "upload", 1, 0)],
        [e.RequestSent(7, "create", -1, 1)],
    ],
    "alarm_inside_upload": [[e.AlarmStarted(7, 7, 0)]],
    "disconnect_struck": [[e.NetworkWentDown(7, 0)]],
    "uploads_overlapped": [
        [
            e.HandlerStarted(5, "upload", 0, 0),
            e.HandlerEnded(6, "upload", 0, 0, 200),
            e.HandlerStarted(6, "upload", 1, 0),
        ],
        [
            e.HandlerStarted(5, "upload", 0, 0),
            e.HandlerLost(6, "upload", 0, 0),
            e.HandlerStarted(6, "upload", 1, 0),
        ],
        [e.HandlerStarted(5, "upload", 0, 0), e.HandlerStarted(6, "create", -1, 0)],
        [
            e.HandlerStarted(5, "upload", 0, 0),
            e.HandlerStarted(6, "create", -1, 0),
            e.HandlerLost(7, "create", -1, 0),
        ],
    ],
    "long_pause": [
        [RECORDED, e.ChunkRecorded(610_010, 1, 10)],
        [RECORDED, e.StopPressed(600_000, 0), e.ChunkRecorded(610_011, 1, 10)],
        [e.ChunkRecorded(700_000, 0, 10)],
    ],
    "stop_overtook_upload": [
        [STOP_RAN, RECORDED],
        [RECORDED, e.BlobStored(10_050, 0, 0), STOP_RAN],
        [RECORDED, e.TabClosed(10_050, (0,)), STOP_RAN],
        [RECORDED, e.HandlerStarted(20_000, "create", -1, 0)],
    ],
    "stop_repeated": [[STOP_RAN, e.HandlerStarted(20_001, "create", -1, 0)]],
    "upload_lost_with_instance": [[e.HandlerLost(7, "signal_stop", -1, 0)]],
    "alarm_repeated": [[e.AlarmStarted(5, 5, 0), e.AlarmStarted(7, 6, 0)]],
    "notification_repeated": [[e.Notified(5, "key"), e.Notified(7, "other")]],
    "refused": [
        [e.HandlerEnded(7, "upload", 0, 0, 500)],
        [e.HandlerEnded(7, "signal_stop", -1, 0, 403)],
    ],
    "reopened": [
        [e.StateWritten(5, "completed", 0, ""), e.StateWritten(7, "completed", 0, "completed")],
        [e.StateWritten(5, "incomplete", 0, ""), e.StateWritten(7, "active", 0, "incomplete")],
    ],
}


def test_every_property_stands_in_the_table() -> None:
    assert MET.keys() == SOMETIMES.keys()
    assert NEAR_MISSES.keys() <= SOMETIMES.keys()


@pytest.mark.parametrize("slug", SOMETIMES)
def test_it_is_met_at_its_instant_and_the_first_time_counts(slug: str) -> None:
    trace, at_ms = MET[slug]
    assert seen(*trace)[slug] == at_ms
    later = [event._replace(at_ms=event.at_ms + 10**6) for event in trace]
    assert seen(*trace, *later)[slug] == at_ms


@pytest.mark.parametrize(
    ("slug", "trace"),
    [(slug, trace) for slug, traces in NEAR_MISSES.items() for trace in traces],
)
def test_a_near_miss_is_none(slug: str, trace: Trace) -> None:
    assert slug not in seen(*trace)


def test_it_may_be_met_at_time_zero() -> None:
    assert seen(e.StopPressed(0, 0), e.BlobStored(0, 0, 0)) == {"upload_ended_after_stop": 0}
    stop = STOP_RAN._replace(at_ms=0)
    assert "chunk_arrived_after_stop" in seen(stop, e.RequestArrived(0, "upload", 0, 0))
    assert "long_pause" in seen(RECORDED._replace(at_ms=0), e.ChunkRecorded(600_001, 1, 10))
    assert "long_pause" not in seen(RECORDED._replace(at_ms=0), e.ChunkRecorded(600_000, 1, 10))
