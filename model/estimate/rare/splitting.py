"""Importance splitting with fixed effort: a rare event as several that are not rare.

A model has levels, and the event is its top. From the beginning, ``effort`` runs go on to the first
threshold; from the states in which they came there, drawn at random, ``effort`` runs go on to the
next; and so on. The product of the shares that arrive is unbiased, whatever the levels and the
thresholds are (Garvels 2000; Del Moral 2004); good ones make it exact with little work. The
thresholds come from a pilot, whose runs are not counted. The interval is that of a skewed mean,
over replications that know nothing of each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, Protocol, TypeVar

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.intervals import upper_bound_if_none
from lastchunk.model.estimate.intervals.skewed import skewed_mean, skewness

SplitState = TypeVar("SplitState")
PASS = 0.2
"""The pilot puts a threshold where about this share of the runs arrives."""
PILOT_RUNS_MAX = 1_000_000
COCHRAN = 25


class SplitModel(Protocol[SplitState]):
    """What splitting asks of a model. A state is never changed: it may be gone on from twice."""

    @property
    def top(self) -> int:
        """The level at which the event has happened."""

    def begin(self, dice: Random) -> SplitState:
        """A run's first state."""

    def advance(self, state: SplitState, dice: Random) -> SplitState | None:
        """The state after one more happening; None where the run ends without the event."""

    def level(self, state: SplitState) -> int:
        """How near a state is; the higher, the nearer."""


@dataclass
class SplitWork:
    """How many happenings were simulated, and in how many runs from the beginning."""

    happenings: int = 0
    runs: int = 0


@dataclass(frozen=True)
class RareEstimate:
    """The probability of the event in one run, with its 95 % interval.

    ``happenings`` were simulated, all in all; plain sampling needs ``plain_happenings`` for an
    interval that is as narrow. ``skewness`` is that of the replications.
    """

    probability: float
    low: float
    high: float
    replications: int
    effort: int
    thresholds: tuple[int, ...]
    happenings: int
    plain_happenings: float
    skewness: float = 0.0

    @property
    def relative_half_width(self) -> float:
        """Half the interval's width, as a share of the estimate."""
        return (self.high - self.low) / 2 / self.probability if self.probability else math.inf

    @property
    def is_too_skewed(self) -> bool:
        """Whether so few replications of such a skewness have an interval that holds too little.

        The rule is Cochran's (1977, Sampling Techniques, 2.15), for intervals at 95 %.
        """
        return self.replications < COCHRAN * self.skewness**2

    def is_enough(self, precision: float) -> bool:
        """Whether the interval is narrow enough, and replications are enough to believe it."""
        return self.relative_half_width <= precision and not self.is_too_skewed

    @property
    def saved(self) -> float:
        """How many times the work plain sampling would be."""
        return self.plain_happenings / self.happenings if self.happenings else 0.0


class Splitting(Generic[SplitState]):
    """Splitting of one model."""

    def __init__(self, model: SplitModel[SplitState], effort: int) -> None:
        self.model = model
        self.effort = effort
        self.work = SplitWork()

    def until(self, state: SplitState, threshold: int, dice: Random) -> SplitState | None:
        """Go on until a level is reached; None where the run ends before."""
        now: SplitState | None = state
        while now is not None and self.model.level(now) < threshold:
            now = self.model.advance(now, dice)
            self.work.happenings += 1
        return now

    def thresholds(self, dice: Random) -> tuple[int, ...]:
        """Where to split, by a pilot. Raises `InputError` where nothing comes nearer."""
        found: list[int] = []
        entrances: list[SplitState] = []
        at = self._lowest(dice)
        while at < self.model.top:
            runs = self.effort
            reached = self._highest(entrances, at, runs, dice)
            while not any(level > at for level, _ in reached):
                runs *= 4
                if runs > PILOT_RUNS_MAX:
                    raise InputError(
                        "pilot", f"{runs // 4:,} runs", f"some that come beyond level {at}"
                    )
                reached += self._highest(entrances, at, runs, dice)
            levels = sorted((level for level, _ in reached), reverse=True)
            at = max(levels[max(0, math.ceil(PASS * len(levels)) - 1)], at + 1)
            at = min(at, levels[0])
            found.append(at)
            entrances = [states[at] for level, states in reached if level >= at and at in states]
            entrances = entrances or [states[level] for level, states in reached if level >= at]
        return tuple(found)

    def _lowest(self, dice: Random) -> int:
        return min(self.model.level(self.model.begin(dice)) for _ in range(10))

    def _highest(
        self, entrances: Sequence[SplitState], at: int, runs: int, dice: Random
    ) -> list[tuple[int, dict[int, SplitState]]]:
        """Of each run the highest level, and the states in which it first came to each new one."""
        return [self._climb(self._start(entrances, dice), at, dice) for _ in range(runs)]

    def _climb(self, state: SplitState, at: int, dice: Random) -> tuple[int, dict[int, SplitState]]:
        highest, states = at, {}
        now: SplitState | None = state
        while now is not None:
            level = self.model.level(now)
            if level > highest:
                for passed in range(highest + 1, level + 1):
                    states[passed] = now
                highest = level
                if level >= self.model.top:
                    break
            now = self.model.advance(now, dice)
            self.work.happenings += 1
        return highest, states

    def _start(self, entrances: Sequence[SplitState], dice: Random) -> SplitState:
        return dice.choice(entrances) if entrances else self.model.begin(dice)

    def replication(self, thresholds: Sequence[int], dice: Random) -> float:
        """One unbiased estimate of the probability."""
        product = 1.0
        entrances: list[SplitState] = []
        for threshold in thresholds:
            arrived = []
            for _ in range(self.effort):
                state = self.until(self._start(entrances, dice), threshold, dice)
                if state is not None:
                    arrived.append(state)
            product *= len(arrived) / self.effort
            if not arrived:
                return 0.0
            entrances = arrived
        return product

    def happenings_a_run(self, dice: Random, runs: int = 200) -> float:
        """How many happenings a run from the beginning has, on the average."""
        before = self.work.happenings
        for _ in range(runs):
            self.until(self.model.begin(dice), self.model.top, dice)
        return (self.work.happenings - before) / runs


def summed(
    found: Sequence[float],
    effort: int,
    thresholds: Sequence[int],
    happenings: int,
    happenings_a_run: float,
) -> RareEstimate:
    """The mean of some replications, its interval, and what plain sampling would cost."""
    interval = skewed_mean(found)
    mean, count = interval.estimate, len(found)
    spread = sum((each - mean) ** 2 for each in found) / (count - 1)
    variance_of_one = mean * (1 - mean)
    runs = variance_of_one / (spread / count) if spread > 0 else count
    low, high = interval.low, min(1.0, interval.high)
    if mean in (0, 1):  # all the same. A share is no 0 at least as often as the event happens
        beyond = upper_bound_if_none(count)
        low, high = (0.0, beyond) if mean == 0 else (1 - beyond, 1.0)
    return RareEstimate(
        mean,
        low,
        high,
        count,
        effort,
        tuple(thresholds),
        happenings,
        runs * happenings_a_run,
        skewness(found),
    )
