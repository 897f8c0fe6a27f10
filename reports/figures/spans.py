"""What a session's picture is made of: bars with a beginning and an end, from a trace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from model.trace import events as e

Call = tuple[str, int, int]
TAIL_MS = 6_000  # the last status goes on after the run's last event


@dataclass(frozen=True)
class Bar:
    """Something that lasts, in a lane. ``kind`` chooses its look; ``label`` may be empty."""

    lane: str
    kind: str
    from_ms: int
    to_ms: int
    label: str = ""


@dataclass
class Spans:
    """All bars and marks of a session, in ms."""

    bars: list[Bar] = field(default_factory=list)
    bands: list[tuple[str, int, int]] = field(default_factory=list)  # (words, from, to)
    chunks: list[tuple[int, int]] = field(default_factory=list)  # (index, at)
    marks: list[tuple[str, str, int]] = field(default_factory=list)  # (lane, kind, at)
    stops: list[int] = field(default_factory=list)
    end_ms: int = 0


class Builder:
    """Reads a trace once and closes each bar when its end comes."""

    def __init__(self, streams: bool) -> None:
        self.streams = streams
        self.spans = Spans()
        self.sent: dict[Call, int] = {}
        self.handlers: dict[Call, int] = {}
        self.answered: dict[Call, int] = {}
        self.puts: dict[tuple[int, int], int] = {}
        self.bands: dict[str, int] = {}
        self.alarm: tuple[int, int] | None = None  # (set at, due)
        self.status: tuple[str, int] | None = None

    def read(self, trace: Iterable[e.Event]) -> Spans:
        """The spans of a whole trace."""
        last_ms = 0
        for event in trace:
            last_ms = event.at_ms
            method = getattr(self, "on_" + type(event).__name__, None)
            if method is not None:
                method(event)
        self._close(last_ms)
        return self.spans

    def _close(self, last_ms: int) -> None:
        for call, from_ms in self.sent.items():
            self._bar("network", "request lost", from_ms, last_ms, call)
        for call, from_ms in self.handlers.items():
            self._bar("object", "handler", from_ms, last_ms, call)
        for words, from_ms in self.bands.items():
            self.spans.bands.append((words, from_ms, last_ms))
        self._cut_alarm(last_ms)
        self._cut_status(last_ms + TAIL_MS)
        self.spans.end_ms = last_ms

    def _bar(self, lane: str, kind: str, from_ms: int, to_ms: int, call: Call) -> None:
        label = str(call[1]) if call[1] >= 0 else call[0].replace("_", " ")
        self.spans.bars.append(Bar(lane, kind, from_ms, to_ms, label))

    def _end_request(
        self,
        event: e.RequestArrived
        | e.BodyArrived
        | e.RequestFailed
        | e.HandlerEnded
        | e.ResponseArrived,
        kind: str,
    ) -> None:
        call = (event.method, event.chunk, event.attempt)
        from_ms = self.sent.pop(call, None)
        if from_ms is not None:
            self._bar("network", kind, from_ms, event.at_ms, call)

    # --- client and network ------------------------------------------------------------------

    def on_ChunkRecorded(self, event: e.ChunkRecorded) -> None:  # noqa: N802
        self.spans.chunks.append((event.chunk, event.at_ms))

    def on_StopPressed(self, event: e.StopPressed) -> None:  # noqa: N802
        self.spans.stops.append(event.at_ms)

    def on_TabClosed(self, event: e.TabClosed) -> None:  # noqa: N802
        self.bands["tab closed"] = event.at_ms

    def on_LaptopSlept(self, event: e.LaptopSlept) -> None:  # noqa: N802
        self.bands["laptop asleep"] = event.at_ms

    def on_LaptopWoke(self, event: e.LaptopWoke) -> None:  # noqa: N802
        self._end_band("laptop asleep", event.at_ms)

    def on_PauseStarted(self, event: e.PauseStarted) -> None:  # noqa: N802
        self.bands["paused"] = event.at_ms

    def on_PauseEnded(self, event: e.PauseEnded) -> None:  # noqa: N802
        self._end_band("paused", event.at_ms)

    def on_NetworkWentDown(self, event: e.NetworkWentDown) -> None:  # noqa: N802
        self.bands["network down"] = event.at_ms

    def on_NetworkCameUp(self, event: e.NetworkCameUp) -> None:  # noqa: N802
        self._end_band("network down", event.at_ms)

    def _end_band(self, words: str, at_ms: int) -> None:
        from_ms = self.bands.pop(words, None)
        if from_ms is not None:
            self.spans.bands.append((words, from_ms, at_ms))

    def on_RequestSent(self, event: e.RequestSent) -> None:  # noqa: N802
        self.sent[event.method, event.chunk, event.attempt] = event.at_ms

    def on_StrayStop(self, event: e.StrayStop) -> None:  # noqa: N802
        self.spans.marks.append(("client", "stray stop", event.at_ms))

    def on_RequestArrived(self, event: e.RequestArrived) -> None:  # noqa: N802
        if event.method == "upload":
            # A streamed body goes on after its request has arrived; its end closes the bar then.
            if not self.streams:
                self._end_request(event, "request")
        else:
            self._end_request(event, "stop" if event.method != "create" else "request")

    def on_BodyArrived(self, event: e.BodyArrived) -> None:  # noqa: N802
        self._end_request(event, "request")

    def on_RequestFailed(self, event: e.RequestFailed) -> None:  # noqa: N802
        self._end_request(event, "request lost")
        self.spans.marks.append(("network", "lost", event.at_ms))

    def on_ResponseArrived(self, event: e.ResponseArrived) -> None:  # noqa: N802
        call = (event.method, event.chunk, event.attempt)
        self._end_request(event, "request")
        from_ms = self.answered.pop(call, None)
        if from_ms is not None:
            self._bar("network", "response", from_ms, event.at_ms, call)
        if event.status >= 400:
            self.spans.marks.append(("client", f"{event.status}", event.at_ms))

    # --- object, blob store, alarm -----------------------------------------------------------

    def on_HandlerStarted(self, event: e.HandlerStarted) -> None:  # noqa: N802
        self.handlers[event.method, event.chunk, event.attempt] = event.at_ms

    def on_HandlerEnded(self, event: e.HandlerEnded) -> None:  # noqa: N802
        call = (event.method, event.chunk, event.attempt)
        from_ms = self.handlers.pop(call, event.at_ms)
        kind = "handler" if event.status < 400 else "handler refused"
        self._bar("object", kind, from_ms, event.at_ms, call)
        if event.status >= 400:
            self._end_request(event, "request")  # refused before its body had come
        self.answered[call] = event.at_ms

    def on_BlobPutStarted(self, event: e.BlobPutStarted) -> None:  # noqa: N802
        self.puts[event.chunk, event.attempt] = event.at_ms

    def on_BlobStored(self, event: e.BlobStored) -> None:  # noqa: N802
        from_ms = self.puts.pop((event.chunk, event.attempt), event.at_ms)
        self.spans.bars.append(Bar("blobs", "put", from_ms, event.at_ms, str(event.chunk)))

    def on_StateWritten(self, event: e.StateWritten) -> None:  # noqa: N802
        if self.status is None or self.status[0] != event.status:
            self._cut_status(event.at_ms)
            self.status = (event.status, event.at_ms)

    def _cut_status(self, at_ms: int) -> None:
        if self.status is not None:
            self.spans.bars.append(Bar("status", self.status[0], self.status[1], at_ms))

    def on_AlarmSet(self, event: e.AlarmSet) -> None:  # noqa: N802
        self._cut_alarm(event.at_ms)
        self.alarm = (event.at_ms, event.due_ms)

    def on_AlarmDeleted(self, event: e.AlarmDeleted) -> None:  # noqa: N802
        self._cut_alarm(event.at_ms)

    def on_AlarmStarted(self, event: e.AlarmStarted) -> None:  # noqa: N802
        self._cut_alarm(event.at_ms)
        self.spans.marks.append(("alarm", "fired", event.at_ms))

    def _cut_alarm(self, at_ms: int) -> None:
        if self.alarm is not None:
            set_ms, due_ms = self.alarm
            label = f"+{(due_ms - set_ms) / 1000:g} s"
            self.spans.bars.append(Bar("alarm", "alarm", set_ms, at_ms, label))
            self.alarm = None


def spans_of(trace: list[e.Event]) -> Spans:
    """The bars and marks of a trace."""
    return Builder(any(isinstance(event, e.BodyArrived) for event in trace)).read(trace)
