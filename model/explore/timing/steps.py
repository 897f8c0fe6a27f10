"""A step of the world, run once and remembered for every state class that takes it again.

What a happening does to the discrete state depends on times only through comparisons. So a step is
a decision tree: at each `Branch` a comparison of two instants, at each `Leaf` what came of it. The
tree grows as classes walk it; the world runs once for each leaf, not once for each class.

What the world draws from a range that no difference of times can hold, such as how far the clock of
an instance is ahead, is a `Draw`: a class goes on along every branch of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.explore.timing.replayed import ReplayedTimeline, asking_line
from lastchunk.model.explore.timing.zone import Layout, Zone, constrain, negated
from lastchunk.model.properties import Judgement


class Leaf:
    """What one step leads to: the next state if the run goes on, and what was seen on the way.

    ``chunks`` are the next state's chunks by rank, in the names of the state that the step left.
    ``late`` are two columns of that state and ms: how long the finalization took, if it is over.
    """

    __slots__ = ("chunks", "judgements", "late", "layout", "reason", "sometimes", "target")

    def __init__(self, judgements: dict[str, Judgement], sometimes: frozenset[str]) -> None:
        self.judgements = judgements
        self.sometimes = sometimes
        self.reason = ""
        self.target: Any = None
        self.layout: Layout | None = None
        self.chunks: tuple[int, ...] = ()
        self.late: tuple[int, int, int] | None = None


class Branch:
    """Whether ``x_left - x_right`` keeps a bound; or, without one, how much it is exactly."""

    __slots__ = ("bound", "drawn", "left", "right", "slots")

    def __init__(
        self, left: int, right: int, bound: int | None, drawn: tuple[int, ...] = ()
    ) -> None:
        self.left = left
        self.right = right
        self.bound = bound
        self.drawn = drawn
        self.slots: dict[Any, Slot] = {}

    def slot_for(self, answer: Any) -> Slot:
        """Where an answer leads."""
        slot = self.slots.get(answer)
        if slot is None:
            slot = self.slots[answer] = Slot(self.drawn)
        return slot


class Draw:
    """One of ``count`` things that the world may draw: a branch for each, whatever the times."""

    __slots__ = ("slots",)

    def __init__(self, count: int, drawn: tuple[int, ...]) -> None:
        self.slots: dict[Any, Slot] = {number: Slot((*drawn, number)) for number in range(count)}


class Slot:
    """A place in the tree, empty until a class has been there; ``drawn`` led to it."""

    __slots__ = ("content", "drawn")

    def __init__(self, drawn: tuple[int, ...] = ()) -> None:
        self.content: Leaf | Branch | Draw | None = None
        self.drawn = drawn


StepQuestion = tuple[int, int, int | None] | int
"""What a step asks: whether two instants, by name, keep a bound, or how far apart they are exactly;
or one of so many things that are drawn."""
AnsweredQuestion = tuple[StepQuestion, Any]
"""A question, and its answer."""
StepMark = tuple[Slot, Zone, list[int]]


class ClassTimeline(ReplayedTimeline):
    """The `Timeline` of a running step: answers by the class it runs in, and grows the tree.

    Where the class leaves an answer open, it takes the first branch and narrows the class; whoever
    walks the tree sees to the other one.
    """

    def __init__(self) -> None:
        self.zone: Zone | None = None
        self.places: dict[int, tuple[int, int]] = {}
        self.slot = Slot()
        self.draws: list[int] = []
        self.noted: list[AnsweredQuestion] | None = None

    def begin(
        self,
        places: dict[int, tuple[int, int]],
        zone: Zone,
        slot: Slot,
        drawn: tuple[int, ...] = (),
    ) -> None:
        """A step begins in a class; ``places`` are the instants' columns, with their offsets.

        What it draws is ``drawn``, and the first of all beyond that.
        """
        self.places = places
        self.zone = zone
        self.slot = slot
        self.draws = list(drawn)

    @property
    def columns(self) -> int:
        """How many instants the class has that the step runs in."""
        assert self.zone is not None
        return self.zone.size

    @contextmanager
    def noting(self) -> Iterator[list[AnsweredQuestion]]:
        """Note what is asked from here on, with the answers."""
        try:
            yield self.note()
        finally:
            self.noted = None

    def note(self) -> list[AnsweredQuestion]:
        """The same; whoever asks for it ends it, by clearing ``noted``."""
        noted: list[AnsweredQuestion] = []
        self.noted = noted
        return noted

    def mark(self) -> StepMark:
        """Where the step is."""
        assert self.zone is not None
        return self.slot, self.zone, self.draws.copy()

    def back_to(self, mark: StepMark) -> None:
        """Nothing was asked since then."""
        self.slot, self.zone, draws = mark
        self.draws = draws.copy()

    def answer(self, question: StepQuestion) -> Any:
        """The answer to a question that another run of the step has asked."""
        if isinstance(question, int):
            return self.draw(question)
        left, right, bound = question
        if bound is None:
            return self._exactly(left, right)
        return self._holds(left, right, bound)

    def _note(self, question: StepQuestion, answer: Any) -> None:
        if self.noted is not None:
            self.noted.append((question, answer))

    def _branch(self, left: int, right: int, bound: int | None) -> Branch:
        if self.slot.content is None:
            self.slot.content = Branch(left, right, bound, self.slot.drawn)
        branch = self.slot.content
        if not isinstance(branch, Branch) or (branch.left, branch.right, branch.bound) != (
            left,
            right,
            bound,
        ):
            raise _unrepeatable()
        return branch

    def draw(self, count: int) -> int:
        """One of so many things."""
        if count == 1:
            return 0
        if self.slot.content is None:
            self.slot.content = Draw(count, self.slot.drawn)
        draw = self.slot.content
        if not isinstance(draw, Draw) or len(draw.slots) != count:
            raise _unrepeatable()
        number = self.draws.pop(0) if self.draws else 0
        self.slot = draw.slots[number]
        self._note(count, number)
        return number

    def _place(self, name: int) -> tuple[int, int]:
        return self.places[name]

    def _holds(self, left: int, right: int, bound: int) -> bool:
        """Whether ``left - right`` keeps a bound."""
        (i, i_ms), (j, j_ms) = self._place(left), self._place(right)
        question = left, right, bound
        bound += (i_ms - j_ms) << 10
        branch = self._branch(i, j, bound)
        assert self.zone is not None
        if self.zone[i, j] <= bound:
            answer = True
        elif self.zone[j, i] <= negated(bound):
            answer = False
        else:
            answer = True
            self.zone = constrain(self.zone, i, j, bound)
        self.slot = branch.slot_for(answer)
        self._note(question, answer)
        return answer

    def _exactly(self, left: int, right: int) -> int | None:
        """``left - right`` in ms where the class leaves only one value; else None."""
        (i, i_ms), (j, j_ms) = self._place(left), self._place(right)
        branch = self._branch(i, j, None)
        assert self.zone is not None
        answer = fixed_ms(self.zone, i, j)
        self.slot = branch.slot_for(answer)
        apart_ms = None if answer is None else answer - i_ms + j_ms
        self._note((left, right, None), apart_ms)
        return apart_ms


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


def walk_tree(slot: Slot, zone: Zone) -> Iterator[tuple[Slot, Zone]]:
    """The leaves, or empty places, that a class comes to, each with its part of the class."""
    stack = [(slot, zone)]
    while stack:
        slot, zone = stack.pop()
        branch = slot.content
        if not isinstance(branch, Branch):
            if isinstance(branch, Draw):
                stack += [(each, zone) for each in branch.slots.values()]
            else:
                yield slot, zone
        elif branch.bound is None:
            stack.append((branch.slot_for(fixed_ms(zone, branch.left, branch.right)), zone))
        else:
            no = constrain(zone, branch.right, branch.left, negated(branch.bound))
            if no is not None:
                stack.append((branch.slot_for(False), no))
            yes = constrain(zone, branch.left, branch.right, branch.bound)
            if yes is not None:
                stack.append((branch.slot_for(True), yes))
