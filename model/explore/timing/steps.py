"""A step of the world, run once and remembered for every state class that takes it again.

What a happening does to the discrete state depends on times only through comparisons. So a step is
a decision tree: at each `Test` a comparison of two instants, at each `Leaf` what came of it. The
tree grows as classes walk it; the world runs once for each leaf, not once for each class.

What the world draws from a range that no difference of times can hold, such as how far the clock of
an instance is ahead, is a `Draw`: a class goes on along every branch of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.explore.timing.replayed import asking_line, taped
from lastchunk.model.explore.timing.zone import Layout, Zone, constrain, negated
from lastchunk.model.properties import Judgement


class Leaf:
    """What one step leads to: the next state if the run goes on, and what was seen on the way.

    ``chunks`` are the next state's chunks by rank, in the names of the state that the step left.
    ``late`` are two columns of that state and ms: how long the finalization took, if it is over.
    """

    __slots__ = ("chunks", "guards", "judgements", "late", "layout", "reason", "target")

    def __init__(self, judgements: dict[str, Judgement], guards: frozenset[str]) -> None:
        self.judgements = judgements
        self.guards = guards
        self.reason = ""
        self.target: Any = None
        self.layout: Layout | None = None
        self.chunks: tuple[int, ...] = ()
        self.late: tuple[int, int, int] | None = None


class Test:
    """Whether ``x_left - x_right`` keeps a bound; or, without one, how much it is exactly."""

    __slots__ = ("bound", "branches", "drawn", "left", "right")

    def __init__(
        self, left: int, right: int, bound: int | None, drawn: tuple[int, ...] = ()
    ) -> None:
        self.left = left
        self.right = right
        self.bound = bound
        self.drawn = drawn
        self.branches: dict[Any, Cell] = {}

    def branch(self, answer: Any) -> Cell:
        """Where an answer leads."""
        cell = self.branches.get(answer)
        if cell is None:
            cell = self.branches[answer] = Cell(self.drawn)
        return cell


class Draw:
    """One of ``count`` things that the world may draw: a branch for each, whatever the times."""

    __slots__ = ("branches",)

    def __init__(self, count: int, drawn: tuple[int, ...]) -> None:
        self.branches: dict[Any, Cell] = {number: Cell((*drawn, number)) for number in range(count)}


class Cell:
    """A place in the tree, empty until a class has been there; ``drawn`` led to it."""

    __slots__ = ("content", "drawn")

    def __init__(self, drawn: tuple[int, ...] = ()) -> None:
        self.content: Leaf | Test | Draw | None = None
        self.drawn = drawn


class Asker:
    """The `Timeline` of a running step: answers by the class it runs in, and grows the tree.

    Where the class leaves an answer open, it takes the first branch and narrows the class; whoever
    walks the tree sees to the other one.
    """

    def __init__(self) -> None:
        self.zone: Zone | None = None
        self.places: dict[int, tuple[int, int]] = {}
        self.cell = Cell()
        self.draws: list[int] = []

    def begin(
        self,
        places: dict[int, tuple[int, int]],
        zone: Zone,
        cell: Cell,
        drawn: tuple[int, ...] = (),
    ) -> None:
        """A step begins in a class; ``places`` are the instants' columns, with their offsets.

        What it draws is ``drawn``, and the first of all beyond that.
        """
        self.places = places
        self.zone = zone
        self.cell = cell
        self.draws = list(drawn)

    @property
    def columns(self) -> int:
        """How many instants the class has that the step runs in."""
        assert self.zone is not None
        return self.zone.size

    def _test(self, left: int, right: int, bound: int | None) -> Test:
        if self.cell.content is None:
            self.cell.content = Test(left, right, bound, self.cell.drawn)
        test = self.cell.content
        if not isinstance(test, Test) or (test.left, test.right, test.bound) != (
            left,
            right,
            bound,
        ):
            raise _unrepeatable()
        return test

    def draw(self, count: int) -> int:
        """One of so many things."""
        if count == 1:
            return 0
        if self.cell.content is None:
            self.cell.content = Draw(count, self.cell.drawn)
        draw = self.cell.content
        if not isinstance(draw, Draw) or len(draw.branches) != count:
            raise _unrepeatable()
        number = self.draws.pop(0) if self.draws else 0
        self.cell = draw.branches[number]
        return number

    def _place(self, name: int) -> tuple[int, int]:
        return self.places[name]

    def holds(self, left: int, right: int, bound: int) -> bool:
        """Whether ``left - right`` keeps a bound."""
        return bool(taped((left, right, bound), lambda: self._holds(left, right, bound)))

    def exactly(self, left: int, right: int) -> int | None:
        """``left - right`` in ms where the class leaves only one value; else None."""
        answer: int | None = taped((left, right), lambda: self._exactly(left, right))
        return answer

    def _holds(self, left: int, right: int, bound: int) -> bool:
        """Whether ``left - right`` keeps a bound."""
        (i, i_ms), (j, j_ms) = self._place(left), self._place(right)
        bound += (i_ms - j_ms) << 10
        test = self._test(i, j, bound)
        assert self.zone is not None
        if self.zone[i, j] <= bound:
            answer = True
        elif self.zone[j, i] <= negated(bound):
            answer = False
        else:
            answer = True
            self.zone = constrain(self.zone, i, j, bound)
        self.cell = test.branch(answer)
        return answer

    def _exactly(self, left: int, right: int) -> int | None:
        """``left - right`` in ms where the class leaves only one value; else None."""
        (i, i_ms), (j, j_ms) = self._place(left), self._place(right)
        test = self._test(i, j, None)
        assert self.zone is not None
        answer = fixed_ms(self.zone, i, j)
        self.cell = test.branch(answer)
        return None if answer is None else answer - i_ms + j_ms


def _unrepeatable() -> DesignError:
    return DesignError(
        "the design behaves differently when the same step is run again"
        f"{asking_line()}: it asks another question of time; it may depend on its "
        "context's storage, blobs and now() alone"
    )


def fixed_ms(zone: Zone, i: int, j: int) -> int | None:
    """``x_i - x_j`` in ms where there is only one value."""
    high = zone[i, j]
    return high >> 10 if high == -zone[j, i] else None


def walk(cell: Cell, zone: Zone) -> Iterator[tuple[Cell, Zone]]:
    """The leaves, or empty places, that a class comes to, each with its part of the class."""
    stack = [(cell, zone)]
    while stack:
        cell, zone = stack.pop()
        test = cell.content
        if not isinstance(test, Test):
            if isinstance(test, Draw):
                stack += [(branch, zone) for branch in test.branches.values()]
            else:
                yield cell, zone
        elif test.bound is None:
            stack.append((test.branch(fixed_ms(zone, test.left, test.right)), zone))
        else:
            no = constrain(zone, test.right, test.left, negated(test.bound))
            if no is not None:
                stack.append((test.branch(False), no))
            yes = constrain(zone, test.left, test.right, test.bound)
            if yes is not None:
                stack.append((test.branch(True), yes))
