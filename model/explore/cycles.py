"""Whether a schedule may go on for ever without completing the session.

In the graph of classes a run that never ends is a cycle. With inclusion, an edge may lead to a
class that is larger than what the step came to, so a cycle there is only a suspicion: then all is
searched again with equal classes alone, where every path, also an endless one, is one of the
system's own (Berthomieu & Diaz 1991: the state class graph keeps the firing sequences).
"""

from __future__ import annotations

from collections import deque

from model.explore.search import Search
from model.explore.store import EqualStore
from reference_impl.contract import COMPLETED, INCOMPLETE

SETTLED = (COMPLETED, INCOMPLETE)


def runs_for_ever(search: Search) -> Search | None:
    """The search that shows a schedule without an end, if a finished one has a suspicion of it.

    None where there is no such schedule. A search that is unfinished could neither show one nor
    exclude it.
    """
    if not cycle_of(search):
        return None
    if search.store is EqualStore:
        return search
    again = Search(search.machine, search.budget, inclusion=False)
    for node in again.machine.nodes.values():
        node.store = None
    again.run()
    return again if again.found.unfinished or cycle_of(again) else None


def cycle_of(search: Search) -> list[int]:
    """The shortest cycle through the first class on one that is not settled; empty: there is none.

    It begins and ends with that class.
    """
    following = _following(search)
    parts = strongly_connected(following)
    unsettled = [
        number
        for part in parts
        for number in part
        if search.classes[number][0].facts.status not in SETTLED
    ]
    return _shortest_round(following, min(unsettled)) if unsettled else []


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


def _following(search: Search) -> dict[int, list[int]]:
    """The classes that each class has steps to."""
    following: dict[int, list[int]] = {}
    edges = search.edges
    for at in range(0, len(edges), 2):
        parent, child = edges[at], edges[at + 1]
        while child in search.covered:
            child = search.covered[child]
        following.setdefault(parent, []).append(child)
    return following


def strongly_connected(following: dict[int, list[int]]) -> list[list[int]]:
    """The parts of a graph that have a cycle (Tarjan, SIAM J. Comput. 1(2), 1972)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    parts: list[list[int]] = []
    for root in following:
        if root in index:
            continue
        work = [(root, iter(following.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, children = work[-1]
            child = next(children, None)
            if child is None:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    part = _popped(stack, on_stack, node)
                    if len(part) > 1 or node in following.get(node, ()):
                        parts.append(part)
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(following.get(child, ()))))
            elif child in on_stack:
                low[node] = min(low[node], index[child])
    return parts


def _popped(stack: list[int], on_stack: set[int], until: int) -> list[int]:
    part = []
    while True:
        number = stack.pop()
        on_stack.discard(number)
        part.append(number)
        if number == until:
            return part
