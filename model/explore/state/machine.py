"""The world as a machine over state classes: its states, and the steps between them.

A `Node` is a discrete state, with one world that stands for all that are equal to it up to names
and times. `Machine` runs that world's steps, each once (`explore.timing.steps`), and says which
node and which zone come next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.code.frames import NotListed
from lastchunk.model.explore.scope.refusals import refuse_scope
from lastchunk.model.explore.state.discrete import DiscreteState
from lastchunk.model.explore.state.monitor import NONE_OWN, Monitor
from lastchunk.model.explore.state.node import Move, Node
from lastchunk.model.explore.state.repeatable import CHECKED, check_repeatable
from lastchunk.model.explore.state.state_encoder import StateEncoder, Times
from lastchunk.model.explore.state.worlds import DueAfter, Happened, SharedWorlds, Worlds
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.explore.timing.steps import Leaf, Slot, walk_tree
from lastchunk.model.explore.timing.zone import Layout, Zone, at_most, fire, nearest_of, point
from lastchunk.model.properties import Property, judge_settings
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.subset import check_values
from lastchunk.model.trace.facts import Facts
from lastchunk.model.world.world import World

LAYOUTS_MAX = 1 << 14
"""So many layouts are kept; a scope has far fewer."""


class Machine:
    """A design in a scenario, for exploring. Raises `InputError` for what cannot be explored.

    ``symmetry`` and ``pruning`` change the number of classes and no verdict; ``origin`` keeps the
    beginning as an instant of every class, so that times since then can be told. With
    ``forgets_blobs`` what is stored is no part of a state. Machines that are given the same
    ``shared`` take each step of the world once; they have one design and one scenario.

    The steps raise `DesignError` where the design throws, does not end or cannot be repeated,
    `ChunkIndexUsed`, and `StoreIsRead`.
    """

    def __init__(
        self,
        design: DesignSpec,
        scenario: Scenario,
        monitor: Monitor,
        symmetry: bool = True,
        pruning: bool = True,
        origin: bool = False,
        forgets_blobs: bool = True,
        shared: SharedWorlds | None = None,
    ) -> None:
        self.scenario = scenario
        self.monitor = monitor
        self.pruning = pruning
        self.symmetric = symmetry and interchangeable(scenario)
        self.design = design
        self.nodes: dict[Any, Node] = {}
        self.runs = 0
        refuse_scope(scenario)
        check_values(design.name, design.settings)
        self.start = Slot()
        shared = {} if shared is None else shared
        worlds = shared.get((self.symmetric, forgets_blobs))
        if worlds is None:
            worlds = Worlds(design, scenario, self.symmetric, forgets_blobs)
            shared[self.symmetric, forgets_blobs] = worlds
        self.worlds = worlds
        self.timeline = worlds.timeline
        self.origin = origin
        beginning = Instant(self.timeline, 0) if origin else None
        self.state_encoder = StateEncoder(worlds.encoder, monitor, beginning)

    # --- states ------------------------------------------------------------------------------

    def roots(self) -> Iterator[tuple[Leaf, Zone]]:
        """Each beginning: a leaf like that of any step, and the zone it applies to."""
        slots = [self.start]
        while slots:
            for slot, zone in walk_tree(slots.pop(), point()):
                if slot.content is None:
                    self._begin(zone, slot)
                if isinstance(slot.content, Leaf):
                    yield slot.content, zone
                else:
                    slots.append(slot)

    def _begin(self, zone: Zone, slot: Slot) -> None:
        """Let the world begin; the tree of the beginnings has a leaf more."""
        places = {0: (0, 0)}
        self.timeline.begin(places, zone, self.start, slot.drawn)
        with self.worlds.begun() as happened:
            facts = self.monitor.begin(happened.world.now_ms)
            leaf = self._leaf(happened, facts, {}, places)
            self.timeline.slot.content = leaf

    def successors(self, node: Node, zone: Zone) -> Iterator[tuple[Move, Leaf, Zone, Zone]]:
        """Every step out of a class: the move, its leaf, the class at it, the next zone.

        A leaf where the run ends has no next zone; it gets the class at it once more.
        """
        nearest = nearest_of(zone, node.pending)
        fired: Zone | None = None
        last = -1
        for move in node.moves:
            if move.fires != last:  # moves of one pending thing follow each other
                last = move.fires
                fired = _fired(zone, move, nearest)
            before = zone if move.harmless and self.pruning else fired
            if before is None:
                continue
            leaf = move.slot.content
            if type(leaf) is Leaf:  # as most are: no question of time is asked
                yield move, leaf, before, _following(leaf, before)
                continue
            grow = partial(self._run, node, move)
            for leaf, part in _leaves(move.slot, before, grow):
                yield move, leaf, part, _following(leaf, part)

    def ends(self, node: Node, zone: Zone) -> Iterator[tuple[Leaf, Zone]]:
        """How a class is judged if nothing ever changes any more: as at a quiet end."""
        return _leaves(node.ends, zone, partial(self._end, node))

    def _end(self, node: Node, slot: Slot, zone: Zone) -> None:
        """Judge the quiet end of a class; the tree has a leaf more."""
        self.timeline.begin(node.places, zone, slot)
        facts = node.facts.copy()
        now_ms = node.times[node.discrete.fires[0]]
        judgements = self.monitor.end(facts, now_ms, "quiet")
        self.timeline.slot.content = Leaf(judgements, frozenset())

    # --- steps -------------------------------------------------------------------------------

    def _run(self, node: Node, move: Move, slot: Slot, zone: Zone) -> None:
        """Take a step of the world in a class; the tree has a leaf more."""
        self.runs += 1
        self.timeline.begin(node.places, zone, move.slot, slot.drawn)
        leaf = self.worlds.stepped(
            node,
            move,
            lambda happened: self._leaf(happened, node.facts.copy(), node.times, node.places),
        )
        self.timeline.slot.content = leaf

    def _leaf(self, happened: Happened, facts: Facts, times: Times, places: Any) -> Leaf:
        reason, now_ms = happened.reason, happened.world.now_ms
        judgements = self.monitor.watch(facts, happened.events)
        if reason:
            judgements = self.monitor.end(facts, now_ms, reason, judgements)
        late = _late(facts, places) if reason else None
        sometimes = frozenset(self.monitor.settle(facts))
        leaf = Leaf(judgements, sometimes)
        leaf.reason, leaf.late = reason, late
        if not reason:
            self._connect(leaf, happened, self.worlds.due(happened, times), facts, places)
        return leaf

    def _connect(
        self, leaf: Leaf, happened: Happened, due: DueAfter, facts: Facts, places: Any
    ) -> None:
        """Find the node that a step comes to, and how its zone follows from the last one."""
        try:
            parts = self.state_encoder.with_facts(due.parts, facts)
        except NotListed as error:
            raise self.worlds.not_listed(error) from None
        discrete = DiscreteState(parts, self.symmetric)
        leaf.chunks = discrete.chunks
        leaf.layout = layout_of(discrete, self.timeline.columns, places, due.made)
        self.connects(leaf, discrete)
        node = self.nodes.get(discrete.key)
        if node is None:
            world, number = happened.world, len(self.nodes)
            if happened.is_new and (number < CHECKED or number % CHECKED == 0):
                code = self.design.name
                check_repeatable(self.state_encoder, code, discrete, world, facts, due.times)
            if self.symmetric:
                discrete.find_groups()
            node = self.nodes[discrete.key] = Node(number, discrete, world, facts, due.times)
        leaf.target = node

    def connects(self, leaf: Leaf, discrete: DiscreteState) -> None:
        """A step has come to a state, in the names of the step; for who walks with whole ms."""


def _fired(zone: Zone, move: Move, nearest: Any) -> Zone | None:
    """The class just before a move, if it can be the next one."""
    fired = fire(zone, move.fires, nearest)
    if fired is None or move.swap is None:
        return fired
    # Where the swap changes nothing, the first one's move was this one already.
    is_same = zone.permuted(move.swap).bounds == zone.bounds
    return None if is_same else fired.permuted(move.swap)


def _following(leaf: Leaf, zone: Zone) -> Zone:
    return zone if leaf.layout is None else leaf.layout.apply(zone)


def _leaves(
    root: Slot, zone: Zone, grow: Callable[[Slot, Zone], None]
) -> Iterator[tuple[Leaf, Zone]]:
    """The leaves of a decision tree for a class, which ``grow`` makes where there are none yet."""
    places = [(root, zone)]
    while places:
        for slot, part in walk_tree(*places.pop()):
            if slot.content is None:
                grow(slot, part)
                places.append((slot, part))
            else:
                assert isinstance(slot.content, Leaf)
                yield slot.content, part


def layout_of(discrete: DiscreteState, columns: int, places: Any, made: Any) -> Layout:
    """How the zone over a discrete state's columns follows from the zone of the state before it."""
    sources, lows, highs, ties = [], [], [], []
    found = {name: (at, offset_ms) for at, (name, offset_ms) in enumerate(discrete.columns)}
    for column, (name, offset_ms) in enumerate(discrete.columns):
        low_ms: int = 0
        high_ms: int | None = 0
        while name in made:
            base, least_ms, most_ms = made[name]
            if base.name in made:  # that far from another one that is as new
                other, other_ms = found[base.name]
                shift_ms = offset_ms + base.offset_ms - other_ms
                ties.append((other, column, at_most(-least_ms - shift_ms)))
                ties.append((column, other, at_most(most_ms + shift_ms)))
            low_ms += least_ms
            high_ms = None if high_ms is None or most_ms is None else high_ms + most_ms
            name, offset_ms = base.name, base.offset_ms + offset_ms
        at, base_ms = places[name]
        shift_ms = offset_ms - base_ms
        sources.append(at)
        lows.append(low_ms + shift_ms)
        highs.append(None if high_ms is None else high_ms + shift_ms)
    return known_layout(columns, tuple(sources), tuple(lows), tuple(highs), tuple(ties))


