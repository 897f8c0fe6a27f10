"""What a way comes to: the row of results, worked out once for all sessions that take it.

The trace of a way has numbers by name where sessions differ. Facts, properties and the row are made
of it by the same code as of any trace; what that asks is a tree of questions to the session's atoms
(`WayStore`), and what comes of it is a row with some numbers left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from functools import cached_property
from typing import Any

from lastchunk.model.properties import OUTCOMES, SOMETIMES
from lastchunk.model.properties.row import COLUMNS
from lastchunk.model.simulate import Run
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.step import RunningStep
from lastchunk.model.table.tree import Expression, Place
from lastchunk.model.trace.facts import Facts

RowOf = Callable[[Run], dict[str, Any]]
END_WORDS = ("quiet", "completion", "horizon", "limit")
OUTSIDE = ("scenario", "design", "session", "uplink_kbps", "request_delay_ms")
"""Columns that are no whole numbers of a way."""
NUMBER_COLUMNS = tuple(name for name in COLUMNS if name not in OUTSIDE)
WORD_COLUMNS = {"outcome": tuple(OUTCOMES), "ended": END_WORDS}
"""Columns of words, by their numbers."""
TRUTHS = tuple(f"saw_{slug}" for slug in SOMETIMES)
"""Columns of truth values."""


class WayStep(RunningStep):
    """Answers questions about the atoms of one way. What a text says of a number is in no row."""

    def text_of(self, number: Number, how: str) -> str:
        """A number in a text: nobody asks which."""
        return "?"


class ByEqual(MutableMapping[Any, int]):
    """Counts by numbers that have no hash but by their value: each is held to those before."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, int]] = []

    def _at(self, key: Any) -> int:
        return next((at for at, (other, _) in enumerate(self.pairs) if other == key), -1)

    def __getitem__(self, key: Any) -> int:
        at = self._at(key)
        if at < 0:
            raise KeyError(key)
        return self.pairs[at][1]

    def __setitem__(self, key: Any, count: int) -> None:
        at = self._at(key)
        if at < 0:
            self.pairs.append((key, count))
        else:
            self.pairs[at] = (self.pairs[at][0], count)

    def __delitem__(self, key: Any) -> None:
        del self.pairs[self._at(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter([key for key, _ in self.pairs])

    def __len__(self) -> int:
        return len(self.pairs)


class WayRun(Run):
    """A run whose trace stands for all sessions of a way."""

    @cached_property
    def facts(self) -> Facts:
        """What the trace amounts to."""
        facts = Facts()
        runs: Any = ByEqual()
        facts.alarm_runs_by_due = runs
        for event in self.trace:
            facts.observe(event)
        return facts


def judged_way(
    run: WayRun, step: RunningStep, atoms: list[int], row_of: RowOf
) -> tuple[Place, list[int], list[tuple[int, Expression]]]:
    """The tree of questions of a way, and its row: numbers, and those that hang on the atoms.

    ``atoms`` are those of one session that has taken the way.
    """
    place = Place()
    step.begin(step.places, atoms, place)
    row = row_of(run)
    fixed, varying = [], []
    for at, name in enumerate(NUMBER_COLUMNS):
        value = row[name]
        if type(value) is Number:
            varying.append((at, step.expression_of(value)))
            value = 0
        elif name in WORD_COLUMNS:
            value = WORD_COLUMNS[name].index(value)
        fixed.append(int(value))
    return place, fixed, varying
