"""The small scope: verdicts and class counts, held against two oracles that share no code."""

from __future__ import annotations

import random
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.search.search import Exploration, Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.scenario.load import load_scenario
from tests.oracles.reals import violated_by_reals
from tests.oracles.ticks import Config, violated_by_ticks

SLUG = "complete_at_finalization"
STANDARD = Config(2, 1, 8, 1, 20, 40, 1, 1)
CONFIGS, PARTS = 150, 3


def explored(
    config: Config, scale: int = 1, inclusion: bool = True, **switches: Any
) -> Exploration:
    names = ("low_ms", "high_ms", "back_off_ms", "grace_ms", "long_alarm_ms")
    overrides = [
        f"{key}={int(value) * scale}" if key in names else f"{key}={value}"
        for key, _, value in (item.partition("=") for item in config.overrides())
    ]
    scenario = load_scenario("small-scope", overrides)
    design = load_design("alarm", scenario)
    machine = Machine(design, scenario, monitor_for(design, scenario, [SLUG]), **switches)
    return Search(machine, inclusion=inclusion).run()


def is_violated(config: Config) -> bool:
    found = explored(config)
    assert not found.unfinished
    return SLUG in found.findings


def random_config(dice: random.Random) -> Config:
    """Small bounds, so that ties and boundaries come up often."""
    low = dice.randrange(0, 4)
    high = low + dice.randrange(0, 6)
    retries, disconnects = dice.randrange(2), dice.randrange(2)
    back_off = dice.randrange(0, 4)
    worst = high - low + retries * (back_off + high)
    grace = max(1, worst + dice.randrange(-3, 4))
    long = max(1, dice.choice((grace, worst, 2 * worst, dice.randrange(1, 12))))
    return Config(
        dice.choice((1, 1, 2, 2, 3, 3, 4)), low, high, back_off, grace, long, retries, disconnects
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_random_configurations_against_both_oracles(part: int) -> None:
    dice = random.Random(part)
    violated = 0
    for _ in range(CONFIGS // PARTS):
        config = random_config(dice)
        found = is_violated(config)
        assert found == violated_by_ticks(config), config
        assert found == violated_by_reals(config), config
        violated += found
    assert 10 <= violated <= 45, "the configurations are all of one kind"


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize(("retries", "disconnects"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_exact_threshold_of_the_grace(n: int, retries: int, disconnects: int) -> None:
    config = STANDARD._replace(n=n, retries=retries, disconnects=disconnects)
    # The last upload arrives at most high (+ back-off + high) after 0, the stop at least low.
    latest = 8 + (1 + 8) * retries
    at_the_tie = config._replace(grace=latest - 1)
    assert is_violated(at_the_tie), "the alarm may run first"
    assert not is_violated(config._replace(grace=latest))
    assert violated_by_reals(at_the_tie)
    assert not violated_by_reals(config._replace(grace=latest))


def test_a_deadline_met_exactly_is_a_violation() -> None:
    assert is_violated(STANDARD._replace(grace=16))
    assert not is_violated(STANDARD._replace(grace=17))


@pytest.mark.parametrize(("n", "classes"), [(2, 93), (3, 328), (4, 1068)])
def test_the_number_of_classes(n: int, classes: int) -> None:
    # A prototype that knew the protocol needed 111, 401 and 1,264.
    found = explored(STANDARD._replace(n=n))
    assert (found.classes, found.findings) == (classes, {})


def test_all_constants_times_a_thousand_change_nothing() -> None:
    for config in (STANDARD, STANDARD._replace(grace=16)):
        small, large = explored(config), explored(config, scale=1_000)
        assert (small.classes, small.expanded, small.steps) == (
            large.classes,
            large.expanded,
            large.steps,
        )
        assert set(small.findings) == set(large.findings)


@pytest.mark.parametrize("switch", ["inclusion", "symmetry", "pruning"])
def test_each_reduction_leaves_every_verdict_as_it_is(switch: str) -> None:
    dice = random.Random(7)
    for _ in range(20):
        config = random_config(dice)._replace(n=2)
        with_it, without = explored(config), explored(config, **{switch: False})
        assert set(with_it.findings) == set(without.findings), config
        assert with_it.sometimes == without.sometimes
        assert with_it.classes <= without.classes
