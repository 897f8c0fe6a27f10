"""An event in words: a title, what it means, and its fields as labels with values."""

from __future__ import annotations

import inspect
import re
from typing import Any

from lastchunk.model.trace.events import NO_CHUNK, Event
from lastchunk.model.trace.words import clock, words_of
from lastchunk.reports.timeline.gates import attempt_words, task_words

LABELS = {
    "size_bytes": "size",
    "recorded_ms": "recorded so far",
    "duration_ms": "duration",
    "line": "the console says",
    "in_tab": "chunks that were in the tab",
    "hit": "calls cut off",
    "error": "exception",
    "chunks_uploaded": "chunks counted",
    "previous": "status before",
    "due_ms": "due at",
    "suspended": "uploads suspended at this moment",
    "retry": "failures so far",
    "counted": "counts as a failure",
    "alarm_ms": "the object's own alarm",
    "batch": "commit",
    "written": "on disk all the same",
}
"""What a field is called; one that is not here by its name, with spaces."""
TOLD_IN_TITLE = frozenset(("method", "chunk", "attempt"))
YES_NO = frozenset(("counted", "written"))
CLOCKS = frozenset(("due_ms", "alarm_ms"))


def event_title(event: Event) -> str:
    """What happened, in a line: of a call which one, of all else that of the trace."""
    fields = event._asdict()
    if not TOLD_IN_TITLE & set(fields):
        return words_of(event)
    chunk, attempt = fields.get("chunk", NO_CHUNK), fields.get("attempt", 0)
    if "method" in fields:
        whose = task_words((fields["method"], chunk, attempt))
    else:
        whose = f"chunk {chunk}{attempt_words(attempt)}"
    status = f", status {fields['status']}" if "status" in fields else ""
    return f"{words_of(event).partition(':')[0]}: {whose}{status}"


def event_meaning(event: Event) -> str:
    """What such an event means, where its class says more than its name."""
    text = inspect.getdoc(type(event)) or ""
    if text.startswith(f"{type(event).__name__}("):  # what Python writes where nobody did
        return ""
    return " ".join(re.sub(r"[`]+", "", text).split())


def event_fields(event: Event) -> tuple[tuple[str, str], ...]:
    """The fields of an event as labels with words."""
    rows = []
    for field, value in event._asdict().items():
        if field == "at_ms" or field in TOLD_IN_TITLE:
            continue
        label = LABELS.get(field, field.removesuffix("_ms").replace("_", " "))
        rows.append((label, _value(field, value, event.at_ms)))
    return tuple(rows)


def _value(field: str, value: Any, at_ms: int) -> str:
    if field in CLOCKS:
        return "none" if value < 0 else f"{clock(value)} ({distance(value - at_ms)})"
    if field in YES_NO:
        return "yes" if value else "no"
    if field.endswith("_ms"):
        return f"{value / 1000:,.3f} s"
    if field.endswith("_bytes"):
        return f"{value:,} bytes"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value != "" else "none"


def distance(ms: int) -> str:
    """How far from this moment: ``5.000 s later``."""
    if ms == 0:
        return "now"
    return f"{abs(ms) / 1000:,.3f} s {'later' if ms > 0 else 'earlier'}"
