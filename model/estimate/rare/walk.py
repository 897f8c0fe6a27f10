"""A session as a walk through the explorer's states, with times in whole ms.

The explorer has run each step of world, design and monitor once, and keeps it as a decision tree
over comparisons of times. A session with times of its own walks the same trees: ordinary code, all
platform rules. Its state is a node and the values of the node's columns, which costs nothing to
copy; that is what splitting forks. Where nobody has been yet, the machine runs the one step.

Delays and outcomes are drawn as the simulator draws them, ties run in the order in which things
became pending, and a session ends where the simulator's does.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.state.discrete import DiscreteState
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.state.node import Move, Node
from lastchunk.model.explore.state.worlds import DueAfter, Happened
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.explore.timing.steps import Branch, Leaf, Slot
from lastchunk.model.explore.timing.zone import SCALE, Zone, at_most
from lastchunk.model.properties import Violation
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.world.base.pending import Around, Shifted

Values = tuple[int, ...]
LEAST = 2.0**-54


class ColumnSource(NamedTuple):
    """How a column's value follows: an old column's, a shift, and what is drawn (None: nothing).

    ``order`` says which of the new things it is; -1: an old one, whose order is that of ``at``.
    What is new is never before now.
    """

    at: int
    shift_ms: int
    spread: Any
    order: int


class WalkState(NamedTuple):
    """Where a session is: a node, its columns' values, the order in which its pending things
    became pending, and how many things did and have happened."""

    node: Any
    values: Values
    orders: Values
    born: int = 0
    happenings: int = 0


HIT = WalkState(None, (), ())
"""The property is violated."""


class WalkMachine(Machine):
    """The explorer's machine, which also keeps what each step draws."""

    def __init__(self, design: DesignSpec, scenario: Scenario, slug: str) -> None:
        monitor = monitor_for(design, scenario, [slug])
        super().__init__(design, scenario, monitor, symmetry=False, forgets_blobs=False)
        drawn = self.worlds.drawn
        is_fixed = all(low_ms == high_ms for low_ms, high_ms in drawn.parts)
        if len(drawn.of_clocks) > 1 or len(drawn.parts) > 1 or not is_fixed:
            allowed = "a fixed recording time, and clocks that agree, for rare events"
            raise InputError("scenario", scenario.name, allowed)
        self.sources: dict[int, tuple[ColumnSource, ...]] = {}
        self.kept: list[Leaf] = []  # so that no other leaf ever has the identity of one of them
        self.step: tuple[Any, ...] = ()

    def _connect(
        self, leaf: Leaf, happened: Happened, due: DueAfter, facts: Any, places: Any
    ) -> None:
        # What is new is named one after the other.
        named = zip(due.made, happened.fresh, strict=True)
        new = {name: (number, pending.delay) for number, (name, pending) in enumerate(named)}
        self.step = (new, happened.world.now_ms, places)
        super()._connect(leaf, happened, due, facts, places)

    def connects(self, leaf: Leaf, discrete: DiscreteState) -> None:
        """Note where each column's value comes from."""
        self.kept.append(leaf)
        self.sources[id(leaf)] = tuple(self._source(*column) for column in discrete.columns)

    def _source(self, name: int, offset_ms: int) -> ColumnSource:
        new, now, places = self.step
        order, delay = new.get(name, (-1, 0))
        base, spread = Instant(self.timeline, name), None
        if name in new:
            base, spread = now, delay
            if isinstance(delay, Around):
                raise InputError("a fault", repr(delay), "a time that is known, for rare events")
            if isinstance(delay, Shifted):
                base, spread = now + delay.base_ms, delay.spread
            elif isinstance(delay, int | Span):
                base, spread = now + delay, None
        at, from_ms = places[base.name]
        return ColumnSource(at, base.offset_ms - from_ms + offset_ms, spread, order)

    # --- a walk ------------------------------------------------------------------------------

    def first(self) -> Leaf:
        """The leaf of the beginning."""
        ((leaf, _),) = self.roots()
        return leaf

    def leaf_at(self, node: Node, move: Move, values: Values) -> Leaf:
        """What a step comes to at these times; it is run where nobody has been."""
        slot = move.slot
        while True:
            slot = slot_at(slot, values)
            if isinstance(slot.content, Leaf):
                return slot.content
            assert slot.content is None, "nothing else is drawn"
            self._run(node, move, slot, zone_of_values(values))
            slot = move.slot

    def is_violated_at(self, node: Node, values: Values, slug: str) -> bool:
        """Whether a session that is cut at its horizon here violates the property."""
        self.timeline.begin(node.places, zone_of_values(values), Slot())
        now_ms = node.times[node.discrete.fires[0]]
        judged = self.monitor.end(node.facts.copy(), now_ms, "horizon")
        return isinstance(judged.get(slug), Violation)

    def arrived(self, leaf: Leaf, before: WalkState, now_ms: int, dice: Random) -> WalkState:
        """The state that a step comes to, its new times drawn."""
        values, orders = [], []
        new = 0
        for at, shift_ms, spread, order in self.sources[id(leaf)]:
            value = before.values[at] + shift_ms
            if spread is not None:
                value += spread.quantile(dice.random() or LEAST)
            if order >= 0:
                new += 1
                value = max(value, now_ms)
            values.append(value)
            old = before.orders[at] if at < len(before.orders) else 0
            orders.append(before.born + order if order >= 0 else old)
        counts = (before.born + new, before.happenings + 1)
        return WalkState(leaf.target, tuple(values), tuple(orders), *counts)


