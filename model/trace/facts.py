"""Facts: what a trace amounts to, gathered event by event.

The properties look at these and at nothing else, so that a run and an exploration are judged by
the same words. A chunk is *missing* at a completion if it was recorded by then, is not stored, and
was not held by a tab that had been closed (nothing could wait for that one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import COMPLETED

LONG_PAUSE_MS = 600_000
AT_COMPLETION = "completion"
COMES_TO_AN_END = ("", "quiet", AT_COMPLETION)
"""Why a run ends that is not cut; "" is a log, which does not say."""
UPLOAD = "upload"
CLIENT_ERROR, SERVER_ERROR = 400, 500
TOO_LARGE = 413


class Facts:
    """What happened so far. Times are ms; -1 stands for a time that has not come."""

    def __init__(self) -> None:
        self.recorded: dict[int, int] = {}
        self.stored: dict[int, int] = {}
        self.uploads_ended: set[int] = set()
        self.in_closed_tab: set[int] = set()
        self.orphans: set[tuple[int, int]] = set()  # uploads whose handler was lost
        self.refused: list[tuple[int, int, int]] = []  # (at_ms, chunk, status)
        self.completions: list[tuple[int, tuple[int, ...]]] = []  # (at_ms, missing chunks)
        self.counts: list[tuple[int, int, int, int]] = []  # (at_ms, count, least, most true)
        self.reopened: list[int] = []
        self.seen: dict[str, int] = {}  # sometimes property -> first at_ms
        self.status = ""
        self.chunks_uploaded = 0
        self.start_ms = self.stop_ms = self.tab_closed_ms = -1
        self.stop_answered_ms = -1
        self.stop_ran_ms = self.last_upload_ms = self.last_recorded_ms = -1
        self.completed_while_recording_ms = -1
        self.stands: tuple[str, ...] = ()  # why the recorder stands still
        self.stands_since_ms = -1
        self.stood_ms = 0
        self.recorded_ms = self.row_ms = -1
        self.thrown = 0
        self.retries = self.uploads_running = self.stop_runs = 0
        self.messages = 0  # requests of the page that are no uploads
        self.stop_told_ms = -1  # the first of them after the stop, or the page has given up
        self.notified: list[tuple[int, str]] = []  # (at_ms, idempotency key)
        self.consumer_reads: list[tuple[int, str, tuple[int, ...]]] = []  # (at_ms, status, missing)
        self.alarm_runs_by_due: dict[int, int] = {}
        self.last_ms = 0
        self.ended = ""
        self.costs: e.Costs | None = None
        self.stop_failed = False  # whether the page's stop flow has ended with an error
        self.own: dict[str, tuple[Any, ...]] = {}  # what own properties remember while exploring

    def copy(self) -> Self:
        """Facts that go their own way from here."""
        other = type(self).__new__(type(self))
        fields = other.__dict__
        fields.update(self.__dict__)
        for name in CAN_GROW:
            fields[name] = fields[name].copy()
        return other

    def observe(self, event: e.Event) -> None:
        """Take one more event in."""
        observer = _OBSERVERS.get(type(event))
        if observer is not None:
            observer(self, event)

    @property
    def is_cut(self) -> bool:
        """Whether the run was cut at a limit: what is not there yet may still have come."""
        return self.ended not in COMES_TO_AN_END

    @property
    def is_open(self) -> bool:
        """Whether more was to come than was looked at: a limit cut the run, or its scenario ended
        it at a completion while the user records."""
        return self.is_cut or (self.ended == AT_COMPLETION and self.is_recording)

    @property
    def missing(self) -> tuple[int, ...]:
        """The chunks that a finalization now would not have waited for."""
        return tuple(
            chunk
            for chunk in self.recorded
            if chunk not in self.stored and chunk not in self.in_closed_tab
        )

    @property
    def is_recording(self) -> bool:
        """Whether the user has started, not stopped, and the tab is open."""
        return self.start_ms >= 0 and self.stop_ms < 0 and self.tab_closed_ms < 0

    @property
    def recorded_count(self) -> int:
        """How many chunks were recorded."""
        return len(self.recorded)

    @property
    def has_recorded(self) -> bool:
        """Whether a chunk was recorded."""
        return bool(self.recorded)

    @property
    def refusals(self) -> int:
        """How many uploads were refused."""
        return len(self.refused)

    def has_met(self, slug: str) -> bool:
        """Whether a *sometimes* property was met."""
        return slug in self.seen

    def saw(self, slug: str, at_ms: int) -> None:
        """A *sometimes* property is met; the first time counts."""
        self.seen.setdefault(slug, at_ms)

    # --- the client --------------------------------------------------------------------------

    def _recording_started(self, event: e.RecordingStarted) -> None:
        self.start_ms = event.at_ms

    def _chunk_recorded(self, event: e.ChunkRecorded) -> None:
        if 0 <= self.last_recorded_ms < event.at_ms - LONG_PAUSE_MS and self.stop_ms < 0:
            self.saw("long_pause", event.at_ms)
        self.recorded[event.chunk] = self.last_recorded_ms = event.at_ms

    def _stand_still(self, why: str, at_ms: int) -> None:
        if not self.stands:
            self.stands_since_ms = at_ms
        self.stands += (why,)

    def _go_on(self, why: str, at_ms: int) -> None:
        self.stands = tuple(other for other in self.stands if other != why)
        if not self.stands and self.stands_since_ms >= 0:
            self.stood_ms += at_ms - self.stands_since_ms
            self.stands_since_ms = -1

    def _pause_started(self, event: e.PauseStarted) -> None:
        self._stand_still("paused", event.at_ms)

    def _pause_ended(self, event: e.PauseEnded) -> None:
        self._go_on("paused", event.at_ms)

    def _stop_pressed(self, event: e.StopPressed) -> None:
        self.stop_ms, self.recorded_ms = event.at_ms, event.recorded_ms

    def _row_written(self, event: e.RowWritten) -> None:
        self.row_ms = event.duration_ms

    def _tab_closed(self, event: e.TabClosed) -> None:
        self.tab_closed_ms = event.at_ms
        self.in_closed_tab.update(event.in_tab)
        self.saw("tab_closed", event.at_ms)
        if self.start_ms >= 0 and self.stop_ms < 0:
            until_ms = event.at_ms if self.stands_since_ms < 0 else self.stands_since_ms
            self.recorded_ms = until_ms - self.start_ms - self.stood_ms

    def _chunks_lost(self, event: e.ChunksLost) -> None:
        self.in_closed_tab.update(event.chunks)

    def _recorder_failed(self, event: e.RecorderFailed) -> None:
        self._stand_still("broken", event.at_ms)

    def _reopened_tab(self, event: e.TabReopened) -> None:
        self.recorded_ms = event.recorded_ms
        self.saw("tab_reopened", event.at_ms)

    def _slept(self, event: e.LaptopSlept) -> None:
        self.saw("laptop_slept", event.at_ms)
        self._stand_still("asleep", event.at_ms)

    def _woke(self, event: e.LaptopWoke) -> None:
        self._go_on("asleep", event.at_ms)

    def _froze(self, event: e.TabFroze) -> None:
        self.saw("tab_frozen", event.at_ms)
        self._stand_still("frozen", event.at_ms)

    def _thawed(self, event: e.TabThawed) -> None:
        self._go_on("frozen", event.at_ms)

    def _throttled(self, event: e.TabThrottled) -> None:
        self.saw("tab_throttled", event.at_ms)

    # --- the network -------------------------------------------------------------------------

    def _stop_flow_failed(self, event: e.StopFlowFailed) -> None:
        self.stop_failed = True
        if self.stop_told_ms < 0:
            self.stop_told_ms = event.at_ms

    def _request_sent(self, event: e.RequestSent) -> None:
        if event.method != UPLOAD:
            self.messages += 1
            if self.stop_ms >= 0 and self.stop_told_ms < 0:
                self.stop_told_ms = event.at_ms
        elif event.attempt > 0:
            self.retries += 1
            self.saw("retry_happened", event.at_ms)

    def _request_arrived(self, event: e.RequestArrived) -> None:
        if event.method == UPLOAD and self.stop_ran_ms >= 0:
            self.saw("chunk_arrived_after_stop", event.at_ms)

    def _response_arrived(self, event: e.ResponseArrived) -> None:
        is_stop = event.method not in (UPLOAD, "create")
        if is_stop and event.status < CLIENT_ERROR:
            self.stop_answered_ms = event.at_ms

    def _too_large(self, event: e.RequestTooLarge) -> None:
        self.refused.append((event.at_ms, event.chunk, TOO_LARGE))
        self.saw("refused", event.at_ms)

    def _response_lost(self, event: e.ResponseLost) -> None:
        self.saw("response_lost", event.at_ms)

    def _duplicated(self, event: e.RequestDuplicated) -> None:
        self.saw("request_duplicated", event.at_ms)

    def _went_down(self, event: e.NetworkWentDown) -> None:
        if event.hit:
            self.saw("disconnect_struck", event.at_ms)

    def _stray_stop(self, event: e.StrayStop) -> None:
        self.saw("stray_stop", event.at_ms)

    # --- the object --------------------------------------------------------------------------

    def _handler_started(self, event: e.HandlerStarted) -> None:
        if event.method == UPLOAD:
            self.uploads_running += 1
            if self.uploads_running > 1:
                self.saw("uploads_overlapped", event.at_ms)
        elif event.method != "create":
            self._stop_ran(event.at_ms)

    def _stop_ran(self, at_ms: int) -> None:
        self.stop_runs += 1
        if self.stop_runs > 1:
            self.saw("stop_repeated", at_ms)
        if self.stop_ran_ms < 0:
            self.stop_ran_ms = at_ms
        if any(
            chunk not in self.stored and chunk not in self.in_closed_tab for chunk in self.recorded
        ):
            self.saw("stop_overtook_upload", at_ms)

    def _threw(self, event: e.CodeThrew) -> None:
        self.thrown += 1
        self.saw("code_threw", event.at_ms)

    def _handler_ended(self, event: e.HandlerEnded) -> None:
        if event.method != UPLOAD:
            return
        self.uploads_running -= 1
        if CLIENT_ERROR <= event.status < SERVER_ERROR:
            self.refused.append((event.at_ms, event.chunk, event.status))
            self.saw("refused", event.at_ms)
        elif event.status < CLIENT_ERROR:
            self.uploads_ended.add(event.chunk)
            self.last_upload_ms = event.at_ms
        elif event.chunk in self.stored:
            self.uploads_ended.add(event.chunk)  # stored, and nobody will count it any more

    def _blob_stored(self, event: e.BlobStored) -> None:
        at_ms = event.at_ms
        self.stored.setdefault(event.chunk, at_ms)
        if (event.chunk, event.attempt) in self.orphans:
            self.uploads_ended.add(event.chunk)
        if self.stop_ms >= 0:
            self.saw("upload_ended_after_stop", at_ms)

    def _other_bytes(self, event: e.BlobOfOtherTab) -> None:
        """A chunk is stored where its own bytes are: others have taken their place."""
        self.stored.pop(event.chunk, None)

    def _blob_deleted(self, event: e.BlobDeleted) -> None:
        self.stored.pop(event.chunk, None)

    def _state_written(self, event: e.StateWritten) -> None:
        if event.status == COMPLETED and self.status != COMPLETED:
            self.completions.append((event.at_ms, self.missing))
            self.counts.append((event.at_ms, event.chunks_uploaded, *self.true_count()))
            if self.is_recording and self.completed_while_recording_ms < 0:
                self.completed_while_recording_ms = event.at_ms
        if self.status == COMPLETED and event.status != COMPLETED:
            self.reopened.append(event.at_ms)
            self.saw("reopened", event.at_ms)
        self.status, self.chunks_uploaded = event.status, event.chunks_uploaded

    def true_count(self) -> tuple[int, int]:
        """The least and the most that is no lie: a chunk that is stored, and whose handler has not
        ended, may be counted or not."""
        return len(self.uploads_ended), len(self.uploads_ended | self.stored.keys())

    def _alarm_started(self, event: e.AlarmStarted) -> None:
        if event.suspended:
            self.saw("alarm_inside_upload", event.at_ms)
        runs = self.alarm_runs_by_due.get(event.due_ms, 0) + 1
        self.alarm_runs_by_due[event.due_ms] = runs
        if runs > 1:
            self.saw("alarm_repeated", event.at_ms)

    # --- the platform's trouble --------------------------------------------------------------

    def _alarm_failed(self, event: e.AlarmFailed) -> None:
        self.saw("alarm_failed", event.at_ms)

    def _alarm_dropped(self, event: e.AlarmDropped) -> None:
        self.saw("alarm_dropped", event.at_ms)

    def _stale(self, event: e.StaleDelivery) -> None:
        self.saw("stale_delivery", event.at_ms)

    def _commit_failed(self, event: e.CommitFailed) -> None:
        self.saw("commit_failed", event.at_ms)

    def _instance_lost(self, event: e.InstanceLost) -> None:
        self.saw("instance_lost", event.at_ms)

    def _handler_lost(self, event: e.HandlerLost) -> None:
        if event.method == UPLOAD:
            self.uploads_running -= 1
            self.saw("upload_lost_with_instance", event.at_ms)
            self.orphans.add((event.chunk, event.attempt))
            if event.chunk in self.stored:
                self.uploads_ended.add(event.chunk)  # stored, and nobody will count it any more

    def _reverted(self, event: e.StorageReverted) -> None:
        """What nobody was told never happened: a completion that was not on disk was none."""
        if self.status == COMPLETED and event.status != COMPLETED:
            self.completions.pop()
            self.counts.pop()
        elif self.status != COMPLETED and event.status == COMPLETED and self.reopened:
            self.reopened.pop()
        self.status, self.chunks_uploaded = event.status, event.chunks_uploaded

    def _killed(self, event: e.ProcessKilled) -> None:
        self.saw("process_killed", event.at_ms)

    def _blob_failed(self, event: e.BlobPutFailed) -> None:
        self.saw("blob_put_failed", event.at_ms)

    def _trouble(self, event: e.TroubleBegan) -> None:
        self.saw("platform_trouble", event.at_ms)

    # --- the consumers -----------------------------------------------------------------------

    def _notified(self, event: e.Notified) -> None:
        if any(key == event.key for _, key in self.notified):
            self.saw("notification_repeated", event.at_ms)
        self.notified.append((event.at_ms, event.key))

    def _consumer_read(self, event: e.ConsumerRead) -> None:
        self.consumer_reads.append((event.at_ms, event.status, self.missing))

    def _costs(self, event: e.Costs) -> None:
        self.costs = event

    def _run_ended(self, event: e.RunEnded) -> None:
        self.last_ms, self.ended = event.at_ms, event.reason
        if self.status:
            self.counts.append((event.at_ms, self.chunks_uploaded, *self.true_count()))

    @property
    def final_completion_ms(self) -> int:
        """When the session became completed for the last time, if it still is; else -1."""
        is_completed = self.status == COMPLETED and self.completions
        return self.completions[-1][0] if is_completed else -1


_OBSERVERS: dict[type, Callable[[Facts, Any], None]] = {
    getattr(e, method.__annotations__["event"].removeprefix("e.")): method
    for name, method in vars(Facts).items()
    if name.startswith("_") and "event" in getattr(method, "__annotations__", ())
}
"""What takes an event in: the method whose ``event`` is of that kind."""


CAN_GROW = tuple(name for name, v in vars(Facts()).items() if isinstance(v, dict | list | set))
"""Facts that events are added to in place."""


def facts_of(trace: Iterable[e.Event]) -> Facts:
    """The facts of a whole trace."""
    facts = Facts()
    observers = _OBSERVERS
    for event in trace:
        observer = observers.get(type(event))
        if observer is not None:
            observer(facts, event)
    return facts
