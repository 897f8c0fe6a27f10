"""One search for some of the properties, and what it says of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from lastchunk.model.base.verdict import Verdict, VerdictKind
from lastchunk.model.explore.code.watched import ChunkIndexUsed
from lastchunk.model.explore.search.deadline import Deadline, OutOfTimeError
from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.witness.counterexample import Counterexample, counterexample
from lastchunk.model.explore.witness.cycles import Rounds, exactly
from lastchunk.model.explore.witness.endless import Round, endless_example, once_round
from lastchunk.model.explore.witness.paths import Walk
from lastchunk.model.explore.witness.walks import walk_to
from lastchunk.model.properties import JudgeSettings, NotApplicable
from lastchunk.model.properties.watches import RunsEnd
from lastchunk.model.trace.facts import AT_COMPLETION, Facts
from lastchunk.model.world.object.blob_store import StoreIsRead


@dataclass(frozen=True)
class Reductions:
    """The reductions; none changes a verdict, each changes the number of classes."""

    inclusion: bool = True
    symmetry: bool = True
    pruning: bool = True
    forgets_blobs: bool = True
    """What is in the blob store is no part of a state, where the design never reads it."""

    def without(self, seen: ChunkIndexUsed | StoreIsRead) -> Reductions:
        """What is left of them for a design that was seen to look at what one of them hides."""
        is_index = isinstance(seen, ChunkIndexUsed)
        return replace(self, symmetry=False) if is_index else replace(self, forgets_blobs=False)


NO_RUN = RunsEnd(0, "quiet", JudgeSettings())
SILENT = "no schedule says anything about it"
UNSETTLED = (
    "a session ends as it is completed while the user records, and what comes then is not looked "
    "at; limits.end_at_completion=false looks at it"
)
BETWEEN_MS = (
    "a schedule violates it, but only at times between whole milliseconds, which no clock shows"
)
FROM_A_PATH = ("shortest", "widest")
FOR_EVER = {
    True: "there is a schedule that goes on for ever, and it stays violated",
    False: "classes form a cycle in which it is violated; the budget ended before it was sure",
}


def verdict_of(kind: VerdictKind, reason: str) -> Verdict:
    """A verdict of exploring, which counts no sessions."""
    return Verdict(kind, 0, 0, 0.0, 1.0 if kind != "proved" else 0.0, reason)


def used_up(deadline: Deadline, how: str) -> Verdict:
    """The verdict where the seconds were over after exploring."""
    return verdict_of("unknown", f"the budget of {deadline.words} was used up: {how}")


class PropertyGroupSearch:
    """One search for some of the properties, and what it says of each of ``slugs``.

    What else it was asked for another search tells.
    """

    def __init__(
        self, search: Search[Machine], reductions: Reductions, slugs: Sequence[str]
    ) -> None:
        self.search = search
        self.slugs = slugs
        self.reductions = reductions
        self.machine = search.machine
        self.endless: dict[str, list[int]] = {}
        self.exact: Rounds | None = None
        """The cycles of a second search, with equal classes alone."""
        self.untold: set[str] = set()
        """Properties that are violated, and whose schedule could not be made in time."""

    @cached_property
    def rounds(self) -> Rounds:
        """The cycles of the classes; with inclusion, each is a suspicion."""
        return Rounds(self.search)

    def search_rounds(self) -> None:
        """Search once more where a property may stay violated for ever, with equal classes alone.

        What is not searched for in time stays unknown.
        """
        findings, at_end = self.search.found.findings, self.machine.monitor.at_end
        slugs = [slug for slug in self.machine.monitor.slugs if slug in at_end]
        self._search_if(
            lambda: any(self.rounds.violating(slug) for slug in slugs if slug not in findings)
        )

    def search_settled_rounds(self) -> None:
        """The same where a settled session may go on for ever."""
        self._search_if(lambda: bool(self.rounds.settled()))

    def _search_if(self, is_suspected: Callable[[], bool]) -> None:
        if self.exact is not None or self.search.found.unfinished:
            return
        with suppress(OutOfTimeError):
            if is_suspected():
                self.exact = Rounds(exactly(self.search))

    def _exact(self) -> Rounds:
        """What the second search found. Raises `OutOfTimeError` where there was no time for it."""
        if self.exact is None:
            raise OutOfTimeError
        return self.exact

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each property that it tells of."""
        return {slug: self._verdict(slug) for slug in self.slugs}

    def _verdict(self, slug: str) -> Verdict:
        found = self.search.found
        if slug in found.findings:
            return verdict_of("violated", str(found.findings[slug].judgement.detail))
        if found.unfinished:
            return verdict_of(
                "unknown",
                f"the budget of {found.unfinished} was used up after {found.classes:,} classes, "
                f"with {found.frontier:,} more at the frontier",
            )
        try:
            return self._verdict_of_all(slug)
        except OutOfTimeError:
            return used_up(self.search.deadline, "what stays so for ever was not looked at")

    def _verdict_of_all(self, slug: str) -> Verdict:
        """The verdict where all was explored and no step violates it. Raises `OutOfTimeError`."""
        found = self.search.found
        if slug in self.machine.monitor.at_end and self.rounds.violating(slug):
            exact = self._exact()
            unfinished = exact.search.found.unfinished
            cycle = [] if unfinished else exact.violating(slug)
            if cycle:
                self.endless[slug] = cycle
            if cycle or unfinished:
                is_shown = not unfinished
                return verdict_of("violated" if is_shown else "unknown", FOR_EVER[is_shown])
        unmet = sorted(self.machine.monitor.sometimes - found.sometimes)
        if unmet:
            return verdict_of("unknown", "it never happened that " + ", ".join(unmet))
        if slug in found.unsettled:
            return verdict_of("unknown", UNSETTLED)
        if slug not in found.holding and not self.rounds.holds(slug):
            return verdict_of("unknown", self._silent_words(slug))
        return verdict_of("proved", "")

    def _silent_words(self, slug: str) -> str:
        """Why no schedule decides a property; an own one says what never came."""
        watch = self.machine.monitor.own.get(slug)
        run = NO_RUN
        if self.machine.scenario.limits.end_at_completion:
            run = run._replace(reason=AT_COMPLETION)  # what comes later is not looked at
        said = None if watch is None else watch.end(watch.begin(0), run, Facts())
        return f"{SILENT}: {said.reason}" if isinstance(said, NotApplicable) else SILENT

    def counterexamples(self, kinds: Collection[str]) -> dict[str, tuple[Counterexample, ...]]:
        """The shortest, the widest and the earliest session for each property violated.

        A property without any is violated between whole milliseconds alone.
        """
        out: dict[str, tuple[Counterexample, ...]] = {}
        deadline = self.search.deadline.after()
        for slug, finding in self.search.found.findings.items():
            walk = walk_to(self.search, finding)
            made = [self._in_time(slug, k, walk, deadline) for k in FROM_A_PATH if k in kinds]
            earliest = self._earliest(slug, deadline) if "earliest" in kinds else None
            out[slug] = tuple(item for item in (*made, earliest) if item is not None)
        for slug, cycle in self.endless.items():
            out[slug] = self._endless(slug, cycle, deadline)
        for slug, items in out.items():
            if items:
                self.untold.discard(slug)
        return out

    def _in_time(
        self, slug: str, kind: str, walk: Walk, deadline: Deadline
    ) -> Counterexample | None:
        """The session of that kind; None where no times fit, or not before it is too late."""
        machine = self.machine
        if kind != FROM_A_PATH[0] and deadline.is_over():
            return None  # the first one shows it
        try:
            item = machine.monitor.known[slug]
            return counterexample(
                slug, kind, walk, machine.scenario, machine.design, deadline, item
            )
        except OutOfTimeError:
            self.untold.add(slug)
            return None

    def _endless(
        self, slug: str, cycle: list[int], deadline: Deadline
    ) -> tuple[Counterexample, ...]:
        try:
            example = endless_example(slug, self._exact().search, cycle, deadline)
        except OutOfTimeError:
            self.untold.add(slug)
            return ()
        return () if example is None else (example,)

    def goes_on(self) -> str:
        """How a session that is settled goes on for ever, in words; '' where none does."""
        try:
            found = self._settled_round()
        except OutOfTimeError:
            return ""
        if found is None:
            return ""
        is_completed = found.run.facts.final_completion_ms >= 0
        after = "completion" if is_completed else "it was declared incomplete"
        return f"goes on for ever after {after}: {found.words}"

    def _settled_round(self) -> Round | None:
        """A settled session, once round its cycle. Raises `OutOfTimeError`."""
        if self.search.found.unfinished or not self.rounds.settled():
            return None
        exact = self._exact()
        cycle = [] if exact.search.found.unfinished else exact.settled()
        return once_round(exact.search, cycle, "", self.search.deadline.after()) if cycle else None

    def _earliest(self, slug: str, after: Deadline) -> Counterexample | None:
        """The violation that comes soonest: a search in the order of time.

        It may go where the first search had no need to go, and see more of the design there.
        """
        reductions = self.reductions
        while True:
            search = self._in_order_of_time(slug, reductions)
            try:
                found = search.run()
                break
            except (ChunkIndexUsed, StoreIsRead) as seen:
                reductions = reductions.without(seen)
        if found.unfinished or slug not in found.findings:
            return None
        return self._in_time(slug, "earliest", walk_to(search, found.findings[slug]), after)

    def _in_order_of_time(self, slug: str, reductions: Reductions) -> Search[Machine]:
        old = self.machine
        machine = Machine(
            old.design,
            old.scenario,
            monitor_for(old.design, old.scenario, [slug], old.monitor.known),
            old.symmetric and reductions.symmetry,
            reductions.pruning,
            origin=True,
            forgets_blobs=reductions.forgets_blobs,
        )
        budget, deadline = self.search.budget, self.search.deadline
        return Search(machine, budget, reductions.inclusion, stops=True, deadline=deadline)
