"""What a session's picture is made of: bars with a beginning and an end, from a trace."""

from __future__ import annotations

from collections.abc import Iterable

from lastchunk.model.trace import events as e
from lastchunk.reports.figures.bars import Spans
from lastchunk.reports.figures.object_spans import Call, ObjectSpans

TAIL_MS = 6_000  # the last status goes on after the run's last event


class Builder(ObjectSpans):
    """Reads a trace once and closes each bar when its end comes."""

    def __init__(self, streams: bool, tail_ms: int) -> None:
        super().__init__()
        self.streams = streams
        self.tail_ms = tail_ms
        self.sent: dict[Call, int] = {}

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
        for words, from_ms in self.bands.items():
            self.spans.bands.append((words, from_ms, last_ms))
        self.close_object(last_ms, self.tail_ms)
        self.spans.end_ms = last_ms

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

    def on_TabReopened(self, event: e.TabReopened) -> None:  # noqa: N802
        self._end_band("tab closed", event.at_ms)

    def on_LaptopSlept(self, event: e.LaptopSlept) -> None:  # noqa: N802
        self.bands["laptop asleep"] = event.at_ms

    def on_LaptopWoke(self, event: e.LaptopWoke) -> None:  # noqa: N802
        self._end_band("laptop asleep", event.at_ms)

    def on_TabFroze(self, event: e.TabFroze) -> None:  # noqa: N802
        self.bands["tab frozen"] = event.at_ms

    def on_TabThawed(self, event: e.TabThawed) -> None:  # noqa: N802
        self._end_band("tab frozen", event.at_ms)

    def on_TabThrottled(self, event: e.TabThrottled) -> None:  # noqa: N802
        self.bands["tab throttled"] = event.at_ms

    def on_TabUnthrottled(self, event: e.TabUnthrottled) -> None:  # noqa: N802
        self._end_band("tab throttled", event.at_ms)

    def on_PauseStarted(self, event: e.PauseStarted) -> None:  # noqa: N802
        self.bands["paused"] = event.at_ms

    def on_PauseEnded(self, event: e.PauseEnded) -> None:  # noqa: N802
        self._end_band("paused", event.at_ms)

    def on_NetworkWentDown(self, event: e.NetworkWentDown) -> None:  # noqa: N802
        self.bands["network down"] = event.at_ms

    def on_NetworkCameUp(self, event: e.NetworkCameUp) -> None:  # noqa: N802
        self._end_band("network down", event.at_ms)

    def on_RequestSent(self, event: e.RequestSent) -> None:  # noqa: N802
        self.sent[event.method, event.chunk, event.attempt] = event.at_ms

    def on_StrayStop(self, event: e.StrayStop) -> None:  # noqa: N802
        self._mark("client", "refused", event.at_ms, "stray stop")

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
        self._mark("network", "lost", event.at_ms)

    def on_ResponseArrived(self, event: e.ResponseArrived) -> None:  # noqa: N802
        call = (event.method, event.chunk, event.attempt)
        self._end_request(event, "request")
        from_ms = self.answered.pop(call, None)
        if from_ms is not None:
            self._bar("network", "response", from_ms, event.at_ms, call)
        if event.status >= 400:
            self._mark("client", "refused", event.at_ms, f"{event.status}")

    # --- object ------------------------------------------------------------------------------

    def on_HandlerEnded(self, event: e.HandlerEnded) -> None:  # noqa: N802
        call = (event.method, event.chunk, event.attempt)
        self._end_handler(call, "handler" if event.status < 400 else "handler refused", event.at_ms)
        if event.status >= 400:
            self._end_request(event, "request")  # refused before its body had come

    def on_ConsumerRead(self, event: e.ConsumerRead) -> None:  # noqa: N802
        self._mark("client", "reads", event.at_ms, f"read: {event.status}")


def spans_of(trace: list[e.Event], tail_ms: int = TAIL_MS) -> Spans:
    """The bars and marks of a trace."""
    streams = any(isinstance(event, e.BodyArrived) for event in trace)
    return Builder(streams, tail_ms).read(trace)