@lru_cache(maxsize=LAYOUTS_MAX)
def known_layout(
    columns: int,
    sources: tuple[int, ...],
    lows: tuple[int, ...],
    highs: tuple[int | None, ...],
    ties: tuple[tuple[int, int, int], ...],
) -> Layout:
    """A layout: the same object for all steps that have the like, since none ever changes."""
    return Layout(columns, sources, lows, highs, ties)


def _late(facts: Facts, places: Any) -> tuple[int, int, int] | None:
    """From the later of stop and last upload to the completion: two columns, and a bound to add."""
    end: Any = facts.final_completion_ms
    since: Any = facts.last_upload_ms if facts.last_upload_ms > facts.stop_ms else facts.stop_ms
    if not (isinstance(end, Instant) and isinstance(since, Instant)):
        return None
    (i, i_ms), (j, j_ms) = places[end.name], places[since.name]
    return i, j, at_most(end.offset_ms - i_ms - since.offset_ms + j_ms)


def interchangeable(scenario: Scenario) -> bool:
    """Whether chunks differ in nothing but their index: all there at once, each sent at once."""
    recording = scenario.recording
    are_alike = recording.chunk_sizes is None and scenario.browser.kept_bytes_max is None
    if recording.chunks is None or not are_alike:
        return False
    return scenario.client.uploads_parallel >= recording.chunks


def monitor_for(
    design: DesignSpec,
    scenario: Scenario,
    slugs: Iterable[str],
    own: Mapping[str, Property] = NONE_OWN,
) -> Monitor:
    """The monitor of some properties, with what the scenario expects to meet sometimes."""
    judge, reverts = judge_settings(design), commits_can_fail(design, scenario)
    return Monitor(slugs, scenario.expect.sometimes, judge, reverts, own)


def commits_can_fail(design: DesignSpec, scenario: Scenario) -> bool:
    """Whether the world keeps memory and disk apart."""
    return World(design, scenario, 0).settings.commits_wait
