"""What the rules exclude: four interleavings that no world may show, seen as a world goes on.

* an alarm between an upload's status check and its blob put (R3, R7);
* two overlapping runs of ``alarm()`` in one instance (R1);
* an alarm that is early by the object's own clock (D3);
* the loss of an acknowledged re-arm (R10): memory was lost, and the alarm on disk is an older one
  than a response that has arrived tells of; or it is there, and nobody will deliver it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.object.alarms import ALARM, MOVE, SLOT
from lastchunk.model.world.world import World

BETWEEN = "an alarm between status check and blob put (R3, R7)"
OVERLAP = "two alarms overlap (R1)"
EARLY = "an early alarm (D3)"
LOST = "an acknowledged re-arm is lost (R10)"
FORGOTTEN = "an alarm that nobody will deliver (R10)"
EXCLUDED = (BETWEEN, OVERLAP, EARLY, LOST, FORGOTTEN)
SERVER_ERROR = 500


class Watch:
    """Reads a trace as it grows. ``found`` is what it showed that the rules forbid.

    ``offset`` tells how far the clock of an instance is ahead. ``slot`` holds what the object's
    alarm was, from the last acknowledged moment on; losing memory may bring any of these back.
    """

    def __init__(self, offset: Callable[[int], int] = lambda instance: 0) -> None:
        self.offset = offset
        self.found: set[str] = set()
        self.inside = 0
        self.instance = 0
        self.entered: set[tuple[int, int]] = set()
        self.running: dict[int, int] = {}  # instance -> the due time of its run
        self.slot: list[int | None] = [None]
        self.ended: dict[tuple[str, int, int], int] = {}  # call -> the place in `slot` by then
        self.dropped: set[int] = set()
        self.is_set_inside = False
        self.is_just_lost = False
        self.read = 0

    def begin(self, world: World) -> None:
        """The world has begun: what is there is where it begins."""
        self.read = len(world.trace)
        self.slot = [world.object.alarms.time_ms]

    def look(self, world: World) -> None:
        """Take in what one happening has added to the trace, and the state that it led to."""
        events = world.trace[self.read :]
        self.read = len(world.trace)
        lost_at = -1
        for place, event in enumerate(events):
            if isinstance(event, e.InstanceLost | e.ProcessKilled):
                lost_at = place
            self.observe(event, events[place + 1] if place + 1 < len(events) else None)
        alarm_ms = alarm_of(world)
        if lost_at >= 0:
            self._memory_lost(world, events[lost_at + 1 :])
        elif alarm_ms != self.slot[-1]:
            self.found.add(LOST)
        if alarm_ms is not None and alarm_ms not in self.dropped and not is_planned(world):
            self.found.add(FORGOTTEN)

    def _memory_lost(self, world: World, later: list[e.Event]) -> None:
        alarm_ms, storage = alarm_of(world), world.object.storage
        touched = (e.AlarmSet, e.AlarmDeleted, e.AlarmEnded, e.AlarmDropped)
        is_touched = any(isinstance(event, touched) for event in later)
        left_ms = storage.disk.alarm_ms if storage.waits else alarm_ms
        if left_ms not in self.slot and (storage.waits or not is_touched):
            self.found.add(LOST)
        self.slot = [left_ms, alarm_ms]
        self.is_just_lost = False
        self.ended = dict.fromkeys(self.ended, 0)

    def observe(self, event: e.Event, following: e.Event | None = None) -> None:
        """Take one event in; ``following`` is the next one of the same happening."""
        observer = _OBSERVERS.get(type(event))
        if observer is not None:
            observer(self, event)
        elif isinstance(event, e.AlarmEnded):
            self._alarm_ended(isinstance(following, e.AlarmFailed))

    # --- who runs where ----------------------------------------------------------------------

    def _handler_started(self, event: e.HandlerStarted) -> None:
        if event.method == "upload":
            self.entered.add((event.chunk, event.attempt))

    def _blob_put_started(self, event: e.BlobPutStarted) -> None:
        self.entered.discard((event.chunk, event.attempt))

    def _handler_ended(self, event: e.HandlerEnded) -> None:
        self.ended.setdefault((event.method, event.chunk, event.attempt), len(self.slot) - 1)
        # A 500 is of a replaced instance, or comes after the put: not from inside the check.
        if event.status != SERVER_ERROR:
            self.entered.discard((event.chunk, event.attempt))

    def _alarm_started(self, event: e.AlarmStarted) -> None:
        if self.instance in self.running:
            self.found.add(OVERLAP)
        self.inside += event.suspended > 0
        self.running[self.instance] = event.due_ms
        # Just after memory was lost nothing is unconfirmed, so that a run is of the own alarm.
        self.is_set_inside = event.due_ms != self.slot[-1] and not self.is_just_lost
        if self.entered:
            self.found.add(BETWEEN)
        if event.at_ms + self.offset(self.instance) < event.due_ms:
            self.found.add(EARLY)
        if self.is_set_inside and len(self.slot) == 1:
            self.found.add(LOST)  # else the alarm it met may be unconfirmed (R8)

    def _alarm_ended(self, has_failed: bool) -> None:
        if self.running:
            del self.running[min(self.running)]
        if not has_failed and not self.is_set_inside:
            self.slot.append(None)

    def _instance_lost(self, event: e.InstanceLost) -> None:
        if event.reason != "deploy":
            self.running.pop(self.instance, None)
        self.instance += 1
        self.entered.clear()
        self.is_just_lost = True

    def _old_instance_ended(self, event: e.OldInstanceEnded) -> None:
        self.running.pop(event.instance, None)

    def _process_killed(self, event: e.ProcessKilled) -> None:
        self.instance += 1
        self.entered.clear()
        self.running.clear()
        self.is_just_lost = True

    # --- the object's own alarm --------------------------------------------------------------

    def _alarm_set(self, event: e.AlarmSet) -> None:
        self.is_set_inside = True
        self.is_just_lost = False
        self.slot.append(event.due_ms)
        self.dropped.discard(event.due_ms)

    def _alarm_deleted(self, event: e.AlarmDeleted) -> None:
        self.is_set_inside = True
        self.is_just_lost = False
        self.slot.append(None)

    def _alarm_dropped(self, event: e.AlarmDropped) -> None:
        self.dropped.add(event.due_ms)
        if self.slot[-1] == event.due_ms:
            self.slot.append(None)

    def _response_arrived(self, event: e.ResponseArrived) -> None:
        call = (event.method, event.chunk, event.attempt)
        place = self.ended.pop(call, 0) if event.status < SERVER_ERROR else 0
        if place:
            del self.slot[:place]
            self.ended = {other: max(0, at - place) for other, at in self.ended.items()}


def alarm_of(world: World) -> Any:
    """The object's alarm as others know it: what an open transaction sets is not there yet."""
    opened = world.object.storage.open
    return world.object.alarms.time_ms if opened is None else opened.alarm[0]


def is_planned(world: World) -> bool:
    """Whether the object's alarm will be delivered, or the scheduler be told of it."""
    alarms, storage = world.object.alarms, world.object.storage
    return (
        world.object.is_down
        or SLOT in world.pending
        or MOVE in world.pending
        or alarms.delayed is not None
        or alarms.is_busy
        or storage.dirty
        or storage.under_way > 0
        or any(kind == ALARM for kind, _, _ in world.object.waiting)
    )


_OBSERVERS: dict[type, Callable[..., None]] = {
    e.HandlerStarted: Watch._handler_started,
    e.BlobPutStarted: Watch._blob_put_started,
    e.HandlerEnded: Watch._handler_ended,
    e.AlarmStarted: Watch._alarm_started,
    e.InstanceLost: Watch._instance_lost,
    e.OldInstanceEnded: Watch._old_instance_ended,
    e.ProcessKilled: Watch._process_killed,
    e.AlarmSet: Watch._alarm_set,
    e.AlarmDeleted: Watch._alarm_deleted,
    e.AlarmDropped: Watch._alarm_dropped,
    e.ResponseArrived: Watch._response_arrived,
}
