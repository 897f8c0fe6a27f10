"""The state of the object at each event: its record, the alarm slot, the gates, and who waits.

Record, slot and handlers follow from the events alone, by the same reader that draws the picture;
the gates are known where the session was replayed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lastchunk.model.trace import events as e
from lastchunk.model.trace.words import clock
from lastchunk.reports.figures.bars import Spans
from lastchunk.reports.figures.spans import builder_for
from lastchunk.reports.timeline.gates import task_words
from lastchunk.reports.timeline.told import Moment, Rows
from lastchunk.reports.timeline.words import distance

NOT_KNOWN = "not known: the file holds events, and no schedule to replay"


class Stamp(int):
    """A time in ms that knows the number of the event that it is of.

    So the ends of a bar know their events, and can be drawn elsewhere when these are moved.
    """

    event: int


def stamped(event: e.Event, number: int) -> e.Event:
    """The same event, its time a `Stamp`."""
    stamp = Stamp(event.at_ms)
    stamp.event = number
    out: e.Event = event._replace(at_ms=stamp)
    return out


def stamp_at(trace: Sequence[e.Event], at_ms: int) -> int:
    """A time as that of the event which shows what happened then; as it is where none came.

    Where several came, a write of the record tells most; else it is the last.
    """
    there = [n for n, event in enumerate(trace) if event.at_ms == at_ms]
    there = [n for n in there if not isinstance(trace[n], e.RunEnded | e.Costs)]
    writes = [n for n in there if isinstance(trace[n], e.StateWritten)]
    found = (writes or there)[-1:]
    return stamped(trace[found[0]], found[0]).at_ms if found else at_ms


class StateReader:
    """Follows the object event by event."""

    def __init__(self, trace: Sequence[e.Event], is_replayed: bool) -> None:
        self.trace = trace
        self.is_replayed = is_replayed
        self.bars = builder_for(list(trace), tail_ms=0)
        self.chunks_uploaded = 0
        self.stored: set[int] = set()
        self.arrived: dict[tuple[str, int, int], int] = {}

    def read(self) -> tuple[list[Rows], Spans]:
        """The state after each event, the gates left out; and the bars of the picture."""
        rows = [self.after(stamped(event, n)) for n, event in enumerate(self.trace)]
        last = stamped(self.trace[-1], len(self.trace) - 1).at_ms if self.trace else 0
        return rows, self.bars.close(last)

    def after(self, event: e.Event) -> Rows:
        """The state after the next event."""
        self.bars.feed(event)
        if isinstance(event, e.StateWritten | e.StorageReverted):
            self.chunks_uploaded = event.chunks_uploaded
        elif isinstance(event, e.BlobStored):
            self.stored.add(event.chunk)
        elif isinstance(event, e.RequestArrived):
            self.arrived[event.method, event.chunk, event.attempt] = event.at_ms
        elif isinstance(event, e.HandlerStarted):
            self.arrived.pop((event.method, event.chunk, event.attempt), None)
        return tuple(self._rows(event.at_ms))

    def _rows(self, now_ms: int) -> Iterator[tuple[str, str]]:
        yield "record", self._record()
        yield "alarm slot", self._slot(now_ms)
        handlers = [self._handler(call, now_ms) for call in self.bars.handlers]
        yield "handlers under way", "; ".join(handlers) or "none"
        yield "chunks stored", _listed(sorted(self.stored))
        if not self.is_replayed:
            if self.arrived:
                waits = ", ".join(task_words(call) for call in self.arrived)
                yield "arrived, not begun", waits
            yield "gates", NOT_KNOWN

    def _record(self) -> str:
        status = self.bars.status
        if status is None:
            return "none yet"
        count = self.chunks_uploaded
        return f"{status[0]}, {count} chunk{'' if count == 1 else 's'} counted"

    def _slot(self, now_ms: int) -> str:
        bars, words = self.bars, []
        if bars.run_ms is not None:
            words.append(f"alarm() runs since {clock(bars.run_ms)}")
        if bars.back_off_ms is not None:
            words.append("an attempt failed, a retry is to come")
        if bars.alarm is not None:
            due_ms = bars.alarm[1]
            words.append(f"set for {clock(due_ms)}, {distance(due_ms - now_ms)}")
        return "; ".join(words) or "empty"

    def _handler(self, call: tuple[str, int, int], now_ms: int) -> str:
        since_ms = self.bars.puts.get(call[1:]) if call[0] == "upload" else None
        if since_ms is not None:
            return f"{task_words(call)}: in the blob put since {clock(since_ms)}"
        return f"{task_words(call)}: since {clock(self.bars.handlers[call])}"


def states_of(trace: Sequence[e.Event], moments: Sequence[Moment]) -> tuple[list[Rows], Spans]:
    """The whole state after each event, and the bars of the picture.

    Of events of one step the gates are those at its end.
    """
    rows, spans = StateReader(trace, bool(moments)).read()
    if not moments:
        return rows, spans
    gates = [moments[step].gates for step in steps_of(len(trace), moments)]
    return [(*row, *gate) for row, gate in zip(rows, gates, strict=True)], spans


def steps_of(events: int, moments: Sequence[Moment]) -> list[int]:
    """The number of the step that each event came in; 0 is the beginning. Later ones: the last."""
    out, step = [], 0
    for number in range(events):
        while step < len(moments) - 1 and moments[step].events <= number:
            step += 1
        out.append(step)
    return out


def _listed(chunks: Sequence[int]) -> str:
    """Chunks as short as it may be said: ``0 to 7, 9``."""
    runs: list[list[int]] = []
    for chunk in chunks:
        if runs and chunk == runs[-1][1] + 1:
            runs[-1][1] = chunk
        else:
            runs.append([chunk, chunk])
    words = [str(a) if a == b else f"{a}, {b}" if b == a + 1 else f"{a} to {b}" for a, b in runs]
    return ", ".join(words) or "none"
