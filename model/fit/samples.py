"""What a log has for a scenario: lengths in ms, those that never ended, and counts of losses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from lastchunk.model.logs.reading.seen import CREATED, SeenCall, SeenSession
from lastchunk.model.logs.recording import chunks_of, recording_ended

KEPT_MAX = 200_000
"""So many lengths of a quantity are kept by value; what comes later is counted alone."""
LEG, PUT_TIME, LATE_BY, RECORDED = "leg", "put", "alarm lateness", "recording"


@dataclass
class Lengths:
    """Lengths of one kind in whole ms, with how often each was met; ``open`` never ended."""

    ended: Counter[int] = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)
    left_out: int = 0

    def add(self, length_ms: int, has_ended: bool = True) -> None:
        """One more; a clock that ran back a little makes no length below 0."""
        values = self.ended if has_ended else self.open
        length_ms = max(0, length_ms)
        if length_ms not in values and len(self.ended) + len(self.open) >= KEPT_MAX:
            self.left_out += 1
            return
        values[length_ms] += 1

    @property
    def count(self) -> int:
        """How many there are."""
        return self.ended.total() + self.open.total()


@dataclass
class LogSamples:
    """What all sessions of a log have. ``uploads`` were sent, ``failed`` of them by the network."""

    lengths: dict[str, Lengths] = field(
        default_factory=lambda: {name: Lengths() for name in (LEG, PUT_TIME, LATE_BY, RECORDED)}
    )
    sessions: int = 0
    uploads: int = 0
    failed: int = 0
    gaps_ms: Counter[int] = field(default_factory=Counter)

    def take(self, session: SeenSession) -> None:
        """One more session."""
        self.sessions += 1
        legs = [trip // 2 for call in session.calls.values() if (trip := _trip(call)) is not None]
        for leg_ms in legs:
            self.lengths[LEG].add(leg_ms)
        for call in session.uploads:
            self.uploads += 1
            self.failed += call.failed_ms is not None
            self._put(call, session, round(2 * median(legs)) if legs else 0)
        for alarm in session.alarms:
            self.lengths[LATE_BY].add(alarm.started_ms - alarm.due_ms)
        self._recording(session)

    def _put(self, call: SeenCall, session: SeenSession, trip_ms: int) -> None:
        """The time in the object: exact where the log has it, else what the trip leaves over."""
        put = self.lengths[PUT_TIME]
        if call.put_ms is not None:
            has_ended = call.stored_ms is not None
            over_ms = call.stored_ms if call.stored_ms is not None else call.over_ms
            put.add((session.last_ms if over_ms is None else over_ms) - call.put_ms, has_ended)
        elif call.sent_ms is not None and call.is_taken and call.answered_ms is not None:
            put.add(call.answered_ms - call.sent_ms - trip_ms)
        elif call.sent_ms is not None and call.status is None and call.failed_ms is None:
            put.add(session.last_ms - call.sent_ms - trip_ms, has_ended=False)

    def _recording(self, session: SeenSession) -> None:
        creates = [call for call in session.calls.values() if call.method == CREATED]
        stop_ms = recording_ended(session)
        if creates and stop_ms is not None:
            begun_ms = creates[0].answered_ms or creates[0].first_ms
            self.lengths[RECORDED].add(stop_ms - begun_ms)
        firsts = [calls[0].first_ms for _, calls in sorted(chunks_of(session).items())]
        for before, after in pairwise(firsts[:-1]):
            self.gaps_ms[round(after - before, -2)] += 1

    @property
    def chunk_ms(self) -> int:
        """How often the recorder hands a chunk out: as often as most were sent; 0: not known."""
        likely = [(count, -gap) for gap, count in self.gaps_ms.items() if gap > 0]
        return -max(likely)[1] if likely else 0


def _trip(call: SeenCall) -> int | None:
    """A round trip that carries no body, and that the network did not break."""
    if call.chunk >= 0 or call.sent_ms is None or call.answered_ms is None:
        return None
    return call.answered_ms - call.sent_ms
