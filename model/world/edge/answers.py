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
    SendBeacon,
    Sleep,
    StartRecorder,
    StopRecorder,
    WriteRow,
)

if TYPE_CHECKING:
    from lastchunk.model.world.edge.client import ClientHost

TICK = ("tick",)
RECORDER_BROKEN = "broken"
"""Why a recorder stands still that has failed."""
SUSPENDED = object()
"""The answer comes later."""


def _fetch(page: ClientHost, task: TaskId, effect: Fetch) -> Any:
    effect = crossing.fetch(page.program, task, effect)
    if effect.keepalive and not _fits(page, effect):
        return NetworkError("over the keepalive budget")
    failure = _send(page, task, effect)
    return SUSPENDED if failure is None else NetworkError(failure)


def _send_beacon(page: ClientHost, task: TaskId, effect: SendBeacon) -> bool:
    request = Fetch(effect.method, effect.arguments, 0, keepalive=True)
    request = crossing.fetch(page.program, task, request)
    if not _fits(page, request):
        return False
    _send(page, None, request)
    return True


def _send(page: ClientHost, task: TaskId | None, request: Fetch) -> str | None:
    """Send a request for a task, or for nobody. Returns why it failed at once, or None."""
    is_upload = request.method == crossing.UPLOAD
    if is_upload:
        page.world.check_chunk(request.arguments[0])
    failure = page.world.network.send(task, request)
    if failure is None and is_upload and request.arguments[0].index == page.last_index:
        page.world.last_upload_sent()
    return failure


def _fits(page: ClientHost, request: Fetch) -> bool:
    """Whether a body is taken that outlives the page; those under way share one budget."""
    network = page.world.network
    left = page.world.scenario.browser.keepalive_bytes_max - sum(network.keepalive.values())
    if crossing.body_bytes(request) <= left:
        return True
    chunk = request.arguments[0].index if request.method == crossing.UPLOAD else e.NO_CHUNK
    page.world.trace.append(e.KeepaliveRefused(page.world.now_ms, request.method, chunk))
    return False


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
    chunk = crossing.chunk(page.program, task, effect.chunk, "abandons {}")
    page.world.check_chunk(chunk)
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
    comes = page.settings.last_chunk
    if page.started_ms < 0:  # small scope: the chunks were there from the start
        if comes == "never":
            page.last_index = page.made
        return 0
    page.recorded_ms = page.media_ms()
    if RECORDER_BROKEN in page.stands:
        return page.recorded_ms  # the recorder handed out its last chunk as it failed
    page.last_index = page.made
    if comes == "before_stop":
        page.emit()
    elif comes != "never":
        page.world.add(Pending(("last_chunk",), page.settings.last_chunk_delay_ms))
    return page.recorded_ms


def _last_chunk(page: ClientHost, task: TaskId, effect: LastChunk) -> Any:
    if page.last_index is not None and page.last_index >= page.made:
        page.awaits_last += (task,)
        return SUSPENDED
    return page.made


ANSWERS: dict[type, Any] = {
    Fetch: _fetch,
    SendBeacon: _send_beacon,
    Sleep: _sleep,
    Log: _log,
    Abandon: _abandon,
    WriteRow: _write_row,
    StartRecorder: _start_recorder,
    StopRecorder: _stop_recorder,
    LastChunk: _last_chunk,
}
"""What is done with each effect that the page's code awaits."""
