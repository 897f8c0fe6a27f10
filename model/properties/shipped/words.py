"""Words of the language that the shipped properties need: conditions, and the design's own grace.

Each is a condition of a kind that no comparison can say: it asks for what came before an event, or
for what a design says of itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.model.base.errors import InputError
from lastchunk.model.properties.base import JudgeSettings
from lastchunk.model.properties.conditions import EventIs, Formula
from lastchunk.model.properties.names import OtherThan
from lastchunk.model.properties.watches import RunsEnd
from lastchunk.model.trace.events import Event, HandlerStarted, Notified
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import COMPLETED

reopening = EventIs(
    "StateWritten",
    (("status", OtherThan(COMPLETED)), ("previous", COMPLETED)),
    "the session is opened again",
)
_ANSWERED_4XX = EventIs("HandlerEnded", (("method", "upload"), ("status", range(400, 500))))
refusal = _ANSWERED_4XX | EventIs("RequestTooLarge")


@dataclass(frozen=True, eq=False)
class FirstStop(Formula):
    """The first stop comes to the object: a call that is neither an upload nor a create."""

    events = frozenset(("HandlerStarted",))
    remembers = frozenset(("stop runs",))
    is_of_event = True
    words = "the first stop comes to the object"

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether this call is one, and the first."""
        is_stop = isinstance(event, HandlerStarted) and event.method not in ("upload", "create")
        return is_stop and facts.stop_runs == 1


@dataclass(frozen=True, eq=False)
class ConsumerActs(Formula):
    """A notification comes with an idempotency key that is new, or with none."""

    events = frozenset(("Notified",))
    remembers = frozenset(("notified",))
    is_of_event = True
    words = "the consumer acts on a notification"

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether the consumer has not seen this key before."""
        if not isinstance(event, Notified):
            return False
        return not event.key or sum(key == event.key for _, key in facts.notified) == 1


@dataclass(frozen=True, eq=False)
class DesignNotifies(Formula):
    """The design says that it notifies a consumer; asked at the end of a run."""

    words = "the design notifies"

    def holds(self, event: Event, facts: Facts) -> bool:
        """What the design says of itself; no event of a run knows it."""
        if not isinstance(event, RunsEnd):
            allowed = "asked of a run's end alone: in at_end(), or given() and last() beside one"
            raise InputError("property", self.words, allowed)
        return event.judge.notifies


@dataclass(frozen=True)
class Grace:
    """The design's own grace, and ``more_ms``: a bound that each design brings itself."""

    more_ms: int = 0

    def __add__(self, more_ms: int) -> Grace:
        return Grace(self.more_ms + more_ms)

    def of(self, judge: JudgeSettings) -> int:
        """The bound for one design, in ms."""
        return judge.grace_ms + self.more_ms

    def __str__(self) -> str:
        return f"the grace and {self.more_ms:,} ms" if self.more_ms else "the grace"


first_stop, consumer_acts, design_notifies, grace = (
    FirstStop(),
    ConsumerActs(),
    DesignNotifies(),
    Grace(),
)
