"""What was seen of one recording from outside, as a trace of the same events as a session's.

Three witnesses: the page tells what it does, the blob store what it stores, the object what it
notes of itself beside its record. A handler's start is seen by nobody; it stands where it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from lastchunk.model.conformance.page.blobs import StoredBlob
from lastchunk.model.properties import EXPLORABLE, Judgement, JudgeSettings
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of

SeenLine = dict[str, Any]
CALL_NAMES = {
    "createSession": "create",
    "upload": "upload",
    "signalStop": "signal_stop",
    "finalizeSession": "finalize_session",
}
"""The worker's procedures by the names that traces have for them."""
OF_PAGE: dict[str, Callable[[SeenLine], e.Event]] = {
    "recording started": lambda x: e.RecordingStarted(x["at"]),
    "chunk recorded": lambda x: e.ChunkRecorded(x["at"], x["chunk"], x["bytes"]),
    "stop pressed": lambda x: e.StopPressed(x["at"], x["recordedMs"]),
    "row written": lambda x: e.RowWritten(x["at"], x["durationMs"]),
    "stop failed": lambda x: e.StopFlowFailed(x["at"], x["reason"]),
    "abandoned": lambda x: e.UploadAbandoned(x["at"], x["chunk"], "refused"),
    "reopened": lambda x: e.TabReopened(x["at"], x["recordedMs"]),
    "request sent": lambda x: e.RequestSent(x["at"], *_call(x)),
    "answered": lambda x: (
        e.ResponseArrived(x["at"], *_call(x), x["status"])
        if x["status"]
        else e.RequestFailed(x["at"], *_call(x), "no answer came")
    ),
}
PLACE_IN_A_MS = ("page", "stored", "noted", "told")
"""Of one ms: what is recorded comes before what is stored, and that before what is noted of it."""


@dataclass
class SeenRecording:
    """One recording. Times are those of the clock that the runtime goes by."""

    page: list[SeenLine]
    """What the page has told."""
    puts: dict[int, list[StoredBlob]]
    """By chunk what was stored, in order."""
    history: list[SeenLine]
    """What the object has noted."""
    deliveries: list[SeenLine] = field(default_factory=list)
    """What the receiver of the webhook has heard: each key, since when, how often."""
    closed_ms: int = -1
    """When the tab was closed."""
    kills_ms: list[int] = field(default_factory=list)
    """When the runtime was killed."""
    ended_ms: int = 0
    """When the watching ended."""
    is_quiet: bool = True
    """Whether nothing more could come by then."""


def trace_of(seen: SeenRecording) -> list[e.Event]:
    """The events in the order in which they happened; times count from the first one."""
    found = sorted(_placed(seen), key=itemgetter(0, 1))
    first_ms = found[0][0] if found else 0
    trace = [event._replace(at_ms=at_ms - first_ms) for at_ms, _, event in found]
    reason = "quiet" if seen.is_quiet else "horizon"
    return [*trace, e.RunEnded(max(seen.ended_ms - first_ms, 0), reason)]


def judged(trace: list[e.Event], settings: JudgeSettings) -> dict[str, Judgement]:
    """What the shipped properties say of it."""
    facts = facts_of(trace)
    return {slug: item.judge(facts, settings) for slug, item in EXPLORABLE.items()}


def _placed(seen: SeenRecording) -> Iterator[tuple[int, int, e.Event]]:
    """Each event with its time and its place among those of one ms."""
    for line in seen.page:
        if line["event"] == "reopened":  # the page before it is gone, its queue is not
            yield line["at"], PLACE_IN_A_MS.index("page"), e.TabClosed(line["at"], ())
        if line["event"] in OF_PAGE:
            yield line["at"], PLACE_IN_A_MS.index("page"), OF_PAGE[line["event"]](line)
    for chunk, blobs in seen.puts.items():
        for attempt, blob in enumerate(blobs):
            stored = e.BlobStored(blob.stored_ms, chunk, attempt)
            yield blob.stored_ms, PLACE_IN_A_MS.index("stored"), stored
    for event in _noted(seen.history):
        yield event.at_ms, PLACE_IN_A_MS.index("noted"), event
    for line in seen.deliveries:
        for _ in range(line["times"]):
            yield line["at"], PLACE_IN_A_MS.index("told"), e.Notified(line["at"], line["key"])
    for at_ms in seen.kills_ms:
        yield at_ms, PLACE_IN_A_MS.index("told"), e.ProcessKilled(at_ms)
    if seen.closed_ms >= 0:
        closed = e.TabClosed(seen.closed_ms, _in_tab(seen))
        yield seen.closed_ms, PLACE_IN_A_MS.index("told"), closed


def _noted(history: list[SeenLine]) -> Iterator[e.Event]:
    status = ""
    for line in history:
        at_ms = line["at"]
        if line["event"] == "state":
            yield e.StateWritten(at_ms, line["status"], line["count"], status)
            status = line["status"]
        elif line["event"] == "alarm":
            yield e.AlarmStarted(at_ms, line["due"], line["uploads"])
        elif line["procedure"] in CALL_NAMES:
            call = CALL_NAMES[line["procedure"]], line["chunk"], 0
            yield e.HandlerStarted(at_ms, *call)
            yield e.HandlerEnded(at_ms, *call, line["status"])


def _call(line: SeenLine) -> tuple[str, int, int]:
    return CALL_NAMES[line["procedure"]], line["chunk"], line["attempt"]


def _in_tab(seen: SeenRecording) -> tuple[int, ...]:
    """The chunks that the page still had as it was closed."""
    recorded = [x["chunk"] for x in seen.page if x["event"] == "chunk recorded"]
    answered = {x["chunk"] for x in seen.page if x["event"] == "answered" and x["status"]}
    return tuple(chunk for chunk in recorded if chunk not in answered)
