"""Monitors of what only the end of a run decides: what stands then, what came last, what was kept.

Each is a `Watch` like those of `watches.py`; its memory has no bound of its own and needs none: a
flag, one time or two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lastchunk.model.properties.base import (
    HOLDS,
    Judgement,
    Memory,
    NotApplicable,
    Violation,
    until_its_end,
)
from lastchunk.model.properties.conditions import Formula
from lastchunk.model.properties.shipped.words import Grace
from lastchunk.model.properties.watches import Remembering, RunsEnd, Watch
from lastchunk.model.trace.events import Event, StateWritten, StorageReverted
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import COMPLETED

NEVER_CAME, IN_TIME = -1, -2
NO_CASE, GOOD, BAD = 0, 1, 2


@dataclass(frozen=True)
class AtEnd(Watch):
    """When nothing can happen any more, ``asked`` is true; ``when`` is a condition on that end.

    A run that its scenario ends at the completion says nothing against it, unless ``even_if_cut``;
    one that a limit cut says nothing at all.
    """

    asked: Formula
    when: Formula | None
    even_if_cut: bool
    is_decided_by_end = True

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        case = "At the end" if self.when is None else f"At the end, where {self.when.words}"
        return f"{case}: {self.asked.words}."

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """No event decides it."""
        return memory, None

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """What stands now stays so."""
        if self.when is not None and not self.when.holds(ending, facts):
            return NotApplicable(f"at the end it is not so: {self.when.words}")
        if self.asked.holds(ending, facts):
            return HOLDS
        if not ending.is_quiet and not self.even_if_cut:
            return NotApplicable(f"the run ended at the {ending.reason}")
        return Violation(ending.at_ms, f"at the end, not: {self.asked.words}")

    def stands(self, said: Judgement) -> bool:
        """A cut is no end."""
        return False


@dataclass(frozen=True)
class LastWithin(Watch):
    """The last ``wanted`` comes at most ``within`` ms after the last ``since`` of the whole run.

    The memory is two times. Of a ``wanted`` that a ``since`` follows only matters that it came.
    """

    wanted: Formula
    within: int | Grace
    since: Formula
    when: Formula | None
    is_decided_by_end = True
    is_timed = True

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        bound = f"{self.within:,} ms" if isinstance(self.within, int) else str(self.within)
        case = "" if self.when is None else f"Where at the end {self.when.words}: "
        return f"{case}the last time that {self.wanted.words} is within {bound} of {self._since}."

    @property
    def _since(self) -> str:
        return f"the last time that {self.since.words}"

    def begin(self, at_ms: Any) -> Remembering:
        """Neither has come."""
        return (NEVER_CAME, NEVER_CAME)

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """Note when each came last."""
        since_ms, wanted_ms = memory
        if self.since.holds(event, facts):
            since_ms, wanted_ms = event.at_ms, IN_TIME if wanted_ms != NEVER_CAME else NEVER_CAME
        if self.wanted.holds(event, facts):
            wanted_ms = event.at_ms
        return (since_ms, wanted_ms), None

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """Only now it is known which of them were the last."""
        since_ms, wanted_ms = memory
        if self.when is not None and not self.when.holds(ending, facts):
            return NotApplicable(f"at the end it is not so: {self.when.words}")
        if wanted_ms == NEVER_CAME:
            return until_its_end(ending.reason, f"it never came: {self.wanted.words}")
        if since_ms == NEVER_CAME:
            return until_its_end(ending.reason, f"it never came: {self.since.words}")
        bound_ms = self.within if isinstance(self.within, int) else self.within.of(ending.judge)
        if wanted_ms != IN_TIME and wanted_ms > since_ms + bound_ms:
            words = f"not within {bound_ms:,} ms of {self._since}: {self.wanted.words}"
            return Violation(since_ms + bound_ms, words)
        return HOLDS

    def stands(self, said: Judgement) -> bool:
        """After a cut either may come once more."""
        return False


@dataclass(frozen=True)
class OnDisk(Watch):
    """As ``inner``, less what a reset takes back: a status that was never on disk never was.

    ``inner`` looks at statuses as they are written. The memory says whether the session is
    completed, what the newest case said, and what those before it said together.
    """

    inner: Watch
    is_decided_by_end = True

    @property
    def conditions(self) -> tuple[Formula, ...]:
        """Those of the inner one."""
        return self.inner.conditions

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        return f"{self.inner.words[:-1]}; what a reset takes back does not count."

    def begin(self, at_ms: Any) -> Remembering:
        """No session, and no case."""
        return (False, NO_CASE, NO_CASE, False)

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """A case is added, or the newest one is taken back with the status that it wrote."""
        was_completed, newest, older, newest_is = memory
        is_completed = facts.status == COMPLETED
        if isinstance(event, StorageReverted):
            if newest != NO_CASE and newest_is == was_completed != is_completed:
                newest = NO_CASE
            return (is_completed, newest, older, newest_is), None
        if not isinstance(event, StateWritten):
            return memory, None
        _, said = self.inner.step((), event, facts)
        if said is not None:
            older = max(older, newest)
            newest, newest_is = (BAD if isinstance(said, Violation) else GOOD), is_completed
        return (is_completed, newest, older, newest_is), None

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """What is left of the cases."""
        _, newest, older, _ = memory
        worst = max(newest, older)
        if worst == BAD:
            return Violation(ending.at_ms, f"it was not so: {self.inner.words}")
        if worst == GOOD:
            return HOLDS
        return until_its_end(ending.reason, "it never came, or was taken back")


@dataclass(frozen=True)
class OfGiven(Watch):
    """As ``inner``; a run that does not violate it holds it if ``when`` is true at its end."""

    inner: Watch
    when: Formula
    is_decided_by_end = True

    @property
    def conditions(self) -> tuple[Formula, ...]:
        """Those of the inner one, and the case."""
        return (*self.inner.conditions, self.when)

    @property
    def is_timed(self) -> bool:
        """As the inner one."""
        return self.inner.is_timed

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        return (
            f"{self.inner.words[:-1]}; a run without a violation says so where {self.when.words}."
        )

    def begin(self, at_ms: Any) -> Remembering:
        """What the inner one remembers."""
        return self.inner.begin(at_ms)

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """A violation counts at once; whether the run says anything, its end tells."""
        memory, said = self.inner.step(memory, event, facts)
        return memory, said if isinstance(said, Violation) else None

    def by_chunk(self, memory: Remembering) -> tuple[Remembering, tuple[tuple[int, int], ...]]:
        """As the inner one."""
        return self.inner.by_chunk(memory)

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """It holds where the case came and nothing violates it."""
        said = self.inner.end(memory, ending, facts)
        if isinstance(said, Violation):
            return said
        if self.when.holds(ending, facts):
            return HOLDS
        return NotApplicable(f"at the end it is not so: {self.when.words}")


@dataclass(frozen=True)
class Both(Watch):
    """Each of the two; it holds where one of them does and none is violated."""

    first: Watch
    second: Watch
    parts: tuple[Watch, Watch] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", (self.first, self.second))

    @property
    def is_decided_by_end(self) -> bool:  # type: ignore[override]  # of two it depends on them
        """Whether the end decides one of them."""
        return any(part.is_decided_by_end for part in self.parts)

    @property
    def is_timed(self) -> bool:
        """Whether one of them is."""
        return any(part.is_timed for part in self.parts)

    @property
    def conditions(self) -> tuple[Formula, ...]:
        """Those of both."""
        return (*self.first.conditions, *self.second.conditions)

    @property
    def remembers(self) -> tuple[Memory, ...]:
        """What either rests on."""
        return tuple(sorted({word for part in self.parts for word in part.remembers}))

    @property
    def not_explored(self) -> str:
        """What of either no exploration can look at."""
        return self.first.not_explored or self.second.not_explored

    @property
    def words(self) -> str:
        """What they mean, in two sentences."""
        return f"{self.first.words} {self.second.words}"

    def begin(self, at_ms: Any) -> Remembering:
        """What each of them remembers."""
        return tuple(part.begin(at_ms) for part in self.parts)

    def step(
        self, memory: Remembering, event: Event, facts: Facts
    ) -> tuple[Remembering, Judgement | None]:
        """Both see it; a violation goes before."""
        first, said = self.first.step(memory[0], event, facts)
        second, more = self.second.step(memory[1], event, facts)
        return (first, second), more if said is None or isinstance(more, Violation) else said

    def by_chunk(self, memory: Remembering) -> tuple[Remembering, tuple[tuple[int, int], ...]]:
        """The rows of both, one after the other; how long the first one is tells them apart."""
        (rows, counts), (more_rows, more) = (
            part.by_chunk(inner) for part, inner in zip(self.parts, memory, strict=True)
        )
        # An even number is the first one's, an odd one the second's.
        told = (*((c, 2 * n) for c, n in counts), *((c, 2 * n + 1) for c, n in more))
        return (len(rows), *rows, *more_rows), told

    def end(self, memory: Remembering, ending: RunsEnd, facts: Facts) -> Judgement:
        """A violation, else what holds, else why neither says anything."""
        said = [p.over(None, m, ending, facts) for p, m in zip(self.parts, memory, strict=True)]
        said.sort(key=lambda item: (isinstance(item, NotApplicable), item == HOLDS))
        return said[0]
