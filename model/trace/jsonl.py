"""Traces as JSON lines: one event a line, with its type's name; out and in again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_type_hints

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import write_text
from lastchunk.model.trace.event import Event
from lastchunk.model.trace.events import EVENTS

_HINTS: dict[str, dict[str, Any]] = {name: get_type_hints(item) for name, item in EVENTS.items()}


def to_line(event: Event) -> str:
    """One event as a line of JSON, its type first, without the line's end."""
    return json.dumps({"event": type(event).__name__, **event._asdict()}, ensure_ascii=False)


def write_jsonl(trace: Iterable[Event], path: str | Path) -> None:
    """Write a trace to a file, whole or not at all."""
    write_text(path, "".join(to_line(event) + "\n" for event in trace))


def read_jsonl(path: str | Path) -> list[Event]:
    """The trace of a file. Raises `InputError` naming the bad line."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("trace", str(path), "a readable file of JSON lines") from error
    return trace_of_text(text, path)


def trace_of_text(text: str, path: str | Path) -> list[Event]:
    """The trace of a text, which was read from ``path``. Raises `InputError`."""
    # Not splitlines(): a JSON string may hold a character that it takes for a line's end.
    lines = text.removesuffix("\n").split("\n")
    return [_read(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]


def _read(line: str, where: str) -> Event:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:  # no JSON, or a number too long, or too deep
        raise InputError(where, line[:80], "one JSON object") from error
    name = data.pop("event", None) if isinstance(data, dict) else None
    if not isinstance(name, str) or name not in EVENTS:
        raise InputError(where, line[:80], "an object whose 'event' is a known type of event")
    hints = _HINTS[name]
    if set(data) != set(hints):
        raise InputError(where, sorted(data), f"for {name} exactly {', '.join(sorted(hints))}")
    for field, hint in hints.items():
        if isinstance(data[field], list):
            data[field] = tuple(data[field])
        expected = hint if isinstance(hint, type) else tuple
        if not is_of(data[field], expected):
            raise InputError(f"{where}: {field}", data[field], f"a value of type {expected}")
    event: Event = EVENTS[name](**data)
    return event


def is_of(value: Any, expected: type) -> bool:
    """Whether a field holds what it may; the tuples of events hold whole numbers."""
    if isinstance(value, tuple):
        return expected is tuple and all(type(item) is int for item in value)
    return type(value) is expected
