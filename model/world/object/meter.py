"""What the object costs, counted as the platform bills it.

One event of the object is one request, an alarm run included; each key written or removed and each
`setAlarm` is one row written; the object is active while at least one event is in it.
"""

from __future__ import annotations

from lastchunk.model.trace.events import Costs

IDLE = -1


class Meter:
    """Counters of one session; ``active_since_ms`` is `IDLE` while no event is in the object."""

    __slots__ = (
        "active_ms",
        "active_since_ms",
        "alarm_runs",
        "blob_puts",
        "notifications",
        "requests",
        "rows_read",
        "rows_written",
        "worker_requests",
    )

    def __init__(self) -> None:
        self.worker_requests = 0
        self.requests = 0
        self.alarm_runs = 0
        self.rows_read = 0
        self.rows_written = 0
        self.blob_puts = 0
        self.notifications = 0
        self.active_ms = 0
        self.active_since_ms = IDLE

    def idle(self, at_ms: int) -> None:
        """The last event has left the object."""
        if self.active_since_ms != IDLE:
            self.active_ms += at_ms - self.active_since_ms
            self.active_since_ms = IDLE

    def event(self, at_ms: int) -> Costs:
        """The counters so far."""
        running_ms = at_ms - self.active_since_ms if self.active_since_ms != IDLE else 0
        return Costs(
            at_ms,
            self.worker_requests,
            self.requests,
            self.alarm_runs,
            self.rows_read,
            self.rows_written,
            self.blob_puts,
            self.notifications,
            self.active_ms + running_ms,
        )

    def copy(self) -> Meter:
        """Equal counters."""
        other = Meter()
        for name in Meter.__slots__:
            setattr(other, name, getattr(self, name))
        return other
