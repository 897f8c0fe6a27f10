"""Time Petri nets on the explorer's own search and zones (Berthomieu & Diaz 1991)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracles.front import Front, Interval

Marking = tuple[int, ...]


@dataclass(frozen=True)
class Transition:
    """``takes`` and ``puts`` tokens by place; fires ``low`` to ``high`` after it is enabled."""

    name: str
    low: int
    high: int | None
    takes: dict[str, int]
    puts: dict[str, int]


class Net(Front):
    """A net with its initial marking; its actions are the numbers of its transitions."""

    def __init__(self, transitions: list[Transition], marking: dict[str, int]) -> None:
        places = sorted({p for t in transitions for p in (*t.takes, *t.puts)} | set(marking))
        self.transitions = transitions
        self.takes = [tuple(t.takes.get(p, 0) for p in places) for t in transitions]
        self.puts = [tuple(t.puts.get(p, 0) for p in places) for t in transitions]
        self.places = places
        super().__init__(tuple(marking.get(p, 0) for p in places))

    def enabled(self, state: Marking) -> list[int]:
        return [
            number
            for number, takes in enumerate(self.takes)
            if all(have >= need for have, need in zip(state, takes, strict=True))
        ]

    def interval(self, action: int) -> Interval:
        return Interval(self.transitions[action].low, self.transitions[action].high)

    def after(self, state: Marking, action: int) -> Marking:
        left = self._left(state, action)
        return tuple(a + b for a, b in zip(left, self.puts[action], strict=True))

    def persists(self, state: Marking, action: int, other: int) -> bool:
        """A transition is newly enabled if it was not while the tokens were taken."""
        return other != action and other in self.enabled(self._left(state, action))

    def _left(self, state: Marking, action: int) -> Marking:
        return tuple(a - b for a, b in zip(state, self.takes[action], strict=True))


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
