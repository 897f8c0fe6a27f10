"""The spans of the platform's side: handlers and instances, storage, blobs, the alarm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.trace import events as e
from lastchunk.reports.figures.bars import Bar, Mark, Spans

CallKey = tuple[str, int, int]
OUTLIVES = "deploy"
"""The one loss of an instance after which its handlers may go on (R11)."""


def wait_words(wait_ms: int) -> str:
    """A wait as short as it may be said: ``+600 s``, ``+5.2 s``, ``+390 ms``."""
    if wait_ms < 1_000:
        return f"+{wait_ms} ms"
    return f"+{round(wait_ms / 1000, 0 if wait_ms >= 10_000 else 1):g} s"


class ObjectSpans:
    """Reads the events of the object; `reports.figures.spans` adds the page and the network."""

    def __init__(self) -> None:
        self.spans = Spans()
        self.bands: dict[str, int] = {}
        self.handlers: dict[CallKey, int] = {}
        self.replaced: dict[CallKey, int] = {}
        self.answered: dict[CallKey, int] = {}
        self.puts: dict[tuple[int, int], int] = {}
        self.status: tuple[str, int] | None = None
        self.alarm: tuple[int, int] | None = None  # (set at, due)
        self.alarm_on_disk: tuple[int, int] | None = None
        self.run_ms: int | None = None
        self.back_off_ms: int | None = None
        self.back_off_words = ""
        self.is_deleted = False
        self.turns: list[int] = []  # when each commit that is not confirmed began
        self.is_new_turn = True

    def _mark(self, lane: str, kind: str, at_ms: int, words: str = "") -> None:
        self.spans.marks.append(Mark(lane, kind, at_ms, words))

    def _bar(self, lane: str, kind: str, from_ms: int, to_ms: int, call: CallKey) -> None:
        label = str(call[1]) if call[1] >= 0 else call[0].replace("_", " ")
        self.spans.bars.append(Bar(lane, kind, from_ms, to_ms, label))

    def _end_band(self, words: str, at_ms: int) -> None:
        from_ms = self.bands.pop(words, None)
        if from_ms is not None:
            self.spans.bands.append((words, from_ms, at_ms))

    def close_object(self, last_ms: int, tail_ms: int) -> None:
        """The trace has ended: so does what was still open."""
        for call in list(self.handlers):
            self._end_handler(call, "handler", last_ms)
        for (chunk, _), from_ms in self.puts.items():
            self.spans.bars.append(Bar("blobs", "put", from_ms, last_ms, str(chunk)))
        self._end_run(last_ms)
        self._cut_alarm(last_ms)
        self._cut_status(last_ms + tail_ms if tail_ms else last_ms)

    # --- handlers and instances --------------------------------------------------------------

    def _handler_started(self, event: e.HandlerStarted) -> None:
        self.handlers[event.method, event.chunk, event.attempt] = event.at_ms
        self.is_new_turn = True

    def _end_handler(self, call: CallKey, kind: str, at_ms: int) -> None:
        from_ms = self.handlers.pop(call, at_ms)
        replaced_ms = self.replaced.pop(call, None)
        if replaced_ms is not None:
            self._bar("object", "handler", from_ms, replaced_ms, call)
            from_ms = replaced_ms
            kind = "handler of old instance" if kind != "handler lost" else kind
        self._bar("object", kind, from_ms, at_ms, call)
        self.answered[call] = at_ms

    def _handler_lost(self, event: e.HandlerLost) -> None:
        call = (event.method, event.chunk, event.attempt)
        self._end_handler(call, "handler lost", event.at_ms)

    def _instance_lost(self, event: e.InstanceLost) -> None:
        # A commit that failed has its own words.
        words = "" if event.reason == "commit failed" else event.reason
        self._mark("object", "instance lost", event.at_ms, words)
        if event.reason == OUTLIVES:
            for call in self.handlers:
                self.replaced.setdefault(call, event.at_ms)
        self.turns.clear()

    def _process_killed(self, event: e.ProcessKilled) -> None:
        self.bands["process down"] = event.at_ms
        self.turns.clear()
        if self.run_ms is not None:
            self._end_run(event.at_ms)
            self.back_off_ms, self.back_off_words = event.at_ms, "again"

    def _process_restarted(self, event: e.ProcessRestarted) -> None:
        self._end_band("process down", event.at_ms)

    def _trouble_began(self, event: e.TroubleBegan) -> None:
        self.bands[event.kind.replace("_", " ")] = event.at_ms

    def _trouble_ended(self, event: e.TroubleEnded) -> None:
        self._end_band(event.kind.replace("_", " "), event.at_ms)

    # --- storage -----------------------------------------------------------------------------

    def _writes(self, at_ms: int) -> None:
        if self.is_new_turn or not self.turns or self.turns[-1] != at_ms:
            self.turns.append(at_ms)
            self.is_new_turn = False

    def _state_written(self, event: e.StateWritten) -> None:
        self._writes(event.at_ms)
        self._turn_status(event.status, event.at_ms)

    def _storage_reverted(self, event: e.StorageReverted) -> None:
        if self.alarm != self.alarm_on_disk:
            self._cut_alarm(event.at_ms)
            if self.alarm_on_disk is not None:
                self.alarm = (event.at_ms, self.alarm_on_disk[1])
        self._turn_status(event.status, event.at_ms)

    def _turn_status(self, status: str, at_ms: int) -> None:
        if self.status is None or self.status[0] != status:
            self._cut_status(at_ms)
            self.status = (status, at_ms) if status else None

    def _cut_status(self, at_ms: int) -> None:
        if self.status is not None:
            self.spans.bars.append(Bar("status", self.status[0], self.status[1], at_ms))

    def _commit_confirmed(self, event: e.CommitConfirmed) -> None:
        from_ms = self.turns.pop(0) if self.turns else event.at_ms
        if self.alarm is None or self.alarm[0] <= from_ms:
            self.alarm_on_disk = self.alarm
        label = f"commit {event.batch}"
        self.spans.bars.append(Bar("storage", "commit", from_ms, event.at_ms, label))

    def _commit_failed(self, event: e.CommitFailed) -> None:
        words = "commit failed" + (", yet written" if event.written else "")
        self._mark("object", "failed", event.at_ms, words)
        from_ms = self.turns.pop(0) if self.turns else event.at_ms
        label = f"commit {event.batch}"
        self.spans.bars.append(Bar("storage", "commit failed", from_ms, event.at_ms, label))

    # --- the blob store and the consumers ----------------------------------------------------

    def _blob_put_started(self, event: e.BlobPutStarted) -> None:
        self.puts[event.chunk, event.attempt] = event.at_ms

    def _blob_stored(self, event: e.BlobStored) -> None:
        self._end_put(event, "put")

    def _part_stored(self, event: e.BlobPartStored) -> None:
        self._end_put(event, "put")

    def _blob_put_failed(self, event: e.BlobPutFailed) -> None:
        self._end_put(event, "put failed")
        self._mark("blobs", "failed", event.at_ms, str(event.status))

    def _blob_put_broken(self, event: e.BlobPutBroken) -> None:
        self._end_put(event, "put failed")

    def _end_put(
        self, event: e.BlobStored | e.BlobPartStored | e.BlobPutFailed | e.BlobPutBroken, kind: str
    ) -> None:
        from_ms = self.puts.pop((event.chunk, event.attempt), event.at_ms)
        self.spans.bars.append(Bar("blobs", kind, from_ms, event.at_ms, str(event.chunk)))

    def _notified(self, event: e.Notified) -> None:
        self._mark("object", "notified", event.at_ms, "notified")

    def _notify_failed(self, event: e.NotifyFailed) -> None:
        self._mark("object", "failed", event.at_ms, f"notification: {event.reason}")

    # --- the alarm ---------------------------------------------------------------------------

    def _alarm_set(self, event: e.AlarmSet) -> None:
        self._writes(event.at_ms)
        self._cut_alarm(event.at_ms)
        self.alarm, self.is_deleted = (event.at_ms, event.due_ms), False

    def _alarm_deleted(self, event: e.AlarmDeleted) -> None:
        self._writes(event.at_ms)
        self._cut_alarm(event.at_ms)
        self.is_deleted = True

    def _alarm_started(self, event: e.AlarmStarted) -> None:
        if self.alarm is None or self.alarm[1] <= event.due_ms:
            self._cut_alarm(event.at_ms)  # else it runs for an old time, and the new one stays (R8)
        self.run_ms, self.is_deleted, self.is_new_turn = event.at_ms, False, True
        self._mark("alarm", "fired", event.at_ms)

    def _alarm_ended(self, event: e.AlarmEnded) -> None:
        self._end_run(event.at_ms)

    def _end_run(self, at_ms: int) -> None:
        if self.run_ms is not None and at_ms > self.run_ms:
            self.spans.bars.append(Bar("run", "alarm()", self.run_ms, at_ms, "alarm()"))
        self.run_ms = None

    def _alarm_failed(self, event: e.AlarmFailed) -> None:
        self._end_run(event.at_ms)
        self._mark("alarm", "failed", event.at_ms)
        is_next = self.alarm is not None and self.alarm[1] != event.due_ms
        if not is_next:  # else the new alarm takes the place of the retries (A5)
            self._cut_alarm(event.at_ms)
            self.back_off_ms = None if self.is_deleted else event.at_ms
            self.back_off_words = "back-off"

    def _alarm_dropped(self, event: e.AlarmDropped) -> None:
        self.back_off_ms = None
        self._mark("alarm", "dropped", event.at_ms, "dropped")

    def _stale_delivery(self, event: e.StaleDelivery) -> None:
        self._mark("alarm", "stale", event.at_ms, "stale, dropped")

    def _cut_alarm(self, at_ms: int) -> None:
        if self.alarm is not None:
            set_ms, due_ms = self.alarm
            self.spans.bars.append(
                Bar("alarm", "alarm", set_ms, at_ms, wait_words(due_ms - set_ms))
            )
            self.alarm = None
        if self.back_off_ms is not None:
            self.spans.bars.append(
                Bar("alarm", "back-off", self.back_off_ms, at_ms, self.back_off_words)
            )
            self.back_off_ms = None


READERS: dict[type, Callable[[Any, Any], None]] = {
    e.HandlerStarted: ObjectSpans._handler_started,
    e.HandlerLost: ObjectSpans._handler_lost,
    e.InstanceLost: ObjectSpans._instance_lost,
    e.ProcessKilled: ObjectSpans._process_killed,
    e.ProcessRestarted: ObjectSpans._process_restarted,
    e.TroubleBegan: ObjectSpans._trouble_began,
    e.TroubleEnded: ObjectSpans._trouble_ended,
    e.StateWritten: ObjectSpans._state_written,
    e.StorageReverted: ObjectSpans._storage_reverted,
    e.CommitConfirmed: ObjectSpans._commit_confirmed,
    e.CommitFailed: ObjectSpans._commit_failed,
    e.BlobPutStarted: ObjectSpans._blob_put_started,
    e.BlobStored: ObjectSpans._blob_stored,
    e.BlobPartStored: ObjectSpans._part_stored,
    e.BlobPutFailed: ObjectSpans._blob_put_failed,
    e.BlobPutBroken: ObjectSpans._blob_put_broken,
    e.Notified: ObjectSpans._notified,
    e.NotifyFailed: ObjectSpans._notify_failed,
    e.AlarmSet: ObjectSpans._alarm_set,
    e.AlarmDeleted: ObjectSpans._alarm_deleted,
    e.AlarmStarted: ObjectSpans._alarm_started,
    e.AlarmEnded: ObjectSpans._alarm_ended,
    e.AlarmFailed: ObjectSpans._alarm_failed,
    e.AlarmDropped: ObjectSpans._alarm_dropped,
    e.StaleDelivery: ObjectSpans._stale_delivery,
}
"""What each event of the platform's side does to the picture."""
