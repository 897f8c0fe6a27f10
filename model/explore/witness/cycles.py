"""Whether a schedule may go on for ever without completing the session, or without what is due.

In the graph of classes a run that never ends is a cycle. With inclusion, an edge may lead to a
class that is larger than what the step came to, so a cycle there is only a suspicion: then all is
searched again with equal classes alone, where every path, also an endless one, is one of the
system's own (Berthomieu & Diaz 1991: the state class graph keeps the firing sequences).

What a property says of the end of a run is said of a run without an end by what stays so: a cycle
of classes each of which would violate it if nothing ever changed any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine
from lastchunk.model.explore.timing.store import EqualStore
from lastchunk.model.properties import Holds, Violation
from lastchunk.reference_impl.contract import COMPLETED, INCOMPLETE

FINALIZES = "finalizes"
SETTLED = (COMPLETED, INCOMPLETE)


def exactly(search: Search[Machine]) -> Search[Machine]:
    """The search whose cycles are the system's own. It may be unfinished."""
    if search.store is EqualStore:
        return search
    machine, budget, deadline = search.machine, search.budget, search.deadline
    again = Search(machine, budget, inclusion=False, past=search.past, deadline=deadline)
    again.run()
    return again


class Rounds:
    """The cycles of a search that is finished."""

    def __init__(self, search: Search[Machine]) -> None:
        self.search = search
        self.following = following_of(search)
        parts = strongly_connected(self.following)
        self.classes = sorted(number for part in parts for number in part)

    def violating(self, slug: str) -> list[int]:
        """The shortest cycle through the first class on one that violates a property for ever.

        It begins and ends with that class; empty: there is none. For `finalizes` a class is enough
        in which there is a session that is not settled.
        """
        if slug == FINALIZES:
            unsettled = [number for number in self.classes if self._is_unsettled(number)]
            if unsettled:
                return _shortest_round(self.following, unsettled[0])
        return self._within({n for n in self.classes if self._would_be(n, slug, Violation)})

    def settled(self) -> list[int]:
        """The same for a class where the session is settled and stays so."""
        return self._within({number for number in self.classes if self._is_settled(number)})

    def holds(self, slug: str) -> bool:
        """Whether a property holds in a class on a cycle if nothing ever changes any more."""
        return any(self._would_be(number, slug, Holds) for number in self.classes)

    def _would_be(self, number: int, slug: str, kind: type[Holds] | type[Violation]) -> bool:
        """What the search says, as long as there is time. Raises `OutOfTimeError`."""
        self.search.deadline.check()
        return self.search.would_be(number, slug, kind)

    def _is_settled(self, number: int) -> bool:
        return self.search.classes[number][0].facts.status in SETTLED

    def _is_unsettled(self, number: int) -> bool:
        return bool(self.search.classes[number][0].facts.status) and not self._is_settled(number)

    def _within(self, classes: set[int]) -> list[int]:
        """The shortest cycle through the first class on one that has some classes alone."""
        inner = {
            number: [child for child in self.following[number] if child in classes]
            for number in sorted(classes)
        }
        numbers = [number for part in strongly_connected(inner) for number in part]
        return _shortest_round(inner, min(numbers)) if numbers else []


def _shortest_round(following: dict[int, list[int]], start: int) -> list[int]:
    """From a class back to itself, by the fewest steps."""
    came: dict[int, int] = {}
    queue = deque([start])
    while start not in came:
        number = queue.popleft()
        for child in following.get(number, ()):
            if child not in came:
                came[child] = number
                queue.append(child)
    path = [start, came[start]]
    while path[-1] != start:
        path.append(came[path[-1]])
    return path[::-1]


def following_of(search: Search[Machine]) -> dict[int, list[int]]:
    """The classes that each class has steps to."""
    following: dict[int, list[int]] = {}
    edges = search.edges
    for at in range(0, len(edges), 2):
        parent, child = edges[at], edges[at + 1]
        while child in search.covered:
            child = search.covered[child]
        following.setdefault(parent, []).append(child)
    return following


class _Tarjan:
    """Tarjan's search for strongly connected parts, with a stack of its own for depth.

    ``low`` is the earliest number that is still open and that a node is known to lead to.
    """

    def __init__(self, following: dict[int, list[int]]) -> None:
        self.following = following
        self.index: dict[int, int] = {}
        self.low: dict[int, int] = {}
        self.open: dict[int, None] = {}  # in the order in which they were entered
        self.work: list[tuple[int, Iterator[int]]] = []
        self.parts: list[list[int]] = []

    def enter(self, node: int) -> None:
        """Number a node, and look at its children next."""
        self.index[node] = self.low[node] = len(self.index)
        self.open[node] = None
        self.work.append((node, iter(self.following.get(node, ()))))

    def go_on(self) -> None:
        """One child more of the node that is looked at; or it is done with."""
        node, children = self.work[-1]
        child = next(children, None)
        if child is None:
            self._leave(node)
        elif child not in self.index:
            self.enter(child)
        elif child in self.open:
            self.low[node] = min(self.low[node], self.index[child])

    def _leave(self, node: int) -> None:
        self.work.pop()
        if self.work:
            parent = self.work[-1][0]
            self.low[parent] = min(self.low[parent], self.low[node])
        if self.low[node] == self.index[node]:
            part = self._closed(node)
            if len(part) > 1 or node in self.following.get(node, ()):
                self.parts.append(part)

    def _closed(self, until: int) -> list[int]:
        """The nodes that were entered since, and that nothing earlier is led to by."""
        part = []
        while until in self.open:
            number, _ = self.open.popitem()
            part.append(number)
        return part


def strongly_connected(following: dict[int, list[int]]) -> list[list[int]]:
    """The parts of a graph that have a cycle (Tarjan, SIAM J. Comput. 1(2), 1972)."""
    search = _Tarjan(following)
    for root in following:
        if root not in search.index:
            search.enter(root)
        while search.work:
            search.go_on()
    return search.parts
