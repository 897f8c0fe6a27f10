"""Whether a log has what an own property rests on: every event that it looks at, or none counts.

An event that a log has only some of would let a property hold for want of looking. So a property
is judged where the log carries all events that it names, and those behind each name of the state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lastchunk.model.properties import Property
from lastchunk.model.properties.conditions import (
    Compared,
    CostsMore,
    EventIs,
    Formula,
    Joined,
    Negated,
    OutOfOrder,
    StateValue,
)
from lastchunk.model.properties.watches import (
    Ascending,
    AtMost,
    Eventually,
    Invariant,
    Never,
    Rate,
    SomeTime,
)
from lastchunk.model.trace.event import EVENTS

BEHIND: dict[str, tuple[str, ...]] = {
    "status": ("StateWritten",),
    "is_completed": ("StateWritten",),
    "is_settled": ("StateWritten",),
    "chunks_uploaded": ("StateWritten",),
    "recorded": ("ChunkRecorded",),
    "stored": ("BlobStored",),
    "not_stored": ("ChunkRecorded", "BlobStored"),
    "missing": ("ChunkRecorded", "BlobStored", "TabClosed"),
    "uploads_running": ("HandlerStarted", "HandlerEnded", "HandlerLost"),
    "is_recording": ("RecordingStarted", "StopPressed", "TabClosed", "RecorderFailed"),
    "has_stopped": ("StopPressed",),
    "tab_is_closed": ("TabClosed",),
    "stop_ran": ("HandlerStarted",),
    "stop_answered": ("ResponseArrived",),
    "stop_failed": ("StopFlowFailed",),
}
"""The events that each name of the state is made of; one that is not here may read any."""
PLAIN_WATCHES = (Invariant, Never, Eventually, AtMost, Ascending, Rate, SomeTime)
"""Properties that look at their conditions alone."""
NAMED_MAX = 6
"""So many missing events are named; more are counted."""


def lacks(item: Property, carries: Collection[str]) -> list[str]:
    """The events that a log lacks for a property; none where it can be judged."""
    assert item.watch is not None
    needed = {name for formula in item.watch.conditions for name in _needed(formula)}
    if not isinstance(item.watch, PLAIN_WATCHES):
        needed = set(EVENTS)
    missing = sorted(needed - set(carries))
    return missing if len(missing) <= NAMED_MAX else [f"{len(missing)} kinds of events"]


def _needed(formula: Formula) -> Iterator[str]:
    if isinstance(formula, Joined):
        yield from _needed(formula.left)
        yield from _needed(formula.right)
    elif isinstance(formula, Negated):
        yield from _needed(formula.inner)
    elif isinstance(formula, Compared):
        yield from BEHIND.get(formula.left.name, EVENTS)
        if isinstance(formula.right, StateValue):
            yield from BEHIND.get(formula.right.name, EVENTS)
    elif isinstance(formula, StateValue):
        yield from BEHIND.get(formula.name, EVENTS)
    elif isinstance(formula, EventIs | OutOfOrder | CostsMore):
        assert formula.events is not None
        yield from formula.events
    else:
        yield from EVENTS  # nothing tells what it reads
