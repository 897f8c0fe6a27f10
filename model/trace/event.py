"""What every event is: a named tuple whose class says in which lane it is drawn.

A class becomes an event by `in_lane` above it. There is no list of events beside that: files of
traces, words and pictures find them in `EVENTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

NO_CHUNK = -1

FIELD_WORDS = {
    "at_ms": "When it happened, on the one clock of the run.",
    "method": "A call of the object: ``create``, ``upload``, ``alarm``, or the design's stop call.",
    "chunk": "The index of the chunk that it carries, from 0; -1 where it carries none.",
    "attempt": "Which call of that method and chunk, from 0; a duplicate has the same number.",
    "status": "Of an answer its HTTP status (0: an alarm); of a record the session's status.",
    "chunks_uploaded": "The count in the session's record.",
    "due_ms": "The time that the alarm is set to.",
    "instance": "Which instance of the object, from 0.",
    "reason": "Why, in words.",
}
"""What a field means in every event that has it; another one says it where it stands."""

Lane = Literal["client", "network", "object", "blobs", "alarm", "run"]
LANES: dict[Lane, str] = {
    "client": "client",
    "network": "network",
    "object": "object",
    "blobs": "blob store",
    "alarm": "alarm",
    "run": "run",
}
"""The lanes in the order in which they are drawn, with their words."""


class Event(Protocol):
    """Anything that happened; ``at_ms`` is when."""

    @property
    def at_ms(self) -> int: ...

    def _asdict(self) -> dict[str, Any]: ...

    def _replace(self, *args: Any, **kwargs: Any) -> Any: ...


EVENTS: dict[str, Any] = {}
"""The classes of events by their names."""
_LANES: dict[type, Lane] = {}

T = TypeVar("T", bound=type)


def in_lane(lane: Lane) -> Callable[[T], T]:
    """Make a named tuple an event of that lane."""
    assert lane in LANES, lane

    def register(kind: T) -> T:
        assert kind.__name__ not in EVENTS, f"two events are called {kind.__name__}"
        EVENTS[kind.__name__], _LANES[kind] = kind, lane
        return kind

    return register


def lane_of(event: Event) -> Lane:
    """The key of the event's lane in `LANES`."""
    return lane_of_class(type(event))


def lane_of_class(kind: type) -> Lane:
    """The lane of all events of a class."""
    return _LANES[kind]
