"""Breadth first through the state classes: each once, and none that another one covers.

The search knows nothing of sessions. It asks a machine for its root and for the steps out of a
class, and keeps for each class how it was come by. What it finds: for each property the first step
that violates it (so the one with the fewest happenings), the *sometimes* properties met, the
longest time to finalization, and whether all of it was covered or a budget was used up.
"""

from __future__ import annotations

import heapq
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isqrt
from typing import Any, Generic, TypeVar

from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.memory import few_collections, free_garbage, resident_mb
from lastchunk.model.base.step_limit import steadily
from lastchunk.model.explore.search.deadline import Deadline, now
from lastchunk.model.explore.search.past import Past
from lastchunk.model.explore.search.system import TransitionSystem
from lastchunk.model.explore.state.node import Move, Node
from lastchunk.model.explore.timing.steps import Leaf
from lastchunk.model.explore.timing.store import EqualStore, Store
from lastchunk.model.explore.timing.zone import Bounds, Zone, at_most
from lastchunk.model.properties import Holds, Unsettled, Violation

SearchProgress = Callable[[int, int, int], None]
"""Told now and then: classes, frontier, depth."""
LOOK_EVERY = 64
STEPS_A_LOOK = 8
"""Steps between two looks at the clock: the zones of a state may be many, and take long to scan."""
NEARLY = 0.9
"""Where so much of the memory is no garbage, none is looked for again: to look takes long."""
PAST_FROM = 256
PAST_DEPTH = 32
PAST_TIMES = 2
"""A search that goes so much deeper than where it last found a new state asks what counts of the
past, once it has so many classes: an instant in the past may be all that its classes differ in."""


@dataclass(frozen=True)
class Budget:
    """Where exploring gives up: ``classes``, ``seconds``, ``memory_mb`` of the process."""

    classes: int = 1_000_000
    seconds: float = 600.0
    memory_mb: int = 4_000


@dataclass(frozen=True)
class FoundViolation:
    """A step that violates a property: out of which class, by which move, to which leaf.

    Without a move it is the beginning itself, which only an own property can be violated by.
    """

    parent: int
    move: Move | None
    leaf: Leaf
    judgement: Violation


@dataclass
class Exploration:
    """What a search found. ``classes`` are those needed: the maximal zones of each state.

    ``holding`` are the properties that hold in some run, ``unsettled`` those that the end of some
    run left open, ``unfinished`` the budget that ran out.
    """

    classes: int = 0
    expanded: int = 0
    steps: int = 0
    states: int = 0
    depth: int = 0
    frontier: int = 0
    seconds: float = 0.0
    unfinished: str = ""
    holding: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    sometimes: set[str] = field(default_factory=set)
    findings: dict[str, FoundViolation] = field(default_factory=dict)
    late: int | None = None
    """A bound of `model.explore.timing.zone`: the longest time to finalization."""
    soon: int | None = None
    """The shortest one, likewise."""


def earliest(node: Node, zone: Zone) -> int:
    """The earliest time, as a bound since the beginning, at which something may happen next."""
    at, offset_ms = node.places[0]
    count = len(node.discrete.fires)
    return at_most(offset_ms) - max(zone.row(at)[:count])


StateClass = tuple[Node, int, Move | None, Leaf, Any]
"""A state, out of which class it was come by (-1: none), how, and the order of its chunks."""
System = TypeVar("System", bound=TransitionSystem)


