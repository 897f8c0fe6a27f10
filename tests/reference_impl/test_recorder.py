"""The recorder client and its host: chunks, queue, retries, time-outs, sleep and pause."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from lastchunk.model.scenario.schema import Client
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.model.world.edge import lifecycle
from lastchunk.reference_impl.contract import Browser
from lastchunk.reference_impl.recorder import Recorder, RecorderSettings
from tests.support.probes import Probe
from tests.support.worlds import ManualScheduler, of, quiet, run, spec_of


def recorder(**settings: object) -> Recorder:
    async def stop_flow(page: object) -> None:
        """Nothing."""

    return Recorder(Browser(), RecorderSettings(**settings), stop_flow)  # type: ignore[arg-type]


def sent(trace: list[e.Event], chunk: int) -> list[int]:
    """When the attempts of a chunk were sent."""
    return [x.at_ms for x in of(trace, e.RequestSent) if (x.method, x.chunk) == ("upload", chunk)]


@pytest.mark.parametrize(
    ("duration_ms", "sizes"),
    [
        (25_000, [3_125_000, 3_125_000, 1_562_500]),
        (20_000, [3_125_000, 3_125_000]),
        (10_001, [3_125_000, 312]),
        (4_000, [1_250_000]),
    ],
)
def test_chunks_come_by_bit_rate_and_the_last_is_the_rest(
    duration_ms: int, sizes: list[int]
) -> None:
    trace = run("everything-fast", "alarm", f"recording.duration_ms={duration_ms}")
    assert [x.size_bytes for x in of(trace, e.ChunkRecorded)] == sizes
    assert of(trace, e.StopPressed)[0].recorded_ms == duration_ms


def test_the_last_chunk_comes_after_the_stop_flow_has_begun_or_before() -> None:
    for order, before in (("after_stop", False), ("before_stop", True)):
        trace = run("everything-fast", "alarm", f"client.last_chunk='{order}'")
        chunk = trace.index(of(trace, e.ChunkRecorded)[-1])
        (signal,) = [x for x in of(trace, e.RequestSent) if x.method == "signal_stop"]
        assert (chunk < trace.index(signal)) is before
    late = run("everything-fast", "alarm", "client.last_chunk_delay_ms=40")
    assert of(late, e.ChunkRecorded)[-1].at_ms == of(late, e.StopPressed)[0].at_ms + 40


def test_uploads_are_serial_or_as_parallel_as_allowed() -> None:
    for parallel in (1, 2, 3):
        trace = run(
            "everything-fast",
            "alarm",
            "network.request_delay_ms=29000",
            "network.stop_delay_ms=10",
            "recording.duration_ms=60000",
            f"client.uploads_parallel={parallel}",
        )
        under_way = most = 0
        for event in trace:
            if isinstance(event, e.RequestSent | e.ResponseArrived) and event.method == "upload":
                under_way += 1 if isinstance(event, e.RequestSent) else -1
                most = max(most, under_way)
        assert most == parallel


def test_a_network_error_is_retried_every_two_seconds_for_ever() -> None:
    down = "faults=[{kind='network_down', offset_ms=9000, for_ms=60000}]"
    trace = run("everything-fast", "alarm", down, "recording.duration_ms=15000")
    times = sent(trace, 0)
    assert len(times) == 31
    assert {b - a for a, b in pairwise(times)} == {2_000}
    assert facts_of(trace).stored.keys() == {0, 1}


@pytest.mark.parametrize(
    ("settings", "waits"),
    [
        ({}, [(2_000, 2_000)] * 4),
        (
            {"retry_factor": 2.0, "retry_ms_max": 9_000},
            [(2_000, 2_000), (4_000, 4_000), (8_000, 8_000), (9_000, 9_000)],
        ),
        ({"retry_jitter": 0.25}, [(2_000, 2_500)] * 4),
        (
            {"retry_ms": 100, "retry_factor": 3.0, "retry_jitter": 1.0},
            [(100, 200), (300, 600), (900, 1_800), (2_700, 5_400)],
        ),
    ],
)
def test_back_off(settings: dict[str, object], waits: list[tuple[int, int]]) -> None:
    page = recorder(**settings)
    assert [page.back_off(failures) for failures in range(4)] == waits
    assert page.back_off(10**6)[0] <= 60_000


def test_jitter_is_the_schedulers() -> None:
    settings = (
        "client.retry_jitter=1.0",
        "client.retry_ms=1000",
        "faults=[{kind='network_down', offset_ms=9000, for_ms=30000}]",
        "recording.duration_ms=15000",
    )
    times = sent(run("everything-fast", "alarm", *settings), 0)
    gaps = [b - a for a, b in pairwise(times)]
    assert min(gaps) >= 1_000
    assert max(gaps) <= 2_000
    assert len(set(gaps)) > len(gaps) // 2


def test_a_retry_limit_gives_the_chunk_up_and_goes_on() -> None:
    settings = (
        "client.retries_max=3",
        "client.retry_ms=500",
        "faults=[{kind='network_down', offset_ms=9000, for_ms=8000}]",
        "recording.duration_ms=25000",
    )
    trace = run("everything-fast", "alarm", *settings)
    assert len(sent(trace, 0)) == 4
    assert of(trace, e.UploadAbandoned) == [
        e.UploadAbandoned(of(trace, e.ChunkRecorded)[0].at_ms + 1_500, 0, "network error")
    ]
    assert facts_of(trace).stored.keys() == {1, 2}


@pytest.mark.parametrize("looks", [False, True])
def test_a_refusal_is_silent_unless_the_client_looks(looks: bool) -> None:
    settings = (f"client.looks_at_status={str(looks).lower()}", "recording.pause_at_ms=15000")
    trace = run("everything-fast", "alarm", *settings, "recording.pause_for_ms=720000")
    refused = facts_of(trace).refused
    assert len(refused) >= 2
    abandoned = [x.reason for x in of(trace, e.UploadAbandoned)]
    assert abandoned == (["status 403"] * len(refused) if looks else [])


def test_a_client_that_looks_retries_a_server_error() -> None:
    settings = (
        "uplink={kind='constant', rate_kbps=5000}",
        "recording.duration_ms=15000",
        "client.looks_at_status=true",
        "faults=[{kind='network_down', offset_ms=12000, for_ms=0}]",
    )
    trace = run("everything-fast", "alarm", *settings)
    assert len(sent(trace, 0)) == 2, "the broken body was answered to nobody, and sent again"
    assert len(of(trace, e.BlobPutBroken)) == 1
    assert facts_of(trace).stored.keys() == {0, 1}


def test_a_time_out_breaks_the_call_off_and_sends_it_again() -> None:
    settings = (
        "client.request_timeout_ms=300",
        "network.request_delay_ms=1000",
        "network.stop_delay_ms=5",
        "client.retries_max=1",
        "recording.duration_ms=15000",
    )
    trace = run("everything-fast", "alarm", *settings)
    failed = of(trace, e.RequestFailed)
    assert {x.reason for x in failed} == {"timed out"}
    assert [x.at_ms - t for x, t in zip(failed, sent(trace, 0) + sent(trace, 1), strict=True)] == [
        300
    ] * 4
    assert facts_of(trace).stored == {}
    assert not [x for x in of(trace, e.RequestArrived) if x.method == "upload"]


def test_the_list_has_the_row_from_the_start_and_the_duration_at_stop() -> None:
    trace = run("everything-fast", "alarm", "recording.duration_ms=25000")
    rows = of(trace, e.RowWritten)
    assert [row.duration_ms for row in rows] == [0, 25_000]
    assert rows[0].at_ms == 0
    assert rows[1].at_ms == of(trace, e.StopPressed)[0].at_ms


def test_the_console_says_what_the_new_flow_says() -> None:
    assert [x.line for x in of(run("everything-fast", "alarm"), e.ConsoleLine)] == [
        "[Recording] Signaling stop to Durable Object...",
        "[Recording] Stop signal sent. Session will auto-finalize after pending uploads.",
    ]


def test_the_wait_loop_polls_each_100_ms_and_gives_up_after_30_s() -> None:
    slow = "uplink={kind='constant', rate_kbps=100}"
    trace = run("everything-fast", "manual", slow, "recording.duration_ms=25000")
    (failed,) = of(trace, e.StopFlowFailed)
    assert failed.at_ms - of(trace, e.StopPressed)[0].at_ms == 30_000
    assert facts_of(trace).completions == []
    waits = run(
        "everything-fast", "manual", "blobs.put_delay_ms=7013", "recording.duration_ms=25000"
    )
    stop_ms = of(waits, e.StopPressed)[0].at_ms
    (finalize,) = [x for x in of(waits, e.RequestSent) if x.method == "finalize_session"]
    last_ack = max(x.at_ms for x in of(waits, e.ResponseArrived) if x.method == "upload")
    assert 0 <= finalize.at_ms - last_ack < 100
    assert (finalize.at_ms - stop_ms) % 100 == 0


def test_a_pause_stands_still_and_does_not_count() -> None:
    settings = ("recording.pause_at_ms=15000", "recording.pause_for_ms=7000")
    trace = run("everything-fast", "alarm", *settings, "recording.duration_ms=25000")
    times = [x.at_ms - 50 for x in of(trace, e.ChunkRecorded)]
    assert times == [10_000, 27_000, 32_000]
    assert of(trace, e.StopPressed)[0].recorded_ms == 25_000


def test_a_closed_tab_sends_nothing_more() -> None:
    scheduler = ManualScheduler(spec_of(Probe), quiet())
    scheduler.at(10, "request", "create")
    scheduler.at(20, "response", "create")
    scheduler.at(10_020, "tick")
    lifecycle.close(scheduler.world.client)
    lifecycle.close(scheduler.world.client)
    assert of(scheduler.world.trace, e.TabClosed) == [e.TabClosed(10_020, (0,))]
    assert scheduler.kinds() == []


def test_every_habit_is_a_setting_of_a_scenario() -> None:
    assert set(Client.model_fields) == {x.name for x in dataclasses.fields(RecorderSettings)}
