"""What an object shows, in one language for events of the world and lines of the watcher.

A *sign* is a tuple: what happened, and what is compared of it. Signs of one happening must come in
the same order on both sides. A handler that is gone shows nothing of its put.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from lastchunk.model.conformance.own.adapter import Adapter, record_of
from lastchunk.model.conformance.runtime.clocks import EPOCH_MS
from lastchunk.model.trace import events as e
from lastchunk.model.world.object.delivery import COUNTED_RETRIES_MAX
from lastchunk.reference_impl.contract import STATE_KEY

Sign = tuple[Any, ...]
Line = dict[str, Any]
LAST_RETRY = COUNTED_RETRIES_MAX
"""D1: an attempt that fails after so many failures is the last."""

OF_EVENTS: dict[type, Callable[[Any], Sign]] = {
    e.HandlerStarted: lambda ev: ("enter", *ev[1:4]),
    e.HandlerEnded: lambda ev: ("end", *ev[1:4], ev.status),
    e.StateWritten: lambda ev: ("state", ev.status, ev.chunks_uploaded),
    e.AlarmSet: lambda ev: ("set", ev.due_ms),
    e.AlarmDeleted: lambda ev: ("unset",),
    e.AlarmStarted: lambda ev: ("alarm", ev.due_ms, ev.retry),
    e.AlarmEnded: lambda ev: ("alarm end",),
    e.BlobPutStarted: lambda ev: ("blob", ev.chunk, ev.attempt),
    e.BlobStored: lambda ev: ("stored", ev.chunk, ev.attempt),
    e.BlobPutBroken: lambda ev: ("unstored", ev.chunk, ev.attempt),
    e.BlobPutFailed: lambda ev: ("unstored", ev.chunk, ev.attempt),
}
"""The sign of each event that the object itself shows."""
HEARD = ("stored", "unstored")
"""Signs that only a handler that is there shows."""


def signs_of(trace: Iterable[e.Event], calls: Collection[tuple[Any, ...]]) -> list[Sign]:
    """The signs of some events; ``calls`` have a handler that hears of its put."""
    found: list[Sign] = []
    for event in trace:
        make = OF_EVENTS.get(type(event))
        if make is not None:
            sign = make(event)
            if sign[0] not in HEARD or ("upload", *sign[1:]) in calls:
                found.append(sign)
        elif isinstance(event, e.AlarmFailed) and event.counted and found[-1:] == [("alarm end",)]:
            found[-1] = ("alarm failed",)
    return found


def note_under_way(under_way: set[Sign], sign: Sign) -> None:
    """Keep which puts and which run of the alarm have begun and not ended."""
    if sign[0] == "blob":
        under_way.add(sign)
    elif sign[0] in HEARD:
        under_way.discard(("blob", *sign[1:]))
    elif sign[0] == "end":
        under_way.discard(("blob", *sign[2:4]))
    elif sign[0] == "alarm":
        under_way.add(sign[:1])
    elif sign[0] in ("alarm end", "alarm failed"):
        under_way.discard(("alarm",))


class Reader:
    """Reads the lines of one object as signs. It keeps the alarm's slot as the object would.

    What sets the alarm to the time that it has, or deletes none, shows nothing (A7).
    """

    def __init__(self, adapter: Adapter | None = None) -> None:
        self.adapter = adapter
        """Where the record of somebody's own class is."""
        self.due_ms: int | None = None
        self.will_delete = False
        self.retry = 0

    def read(self, line: Line) -> Sign | None:
        """The sign of a line; None where it has none."""
        return OF_LINES[line["event"]](self, line)

    def forget_alarm(self) -> None:
        """The player has taken the alarm away."""
        self.due_ms, self.will_delete = None, False

    def _set(self, line: Line) -> Sign | None:
        due_ms = max(line["due"] - EPOCH_MS, line["at"])  # A2
        if due_ms == self.due_ms and not self.will_delete:
            return None
        self.due_ms, self.will_delete = due_ms, False
        return ("set", due_ms)

    def _unset(self, line: Line) -> Sign | None:
        if self.due_ms is None:
            return None
        self.forget_alarm()
        return ("unset",)

    def _alarm(self, line: Line) -> Sign:
        self.due_ms, self.will_delete = line["due"] - EPOCH_MS, True
        self.retry = line["retry"]
        return ("alarm", self.due_ms, self.retry)

    def _alarm_end(self, line: Line) -> Sign:
        if self.will_delete and not line.get("lost"):
            self.forget_alarm()
        self.will_delete = False
        return ("alarm end",)

    def _alarm_failed(self, line: Line) -> Sign:
        if self.will_delete and self.retry >= LAST_RETRY:
            self.due_ms = None
        self.will_delete = False
        return ("alarm failed",)

    def _spoiled(self, line: Line) -> Sign:
        due_ms = line["due"] - EPOCH_MS
        is_last = line["counted"] and line["retry"] >= LAST_RETRY
        self.due_ms = None if is_last else due_ms
        return ("spoiled", due_ms, line["retry"])

    def _put(self, line: Line) -> Sign | None:
        key = STATE_KEY if self.adapter is None else self.adapter.record
        entries = line["entries"] if "entries" in line else {line["key"]: line["value"]}
        if key not in entries:
            return None
        value = entries[key]
        if self.adapter is not None:
            return ("state", *record_of(self.adapter, value))
        return ("state", value["status"], value["chunks_uploaded"])


def call_of(line: Line) -> tuple[str, int, int]:
    """Method, chunk and attempt of the call that a line belongs to."""
    method, chunk, attempt, _ = line["call"].split(" ")
    return method, int(chunk), int(attempt)


OF_LINES: dict[str, Callable[[Reader, Line], Sign | None]] = {
    "enter": lambda _, line: ("enter", *call_of(line)),
    "end": lambda _, line: ("end", *call_of(line), line["status"]),
    "get": lambda _, line: None,
    "put": Reader._put,
    "delete": lambda _, line: None,
    "delete all": Reader._unset,  # A6; that the alarm is gone is seen at the end, too
    "set": Reader._set,
    "unset": Reader._unset,
    "alarm": Reader._alarm,
    "alarm end": Reader._alarm_end,
    "alarm failed": Reader._alarm_failed,
    "spoiled": Reader._spoiled,
    "blob": lambda _, line: ("blob", *call_of(line)[1:]),
    "stored": lambda _, line: ("stored", *call_of(line)[1:]),
    "unstored": lambda _, line: ("unstored", *call_of(line)[1:]),
    "notify": lambda _, line: ("notify",),
    "refused": lambda _, line: ("refused", line["what"]),
    "timer": lambda _, line: None,
    "missing": lambda _, line: None,
}
"""The sign of each line of the watcher."""
