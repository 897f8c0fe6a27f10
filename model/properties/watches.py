"""Compiled monitors: what an own property remembers, and what each event and the end do to it.

One and the same monitor judges a trace that is finished and a state that is explored, where times
are instants of a state class. So a *memory* is a tuple of plain values and times alone, it never
changes in place, and a time is only added to and compared. What has no bound is cut where it can no
longer matter: a count one above what is allowed, times at as many as are looked back upon.

A bound is looked at when what was waited for comes, or the run ends, and not at each happening in
between: what comes too late is seen then, and what never comes is seen at the end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from lastchunk.model.properties.base import (
    HOLDS,
    Judgement,
    JudgeSettings,
    Memory,
    NotApplicable,
    Violation,
    unsettled,
    until_its_end,
    with_end,
)
from lastchunk.model.properties.conditions import Formula
from lastchunk.model.properties.names import FIELDS
from lastchunk.model.trace.events import Event
from lastchunk.model.trace.facts import COMES_TO_AN_END, Facts

Remembering = tuple[Any, ...]
QUIET = "quiet"


class RunsEnd(NamedTuple):
    """The end of a run, for conditions in the place of an event: why, and what judges it."""

    at_ms: Any
    reason: str
    judge: JudgeSettings

    @property
    def is_quiet(self) -> bool:
        """Whether nothing can happen any more; else more could have come."""
        return self.reason == QUIET

    @property
    def is_cut(self) -> bool:
        """Whether a limit cut the run, and not its scenario."""
        return self.reason not in COMES_TO_AN_END


class Watch(ABC):
    """A compiled property. ``step`` gives the next memory, and a judgement where there is one."""

    is_decided_by_end = False
    """Whether the end of a run may violate it."""

    @property
    def conditions(self) -> tuple[Formula, ...]:
        """All that it looks at: its fields that are conditions, in order."""
        return tuple([value for value in vars(self).values() if isinstance(value, Formula)])

    @property
    @abstractmethod
    def words(self) -> str:
        """What it means, in a sentence."""

    def begin(self, at_ms: Any) -> Remembering:
        """What it remembers when a run begins: for most, nothing."""
        return ()

    @abstractmethod
    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """Take an event in; the facts have it already."""

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """What the end says where no event has violated it: that its case never came."""
        return until_its_end(ending.reason, f"it never came: {self.conditions[-1].words}")

    def over(
        self, found: Judgement | None, memory: Remembering, ending: RunsEnd, facts: Facts
    ) -> Judgement:
        """What a run that is over says; ``found`` is what its events said.

        Of one that was to go on that counts alone which no later event could change.
        """
        said = with_end(found, self.end(memory, ending, facts))
        return unsettled(ending.reason) if facts.is_open and not self.stands(said) else said

    def stands(self, said: Judgement) -> bool:
        """Whether it stays so, whatever comes after a cut: what was violated was."""
        return isinstance(said, Violation)

    @property
    def only_rises(self) -> bool:
        """Whether what is violated at the cost of a cut run is violated at a higher one, too."""
        return all(item.only_rises for item in self.conditions)

    def by_chunk(self, memory: Remembering) -> tuple[Remembering, tuple[tuple[int, int], ...]]:
        """The memory in two: what names no chunk, as one row, and numbers by chunk."""
        return memory, ()

    @property
    def is_timed(self) -> bool:
        """Whether its memory holds a time."""
        return False

    @property
    def remembers(self) -> tuple[Memory, ...]:
        """The facts that it rests on."""
        return tuple(sorted({word for item in self.conditions for word in item.remembers}))

    @property
    def not_explored(self) -> str:
        """What of it no exploration can look at; "" where one can."""
        return next((c.not_explored for c in self.conditions if c.not_explored), "")


@dataclass(frozen=True)
class Invariant(Watch):
    """Whenever ``when`` is true, so is ``asked``; without ``when``, after every event."""

    asked: Formula
    when: Formula | None

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        case = "After every event" if self.when is None else f"Whenever {self.when.words}"
        return f"{case}: {self.asked.words}."

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """Where it is asked, it must be true."""
        if self.when is not None and not self.when.holds(event, facts):
            return memory, None
        if self.asked.holds(event, facts):
            return memory, None if self.when is None else HOLDS
        return memory, Violation(event.at_ms, f"not: {self.asked.words}; at {type(event).__name__}")

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """It holds where it was asked."""
        return HOLDS if self.when is None else super().end(memory, ending, facts)


@dataclass(frozen=True)
class Never(Watch):
    """``denied`` is never true; ``when`` must come, or the run says nothing about it."""

    denied: Formula
    when: Formula | None

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        case = "" if self.when is None else f" when {self.when.words}"
        return f"Never{case}: {self.denied.words}."

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """What is denied must not be true."""
        is_asked = self.denied.is_case(event, facts)
        if not is_asked or (self.when is not None and not self.when.holds(event, facts)):
            return memory, None
        if self.denied.holds(event, facts):
            return memory, Violation(event.at_ms, f"it came: {self.denied.words}")
        return memory, HOLDS if self._needs_a_case else None

    @property
    def _needs_a_case(self) -> bool:
        return self.when is not None or not (self.denied.events is None or self.denied.is_bare)

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """It holds, unless the case never came."""
        if not self._needs_a_case:
            return HOLDS
        words = ", ".join(sorted(self.denied.events or ())) if self.when is None else ""
        return until_its_end(ending.reason, f"it never came: {words or self.conditions[-1].words}")


@dataclass(frozen=True)
class Eventually(Watch):
    """``wanted`` comes true after each ``after``, ``within`` ms of the later of that and ``since``.

    Without ``after``, once after the beginning. Without ``within``, before the run ends. It is the
    next time at which ``wanted`` is true that counts. The memory is the time from which on the
    oldest one waits.
    """

    wanted: Formula
    after: Formula | None
    within_ms: int | None
    since: Formula | None
    is_decided_by_end = True

    @property
    def is_timed(self) -> bool:
        """Only a bound needs the time."""
        return self.within_ms is not None

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        first = "In the end" if self.after is None else f"After {self.after.words}"
        if self.within_ms is None:
            return f"{first}: {self.wanted.words}."
        later = "" if self.since is None else f", or of {self.since.words} if that is later"
        return f"{first}, within {self.within_ms:,} ms{later}: {self.wanted.words}."

    def begin(self, at_ms: Any) -> Remembering:
        """It waits from the beginning, or for what it comes after."""
        return () if self.after is not None else (self._kept(at_ms),)

    def _kept(self, at_ms: Any) -> Any:
        return at_ms if self.is_timed else 0

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """What is waited for comes, in time or too late; or the waiting begins."""
        if not memory and (self.after is None or not self.after.holds(event, facts)):
            return memory, None
        at_ms: Any = event.at_ms
        if self.wanted.holds(event, facts):
            if memory and self._is_late(memory[0], at_ms):
                return (), self._late(memory[0])
            return (), HOLDS
        if not memory or (self.since is not None and self.since.holds(event, facts)):
            return (self._kept(at_ms),), None
        return memory, None

    def _is_late(self, since_ms: Any, at_ms: Any) -> bool:
        return self.within_ms is not None and bool(at_ms > since_ms + self.within_ms)

    def _late(self, since_ms: Any) -> Violation:
        assert self.within_ms is not None
        words = f"not within {self.within_ms:,} ms: {self.wanted.words}"
        return Violation(since_ms + self.within_ms, words)

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """What still waits at a quiet end waits for ever."""
        if not memory:
            case = self.after.words if self.after is not None else self.wanted.words
            return until_its_end(ending.reason, f"it never came: {case}")
        if self._is_late(memory[0], ending.at_ms):
            return self._late(memory[0])
        if ending.is_quiet:
            return Violation(ending.at_ms, f"it never came: {self.wanted.words}")
        return NotApplicable(f"the run ended at the {ending.reason}")

    def stands(self, said: Judgement) -> bool:
        """Once is enough without ``after``; a bound that is over may begin anew with ``since``."""
        return (isinstance(said, Violation) and self.since is None) or (
            said == HOLDS and self.after is None
        )


def _case(counted: Formula, event: Event, facts: Facts) -> Judgement | None:
    """An event that may be counted speaks for a bound, whether or not it is counted."""
    return HOLDS if counted.is_case(event, facts) else None


@dataclass(frozen=True)
class AtMost(Watch):
    """``counted`` comes at most ``most`` times, for each value of a field where one is given.

    The memory is how often each came, as pairs in order; one above ``most`` is never kept.
    """

    most: int
    counted: Formula
    field: str | None

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        each = "" if self.field is None else f" for each {self.field}"
        return f"At most {self.most} times{each}: {self.counted.words}."

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """One more."""
        if not self.counted.holds(event, facts):
            return memory, _case(self.counted, event, facts)
        key = None if self.field is None else getattr(event, self.field)
        counts = dict(memory)
        count = counts.get(key, 0) + 1
        if count > self.most:
            of_key = "" if self.field is None else f" with {self.field} {key}"
            words = f"{self.counted.words} came {count} times{of_key}, allowed {self.most}"
            return memory, Violation(event.at_ms, words)
        counts[key] = count
        return tuple(sorted(counts.items(), key=repr)), HOLDS

    @property
    def not_explored(self) -> str:
        """A number that only names a thing is no field to count by."""
        if self.field is not None and self.field not in (*FIELDS, "chunk"):
            return f"the field {self.field} of what is counted"
        return super().not_explored

    def by_chunk(self, memory: Remembering) -> tuple[Remembering, tuple[tuple[int, int], ...]]:
        """Counts by chunk name chunks; the others do not."""
        return ((), memory) if self.field == "chunk" else (tuple(chain(*memory)), ())


@dataclass(frozen=True)
class Ascending(Watch):
    """Each ``counted`` has more in a field than each before. The memory is the most so far."""

    counted: Formula
    field: str
    not_explored = "the order of chunks"

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        return f"Each comes with a higher {self.field} than all before: {self.counted.words}."

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """One more, against the highest so far."""
        if not self.counted.holds(event, facts):
            return memory, _case(self.counted, event, facts)
        key = getattr(event, self.field)
        if memory and key <= memory[0]:
            what = "again" if key == memory[0] else f"after {memory[0]}"
            words = f"{self.counted.words} with {self.field} {key} came {what}"
            return memory, Violation(event.at_ms, words)
        return (key,), HOLDS


@dataclass(frozen=True)
class Rate(Watch):
    """``counted`` comes at most ``most`` times in any stretch of ``in_any_ms``, its end left out.

    So ``most`` + 1 of them are at least ``in_any_ms`` apart. The memory is when the last ones came.
    """

    most: int
    counted: Formula
    in_any_ms: int

    @property
    def is_timed(self) -> bool:
        """Each time is kept."""
        return True

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        return f"At most {self.most} times in any {self.in_any_ms:,} ms: {self.counted.words}."

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """One more, against the one that came so many before."""
        if not self.counted.holds(event, facts):
            return memory, _case(self.counted, event, facts)
        at_ms: Any = event.at_ms
        if len(memory) == self.most and at_ms < memory[0] + self.in_any_ms:
            words = f"{self.counted.words} came {self.most + 1} times in {self.in_any_ms:,} ms"
            return memory, Violation(at_ms, f"{words}, allowed {self.most}")
        return (*memory, at_ms)[-self.most :], HOLDS


@dataclass(frozen=True)
class SomeTime(Watch):
    """``wanted`` is true in some run: a run where it is not says nothing."""

    wanted: Formula

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        return f"Sometimes: {self.wanted.words}."

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """It is met."""
        return memory, HOLDS if self.wanted.holds(event, facts) else None

    def stands(self, said: Judgement) -> bool:
        """Once is enough."""
        return said == HOLDS
