"""Events in words: a line that a person can read."""

from __future__ import annotations

import re

from lastchunk.model.trace.event import NO_CHUNK, Event


def clock(at_ms: int) -> str:
    """Milliseconds as minutes, seconds and milliseconds: ``10:05.012``."""
    minutes, rest_ms = divmod(at_ms, 60_000)
    return f"{minutes:d}:{rest_ms // 1000:02d}.{rest_ms % 1000:03d}"


def words_of(event: Event) -> str:
    """The event in words: its type spelled out, then what it carries."""
    name = re.sub(r"(?<!^)([A-Z])", r" \1", type(event).__name__).lower()
    details: list[str] = []
    for field, value in event._asdict().items():
        if field == "at_ms" or (field == "chunk" and value == NO_CHUNK):
            continue
        if field in ("attempt", "retry") and value == 0:
            continue
        if field == "method":
            details.insert(0, str(value))
        elif field == "due_ms":
            details.append(f"for {clock(value)}")
        else:
            details.append(f"{field.replace('_', ' ')} {value}")
    return f"{name}: {', '.join(details)}" if details else name
