"""A schedule without an end as a session: the way to a cycle of classes, and once round it.

Only a search that keeps every class, not the maximal ones alone, has cycles that are the system's
own (`cycles.py`). The session is run again like any counterexample; it cannot show that
it never ends, but that it comes back to the state in which it was, and is not completed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine
from lastchunk.model.explore.state.node import Move
from lastchunk.model.explore.timing.steps import Leaf
from lastchunk.model.explore.witness.counterexample import (
    Counterexample,
    ExplorerError,
    replayed,
    session_of,
)
from lastchunk.model.explore.witness.times import in_order, instants_of, ranges_of, times_of
from lastchunk.model.explore.witness.walks import walker_at
from lastchunk.model.properties import Violation
from lastchunk.model.properties.judged import judge_trace
from lastchunk.model.simulate import Run
from lastchunk.model.simulate.schedule import Schedule

FOR_EVER = " for ever"


@dataclass(frozen=True)
class Round:
    """The way to a cycle and once round it: a schedule, run; the cycle's last steps and time."""

    schedule: Schedule
    run: Run
    ranges_ms: tuple[tuple[int, int | None], ...]
    steps: int
    ms: int
    ended_ms: int

    @property
    def words(self) -> str:
        """The cycle in words."""
        last = "the last step takes" if self.steps == 1 else f"the last {self.steps} steps take"
        return (
            f"{last} {self.ms:,} ms here; that leads back to the state before, and may come again "
            "without an end"
        )


def once_round(
    search: Search[Machine], cycle: list[int], slug: str, deadline: Deadline | None = None
) -> Round | None:
    """The session that goes round a cycle, where it would violate a property; '' asks for none.

    None where no whole milliseconds fit. Raises `ExplorerError` where the replay goes elsewhere.
    """
    walker = walker_at(search, cycle[0])
    before = len(walker.happenings)
    for number, following in pairwise(cycle):
        node = search.classes[number][0]
        walker.step(node, *_step_to(search, number, following))
    node = search.classes[cycle[0]][0]
    if walker.discrete().key != node.discrete.key:
        raise ExplorerError("a cycle of classes does not come back to the state it began in")
    wanted = [end for end in search.ends_of(cycle[0]) if _violates(end, slug)]
    if wanted:
        walker.end(node, wanted[0])
    walk, machine = walker.walk(), search.machine
    instants_ms = instants_of(walk, "earliest", deadline)
    if instants_ms is None:
        return None
    times_ms = times_of(walk, instants_ms)
    order = in_order(walk, times_ms)
    schedule = session_of(walk, order, instants_ms, machine.scenario, machine.design)
    run = replayed(slug or "endless", schedule, machine.design)
    # A fault passes once at the most, so nothing in a round is early.
    pairs = zip(walk.happenings, times_ms, strict=True)
    came_ms = [0, *(at_ms for item, at_ms in pairs if not item.early)]
    count = len(walk.happenings) - before
    ranges_ms = ranges_of(walk, deadline)
    ranges = tuple(ranges_ms[number] for number in order)
    return Round(schedule, run, ranges, count, came_ms[-1] - came_ms[-1 - count], came_ms[-1])


def _violates(end: Leaf, slug: str) -> bool:
    return isinstance(end.judgements.get(slug), Violation)


def endless_example(
    slug: str, search: Search[Machine], cycle: list[int], deadline: Deadline | None = None
) -> Counterexample | None:
    """The session that violates a property for ever; None where no whole milliseconds fit.

    Raises `ExplorerError` where the run does not show it.
    """
    found = once_round(search, cycle, slug, deadline)
    if found is None:
        return None
    facts = found.run.facts.copy()
    facts.ended = "quiet"  # as it would be judged if nothing ever changed any more
    item = search.machine.monitor.known[slug]
    judgement = judge_trace(item, found.run.trace, facts, found.run.judge)
    if not isinstance(judgement, Violation):
        raise ExplorerError(
            f"the explorer says that {slug} is violated for ever, and the replay of its own "
            f"schedule says: {judgement}"
        )
    words = judgement.detail.removesuffix(FOR_EVER)
    violation = Violation(found.ended_ms, f"{words}{FOR_EVER}: {found.words}")
    ranges = found.ranges_ms
    return Counterexample(
        slug, "endless", found.schedule, found.run, violation, ranges, item.meaning
    )


def _step_to(search: Search[Machine], number: int, following: int) -> tuple[Move, Leaf, Any]:
    """A step from one class of a search to another: the move, its leaf, the order of its chunks."""
    node, target = search.classes[number][0], search.classes[following][0]
    wanted = search.zone_of(following).bounds
    for move, leaf, _, zone in search.machine.successors(node, search.zone_of(number)):
        if leaf.target is not target:
            continue
        zone, orders = search.kept(target, zone)
        if zone.bounds == wanted:
            return move, leaf, orders
    raise AssertionError("an edge between classes that no step makes")
