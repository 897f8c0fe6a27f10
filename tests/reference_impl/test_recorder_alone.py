"""The recorder's own decisions, effect by effect: what it sends, waits for, gives up and says.

No world is there: each answer is handed to the page's coroutine, and what it asks for next is
looked at. The deployed page ignores statuses; a page that looks treats 429 and 5xx as trouble that
passes, and any other 4xx as a refusal.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.reference_impl.contract import (
    Abandon,
    Chunk,
    Fetch,
    Log,
    NetworkError,
    Response,
    Sleep,
    StartRecorder,
    StopFlowError,
    WriteRow,
)
from lastchunk.reference_impl.manifest import ManifestDesign
from lastchunk.reference_impl.manual import ManualDesign, ManualSettings
from lastchunk.reference_impl.recorder import Recorder, RecorderSettings
from tests.reference_impl.test_recorder import recorder
from tests.support.by_hand_driver import steps

CHUNK = Chunk(3, 1_000)
PUT = Fetch("upload", (CHUNK,), 0)
BROKEN = NetworkError("broken")
LOOKS = {"looks_at_status": True, "retry_ms": 100}


@pytest.mark.parametrize("status", [200, 204, 399, 400, 403, 404, 429, 499, 500, 503])
def test_the_deployed_page_takes_every_status_for_success(status: int) -> None:
    assert steps(recorder().upload(CHUNK), Response(status)) == [PUT]


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (200, None),
        (399, None),
        (400, Abandon(CHUNK, "status 400")),
        (403, Abandon(CHUNK, "status 403")),
        (428, Abandon(CHUNK, "status 428")),
        (429, Sleep(100, 100)),
        (430, Abandon(CHUNK, "status 430")),
        (499, Abandon(CHUNK, "status 499")),
        (500, Sleep(100, 100)),
        (503, Sleep(100, 100)),
    ],
)
def test_a_page_that_looks_retries_what_passes_and_gives_up_what_does_not(
    status: int, then: Any
) -> None:
    found = steps(recorder(**LOOKS).upload(CHUNK), Response(status))
    assert found == ([PUT] if then is None else [PUT, then])


def test_a_chunk_is_sent_until_it_is_taken() -> None:
    answers = [BROKEN, None, Response(500), None, Response(429), None, Response(200)]
    found = steps(recorder(**LOOKS, retry_factor=2.0).upload(CHUNK), *answers)
    waits = [Sleep(wait_ms, wait_ms) for wait_ms in (100, 200, 400)]
    assert found == [PUT, waits[0], PUT, waits[1], PUT, waits[2], PUT]


@pytest.mark.parametrize(("retries_max", "sent"), [(0, 1), (1, 2), (3, 4)])
def test_the_last_reason_is_the_one_that_is_told(retries_max: int, sent: int) -> None:
    answers = [item for _ in range(sent - 1) for item in (BROKEN, None)]
    page = recorder(**LOOKS, retries_max=retries_max)
    found = steps(page.upload(CHUNK), *answers, Response(503), None)
    assert found.count(PUT) == sent
    assert found[-1] == Abandon(CHUNK, "status 503")
    found = steps(page.upload(CHUNK), *answers, BROKEN, None)
    assert found[-1] == Abandon(CHUNK, "network error")


def test_the_time_out_of_a_request_is_a_setting() -> None:
    assert steps(recorder(request_timeout_ms=700).upload(CHUNK)) == [Fetch("upload", (CHUNK,), 700)]


@given(
    failures=st.integers(0, 200),
    retry_ms=st.integers(0, 10_000),
    factor=st.floats(1.0, 3.0),
    most_ms=st.integers(0, 100_000),
    jitter=st.floats(0.0, 2.0),
)
def test_the_wait_grows_by_its_factor_up_to_the_most(
    failures: int, retry_ms: int, factor: float, most_ms: int, jitter: float
) -> None:
    settings = {"retry_ms": retry_ms, "retry_factor": factor, "retry_ms_max": most_ms}
    low_ms, high_ms = recorder(**settings, retry_jitter=jitter).back_off(failures)
    grown = retry_ms * factor ** min(failures, 64)
    expected = retry_ms if factor == 1.0 else min(round(grown), most_ms)
    assert low_ms == expected
    assert high_ms == low_ms + int(low_ms * jitter)


def test_a_constant_wait_knows_no_most() -> None:
    assert recorder(retry_ms=90_000, retry_ms_max=60_000).back_off(5) == (90_000, 90_000)


# --- start and queue ------------------------------------------------------------------------------


def test_a_recording_starts_once_the_session_is_there() -> None:
    row, create, again = WriteRow(0), Fetch("create"), Sleep(2_000, 2_000)
    page = recorder()
    assert steps(page.start(), None, Response(500), None) == [row, create, StartRecorder()]
    found = steps(recorder().start(), None, BROKEN, None, BROKEN, None, Response(200), None)
    assert found == [row, create, again, create, again, create, StartRecorder()]
    looks = recorder(looks_at_status=True)
    found = steps(looks.start(), None, Response(400), None, Response(399), None)
    assert found == [row, create, again, create, StartRecorder()]


@pytest.mark.parametrize("parallel", [1, 2, 3])
def test_so_many_uploads_are_under_way_and_the_rest_waits_in_order(parallel: int) -> None:
    page = recorder(uploads_parallel=parallel)
    tasks = [page.data_available(Chunk(index, 10)) for index in range(5)]
    first = [steps(task) for task in tasks]
    assert first == [[Fetch("upload", (Chunk(i, 10),))] if i < parallel else [] for i in range(5)]
    assert page.uploading == parallel
    assert [chunk.index for chunk in page.queue] == [*range(parallel, 5)]
    assert page.uploads_waiting() == 5
    sent = tasks[0].send(Response(200))
    assert sent == Fetch("upload", (Chunk(parallel, 10),)), "the oldest that waits is next"
    assert page.uploads_waiting() == 4


def test_a_queue_that_is_empty_again_takes_the_next_chunk_at_once() -> None:
    page = recorder()
    for index in range(3):
        task = page.data_available(Chunk(index, 10))
        assert steps(task, Response(200)) == [Fetch("upload", (Chunk(index, 10),))]
        assert (page.uploading, page.uploads_waiting()) == (0, 0)


def test_after_a_reload_the_kept_chunks_go_first_and_then_the_stop() -> None:
    said: list[str] = []

    async def stop_flow(page: Any) -> None:
        said.append(f"{page.uploads_waiting()} waiting")

    page = Recorder(recorder().browser, RecorderSettings(), stop_flow)
    kept = [Chunk(1, 10), Chunk(2, 10)]
    found = steps(page.resume(kept, 20_000), None, Response(200), Response(200))
    assert found == [WriteRow(20_000), *(Fetch("upload", (chunk,)) for chunk in kept)]
    assert said == ["0 waiting"]
    assert steps(page.resume([], 20_000), None) == [WriteRow(20_000)]
    assert said == ["0 waiting"] * 2


@pytest.mark.parametrize("error", [NetworkError("network down"), StopFlowError("too long")])
def test_a_stop_that_fails_is_said_on_the_console_and_passed_on(error: Exception) -> None:
    async def stop_flow(page: Any) -> None:
        raise error

    page = Recorder(recorder().browser, RecorderSettings(), stop_flow)
    task = page.stop()
    found = steps(task, 7_000, None)
    assert found[1:] == [WriteRow(7_000), Log(f"[Recording] Stop failed: {error}")]
    with pytest.raises(type(error)):
        task.send(None)


# --- stop flows -----------------------------------------------------------------------------------


def test_the_old_page_polls_its_own_memory() -> None:
    page = recorder()
    settings = ManualSettings(poll_ms=100, wait_ms_max=300)
    page.queue = [CHUNK]
    wait = Sleep(100, 100)
    task = ManualDesign.stop_flow(page, settings)
    assert steps(task, None, None) == [wait, wait, wait]
    page.queue = []
    assert task.send(None) == Fetch("finalize_session")
    assert steps(ManualDesign.stop_flow(page, settings)) == [Fetch("finalize_session")]


def test_the_old_page_gives_up_at_its_most_and_not_before() -> None:
    page = recorder()
    page.uploading = 1
    task = ManualDesign.stop_flow(page, ManualSettings(poll_ms=100, wait_ms_max=250))
    assert steps(task, None, None) == [Sleep(100, 100)] * 3
    with pytest.raises(StopFlowError, match="uploads still pending after 250 ms"):
        task.send(None)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_counted_stop_is_sent_until_it_is_answered(status: int) -> None:
    page = recorder(**LOOKS, retry_factor=2.0)
    stop = Fetch("signal_stop", (4,))
    task = ManifestDesign.stop_flow(page, ManifestDesign.Settings())
    found = steps(task, 4, BROKEN, None, Response(status), None, Response(399))
    assert found[1:] == [stop, Sleep(100, 100), stop, Sleep(200, 200), stop]


@pytest.mark.parametrize("status", [400, 404, 428, 430, 499])
def test_a_counted_stop_that_is_refused_is_given_up(status: int) -> None:
    task = ManifestDesign.stop_flow(recorder(**LOOKS), ManifestDesign.Settings())
    assert len(steps(task, 4)) == 2
    with pytest.raises(StopFlowError, match=f"the stop was answered {status}"):
        task.send(Response(status))
