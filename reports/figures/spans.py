"""What a session's picture is made of: bars with a beginning and an end, from a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lastchunk.model.trace import events as e
from lastchunk.reports.figures.bars import Spans
from lastchunk.reports.figures.object_spans import READERS, CallKey, ObjectSpans

TAIL_MS = 6_000  # the last status goes on after the run's last event

DOWN = "network down"
ARRIVALS = frozenset((e.RequestArrived, e.BodyArrived, e.ResponseArrived))
"""What shows that the network is there."""
BEGINS: dict[type, str] = {
    e.TabClosed: "tab closed",
    e.LaptopSlept: "laptop asleep",
    e.TabFroze: "tab frozen",
    e.TabThrottled: "tab throttled",
    e.PauseStarted: "paused",
    e.NetworkWentDown: DOWN,
}
"""The events of the page's side that begin a shaded band, with its words."""
SPAN_ENDS: dict[type, str] = {
    e.TabReopened: "tab closed",
    e.LaptopWoke: "laptop asleep",
    e.TabThawed: "tab frozen",
    e.TabUnthrottled: "tab throttled",
    e.PauseEnded: "paused",
    e.NetworkCameUp: DOWN,
}
"""The events that end one."""


class Builder(ObjectSpans):
    """Reads a trace once and closes each bar when its end comes."""

    def __init__(self, streams: bool, tail_ms: int) -> None:
        super().__init__()
        self.streams = streams
        self.tail_ms = tail_ms
        self.sent: dict[CallKey, int] = {}

    def read(self, trace: Iterable[e.Event]) -> Spans:
        """The spans of a whole trace."""
        last_ms = 0
        for event in trace:
            last_ms = event.at_ms
            self.feed(event)
        return self.close(last_ms)

    def feed(self, event: e.Event) -> None:
        """The next event of the trace."""
        kind = type(event)
        if kind in ARRIVALS and DOWN in self.bands:
            # It was there again at once: a disconnect that lasts no time has no end in the trace.
            self._end_band(DOWN, self.bands[DOWN])
        if kind in BEGINS:
            self.bands[BEGINS[kind]] = event.at_ms
        elif kind in SPAN_ENDS:
            self._end_band(SPAN_ENDS[kind], event.at_ms)
        elif kind in _READERS:
            _READERS[kind](self, event)

    def close(self, last_ms: int) -> Spans:
        """The trace has ended: so does what is still open. Returns the spans."""
        for call, from_ms in self.sent.items():
            self._bar("network", "request lost", from_ms, last_ms, call)
        for words, from_ms in self.bands.items():
            self.spans.bands.append((words, from_ms, last_ms))
        self.close_object(last_ms, self.tail_ms)
        self.spans.end_ms = last_ms
        return self.spans

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

    def _chunk_recorded(self, event: e.ChunkRecorded) -> None:
        self.spans.chunks.append((event.chunk, event.at_ms))

    def _stop_pressed(self, event: e.StopPressed) -> None:
        self.spans.stops.append(event.at_ms)

    def _request_sent(self, event: e.RequestSent) -> None:
        self.sent[event.method, event.chunk, event.attempt] = event.at_ms

    def _stray_stop(self, event: e.StrayStop) -> None:
        self._mark("client", "refused", event.at_ms, "stray stop")

    def _request_arrived(self, event: e.RequestArrived) -> None:
        if event.method == "upload":
            # A streamed body goes on after its request has arrived; its end closes the bar then.
            if not self.streams:
                self._end_request(event, "request")
        else:
            self._end_request(event, "stop" if event.method != "create" else "request")

    def _body_arrived(self, event: e.BodyArrived) -> None:
        self._end_request(event, "request")

    def _request_failed(self, event: e.RequestFailed) -> None:
        self._end_request(event, "request lost")
        self._mark("network", "lost", event.at_ms)

    def _response_arrived(self, event: e.ResponseArrived) -> None:
        call = (event.method, event.chunk, event.attempt)
        self._end_request(event, "request")
        from_ms = self.answered.pop(call, None)
        if from_ms is not None:
            self._bar("network", "response", from_ms, event.at_ms, call)
        if event.status >= 400:
            self._mark("client", "refused", event.at_ms, f"{event.status}")

    # --- object ------------------------------------------------------------------------------

    def _handler_ended(self, event: e.HandlerEnded) -> None:
        call = (event.method, event.chunk, event.attempt)
        self._end_handler(call, "handler" if event.status < 400 else "handler refused", event.at_ms)
        if event.status >= 400:
            self._end_request(event, "request")  # refused before its body had come

    def _consumer_read(self, event: e.ConsumerRead) -> None:
        self._mark("client", "reads", event.at_ms, f"read: {event.status}")


_READERS: dict[type, Callable[[Builder, Any], None]] = {
    **READERS,
    e.ChunkRecorded: Builder._chunk_recorded,
    e.StopPressed: Builder._stop_pressed,
    e.RequestSent: Builder._request_sent,
    e.StrayStop: Builder._stray_stop,
    e.RequestArrived: Builder._request_arrived,
    e.BodyArrived: Builder._body_arrived,
    e.RequestFailed: Builder._request_failed,
    e.ResponseArrived: Builder._response_arrived,
    e.HandlerEnded: Builder._handler_ended,
    e.ConsumerRead: Builder._consumer_read,
}


def spans_of(trace: list[e.Event], tail_ms: int = TAIL_MS) -> Spans:
    """The bars and marks of a trace."""
    return builder_for(trace, tail_ms).read(trace)


def builder_for(trace: list[e.Event], tail_ms: int = TAIL_MS) -> Builder:
    """What reads this trace, event by event."""
    return Builder(any(isinstance(event, e.BodyArrived) for event in trace), tail_ms)