class Search(Generic[System]):
    """One search over a machine. With ``stops``, it ends when every property is violated.

    Where the classes become many for the states there are, it begins again, and forgets of the past
    what does not count (``past``; `past.py`). ``deadline`` is the budget's seconds.

    ``classes_if_found`` are the budget's classes where something is violated: who asks on for what
    is left needs no more.

    Where the machine keeps the beginning in its classes, the search goes in the order of time, and
    what it finds first comes soonest.
    """

    def __init__(
        self,
        machine: System,
        budget: Budget | None = None,
        inclusion: bool = True,
        stops: bool = False,
        progress: SearchProgress | None = None,
        past: Past | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        self.machine = machine
        self.budget = budget or Budget()
        self.deadline = deadline or Deadline(self.budget.seconds)
        self.store = Store if inclusion else EqualStore
        self.stops = stops
        self.progress = progress
        self.in_time = machine.origin
        self.past_from = PAST_FROM
        self.is_tight = False
        self.classes_if_found = self.budget.classes
        self._begin(past)

    def _begin(self, past: Past | None) -> None:
        """Begin, or begin again, with what counts of the past."""
        self.past = past
        self.asks_past = False
        self.known_states = self.last_new = 0
        self.found = Exploration()
        self.classes: list[StateClass] = []
        self.zones: dict[int, Zone] = {}
        self.depths = array("l")
        self.edges = array("l")
        self.covered: dict[int, int] = {}
        self.queue: deque[int] = deque()
        self.heap: list[tuple[int, int]] = []
        self.ends: dict[int, list[Leaf]] = {}
        self.stores: dict[int, Store | EqualStore] = {}
        self.bounds: dict[int, Bounds] = {}
        self.soonest: int | None = None
        for node in self.machine.nodes.values():
            node.store = None

    def run(self) -> Exploration:
        """Search until all is covered, or to the end of a budget, which is said."""
        with few_collections(), steadily():
            return self._run()

    def _run(self) -> Exploration:
        began = now()
        steps = expanded = 0
        while self._search():
            steps, expanded = steps + self.found.steps, expanded + self.found.expanded
            self._begin(self.known_past())
        found = self.found
        found.steps, found.expanded = found.steps + steps, found.expanded + expanded
        found.classes = len(self.classes) - len(self.covered)
        found.frontier = self._waits()
        nodes = self.machine.nodes.values()
        self.stores = {id(node): node.store for node in nodes if node.store is not None}
        found.states = len(self.stores)
        found.depth = max(self.depths, default=0)
        found.seconds = now() - began
        return found

    def _search(self) -> bool:
        """Go as far as there is to go. Whether to begin again, since more counts of the past."""
        try:
            self._explore()
        except DesignError:
            if self._relied_on_too_little():
                return True  # only a class that is too large may have led there
            raise
        if self.asks_past and not self.found.unfinished:
            return True
        return self._relied_on_too_little()

    def _relied_on_too_little(self) -> bool:
        return self.past is not None and not self.past.is_still_true(self.known_past())

    def known_past(self) -> Past:
        """What counts of the past, by all steps that were ever taken."""
        return Past(self.machine.nodes.values(), self.in_time)

    def _explore(self) -> None:
        self._note_roots()
        while (self.queue or self.heap) and not self._is_over():
            number = self._next()
            if number in self.covered:
                continue
            if not self._took(number):
                return
            if self.stops and self._is_settled():
                return
            self._look_at_budget(number)
            if self.asks_past:
                return

    def _note_roots(self) -> None:
        for leaf, zone in self.machine.roots():
            self._note(-1, None, leaf, zone)
            if leaf.layout is not None:
                self._reach(-1, None, leaf, leaf.layout.apply(zone))
            if self._is_over():
                return

    def _is_over(self) -> bool:
        """Whether a budget is used up; ``unfinished`` says which."""
        if not self.found.unfinished and self.deadline.is_over():
            self.found.unfinished = self.deadline.words
        return bool(self.found.unfinished)

    def _took(self, number: int) -> bool:
        """Take each step out of a class; if the time is not enough for all, it waits as before."""
        zone = self.zones.pop(number)
        if self._expand(number, self.classes[number][0], zone):
            return True
        self.zones[number] = zone
        self.queue.append(number)
        self.found.unfinished = self.deadline.words
        return False

    def _look_at_budget(self, number: int) -> None:
        """Now and then: is there room for more, and does it still lead anywhere?"""
        live = len(self.classes) - len(self.covered)
        most = self.classes_if_found if self.found.findings else self.budget.classes
        if live >= most and self._waits():
            self.found.unfinished = f"{most:,} classes"
        elif self.found.expanded % LOOK_EVERY == 0:
            self.found.unfinished = self._used_up()
            if self.progress is not None:
                self.progress(len(self.classes), len(self.queue), self.depths[number])
            is_unknown = self._is_past_unknown(self.depths[number])
            if live >= self.past_from and is_unknown:
                self.past_from = 2 * live
                self.asks_past = True

    def _is_past_unknown(self, depth: int) -> bool:
        """Whether the classes go on where the states do not, and the past was not asked of all."""
        states = len(self.machine.nodes)
        if states != self.known_states:
            self.known_states, self.last_new = states, depth
        if depth < PAST_TIMES * self.last_new + PAST_DEPTH:
            return False
        return self.past is None or len(self.past.needs) < states

    def _waits(self) -> int:
        """How many classes are known and not expanded."""
        waiting = [*self.queue, *(number for _, number in self.heap)]
        return sum(number not in self.covered for number in waiting)

    def _next(self) -> int:
        return heapq.heappop(self.heap)[1] if self.in_time else self.queue.popleft()

    def _is_settled(self) -> bool:
        """Whether every property is violated, in time order: and nothing sooner can come."""
        if len(self.found.findings) < len(self.machine.monitor.slugs):
            return False
        return not self.in_time or not self.heap or self.heap[0][0] >= (self.soonest or 0)

    def _expand(self, number: int, node: Node, zone: Zone) -> bool:
        """Take each step out of a class. Returns whether the time was enough for all of them."""
        if self.past is not None:  # what an end asks of the past counts, too
            self.ends[number] = [leaf for leaf, _ in self.machine.ends(node, zone)]
        for move, leaf, part, following in self.machine.successors(node, zone):
            self.found.steps += 1
            self._note(number, move, leaf, part)
            if leaf.target is not None:
                self._reach(number, move, leaf, following)
            if self.found.steps % STEPS_A_LOOK == 0 and self.deadline.is_over():
                return False
        self.found.expanded += 1
        return True

    def kept(self, node: Node, zone: Zone) -> tuple[Zone, Any]:
        """What is kept of a zone: nothing of the past that does not count, tied chunks in order."""
        if self.past is not None:
            zone = self.past.relaxed(node, zone)
        return (zone, ()) if node.sorter is None else node.sorter.sorted(zone)

    def _reach(self, parent: int, move: Move | None, leaf: Leaf, zone: Zone) -> None:
        """A step came to a class: keep it, unless it is covered."""
        node: Node = leaf.target
        zone, orders = self.kept(node, zone)
        number = len(self.classes)
        if node.store is None:
            node.store = self.store()
        cover = node.store.cover(zone)
        if parent >= 0:
            self.edges.extend((parent, number if cover < 0 else cover))
        if cover < 0:
            self._keep((node, parent, move, leaf, orders), zone)

    def _keep(self, found: StateClass, zone: Zone) -> None:
        """Keep a class that none covers; its steps are taken later."""
        node, parent, *_ = found
        number = len(self.classes)
        for dropped in node.store.add(zone, number):
            self.covered[dropped] = number
            self.zones.pop(dropped, None)
        self.classes.append(found)
        self.zones[number] = zone
        self.depths.append(self.depths[parent] + 1 if parent >= 0 else 0)
        if self.in_time:
            heapq.heappush(self.heap, (earliest(node, zone), number))
        else:
            self.queue.append(number)

    def zone_of(self, number: int) -> Zone:
        """The zone of a class that is not covered: its state's store still has it."""
        if not self.bounds:
            self.bounds = {n: b for store in self.stores.values() for b, n in store.entries()}
        bounds = self.bounds[number]
        return Zone(bounds, isqrt(len(bounds)), plain=False).settled()

    def ends_of(self, number: int) -> list[Leaf]:
        """How a class would be judged if nothing ever changed any more, each answer once."""
        found = self.ends.get(number)
        if found is None:
            node = self.classes[number][0]
            found = [leaf for leaf, _ in self.machine.ends(node, self.zone_of(number))]
            self.ends[number] = found
        return found

    def would_be(self, number: int, slug: str, kind: type[Holds] | type[Violation]) -> bool:
        """Whether a class may be judged so if nothing ever changes any more."""
        return any(isinstance(leaf.judgements.get(slug), kind) for leaf in self.ends_of(number))

    def _note(self, parent: int, move: Move | None, leaf: Leaf, zone: Zone) -> None:
        """What a step shows of the properties."""
        found = self.found
        found.sometimes |= leaf.sometimes
        for slug, judgement in leaf.judgements.items():
            if isinstance(judgement, Holds):
                found.holding.add(slug)
            elif isinstance(judgement, Violation):
                self._violated(slug, FoundViolation(parent, move, leaf, judgement), zone)
            elif isinstance(judgement, Unsettled):
                found.unsettled.add(slug)
        if leaf.late is not None:
            i, j, bound = leaf.late
            late = zone[i, j] + bound
            found.late = late if found.late is None else max(found.late, late)
            soon = bound - zone[j, i]
            found.soon = soon if found.soon is None else min(found.soon, soon)

    def _violated(self, slug: str, finding: FoundViolation, zone: Zone) -> None:
        """The first one counts; in time order the soonest."""
        if not self.in_time:
            self.found.findings.setdefault(slug, finding)
            return
        if finding.move is None:
            self.soonest, self.found.findings[slug] = 0, finding
            return
        node = self.classes[finding.parent][0]
        at, offset_ms = node.places[0]
        # A bound of the beginning less the step: the higher, the sooner.
        soonest = at_most(offset_ms) - zone[at, finding.move.column]
        if self.soonest is None or soonest < self.soonest:
            self.soonest = soonest
            self.found.findings[slug] = finding

    def _used_up(self) -> str:
        allowed_mb = self.budget.memory_mb
        if resident_mb() < allowed_mb:
            return ""
        if not self.is_tight:
            free_garbage()  # part of it may be what earlier work has left
            left_mb = resident_mb()
            self.is_tight = left_mb >= NEARLY * allowed_mb
            if left_mb < allowed_mb:
                return ""
        return f"{allowed_mb:,} MB of memory"
