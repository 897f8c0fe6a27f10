"""From a path through state classes back to one session: its steps, and what bounds them.

A class stands for many states, with chunks under other names. So the path is walked once more on a
world of its own, with its own names: at each step the state is written out in the order that the
class has, and what stands in the fired column happens. The comparisons are answered as the
path went. What comes out are the steps and every constraint on their times, none projected away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.model.explore.state.discrete import DiscreteState
from lastchunk.model.explore.state.machine import Machine
from lastchunk.model.explore.state.node import Move, Node
from lastchunk.model.explore.timing.bounds import bounds_of
from lastchunk.model.explore.timing.drawn import Drawn
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.explore.timing.replayed import ReplayedTimeline
from lastchunk.model.explore.timing.steps import Branch, Draw, Leaf, Slot
from lastchunk.model.explore.timing.zone import at_most, negated
from lastchunk.model.world.base.pending import Key
from lastchunk.model.world.edge.client import STOP

Constraint = tuple[int, int, int]
"""``x_left - x_right`` keeps a bound."""


@dataclass(frozen=True)
class Happening:
    """One step of the path: what happened, how, and when as an instant and ms after it.

    One that is ``early`` changes nothing, and the path settled it at once: it comes in its place
    only in the order of time.
    """

    key: Key
    outcome: str
    name: int
    offset_ms: int
    early: bool = False


@dataclass(frozen=True)
class Walk:
    """A path with its constraints over ``instants`` instants; instant 0 is the beginning.

    ``ended`` says at what the run ended with the last step; '' where it goes on. ``offsets_ms``
    is how far the clock of each instance is ahead. ``recording`` is the instant of the user's stop,
    and what it comes as long after as is recorded; None where no path came to it, and any length
    fits that has the same chunks, such as ``recorded_ms``.
    """

    happenings: tuple[Happening, ...]
    constraints: tuple[Constraint, ...]
    instants: int
    ended: str = ""
    offsets_ms: tuple[int, ...] = (0,)
    recorded_ms: int = 0
    recording: tuple[int, Instant] | None = None


class Script(ReplayedTimeline):
    """The timeline of one known step: answers as the path went, and notes what that implies."""

    def __init__(self) -> None:
        self.places: dict[int, tuple[int, int]] = {}
        self.answers: list[tuple[Branch | Draw, Any]] = []
        self.constraints: list[Constraint] = []

    def _next(self, left: int, right: int) -> tuple[Branch, Any, int, int]:
        branch, answer = self.answers.pop(0)
        (i, i_ms), (j, j_ms) = self.places[left], self.places[right]
        if not isinstance(branch, Branch) or (branch.left, branch.right) != (i, j):
            raise AssertionError("a path asks other questions than the search did")
        return branch, answer, i_ms, j_ms

    def draw(self, count: int) -> int:
        """What the path drew."""
        return 0 if count == 1 else int(self.answers.pop(0)[1])

    def _holds(self, left: int, right: int, bound: int) -> bool:
        """The answer of the path."""
        _, answer, _, _ = self._next(left, right)
        if answer:
            self.constraints.append((left, right, bound))
        else:
            self.constraints.append((right, left, negated(bound)))
        return bool(answer)

    def _exactly(self, left: int, right: int) -> int | None:
        """The answer of the path."""
        _, answer, i_ms, j_ms = self._next(left, right)
        if answer is None:
            return None
        ms = int(answer) - i_ms + j_ms
        self.constraints += [(left, right, at_most(ms)), (right, left, at_most(-ms))]
        return ms


class Walker:
    """Walks one path on a world of its own."""

    def __init__(self, machine: Machine, root: tuple[Leaf, Node, Any]) -> None:
        self.machine = machine
        self.script = Script()
        self.names = 1
        self.times: dict[Key, Instant] = {}
        self.happenings: list[Happening] = []
        self.script.answers = answers_to(machine.start, root[0])
        world = machine.worlds.pristine.fork()
        self.drawn = Drawn(machine.scenario, world.client.settings.chunk_ms, self.script)
        self.drawn.give(world)
        self.offsets_ms = [world.object.offset_ms]
        self.recording: tuple[int, Instant] | None = None
        world.clock_offset = self._clock_offset
        world.now_ms = Instant(self.script, 0)  # type: ignore[assignment]
        self.facts = machine.monitor.begin(world.now_ms)
        world.begin()
        self.world = world
        self.order: tuple[int, ...] = ()
        self.ended = ""
        machine.monitor.watch(self.facts, world.trace)
        self._settle()
        leaf, node, orders = root
        self._sort(node, list(leaf.chunks), orders)

    def _clock_offset(self, instance: int) -> int:
        self.offsets_ms.append(self.drawn.clock_offset(instance))
        return self.offsets_ms[-1]

    def discrete(self) -> DiscreteState:
        """The state that the path has come to, its chunks in the order of the class."""
        parts = self.machine.state_encoder.encode(self.world, self.facts, self.times)
        return DiscreteState(parts, self.machine.symmetric, self.order)

    def _settle(self) -> None:
        world = self.world
        self.machine.monitor.settle(self.facts)
        world.trace = []
        for pending in world.fresh:
            if world.pending.get(pending.key) is pending:
                self._plan(pending)
        world.fresh = []
        self.times = {key: time for key, time in self.times.items() if key in world.pending}

    def _plan(self, pending: Any) -> None:
        base, low_ms, high_ms = bounds_of(pending.delay, self.world.now_ms, self.times)
        name, self.names = self.names, self.names + 1
        self.times[pending.key] = Instant(self.script, name)
        if pending.key == STOP and self.world.scenario.recording.chunks is None:
            least = self.world.recorded_ms
            least_ms = least if isinstance(least, int) else least.low_ms
            self.recording = name, base + (low_ms - least_ms)
        limits = self.script.constraints
        limits.append((base.name, name, at_most(-low_ms - base.offset_ms)))
        if high_ms is not None:
            limits.append((name, base.name, at_most(high_ms + base.offset_ms)))

    def step(self, node: Node, move: Move, leaf: Leaf, orders: Any) -> None:
        """Take one step of the path; ``orders`` is how the search then sorted tied chunks."""
        if move.ranks is not None:
            order = list(self.order)
            one, two = move.ranks
            order[one], order[two] = order[two], order[one]
            self.order = tuple(order)
        discrete = self.discrete()
        if discrete.key != node.discrete.key:
            raise AssertionError("a path leads elsewhere than the search went")
        script, world = self.script, self.world
        script.places = {
            name: (at, offset_ms) for at, (name, offset_ms) in enumerate(discrete.columns)
        }
        script.answers = answers_to(move.slot, leaf)
        key = discrete.fires[move.column]
        time = self.times[key]
        early = move.harmless and self.machine.pruning
        self.happenings.append(Happening(key, move.outcome, time.name, time.offset_ms, early))
        if not early:
            for other in self.times.values():
                limit = at_most(other.offset_ms - time.offset_ms)
                script.constraints.append((time.name, other.name, limit))
        self.facts = self.facts.copy()
        world.happen(world.pending[key], time, move.outcome)  # type: ignore[arg-type]
        self.machine.monitor.watch(self.facts, world.trace)
        self.ended = leaf.reason
        if leaf.reason:  # nothing more happens, so what would be due is not asked
            self.machine.monitor.end(self.facts, world.now_ms, leaf.reason)
            return
        self._settle()
        self._rename(node, leaf, orders)

    def end(self, node: Node, leaf: Leaf) -> None:
        """Judge where the path has come to, as if nothing ever changed any more.

        As the search does: at the time of what is next, since a state does not know how late it is.
        """
        discrete = self.discrete()
        self.script.places = {
            name: (at, offset_ms) for at, (name, offset_ms) in enumerate(discrete.columns)
        }
        self.script.answers = answers_to(node.ends, leaf)
        next_ms: Any = self.times[discrete.fires[0]]
        self.machine.monitor.end(self.facts.copy(), next_ms, "quiet")

    def _rename(self, node: Node, leaf: Leaf, orders: Any) -> None:
        mine = dict(zip(node.discrete.chunks, self.order, strict=True))
        self._sort(leaf.target, [mine.get(chunk, chunk) for chunk in leaf.chunks], orders)

    def _sort(self, target: Node | None, order: list[int], orders: Any) -> None:
        if target is not None and orders:
            for first, ranked in zip(target.discrete.ranks, orders, strict=True):
                order[first : first + len(ranked)] = [order[first + source] for source in ranked]
        self.order = tuple(order)

    def walk(self) -> Walk:
        """The path so far."""
        constraints = [limit for limit in self.script.constraints if limit[0] != limit[1]]
        drawn = tuple(self.offsets_ms), self.world.duration_ms, self.recording
        return Walk(tuple(self.happenings), tuple(constraints), self.names, self.ended, *drawn)


def answers_to(slot: Slot, leaf: Leaf) -> list[tuple[Branch | Draw, Any]]:
    """The branches from a step's beginning to one of its leaves, each with the answer taken."""
    if slot.content is leaf:
        return []
    stack: list[tuple[Slot, list[tuple[Branch | Draw, Any]]]] = [(slot, [])]
    while stack:
        slot, taken = stack.pop()
        branch = slot.content
        if branch is leaf:
            return taken
        if isinstance(branch, Branch | Draw):
            stack.extend((to, [*taken, (branch, answer)]) for answer, to in branch.slots.items())
    raise AssertionError("a leaf that is not in its step's tree")
