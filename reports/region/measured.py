"""How long uploads take in sampled sessions: what lies beneath a map of the longest one allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lastchunk.model.base.errors import InputError
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e

if TYPE_CHECKING:
    from lastchunk.model.estimate.intervals import Interval

MEASURES = {
    "upload": "the longest upload, from the page's request to the end of its handler",
    "put": "the longest put into the blob store",
    "request": "the longest time from a request to its arrival with all of its body",
}
"""What may be measured of a session, in words."""


@dataclass(frozen=True)
class MeasuredTimes:
    """Of each session the longest time of its kind, in ms, in order; ``origin`` says of what."""

    measure: str
    origin: str
    longest_ms: tuple[int, ...]

    def share_within(self, ms: int) -> Interval:
        """The share of sessions in which none takes longer (Wilson's interval); of at least one."""
        from lastchunk.model.estimate.intervals import wilson  # slow to import, and seldom needed

        return wilson(sum(item <= ms for item in self.longest_ms), len(self.longest_ms))


def measured_uploads(
    scenario: Scenario, design: str, sessions: int, seed: int, measure: str
) -> MeasuredTimes:
    """The longest times of some sessions of a scenario, its measured uplink included."""
    if measure not in MEASURES:
        raise InputError("--measure", measure, ", ".join(MEASURES))
    longest = [
        longest_ms(simulate(scenario, design, seed, session).trace, measure)
        for session in range(sessions)
    ]
    origin = f"{sessions:,} sessions of {scenario.name}, seed {seed}"
    return MeasuredTimes(measure, origin, tuple(sorted(longest)))


def longest_ms(trace: Iterable[e.Event], measure: str) -> int:
    """The longest time of a session; 0 where there is none. What does not end counts to the end."""
    begun: dict[tuple[int, int], int] = {}
    longest = last_ms = 0
    for event in trace:
        last_ms = event.at_ms
        begins, ends = _role(event, measure)
        key = (getattr(event, "chunk", -1), getattr(event, "attempt", 0))
        if begins:
            begun[key] = event.at_ms
        elif ends and key in begun:
            longest = max(longest, event.at_ms - begun.pop(key))
    return max([longest, *(last_ms - since for since in begun.values())])


def _role(event: e.Event, measure: str) -> tuple[bool, bool]:
    """Whether an event begins, or ends, what is measured."""
    if measure == "put":
        ends = (e.BlobStored, e.BlobPutFailed, e.BlobPutBroken)
        return isinstance(event, e.BlobPutStarted), isinstance(event, ends)
    if getattr(event, "method", "") != "upload":
        return False, False
    failed = isinstance(event, e.RequestFailed | e.RequestLost)
    if measure == "request":
        came = isinstance(event, e.BodyArrived | e.HandlerEnded)
    else:
        came = isinstance(event, e.HandlerEnded | e.HandlerLost)
    return isinstance(event, e.RequestSent), came or failed
