"""A schedule without an end as a session: the way to a cycle of classes, and once round it.

Only a search that keeps every class, not the maximal ones alone, has cycles that are the system's
own (`model.explore.cycles`). The session is run again like any counterexample; it cannot show that
it never ends, but that it comes back to the state in which it was, and is not completed.
"""

from __future__ import annotations

from itertools import pairwise
from math import isqrt
from typing import Any

from model.explore.counterexample import Counterexample, ExplorerError, replayed, session_of
from model.explore.cycles import SETTLED, cycle_of
from model.explore.node import Move, Node
from model.explore.search import Search
from model.explore.steps import Leaf
from model.explore.times import in_order, ranges_of, times_of
from model.explore.zone import Zone
from model.properties import Violation


def endless_example(slug: str, search: Search) -> Counterexample | None:
    """The session that goes round and round; None where no whole milliseconds fit.

    Raises `ExplorerError` where the run does not show it.
    """
    cycle = cycle_of(search)
    walker = search.walker_at(cycle[0])
    before = len(walker.happenings)
    for number, following in pairwise(cycle):
        node = search.classes[number][0]
        walker.step(node, *_step_to(search, number, following))
    if walker.skeleton().key != search.classes[cycle[0]][0].skeleton.key:
        raise ExplorerError("a cycle of classes does not come back to the state it began in")
    walk, machine = walker.walk(), search.machine
    times_ms = times_of(walk, "earliest")
    if times_ms is None:
        return None
    order = in_order(walk, times_ms)
    schedule = session_of(walk, order, times_ms, machine.scenario, machine.plain)
    run = replayed(slug, schedule, machine.plain)
    status = run.facts.status
    if status in SETTLED:
        raise ExplorerError("an endless schedule is completed when it is replayed")
    # A fault passes once at the most, so nothing in a round is early.
    came_ms = [
        0,
        *(at_ms for item, at_ms in zip(walk.happenings, times_ms, strict=True) if not item.early),
    ]
    count = len(walk.happenings) - before
    round_ms = came_ms[-1] - came_ms[-1 - count]
    last = "the last step takes" if count == 1 else f"the last {count} steps take"
    detail = (
        f"{status} for ever: {last} {round_ms:,} ms here; that leads back to the state before, and "
        "may come again without an end"
    )
    violation = Violation(came_ms[-1], detail)
    ranges_ms = ranges_of(walk)
    return Counterexample(
        slug, "endless", schedule, run, violation, tuple(ranges_ms[number] for number in order)
    )


def _step_to(search: Search, number: int, following: int) -> tuple[Move, Leaf, Any]:
    """A step from one class of a search to another: the move, its leaf, the order of its chunks."""
    node, target = search.classes[number][0], search.classes[following][0]
    wanted = _zone_of(target, following).bounds
    for move, leaf, _, zone in search.machine.successors(node, _zone_of(node, number)):
        if leaf.target is not target:
            continue
        orders: Any = ()
        if target.sorter is not None:
            zone, orders = target.sorter.sorted(zone)
        if zone.bounds == wanted:
            return move, leaf, orders
    raise AssertionError("an edge between classes that no step makes")


def _zone_of(node: Node, number: int) -> Zone:
    """The zone of a class that was expanded: its state's store still has it."""
    bounds = next(bounds for bounds, known in node.store.known.items() if known == number)
    return Zone(bounds, isqrt(len(bounds)), plain=False).settled()
