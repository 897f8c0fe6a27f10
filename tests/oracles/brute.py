"""State classes counted another way: remaining delays, and Floyd & Warshall after each step.

Nothing of the explorer is used but the net's own tables.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any

from tests.oracles.petri import Net

Matrix = list[list[float]]


def closed(rows: Matrix) -> Matrix | None:
    """The shortest-path closure; None for a negative cycle."""
    size = len(rows)
    for k in range(size):
        for i in range(size):
            for j in range(size):
                rows[i][j] = min(rows[i][j], rows[i][k] + rows[k][j])
    return None if any(rows[i][i] < 0 for i in range(size)) else rows


def first_class(net: Net, enabled: list[int]) -> Matrix:
    """The delays of newly enabled transitions; index 0 stands for 0."""
    rows = [[math.inf] * (len(enabled) + 1) for _ in range(len(enabled) + 1)]
    for i in range(len(rows)):
        rows[i][i] = 0
    for at, number in enumerate(enabled, 1):
        transition = net.transitions[number]
        rows[at][0] = math.inf if transition.high is None else transition.high
        rows[0][at] = -transition.low
    closure = closed(rows)
    assert closure is not None
    return closure


def count_classes(net: Net) -> int:
    """How many different classes there are."""
    enabled = net.enabled(net.initial)
    start = (net.initial, first_class(net, enabled))
    known = {_key(start)}
    queue = deque([start])
    while queue:
        marking, rows = queue.popleft()
        for number in net.enabled(marking):
            after = _fire(net, marking, rows, number)
            if after is not None and _key(after) not in known:
                known.add(_key(after))
                queue.append(after)
    return len(known)


def _key(entry: tuple[Any, Matrix]) -> Any:
    return entry[0], tuple(map(tuple, entry[1]))


def _fire(net: Net, marking: Any, rows: Matrix, number: int) -> tuple[Any, Matrix] | None:
    enabled = net.enabled(marking)
    at = enabled.index(number) + 1
    first = [row.copy() for row in rows]
    for other in range(1, len(rows)):
        first[at][other] = min(first[at][other], 0)
    closure = closed(first)
    if closure is None:
        return None
    left = tuple(a - b for a, b in zip(marking, net.takes[number], strict=True))
    following = tuple(a + b for a, b in zip(left, net.puts[number], strict=True))
    after = net.enabled(following)
    kept = {other for other in net.enabled(left) if other != number and other in enabled}
    out = first_class(net, after)
    places = [(k, enabled.index(other) + 1) for k, other in enumerate(after, 1) if other in kept]
    places.append((0, at))
    for k, old_k in places:
        for m, old_m in places:
            out[k][m] = closure[old_k][old_m]
    for k in range(len(out)):
        for m in range(len(out)):
            if (k, m) != (0, 0) and {k, m} - {key for key, _ in places}:
                out[k][m] = min(out[k][m], out[k][0] + out[0][m]) if k != m else 0
    closure = closed(out)
    assert closure is not None
    return following, closure
