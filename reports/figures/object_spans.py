"""The spans of the platform's side: handlers and instances, storage, blobs, the alarm."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reports.figures.bars import Bar, Mark, Spans

Call = tuple[str, int, int]
OUTLIVES = "deploy"
"""The one loss of an instance after which its handlers may go on (R11)."""


def wait_words(wait_ms: int) -> str:
    """A wait as short as it may be said: ``+600 s``, ``+5.2 s``, ``+0.39 s``."""
    decimals = 0 if wait_ms >= 10_000 else 1 if wait_ms >= 1_000 else 2
    return f"+{round(wait_ms / 1000, decimals):g} s"


class ObjectSpans:
    """Reads the events of the object; `reports.figures.spans` adds the page and the network."""

    def __init__(self) -> None:
        self.spans = Spans()
        self.bands: dict[str, int] = {}
        self.handlers: dict[Call, int] = {}
        self.replaced: dict[Call, int] = {}
        self.answered: dict[Call, int] = {}
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

    def _bar(self, lane: str, kind: str, from_ms: int, to_ms: int, call: Call) -> None:
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
        self._end_run(last_ms)
        self._cut_alarm(last_ms)
        self._cut_status(last_ms + tail_ms)

    # --- handlers and instances --------------------------------------------------------------

    def on_HandlerStarted(self, event: e.HandlerStarted) -> None:  # noqa: N802
        self.handlers[event.method, event.chunk, event.attempt] = event.at_ms
        self.is_new_turn = True

    def _end_handler(self, call: Call, kind: str, at_ms: int) -> None:
        from_ms = self.handlers.pop(call, at_ms)
        replaced_ms = self.replaced.pop(call, None)
        if replaced_ms is not None:
            self._bar("object", "handler", from_ms, replaced_ms, call)
            from_ms = replaced_ms
            kind = "handler of old instance" if kind != "handler lost" else kind
        self._bar("object", kind, from_ms, at_ms, call)
        self.answered[call] = at_ms

    def on_HandlerLost(self, event: e.HandlerLost) -> None:  # noqa: N802
        call = (event.method, event.chunk, event.attempt)
        self._end_handler(call, "handler lost", event.at_ms)

    def on_InstanceLost(self, event: e.InstanceLost) -> None:  # noqa: N802
        # A commit that failed has its own words.
        words = "" if event.reason == "commit failed" else event.reason
        self._mark("object", "instance lost", event.at_ms, words)
        if event.reason == OUTLIVES:
            for call in self.handlers:
                self.replaced.setdefault(call, event.at_ms)
        self.turns.clear()

    def on_ProcessKilled(self, event: e.ProcessKilled) -> None:  # noqa: N802
        self.bands["process down"] = event.at_ms
        self.turns.clear()
        if self.run_ms is not None:
            self._end_run(event.at_ms)
            self.back_off_ms, self.back_off_words = event.at_ms, "again"

    def on_ProcessRestarted(self, event: e.ProcessRestarted) -> None:  # noqa: N802
        self._end_band("process down", event.at_ms)

    def on_TroubleBegan(self, event: e.TroubleBegan) -> None:  # noqa: N802
        self.bands[event.kind.replace("_", " ")] = event.at_ms

    def on_TroubleEnded(self, event: e.TroubleEnded) -> None:  # noqa: N802
        self._end_band(event.kind.replace("_", " "), event.at_ms)

    # --- storage -----------------------------------------------------------------------------

    def _writes(self, at_ms: int) -> None:
        if self.is_new_turn or not self.turns or self.turns[-1] != at_ms:
            self.turns.append(at_ms)
            self.is_new_turn = False

    def on_StateWritten(self, event: e.StateWritten) -> None:  # noqa: N802
        self._writes(event.at_ms)
        self._turn_status(event.status, event.at_ms)

    def on_StorageReverted(self, event: e.StorageReverted) -> None:  # noqa: N802
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

    def on_CommitConfirmed(self, event: e.CommitConfirmed) -> None:  # noqa: N802
        from_ms = self.turns.pop(0) if self.turns else event.at_ms
        if self.alarm is None or self.alarm[0] <= from_ms:
            self.alarm_on_disk = self.alarm
        label = f"commit {event.batch}"
        self.spans.bars.append(Bar("storage", "commit", from_ms, event.at_ms, label))

    def on_CommitFailed(self, event: e.CommitFailed) -> None:  # noqa: N802
        words = "commit failed" + (", yet written" if event.written else "")
        self._mark("object", "failed", event.at_ms, words)
        from_ms = self.turns.pop(0) if self.turns else event.at_ms
        label = f"commit {event.batch}"
        self.spans.bars.append(Bar("storage", "commit failed", from_ms, event.at_ms, label))

    # --- the blob store and the consumers ----------------------------------------------------

    def on_BlobPutStarted(self, event: e.BlobPutStarted) -> None:  # noqa: N802
        self.puts[event.chunk, event.attempt] = event.at_ms

    def on_BlobStored(self, event: e.BlobStored) -> None:  # noqa: N802
        self._end_put(event, "put")

    def on_BlobPutFailed(self, event: e.BlobPutFailed) -> None:  # noqa: N802
        self._end_put(event, "put failed")
        self._mark("blobs", "failed", event.at_ms, str(event.status))

    def on_BlobPutBroken(self, event: e.BlobPutBroken) -> None:  # noqa: N802
        self._end_put(event, "put failed")

    def _end_put(self, event: e.BlobStored | e.BlobPutFailed | e.BlobPutBroken, kind: str) -> None:
        from_ms = self.puts.pop((event.chunk, event.attempt), event.at_ms)
        self.spans.bars.append(Bar("blobs", kind, from_ms, event.at_ms, str(event.chunk)))

    def on_Notified(self, event: e.Notified) -> None:  # noqa: N802
        self._mark("object", "notified", event.at_ms, "notified")

    def on_NotifyFailed(self, event: e.NotifyFailed) -> None:  # noqa: N802
        self._mark("object", "failed", event.at_ms, f"notification: {event.reason}")

    # --- the alarm ---------------------------------------------------------------------------

    def on_AlarmSet(self, event: e.AlarmSet) -> None:  # noqa: N802
        self._writes(event.at_ms)
        self._cut_alarm(event.at_ms)
        self.alarm, self.is_deleted = (event.at_ms, event.due_ms), False

    def on_AlarmDeleted(self, event: e.AlarmDeleted) -> None:  # noqa: N802
        self._writes(event.at_ms)
        self._cut_alarm(event.at_ms)
        self.is_deleted = True

    def on_AlarmStarted(self, event: e.AlarmStarted) -> None:  # noqa: N802
        if self.alarm is None or self.alarm[1] <= event.due_ms:
            self._cut_alarm(event.at_ms)  # else it runs for an old time, and the new one stays (R8)
        self.run_ms, self.is_deleted, self.is_new_turn = event.at_ms, False, True
        self._mark("alarm", "fired", event.at_ms)

    def on_AlarmEnded(self, event: e.AlarmEnded) -> None:  # noqa: N802
        self._end_run(event.at_ms)

    def _end_run(self, at_ms: int) -> None:
        if self.run_ms is not None and at_ms > self.run_ms:
            self.spans.bars.append(Bar("run", "alarm()", self.run_ms, at_ms, "alarm()"))
        self.run_ms = None

    def on_AlarmFailed(self, event: e.AlarmFailed) -> None:  # noqa: N802
        self._end_run(event.at_ms)
        self._mark("alarm", "failed", event.at_ms)
        is_next = self.alarm is not None and self.alarm[1] != event.due_ms
        if not is_next:  # else the new alarm takes the place of the retries (A5)
            self._cut_alarm(event.at_ms)
            self.back_off_ms = None if self.is_deleted else event.at_ms
            self.back_off_words = "back-off"

    def on_AlarmDropped(self, event: e.AlarmDropped) -> None:  # noqa: N802
        self.back_off_ms = None
        self._mark("alarm", "dropped", event.at_ms, "dropped")

    def on_StaleDelivery(self, event: e.StaleDelivery) -> None:  # noqa: N802
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