def slot_at(slot: Slot, values: Values) -> Slot:
    """The leaf, or the empty place, that these times come to."""
    branch = slot.content
    while isinstance(branch, Branch):
        ms = values[branch.left] - values[branch.right]
        slot = branch.slot_for(ms if branch.bound is None else ms * SCALE <= branch.bound)
        branch = slot.content
    return slot


def zone_of_values(values: Values) -> Zone:
    """The zone of these times alone."""
    bounds = tuple(at_most(one - other) for one in values for other in values)
    return Zone(bounds, len(values), plain=True)


class NodeMoves(NamedTuple):
    """What may happen in a node: how many things are pending, and of each its outcomes."""

    pending: int
    outcomes: tuple[tuple[tuple[str, float], ...], ...]
    moves: dict[tuple[int, str], Move]


def moves_of(node: Node) -> NodeMoves:
    """The moves of a node by column and outcome, with their shares."""
    world, fires = node.world, node.discrete.fires
    shares = tuple(tuple(world.choices(world.pending[key])) for key in fires)
    return NodeMoves(len(fires), shares, {(m.fires, m.outcome): m for m in node.moves})


class SessionWalk:
    """Sessions of a design in a scenario, as `SplitModel` has it: the event is a violation.

    ``levels`` are those of the machine's nodes by number, ``top`` that of the event. Of a node that
    has none, the event cannot be reached if ``is_whole``; else it is as far as can be.
    """

    def __init__(self, machine: WalkMachine, slug: str) -> None:
        self.machine = machine
        self.slug = slug
        self.levels: dict[int, int] = {}
        self.top = 1
        self.is_whole = False
        self.moves: dict[int, NodeMoves] = {}
        limits = machine.scenario.limits
        self.horizon_ms, self.happenings_max = limits.horizon_ms, limits.happenings_max

    def begin(self, dice: Random) -> WalkState:
        """A session's first state."""
        return self.machine.arrived(self.machine.first(), WalkState(None, (0,), (0,)), 0, dice)

    def level(self, state: WalkState) -> int:
        """How near a violation is."""
        return self.top if state.node is None else self.levels.get(state.node.number, 0)

    def advance(self, state: WalkState, dice: Random) -> WalkState | None:
        """One more happening; None where the session ends, or cannot violate it any more."""
        node, values, orders, _, happenings = state
        known = self.moves.get(node.number)
        if known is None:
            known = self.moves[node.number] = moves_of(node)
        at = min(range(known.pending), key=lambda column: (values[column], orders[column]))
        if values[at] > self.horizon_ms or happenings >= self.happenings_max:
            return HIT if self.machine.is_violated_at(node, values, self.slug) else None
        move = known.moves[at, drawn_outcome(known.outcomes[at], dice)]
        leaf = self.machine.leaf_at(node, move, values)
        if isinstance(leaf.judgements.get(self.slug), Violation):
            return HIT
        if leaf.target is None:
            return None
        if self.is_whole and leaf.target.number not in self.levels:
            return None
        return self.machine.arrived(leaf, state, values[at], dice)


def drawn_outcome(choices: tuple[tuple[str, float], ...], dice: Random) -> str:
    """One of the outcomes, as likely as its share."""
    if not choices:
        return ""
    u = dice.random()
    for name, share in choices:
        u -= share
        if u < 0:
            return name
    return choices[-1][0]
