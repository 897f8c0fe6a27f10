"""A session told in sentences: what the user does, what the object does, and what goes wrong.

Cause and fix are sentences of the same kind. Each says what stands in the trace; the rules of the
platform that it names are those of docs/platform.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lastchunk.model.estimate.stop_flow import stop_flow_of
from lastchunk.model.simulate import Run
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import COMPLETED
from lastchunk.reports.answer.price import seconds_words
from lastchunk.reports.answer.session_read import (
    BY_ALARM,
    Completion,
    SessionRead,
    chunks_listed,
    session_read,
)
from lastchunk.reports.base.violations import violations_of

LINES_MAX = 12


def story_of(run: Run) -> list[tuple[str, str]]:
    """The session from its stop on, as (when, what) in sentences; what comes again is left out."""
    read = session_read(run)
    lines = list(_Teller(read).lines())
    kept = lines[: LINES_MAX - 1] + lines[-1:] if len(lines) > LINES_MAX else lines
    return [(when(read, at_ms), words) for at_ms, words in kept]


def when(read: SessionRead, at_ms: int) -> str:
    """A moment, from the stop or from the beginning on."""
    gap_ms = at_ms - read.zero_ms
    if not read.has_stop:
        return f"{seconds_words(gap_ms)} after the page opened"
    if gap_ms == 0:
        return "at the stop"
    return f"{seconds_words(abs(gap_ms))} {'after' if gap_ms > 0 else 'before'} the stop"


class _Teller:
    """Goes through a trace once, and says what matters of it."""

    def __init__(self, read: SessionRead) -> None:
        self.read = read
        self.facts = Facts()
        self.is_cut_short = False
        self.late: set[int] = set()
        self.reopened = False
        self.method = ""

    def lines(self) -> Iterator[tuple[int, str]]:
        """What happens from the stop on, or from the first completion where there is none."""
        completions = {(c.at_ms, c.missing): c for c in self.read.completions}
        begin_ms = self.read.zero_ms
        for event in self.read.run.trace:
            self.facts.observe(event)
            if isinstance(event, e.HandlerStarted):
                self.method = event.method
            words = self._words(event, completions) if event.at_ms >= begin_ms else ""
            if words:
                yield event.at_ms, words
        if not self.read.completions:
            yield self.read.end_ms, self._never()
        found = violations_of(self.read.run)
        if not self.is_cut_short and found:
            at_ms, slug, detail = found[0]
            yield at_ms, f"This violates {slug}: {detail}."

    def _never(self) -> str:
        status = self.read.settled or "no record"
        return f"Nothing completes the session; it ends with {status}."

    def _words(self, event: Any, completions: dict[Any, Completion]) -> str:
        if isinstance(event, e.StopPressed):
            return self._stop()
        if isinstance(event, e.AlarmSet):
            return self._alarm_set(event)
        if isinstance(event, e.AlarmStarted) and event.suspended:
            some = "an upload waits" if event.suspended == 1 else f"{event.suspended} calls wait"
            return (
                f"The alarm comes due, and alarm() runs while {some} for the blob store: "
                "nothing keeps it out then (R4, R5)."
            )
        if isinstance(event, e.StateWritten):
            return self._state(event, completions)
        if isinstance(event, e.BlobStored) and self.is_cut_short:
            return self._stored_late(event)
        if isinstance(event, e.HandlerEnded) and event.status >= 400 and event.method == "upload":
            return f"Chunk {event.chunk} is refused with {event.status}."
        return ""

    def _stop(self) -> str:
        missing = tuple(sorted(self.facts.missing))
        words = "The user stops. "
        if not missing:
            return words + "Every chunk recorded so far is stored."
        under_way = [
            u.chunk
            for u in self.read.uploads
            if u.chunk in missing and u.from_ms <= self.read.zero_ms
        ]
        words += f"{chunks_listed(missing)} not stored yet".capitalize()
        if under_way:
            words += f"; the upload of {chunks_listed(tuple(under_way))} is under way"
        return words + "."

    def _alarm_set(self, event: e.AlarmSet) -> str:
        if self.method == "upload" and not self.is_cut_short:
            return ""
        wait = seconds_words(event.due_ms - event.at_ms)
        if self.is_cut_short:
            return f"It sets the next alarm {wait} ahead." if len(self.late) == 1 else ""
        return f"{self.method} runs in the object, and sets the alarm {wait} ahead."

    def _state(self, event: e.StateWritten, completions: dict[Any, Completion]) -> str:
        missing = tuple(sorted(self.facts.missing))
        found = completions.get((event.at_ms, missing))
        if event.status == COMPLETED and event.previous != COMPLETED and found is not None:
            again = "again " if self.is_cut_short else ""
            words = f"{by_words(found)} completes the session {again}".strip()
            if not missing:
                return f"{words}, with every chunk stored."
            self.is_cut_short = True
            return f"{words} without {chunks_listed(missing)}."
        if event.previous == COMPLETED and event.status != COMPLETED and not self.reopened:
            self.reopened = True
            return f"What it writes back is a stale copy: completed becomes {event.status} again."
        return ""

    def _stored_late(self, event: e.BlobStored) -> str:
        self.late.add(event.chunk)
        if len(self.late) > 1:
            return ""
        return f"The upload of chunk {event.chunk} ends, after the session was completed."


def by_words(item: Completion) -> str:
    """The code that completes a session, as the subject of a sentence."""
    if item.by == BY_ALARM:
        return "The alarm"
    return f"The upload of chunk {item.chunk}" if item.by == "upload" else f"{item.by} of the page"


# --- cause and fix -----------------------------------------------------------------------------


def cause_words(run: Run) -> str:
    """Why the session went wrong, in a sentence or two; empty where it did not."""
    read = session_read(run)
    cut = read.cut_short
    if cut is None:
        found = violations_of(run)
        return f"{found[0][1]}: {found[0][2]}, {when(read, found[0][0])}." if found else ""
    words = f"{by_words(cut)} completes the session {when(read, cut.at_ms)}"
    words += f", without {chunks_listed(cut.missing)}. "
    if cut.by == BY_ALARM:
        return words + "An alarm is a time, and looks at no upload that is under way (R6)."
    return words + "Nothing in it waits for uploads that are still under way."


def fix_words(run: Run) -> str:
    """How a design ends the same session, and what its page must know for it."""
    read = session_read(run)
    knows = stop_flow_of(run.design.cls, run.design.settings).knows
    tells = f"the page tells it {' and '.join(knows)}" if knows else ""
    if not read.completions:
        words = f"it does not complete the session, and leaves it {read.settled or 'unsettled'}"
    else:
        last = read.completions[-1]
        by = by_words(last)
        words = f"{by[0].lower()}{by[1:]} completes the session {when(read, last.at_ms)}, "
        words += f"without {chunks_listed(last.missing)}" if last.missing else "with every chunk"
    parts = [part for part in (tells, words) if part]
    return f"In {run.design.name} {'; '.join(parts)}."
