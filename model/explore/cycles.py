"""Whether a schedule may go on for ever without completing the session.

In the graph of classes a run that never ends is a cycle. With inclusion, an edge may lead to a
class that is larger than what the step came to, so a cycle there is only a suspicion: then all is
searched again with equal classes alone, where every path, also an endless one, is one of the
system's own (Berthomieu & Diaz 1991: the state class graph keeps the firing sequences).
"""

from __future__ import annotations

from typing import Literal

from model.explore.search import Search
from model.explore.store import EqualStore
from reference_impl.contract import COMPLETED, INCOMPLETE

SETTLED = (COMPLETED, INCOMPLETE)


def runs_for_ever(search: Search) -> Literal["proved", "possible", ""]:
    """Whether a finished search has a cycle in which the session is not completed all along."""
    if not has_cycle(search):
        return ""
    if search.store is EqualStore:
        return "proved"
    again = Search(search.machine, search.budget, inclusion=False)
    for node in again.machine.nodes.values():
        node.store = None
    again.run()
    if again.found.unfinished:
        return "possible"
    return "proved" if has_cycle(again) else ""


def has_cycle(search: Search) -> bool:
    """Whether some strongly connected part has an edge in it and a state that is not settled."""
    following: dict[int, list[int]] = {}
    edges = search.edges
    for at in range(0, len(edges), 2):
        parent, child = edges[at], edges[at + 1]
        while child in search.covered:
            child = search.covered[child]
        following.setdefault(parent, []).append(child)
    return any(
        any(search.classes[number][0].facts.status not in SETTLED for number in part)
        for part in strongly_connected(following)
    )


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
