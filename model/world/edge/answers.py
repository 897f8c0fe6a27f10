"""What the browser answers to the page's code: requests, timers, the MediaRecorder, the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Between, Pending
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.reference_impl.contract import (
    Abandon,
    Fetch,
    LastChunk,
    Log,
    NetworkError,
    Sleep,
    StartRecorder,
    StopRecorder,
    WriteRow,
)

if TYPE_CHECKING:
    from lastchunk.model.world.edge.client import ClientHost

TICK = ("tick",)
SUSPENDED = object()
"""The answer comes later."""


def _fetch(page: ClientHost, task: TaskId, effect: Fetch) -> Any:
    effect = crossing.fetch(page.program, task, effect)
    failure = page.world.network.send(task, effect)
    if failure is not None:
        return NetworkError(failure)
    if effect.method == "upload" and effect.arguments[0].index == page.last_index:
        page.world.last_upload_sent()
    return SUSPENDED


def _sleep(page: ClientHost, task: TaskId, effect: Sleep) -> Any:
    low_ms, high_ms = crossing.sleep(page.program, task, effect)
    if low_ms == high_ms:
        page.world.add(Pending(("sleep", *task), low_ms, payload=task))
    else:
        page.sleeps += 1
        spread = Between(low_ms, high_ms)
        stream = ("client wait", page.sleeps)
        page.world.add(Pending(("sleep", *task), spread, stream, task))
    return SUSPENDED


def _log(page: ClientHost, task: TaskId, effect: Log) -> None:
    line = crossing.text(page.program, task, effect.line, "logs")
    page.world.trace.append(e.ConsoleLine(page.world.now_ms, line))


def _abandon(page: ClientHost, task: TaskId, effect: Abandon) -> None:
    chunk = crossing.chunk(page.program, task, effect.chunk, "abandons {!r}")
    reason = crossing.text(page.program, task, effect.reason, "abandons a chunk for")
    page.world.trace.append(e.UploadAbandoned(page.world.now_ms, chunk.index, reason))


def _write_row(page: ClientHost, task: TaskId, effect: WriteRow) -> None:
    if type(effect.duration_ms) is int and effect.duration_ms < 0:
        what = f"writes a row of {effect.duration_ms} ms"
        raise crossing.misused(page.program, task, what, "the recorded ms, 0 at the beginning")
    page.world.trace.append(e.RowWritten(page.world.now_ms, effect.duration_ms))


def _start_recorder(page: ClientHost, task: TaskId, effect: StartRecorder) -> None:
    if page.is_started:
        what = "starts a recorder that has been started"
        raise crossing.misused(page.program, task, what, "start_recorder() once")
    page.is_started = True
    if page.world.scenario.recording.chunks is not None:
        page.hand_out_chunks()
        return
    page.started_ms = page.world.now_ms
    page.world.trace.append(e.RecordingStarted(page.world.now_ms))
    page.world.recording_started()
    page.plan_tick()


def _stop_recorder(page: ClientHost, task: TaskId, effect: StopRecorder) -> int:
    if page.is_stopped:
        what = "stops a recorder that does not run"
        raise crossing.misused(page.program, task, what, "stop_recorder() once")
    page.is_stopped = True
    page.world.cancel(TICK)
    if page.started_ms < 0:
        return 0  # small scope: the chunks were there from the start
    page.recorded_ms = page.media_ms()
    page.last_index = len(page.chunks)
    if page.settings.last_chunk == "before_stop":
        page.emit()
    else:
        page.world.add(Pending(("last_chunk",), page.settings.last_chunk_delay_ms))
    return page.recorded_ms


def _last_chunk(page: ClientHost, task: TaskId, effect: LastChunk) -> Any:
    if page.last_index is not None and page.last_index >= len(page.chunks):
        page.awaits_last += (task,)
        return SUSPENDED
    return len(page.chunks)


ANSWERS: dict[type, Any] = {
    Fetch: _fetch,
    Sleep: _sleep,
    Log: _log,
    Abandon: _abandon,
    WriteRow: _write_row,
    StartRecorder: _start_recorder,
    StopRecorder: _stop_recorder,
    LastChunk: _last_chunk,
}
"""What is done with each effect that the page's code awaits."""
