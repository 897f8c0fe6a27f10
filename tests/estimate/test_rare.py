"""Importance splitting against closed forms: textbook models, then sessions of a design."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from scipy.stats import poisson

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.estimate.rare.levels import with_levels
from lastchunk.model.estimate.rare.rate import RareRate, rare_rate
from lastchunk.model.estimate.rare.splitting import RareEstimate, SplitModel, Splitting, summed
from lastchunk.model.estimate.rare.walk import WalkMachine

ATTEMPTS = 7
ONE_CHUNK = ["chunks=1", "disconnects=0", "loss=0.0", "limits.horizon_ms=1000000000"]


class Arrivals:
    """So many arrivals of a Poisson process within a time: the Poisson tail."""

    def __init__(self, mean: float, top: int) -> None:
        self.mean, self.top = mean, top

    def begin(self, dice: Random) -> tuple[float, int]:
        return 0.0, 0

    def advance(self, state: tuple[float, int], dice: Random) -> tuple[float, int] | None:
        time = state[0] + dice.expovariate(self.mean)
        return (time, state[1] + 1) if time <= 1 else None

    def level(self, state: tuple[float, int]) -> int:
        return state[1]


class Tandem:
    """Two queues in a row, one customer in the first: is the second full before all is empty?"""

    def __init__(self, arrive: float, first: float, second: float, top: int) -> None:
        self.rates, self.top = (arrive, first, second), top

    def begin(self, dice: Random) -> tuple[int, int]:
        return 1, 0

    def moves(self, state: tuple[int, int]) -> list[tuple[float, tuple[int, int]]]:
        one, two = state
        arrive, first, second = self.rates
        found = [(arrive, (one + 1, two))]
        found += [(first, (one - 1, two + 1))] if one else []
        return found + ([(second, (one, two - 1))] if two else [])

    def advance(self, state: tuple[int, int], dice: Random) -> tuple[int, int] | None:
        moves = self.moves(state)
        (following,) = dice.choices([to for _, to in moves], [rate for rate, _ in moves])
        return following if any(following) else None

    def level(self, state: tuple[int, int]) -> int:
        return state[1]

    def exact(self, most: int = 60) -> float:
        """The probability, by the linear equations of first steps."""
        states = [(i, j) for i in range(most) for j in range(self.top) if i or j]
        place = {state: at for at, state in enumerate(states)}
        matrix, right = np.eye(len(states)), np.zeros(len(states))
        for state, at in place.items():
            moves = self.moves(state)
            total = sum(rate for rate, _ in moves)
            for rate, to in moves:
                if to[1] == self.top:
                    right[at] += rate / total
                elif to in place:
                    matrix[at, place[to]] -= rate / total
        return float(np.linalg.solve(matrix, right)[place[1, 0]])


def split(model: SplitModel[tuple[int, int]], effort: int, replications: int) -> RareEstimate:
    """The estimate of a model."""
    splitting = Splitting(model, effort)
    thresholds = splitting.thresholds(Random("pilot"))
    found = [splitting.replication(thresholds, Random(f"{n}")) for n in range(replications)]
    each = Splitting(model, effort).happenings_a_run(Random("runs"))
    return summed(found, effort, thresholds, splitting.work.happenings, each)


def is_near(found: RareEstimate, exact: float) -> bool:
    """Whether a value lies within twice the interval: a seed is fixed, and must not be lucky."""
    return abs(found.probability - exact) <= 2 * (found.high - found.low) / 2


def test_the_tail_of_a_poisson_distribution() -> None:
    exact = float(poisson.sf(17, 5.0))
    found = split(Arrivals(5.0, 18), 400, 30)  # type: ignore[arg-type]  # states are pairs too
    assert 1e-7 < exact < 1e-5
    assert is_near(found, exact)
    assert found.relative_half_width < 0.5
    assert found.saved > 100


def test_a_tandem_queue_that_overflows() -> None:
    model = Tandem(1.0, 4.0, 4.0, 10)
    exact = model.exact()
    found = split(model, 400, 30)
    assert exact < 1e-5
    assert is_near(found, exact)
    assert found.relative_half_width < 0.3


def test_the_mean_is_right_whatever_the_thresholds_are() -> None:
    model = Tandem(1.0, 2.0, 2.0, 4)
    exact = model.exact()
    for thresholds in ((4,), (1, 2, 3, 4), (3, 4)):
        splitting = Splitting(model, 30)
        found = [splitting.replication(thresholds, Random(f"{n}")) for n in range(300)]
        error = np.std(found, ddof=1) / math.sqrt(len(found))
        assert abs(np.mean(found) - exact) < 3.5 * error


def test_what_is_never_reached_is_said() -> None:
    with pytest.raises(InputError, match="beyond level"):
        Splitting(Arrivals(1e-9, 5), 100_000).thresholds(Random(1))


@pytest.fixture(scope="module")
def attempts() -> RareRate:
    """A session whose alarm fails at each of its attempts."""
    scenario = lastchunk.load_scenario(
        "small-scope", [*ONE_CHUNK, "platform.alarm_counted_failure=0.05"]
    )
    return rare_rate(scenario, "alarm", "finalizes", precision=0.15, effort=400)


def test_an_alarm_whose_attempts_all_fail(attempts: RareRate) -> None:
    exact = 0.05**ATTEMPTS
    assert attempts.is_whole
    assert is_near(attempts.estimate, exact)
    assert attempts.estimate.relative_half_width < 0.15
    assert attempts.estimate.saved > 1e5
    assert attempts.levels > ATTEMPTS


def test_workers_change_nothing(attempts: RareRate) -> None:
    again = rare_rate(
        attempts.scenario, "alarm", "finalizes", precision=0.15, effort=400, workers=2
    )
    assert again.estimate == attempts.estimate


def test_where_both_can_it_says_what_plain_sampling_says() -> None:
    scenario = lastchunk.load_scenario("small-scope", ["loss=0.3", "grace_ms=10"])
    slug = "complete_at_finalization"
    found = rare_rate(scenario, "alarm", slug, effort=150, replications_max=20)
    plain = lastchunk.compare(scenario, "alarm", 1_500).verdicts["alarm"][slug]
    wide = wilson(plain.violations, plain.sessions, 0.999)
    assert plain.violations > 10
    assert wide.low < found.estimate.high
    assert found.estimate.low < wide.high


def test_a_walk_s_sessions_are_those_of_the_simulator_in_law() -> None:
    """Sessions that violate, and happenings in each, on the average: the walk against SimPy."""
    scenario = lastchunk.load_scenario("small-scope", ["loss=0.4", "grace_ms=6"])
    slug, runs = "complete_at_finalization", 1_500
    design = lastchunk.load_design("alarm", scenario)
    walk = with_levels(WalkMachine(design, scenario, slug), slug)
    dice, violated = Random(1), 0
    for _ in range(runs):
        violated += Splitting(walk, 2).until(walk.begin(dice), walk.top, dice) is not None
    plain = lastchunk.compare(scenario, design, 1_500).verdicts["alarm"][slug]
    one, two = wilson(violated, runs, 0.999), wilson(plain.violations, plain.sessions, 0.999)
    assert 0.02 < one.estimate < 0.9
    assert one.low < two.high
    assert two.low < one.high


def test_what_is_proved_has_no_rate_and_an_uplink_is_refused() -> None:
    scenario = lastchunk.load_scenario("small-scope", ["chunks=1"])
    with pytest.raises(InputError, match="rate is 0"):
        rare_rate(scenario, "alarm", "completed_is_final")
    with pytest.raises(InputError, match="uplink"):
        rare_rate("cellular-lte")
