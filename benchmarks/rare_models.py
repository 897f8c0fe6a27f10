"""Textbook models of rare events whose probability is known without simulating."""

from __future__ import annotations

from random import Random

import numpy as np
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve
from scipy.stats import poisson


class Arrivals:
    """So many arrivals of a Poisson process within a time: the Poisson tail."""

    def __init__(self, mean: float, top: int) -> None:
        self.mean, self.top = mean, top

    def begin(self, dice: Random) -> tuple[float, int]:
        """No time has passed, and nobody has come."""
        return 0.0, 0

    def advance(self, state: tuple[float, int], dice: Random) -> tuple[float, int] | None:
        """The next arrival, or none in time."""
        time = state[0] + dice.expovariate(self.mean)
        return (time, state[1] + 1) if time <= 1 else None

    def level(self, state: tuple[float, int]) -> int:
        """How many have come."""
        return state[1]

    def exact(self) -> float:
        """The tail of the distribution."""
        return float(poisson.sf(self.top - 1, self.mean))


class TandemQueue:
    """Two queues in a row: does the second one lose a customer before it is empty?

    The rates are those of Garvels 2000, "The splitting method in rare event simulation", page 85.
    The queues hold ``capacity`` customers less one each, and the second begins with one, as Budde,
    Monti & D'Argenio set it for their tool FIG (models/tandem_queue.sa).
    """

    RATES = (3.0, 2.0, 6.0)
    """Arrivals, and customers served by the first and the second queue, in a unit of time."""

    def __init__(self, capacity: int) -> None:
        self.top = capacity
        self.moves_of: dict[tuple[int, int], list[tuple[float, tuple[int, int]]]] = {}

    def begin(self, dice: Random) -> tuple[int, int]:
        """The first queue is empty, and the second one has a customer."""
        return 0, 1

    def moves(self, state: tuple[int, int]) -> list[tuple[float, tuple[int, int]]]:
        """What may come next, and at which rate."""
        if state not in self.moves_of:
            one, two = state
            arrive, first, second = self.RATES
            found = [(arrive, (min(one + 1, self.top - 1), two)), (second, (one, two - 1))]
            found += [(first, (one - 1, two + 1))] if one else []
            self.moves_of[state] = found
        return self.moves_of[state]

    def advance(self, state: tuple[int, int], dice: Random) -> tuple[int, int] | None:
        """The next move, drawn by the rates."""
        moves = self.moves(state)
        drawn = dice.random() * sum(rate for rate, _ in moves)
        at = 0
        while at < len(moves) - 1 and drawn >= moves[at][0]:
            drawn -= moves[at][0]
            at += 1
        following = moves[at][1]
        return following if following[1] else None

    def level(self, state: tuple[int, int]) -> int:
        """How many are in the second queue, the one that is lost too."""
        return state[1]

    def exact(self) -> float:
        """The probability, by the linear equations of first steps."""
        states = [(one, two) for one in range(self.top) for two in range(1, self.top)]
        place = {state: at for at, state in enumerate(states)}
        matrix, right = lil_matrix((len(states), len(states))), np.zeros(len(states))
        for state, at in place.items():
            moves = self.moves(state)
            total = sum(rate for rate, _ in moves)
            matrix[at, at] += 1
            for rate, to in moves:
                if to[1] == self.top:
                    right[at] += rate / total
                elif to in place:
                    matrix[at, place[to]] -= rate / total
        return float(spsolve(matrix.tocsr(), right)[place[0, 1]])
