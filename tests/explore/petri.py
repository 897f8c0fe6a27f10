"""Time Petri nets on the explorer's own search and zones: a small front for textbook models.

A class is a marking and the firing times of the enabled transitions relative to now, as in
Berthomieu & Diaz (IEEE TSE 17(3), 1991). Column 0 is now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from model.explore.search import Exploration, Search
from model.explore.steps import Leaf
from model.explore.zone import Layout, Zone, fire, point

Marking = tuple[int, ...]


@dataclass(frozen=True)
class Transition:
    """``takes`` and ``puts`` tokens by place; fires ``low`` to ``high`` after it is enabled."""

    name: str
    low: int
    high: int | None
    takes: dict[str, int]
    puts: dict[str, int]


class Net:
    """A net with its initial marking, as a machine for `Search`."""

    def __init__(self, transitions: list[Transition], marking: dict[str, int]) -> None:
        places = sorted({p for t in transitions for p in (*t.takes, *t.puts)} | set(marking))
        self.transitions = transitions
        self.takes = [tuple(t.takes.get(p, 0) for p in places) for t in transitions]
        self.puts = [tuple(t.puts.get(p, 0) for p in places) for t in transitions]
        self.initial = tuple(marking.get(p, 0) for p in places)
        self.places = places
        self.nodes: dict[Any, Any] = {}
        self.origin = False
        self.monitor = SimpleNamespace(slugs=("none",))

    def enabled(self, marking: Marking) -> list[int]:
        return [
            number
            for number, takes in enumerate(self.takes)
            if all(have >= need for have, need in zip(marking, takes, strict=True))
        ]

    def _leaf(self, marking: Marking, kept: dict[int, int], columns: int, now: int) -> Leaf:
        enabled = self.enabled(marking)
        if marking not in self.nodes:
            node = SimpleNamespace(marking=marking, enabled=enabled, sorter=None, store=None)
            node.leaves = {}
            self.nodes[marking] = node
        sources, lows, highs = [now], [0], [0]
        for number in enabled:
            transition = self.transitions[number]
            sources.append(kept.get(number, now))
            lows.append(0 if number in kept else transition.low)
            highs.append(0 if number in kept else transition.high)  # type: ignore[arg-type]
        leaf = Leaf({}, frozenset())
        leaf.target = self.nodes[marking]
        leaf.layout = Layout(columns, sources, lows, highs)
        return leaf

    def root(self) -> tuple[Leaf, Zone]:
        return self._leaf(self.initial, {}, 1, 0), point()

    def successors(self, node: Any, zone: Zone) -> Iterator[tuple[Any, Leaf, Zone, Zone]]:
        pending = range(1, 1 + len(node.enabled))
        for column, number in enumerate(node.enabled, 1):
            part = fire(zone, column, pending)
            if part is None:
                continue
            if number not in node.leaves:
                node.leaves[number] = self._fired(node, number, column)
            leaf = node.leaves[number]
            yield self.transitions[number], leaf, part, leaf.layout.apply(part)

    def _fired(self, node: Any, number: int, column: int) -> Leaf:
        left = tuple(a - b for a, b in zip(node.marking, self.takes[number], strict=True))
        kept = {
            other: at
            for at, other in enumerate(node.enabled, 1)
            if other != number and other in self.enabled(left)
        }
        marking = tuple(a + b for a, b in zip(left, self.puts[number], strict=True))
        return self._leaf(marking, kept, 1 + len(node.enabled), column)


def classes_of(net: Net, inclusion: bool = False) -> Exploration:
    """All state classes of a net."""
    return Search(net, inclusion=inclusion).run()  # type: ignore[arg-type]


def parse(text: str) -> Net:
    """A net from a few lines: ``name [low,high] place*count ... -> place ...``; ``w`` no bound."""
    transitions, marking = [], {}
    for line in text.strip().splitlines():
        words = line.split()
        if words[0] == "pl":
            marking[words[1]] = int(words[2])
            continue
        low, high = words[1].strip("[]").split(",")
        arrow = words.index("->")
        transitions.append(
            Transition(
                words[0],
                int(low),
                None if high == "w" else int(high),
                _tokens(words[2:arrow]),
                _tokens(words[arrow + 1 :]),
            )
        )
    return Net(transitions, marking)


def _tokens(words: list[str]) -> dict[str, int]:
    out: dict[str, int] = {}
    for word in words:
        place, _, count = word.partition("*")
        out[place] = out.get(place, 0) + int(count or 1)
    return out
