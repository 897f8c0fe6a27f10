"""A small front of the engine for textbook models: states, and actions that wait for their time.

An action that is enabled in a state fires within an interval after it became enabled, or not at
all if another one disables it first. A class is a state and the firing times of its enabled actions
relative to now, as in Berthomieu & Diaz (IEEE TSE 17(3), 1991). Column 0 is now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from lastchunk.model.explore.search.search import Exploration, Search
from lastchunk.model.explore.timing.steps import Leaf
from lastchunk.model.explore.timing.zone import Layout, Zone, fire, nearest_of, point


class Interval(NamedTuple):
    """When an action fires, counted from when it is enabled; ``strict``: only after ``low``."""

    low: int
    high: int | None
    strict: bool = False


class StrictLayout(Layout):
    """A layout in which some columns come strictly after their lowest time."""

    def __init__(
        self,
        columns: int,
        sources: Sequence[int],
        intervals: Sequence[Interval],
    ) -> None:
        lows, highs = [each.low for each in intervals], [each.high for each in intervals]
        super().__init__(columns, sources, lows, highs)
        strict = [column for column, each in enumerate(intervals) if each.strict]
        for column in strict:
            for row in range(self.size):
                self._spread[row * self.size + column] -= row != column
        self._has_bounds = self._has_bounds and not strict


class Front:
    """A model as a machine for `Search`; what it does is for a subclass to say."""

    def __init__(self, initial: Any) -> None:
        self.initial = initial
        self.nodes: dict[Any, Any] = {}
        self.origin = False
        self.monitor = SimpleNamespace(slugs=("none",))

    def enabled(self, state: Any) -> Sequence[Any]:
        """The actions that may fire in a state, in order."""
        raise NotImplementedError

    def interval(self, action: Any) -> Interval:
        """When an action fires."""
        raise NotImplementedError

    def after(self, state: Any, action: Any) -> Any:
        """The state after an action."""
        raise NotImplementedError

    def persists(self, state: Any, action: Any, other: Any) -> bool:
        """Whether another action goes on waiting while one fires."""
        return other != action and other in self.enabled(self.after(state, action))

    # --- what a search asks ----------------------------------------------------------------------

    def roots(self) -> Iterator[tuple[Leaf, Zone]]:
        """The beginning."""
        yield self._leaf(self.initial, {}, 1, 0), point()

    def successors(self, node: Any, zone: Zone) -> Iterator[tuple[Any, Leaf, Zone, Zone]]:
        """Every step out of a class."""
        if not node.enabled:
            return
        nearest = nearest_of(zone, range(1, 1 + len(node.enabled)))
        for column, action in enumerate(node.enabled, 1):
            part = fire(zone, column, nearest)
            if part is None:
                continue
            if action not in node.leaves:
                node.leaves[action] = self._fired(node, action, column)
            leaf = node.leaves[action]
            yield action, leaf, part, leaf.layout.apply(part)

    def ends(self, node: Any, zone: Zone) -> Iterator[tuple[Leaf, Zone]]:
        """Nothing is asked of a quiet end."""
        return iter(())

    def _fired(self, node: Any, action: Any, column: int) -> Leaf:
        kept = {
            other: at
            for at, other in enumerate(node.enabled, 1)
            if self.persists(node.state, action, other)
        }
        return self._leaf(self.after(node.state, action), kept, 1 + len(node.enabled), column)

    def _leaf(self, state: Any, kept: dict[Any, int], columns: int, now: int) -> Leaf:
        enabled = self.enabled(state)
        if state not in self.nodes:
            node = SimpleNamespace(state=state, enabled=enabled, sorter=None, store=None)
            node.leaves = {}
            self.nodes[state] = node
        sources, intervals = [now], [Interval(0, 0)]
        for action in enabled:
            sources.append(kept.get(action, now))
            intervals.append(Interval(0, 0) if action in kept else self.interval(action))
        leaf = Leaf({}, frozenset())
        leaf.target = self.nodes[state]
        leaf.layout = StrictLayout(columns, sources, intervals)
        return leaf


def classes_of(front: Front, inclusion: bool = False) -> Exploration:
    """All state classes of a model."""
    return Search(front, inclusion=inclusion).run()
