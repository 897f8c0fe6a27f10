"""One search for some of the properties, and what it says of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from model.explore.counterexample import Counterexample, counterexample
from model.explore.cycles import Rounds, exactly
from model.explore.endless import endless_example, once_round
from model.explore.machine import Machine, monitor_for
from model.explore.search import Search
from model.verdict import Verdict, VerdictKind


@dataclass(frozen=True)
class Switches:
    """The reductions; none changes a verdict, each changes the number of classes."""

    inclusion: bool = True
    symmetry: bool = True
    pruning: bool = True


SILENT = "no schedule says anything about it"
BETWEEN_MS = (
    "a schedule violates it, but only at times between whole milliseconds, which no clock shows"
)
FOR_EVER = {
    True: "there is a schedule that goes on for ever, and it stays violated",
    False: "classes form a cycle in which it is violated; the budget ended before it was sure",
}


def verdict_of(kind: VerdictKind, reason: str) -> Verdict:
    """A verdict of exploring, which counts no sessions."""
    return Verdict(kind, 0, 0, 0.0, 1.0 if kind != "proved" else 0.0, reason)


class Part:
    """One search for some of the properties, and what it says of each."""

    def __init__(self, search: Search, switches: Switches) -> None:
        self.search = search
        self.switches = switches
        self.machine = search.machine
        self.endless: dict[str, list[int]] = {}

    @cached_property
    def rounds(self) -> Rounds:
        """The cycles of the classes; with inclusion, each is a suspicion."""
        return Rounds(self.search)

    @cached_property
    def exact(self) -> Rounds:
        """The cycles that are the system's own, where a second search came to its end."""
        return Rounds(exactly(self.search))

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each property that was searched for."""
        return {slug: self._verdict(slug) for slug in self.machine.monitor.slugs}

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
        if slug in self.machine.monitor.late and self.rounds.violating(slug):
            unfinished = self.exact.search.found.unfinished
            cycle = [] if unfinished else self.exact.violating(slug)
            if cycle:
                self.endless[slug] = cycle
            if cycle or unfinished:
                is_shown = not unfinished
                return verdict_of("violated" if is_shown else "unknown", FOR_EVER[is_shown])
        unmet = sorted(self.machine.monitor.guards - found.guards)
        if unmet:
            return verdict_of("unknown", "it never happened that " + ", ".join(unmet))
        if slug not in found.held and not self.rounds.holds(slug):
            return verdict_of("unknown", SILENT)
        return verdict_of("proved", "")

    def counterexamples(self, kinds: Collection[str]) -> dict[str, tuple[Counterexample, ...]]:
        """The shortest, the widest and the earliest session for each property violated.

        A property without any is violated between whole milliseconds alone.
        """
        out = {}
        for slug, finding in self.search.found.findings.items():
            walk = self.search.walk_to(finding)
            made = [self._example(slug, k, walk) for k in ("shortest", "widest") if k in kinds]
            earliest = self._earliest(slug) if "earliest" in kinds else None
            if earliest is not None:
                made.append(earliest)
            out[slug] = tuple(item for item in made if item is not None)
        for slug, cycle in self.endless.items():
            example = endless_example(slug, self.exact.search, cycle)
            out[slug] = () if example is None else (example,)
        return out

    def goes_on(self) -> str:
        """How a session that is settled goes on for ever, in words; '' where none does."""
        if self.search.found.unfinished or not self.rounds.settled():
            return ""
        exact = self.exact
        cycle = [] if exact.search.found.unfinished else exact.settled()
        found = once_round(exact.search, cycle, "") if cycle else None
        if found is None:
            return ""
        is_completed = found.run.facts.final_completion_ms >= 0
        after = "completion" if is_completed else "it was declared incomplete"
        return f"goes on for ever after {after}: {found.words}"

    def _example(self, slug: str, kind: str, walk: Any) -> Counterexample | None:
        machine = self.machine
        return counterexample(slug, kind, walk, machine.scenario, machine.plain)

    def _earliest(self, slug: str) -> Counterexample | None:
        """The violation that comes soonest: a search in the order of time."""
        old = self.machine
        machine = Machine(
            old.plain,
            old.scenario,
            monitor_for(old.plain, old.scenario, [slug]),
            old.symmetric,
            self.switches.pruning,
            origin=True,
        )
        budget, deadline = self.search.budget, self.search.deadline
        inclusion = self.switches.inclusion
        search = Search(machine, budget, inclusion, stops=True, deadline=deadline)
        found = search.run()
        if found.unfinished or slug not in found.findings:
            return None
        return self._example(slug, "earliest", search.walk_to(found.findings[slug]))
