"""A proof is attacked before it is told, as a violation is replayed before it is shown.

Concrete schedules at the edges of the bounds (`model.simulate.edges`) run through the plain world,
and a share of them through SimPy's own path. None may violate what exploring has proved: one that
does shows that the explorer is wrong, and no verdict is told. How many are tried follows from how
much was explored, so that it is the same on every machine; it takes about a tenth of the time that
exploring took, and ends at a fifth where that is more, which is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.base.files import safe_name
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.state.monitor import NONE_OWN
from lastchunk.model.properties import EXPLORABLE, Property, Violation
from lastchunk.model.properties.judged import judge_trace
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.edges import play_edges, simulate_edges
from lastchunk.model.simulate.run import Run
from lastchunk.model.simulate.schedule import Schedule, write_schedule

LEAST = 20
"""Schedules that are tried however little was explored: that takes some hundredths of a second."""
HAPPENINGS_MAX = 2_000
"""Where a schedule is cut. What only an end can decide is not judged then."""
SIMPY = 4
"""Each so-manieth schedule is one of SimPy's."""
SETUP = 12
"""What it costs to begin a schedule, in happenings; with one for each step that was run, and for so
many that were only taken, it is a tenth of what exploring costs, so as measured."""
STEPS_FOR_ONE = 16
PLAYED_MAX = 256
"""So many schedules are kept for the other answers about a scope; each takes some 20 KB."""
SHARE = 0.2
SECONDS_LEAST = 1.0


Played = dict[int, tuple[Run, Schedule]]
"""Schedules of a design in a scenario and what came of them, by number."""


@dataclass(frozen=True)
class Attack:
    """``schedules`` were tried and violated nothing; ``unfinished`` says why not more were."""

    schedules: int = 0
    happenings: int = 0
    unfinished: str = ""

    def sentence(self) -> str:
        """What was tried, in one sentence."""
        if not self.schedules:
            return "what is proved was not attacked"
        words = f"{self.schedules:,} schedule" + ("" if self.schedules == 1 else "s")
        more = f"; {self.unfinished}" if self.unfinished else ""
        return f"what is proved was attacked by {words} at the edges of the bounds{more}"


class RefutedProofError(InternalError):
    """A schedule violates what exploring has proved. ``schedule`` shows it; it replays."""

    def __init__(self, slug: str, design: str, schedule: Schedule, detail: str, file: str) -> None:
        super().__init__(slug, design, schedule, detail, file)
        self.slug = slug
        self.schedule = schedule
        self.file = file

    def __str__(self) -> str:
        slug, design, _, detail, file = self.args
        return (
            f"{slug} was proved of {design}, and a schedule violates it ({detail}): {file}; the "
            "proof is wrong and is not told; please report it with the design and that schedule"
        )


def happenings_for(runs: int, steps: int) -> int:
    """How many happenings a proof is attacked with, by the steps that exploring took and ran."""
    return runs + steps // STEPS_FOR_ONE


def check_attack(schedules: int | None) -> None:
    """Refuse a number below 0. Raises `InputError`."""
    if schedules is not None and (type(schedules) is not int or schedules < 0):
        raise InputError("--attack", schedules, "a whole number, at least 0")


class Attacker:
    """Attacks what is proved of a design in a scenario.

    ``undecided`` are the properties that only the end of a run decides. ``played`` has schedules
    that were played before, and gets what is played now: the same one tests other properties, too.
    """

    def __init__(
        self,
        design: DesignSpec,
        scenario: Scenario,
        slugs: Collection[str],
        undecided: Collection[str],
        own: Mapping[str, Property] = NONE_OWN,
        played: Played | None = None,
    ) -> None:
        self.played = {} if played is None else played
        self.design = design
        self.scenario = scenario
        self.slugs = list(slugs)
        self.undecided = undecided
        self.own = own
        self.happenings = 0

    def attack(self, schedules: int | None, happenings: int, seconds: float) -> Attack:
        """Try so many schedules; where no number is given, as many as the happenings allow.

        Raises `RefutedProofError`.
        """
        least = LEAST if schedules is None else schedules
        deadline = Deadline(seconds)
        number = 0
        while number < least or (schedules is None and self._cost(number) < happenings):
            if number and deadline.is_over():
                return Attack(number, self.happenings, f"{seconds:.1f} s were used up")
            self._try(number)
            number += 1
        return Attack(number, self.happenings)

    def _cost(self, schedules: int) -> int:
        return self.happenings + SETUP * schedules

    def _try(self, number: int) -> None:
        run, schedule = self._play(number)
        self.happenings += len(schedule.steps)
        for slug, violation in self._violations(run, schedule).items():
            detail = violation.detail
            file = _written(schedule, f"refuted-{safe_name(self.design.name)}-{slug}.jsonl")
            raise RefutedProofError(slug, self.design.name, schedule, detail, file)

    def _play(self, number: int) -> tuple[Run, Schedule]:
        """The schedule of that number, and what came of it."""
        known = self.played.get(number)
        if known is not None:
            return known
        way = simulate_edges if number % SIMPY == SIMPY - 1 else play_edges
        made = way(self.design, self.scenario, number, HAPPENINGS_MAX)
        if len(self.played) < PLAYED_MAX:
            self.played[number] = made
        return made

    def _violations(self, run: Run, schedule: Schedule) -> dict[str, Violation]:
        return violations(run, schedule, self.slugs, self.undecided, self.own)


def violations(
    run: Run,
    schedule: Schedule,
    slugs: Collection[str],
    undecided: Collection[str],
    own: Mapping[str, Property] = NONE_OWN,
) -> dict[str, Violation]:
    """What a run violates of some properties; where it was to go on, of what no end decides."""
    judged = {
        slug: judge_trace(own.get(slug) or EXPLORABLE[slug], run.trace, run.facts, run.judge)
        for slug in slugs
        if not (run.facts.is_open and slug in undecided)
    }
    return {slug: item for slug, item in judged.items() if isinstance(item, Violation)}


def _written(schedule: Schedule, name: str) -> str:
    """Write the schedule into the current folder; the words that say where it is."""
    try:
        write_schedule(schedule, Path(name))
    except InputError:
        return "its schedule is attached to the error, for it could not be written here"
    return f"schedule {name}"
