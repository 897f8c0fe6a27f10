"""A schedule through every state class of a proof, and what exploring found violated.

A proof stands on the classes that its search kept. Each was come by on a path, and a path to a
class leads through all those before it. So the paths to the last ones pass through every class;
each is solved to whole milliseconds. A class that no whole milliseconds reach is never visited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lastchunk.model.conformance.own.twin import with_own_settings
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.code.watched import ChunkIndexUsed
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.search.search import Budget, Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.state.monitor import groups_of
from lastchunk.model.explore.verify import verify
from lastchunk.model.explore.witness.counterexample import session_of
from lastchunk.model.explore.witness.times import in_order, instants_of, times_of
from lastchunk.model.explore.witness.walks import walker_at
from lastchunk.model.properties import asked
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.schedule import Schedule

SCOPE = "small-scope"
CLASSES_OF_EXAMPLES = 400
"""Where a search for counterexamples gives up: it is the same on every machine."""
EXAMPLES_IN = ("reliable", "any-delay", "loss", "client-lost")
"""The classes of faults about the network, whose counterexamples can be played."""
KINDS_PLAYED = ("shortest", "widest")


@dataclass(frozen=True)
class ClassCoverage:
    """The schedules that pass through the classes of a design's proof.

    ``passed`` has for each schedule how many classes it is the first to pass through; ``between``
    counts classes that only times between whole milliseconds reach.
    """

    design: str
    classes: int
    schedules: tuple[Schedule, ...]
    passed: tuple[int, ...]
    between: int


def class_coverage(name: str, chunks: int, own_settings: bool = False) -> ClassCoverage:
    """Schedules through every class of the small scope's proof, of one design.

    With ``own_settings`` it has its own ones, and not the scope's.
    """
    scenario = load_scenario(SCOPE, [f"chunks={chunks}"])
    if own_settings:
        scenario = with_own_settings(scenario)
    design = load_design(name, scenario)
    classes, between = 0, 0
    schedules: list[Schedule] = []
    passed: list[int] = []
    for group in groups_of(asked(design.cls, scenario), {}):
        search = _searched(scenario, design, group)
        kept = {n for n in range(len(search.classes)) if n not in search.covered}
        classes += len(kept)
        for schedule, through in _paths(search, kept, scenario, design):
            if schedule is None:
                between += through
            else:
                schedules.append(schedule)
                passed.append(through)
    return ClassCoverage(name, classes, tuple(schedules), tuple(passed), between)


def _searched(scenario: Scenario, design: DesignSpec, slugs: list[str]) -> Search[Machine]:
    """All classes of one search; without the symmetry if the design tells chunks apart."""
    for symmetry in (True, False):
        monitor = monitor_for(design, scenario, slugs, {})
        search = Search(Machine(design, scenario, monitor, symmetry, True), Budget())
        try:
            search.run()
        except ChunkIndexUsed:
            continue
        break
    return search


def _paths(
    search: Search[Machine], kept: set[int], scenario: Scenario, design: DesignSpec
) -> Iterator[tuple[Schedule | None, int]]:
    """Paths that pass through all classes, from the last one back, each with how many it is the
    first to pass; None where no whole milliseconds fit."""
    left = set(kept)
    for number in sorted(kept, reverse=True):
        if number not in left:
            continue
        through = {number}
        before = search.classes[number][1]
        while before >= 0:
            through.add(before)
            before = search.classes[before][1]
        schedule = _schedule_to(search, number, scenario, design)
        new = through & left if schedule is not None else {number}
        left -= new
        yield schedule, len(new)


def _schedule_to(
    search: Search[Machine], number: int, scenario: Scenario, design: DesignSpec
) -> Schedule | None:
    walk = walker_at(search, number).walk()
    instants_ms = instants_of(walk, "earliest")
    if instants_ms is None:
        return None
    order = in_order(walk, times_of(walk, instants_ms))
    return session_of(walk, order, instants_ms, scenario, design)


def counterexamples_of(
    name: str, chunks: int = 2, own_settings: bool = False
) -> list[tuple[str, Schedule]]:
    """The counterexamples that exploring finds, with where: in the small scope, by the network."""
    scopes = [(SCOPE, load_scenario(SCOPE))]
    for faults in EXAMPLES_IN:
        found = enumerate(BUILDERS[faults](chunks).scopes)
        scopes += [(f"{faults}-{number}", scope.load()) for number, scope in found]
    if own_settings:
        scopes = [(where, with_own_settings(scenario)) for where, scenario in scopes]
    budget = Budget(classes=CLASSES_OF_EXAMPLES, seconds=10_000)
    out: list[tuple[str, Schedule]] = []
    for where, scenario in scopes:
        result = verify(
            scenario, load_design(name, scenario), budget=budget, attack=0, kinds=KINDS_PLAYED
        )
        for slug, items in result.counterexamples.items():
            out += [(f"{where} {slug} {item.kind}", item.schedule) for item in items]
    return out
