"""What every event is: a named tuple whose class says in which lane it is drawn.

A class becomes an event by `in_lane` above it. There is no list of events beside that: files of
traces, words and pictures find them in `EVENTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

NO_CHUNK = -1

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
    return _LANES[type(event)]
