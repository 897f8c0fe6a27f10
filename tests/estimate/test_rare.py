"""Importance splitting against closed forms: textbook models, then sessions of a design."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from scipy.stats import skew, t

import lastchunk
from benchmarks.rare_models import Arrivals, TandemQueue
from benchmarks.rare_table import PUBLISHED
from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.intervals import Interval, wilson
from lastchunk.model.estimate.intervals.skewed import skewed_mean, skewness
from lastchunk.model.estimate.rare.levels import with_levels
from lastchunk.model.estimate.rare.rate import RareRate, rare_rate
from lastchunk.model.estimate.rare.replications import (
    rare_estimate,
    until_enough,
)
from lastchunk.model.estimate.rare.splitting import RareEstimate, Splitting, summed
from lastchunk.model.estimate.rare.walk import WalkMachine
from lastchunk.reference_impl.short_grace import ShortGraceDesign

ATTEMPTS = 7
ONE_CHUNK = ["chunks=1", "disconnects=0", "loss=0.0", "limits.horizon_ms=1000000000"]


def is_near(found: RareEstimate, exact: float) -> bool:
    """Whether a value lies within twice the interval: a seed is fixed, and must not be lucky."""
    return abs(found.probability - exact) <= 2 * (found.high - found.low) / 2


def test_the_tail_of_a_poisson_distribution() -> None:
    model = Arrivals(5.0, 18)
    found = rare_estimate(model, 0.5, 300)
    assert 1e-7 < model.exact() < 1e-5
    assert is_near(found, model.exact())
    assert found.relative_half_width < 0.5
    assert found.saved > 100


def test_a_published_table_of_a_tandem_queue() -> None:
    """The first line of the table in docs/rare.md: FIG's own test has 5.59e-6 for it."""
    model = TandemQueue(8)
    found = rare_estimate(model, 0.3, 100)
    assert model.exact() == pytest.approx(5.59e-6, rel=1e-3)
    assert is_near(found, model.exact())
    assert found.relative_half_width < 0.3
    for capacity, (estimate, half) in PUBLISHED.items():
        assert abs(TandemQueue(capacity).exact() - estimate) <= half


def test_the_mean_is_right_whatever_the_thresholds_are() -> None:
    model = TandemQueue(4)
    for thresholds in ((4,), (2, 3, 4), (3, 4)):
        splitting = Splitting(model, 30)
        found = [splitting.replication(thresholds, Random(f"{n}")) for n in range(300)]
        error = np.std(found, ddof=1) / math.sqrt(len(found))
        assert abs(np.mean(found) - model.exact()) < 3.5 * error


def test_the_interval_of_a_skewed_mean_reaches_farther_up() -> None:
    """Where most replications find little, Student's interval is too low."""
    dice = Random(1)
    found = [dice.lognormvariate(0, 2) for _ in range(40)]
    skewed = skewed_mean(found)
    mean, deviation = float(np.mean(found)), float(np.std(found, ddof=1))
    half = float(t.ppf(0.975, 39)) * deviation / math.sqrt(40)
    assert skewed.high > mean + 1.2 * half
    assert skewed.low <= max(0.0, mean - half) + 1e-12
    assert skewness(found) == pytest.approx(float(skew(found)) * (39 / 40) ** 1.5)
    assert skewed_mean([0.25] * 40) == Interval(0.25, 0.25, 0.25)


def test_the_interval_of_a_skewed_mean_holds_what_is_known() -> None:
    """Of exponential values 40 at a time: the share of seeds is within its own error of 95 %."""
    held = sum(
        each.low <= 1 <= each.high for each in (skewed_mean(draws(seed)) for seed in range(600))
    )
    assert wilson(held, 600, 0.999).high > 0.95


def draws(seed: int) -> list[float]:
    """Forty exponential values."""
    dice = Random(f"draws {seed}")
    return [dice.expovariate(1) for _ in range(40)]


def test_few_skewed_replications_are_not_enough_however_narrow_the_interval() -> None:
    calm = [0.5 + 0.005 * (n % 5) for n in range(40)]
    wild = [*calm[:-1], 0.7]

    def summed_up(found: Sequence[float], happenings: int) -> RareEstimate:
        return summed(found, 10, (1,), happenings, 1.0)

    one, other = (summed_up(each, 120) for each in (calm, wild))
    assert one.is_enough(0.2)
    assert other.relative_half_width < 0.2
    assert not other.is_enough(0.2)
    assert other.is_too_skewed
    given = iter([*wild, *calm])
    found = until_enough(lambda numbers: [(next(given), 3) for _ in numbers], summed_up, 0.2, 60)
    assert (found.replications, found.happenings) == (60, 180)
    given = iter([*calm, *calm])
    found = until_enough(lambda numbers: [(next(given), 3) for _ in numbers], summed_up, 0.2, 60)
    assert found.replications == 40


def test_what_is_the_same_in_each_replication_is_not_certain() -> None:
    """Of 40 that all say 1, or 0, the bound is the exact one of 40 sessions, and never beyond."""
    always, never = (summed([each] * 40, 10, (1,), 80, 2.0) for each in (1.0, 0.0))
    assert always.low == pytest.approx(0.05 ** (1 / 40))
    assert never.high == pytest.approx(1 - 0.05 ** (1 / 40))
    assert (never.low, always.high) == (0.0, 1.0)
    assert always.plain_happenings == never.plain_happenings == 80.0
    nearly = summed([0.999] * 20 + [1.0] * 20, 1_000, (1,), 80, 2.0)
    assert nearly.probability < nearly.high <= 1.0
    failing = [*ONE_CHUNK, "platform.alarm_counted_failure=0.9999"]
    for seed in range(4):
        found = rare_rate(
            lastchunk.load_scenario("small-scope", failing), "alarm", "finalizes", 0.1, 20, seed
        ).estimate
        assert found.low <= 0.9999**ATTEMPTS <= found.high


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
    one, two = (
        rare_rate(attempts.scenario, "alarm", "finalizes", 0.9, 50, replications_max=40, workers=n)
        for n in (1, 2)
    )
    assert one.estimate == two.estimate


def in_a_cell(chosen: int) -> type[ShortGraceDesign]:
    """A class as a notebook defines it, and then again, under the same name."""

    class Mine(ShortGraceDesign):
        """Takes its settings, or waits for one ms alone."""

        async def put_off(self) -> None:
            """The same, with another wait."""
            if chosen == 0:
                await super().put_off()
            else:
                await self.ctx.storage.set_alarm(self.ctx.now() + chosen)

    return Mine


def test_a_class_of_the_same_name_is_looked_at_anew() -> None:
    scenario = lastchunk.load_scenario("small-scope", ["loss=0.3", "grace_ms=10"])
    given = (scenario, in_a_cell(1), "complete_at_finalization", 0.9, 100, 1, 1, 40)
    fresh = rare_rate(*given).estimate.probability
    other = rare_rate(scenario, in_a_cell(0), *given[2:]).estimate.probability
    assert other < fresh / 2
    assert rare_rate(*given).estimate.probability == fresh


def test_where_both_can_it_says_what_plain_sampling_says() -> None:
    scenario = lastchunk.load_scenario("small-scope", ["loss=0.3", "grace_ms=10"])
    slug = "complete_at_finalization"
    found = rare_rate(scenario, "alarm", slug, effort=100, replications_max=40)
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
