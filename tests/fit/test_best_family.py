"""Known distributions are found again, also where lengths never ended, within their intervals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from lastchunk.model.fit.best_family import best_family, fit_family, kaplan_meier
from lastchunk.model.fit.families import FAMILIES
from lastchunk.model.fit.samples import Lengths
from lastchunk.model.scenario.load import load_scenario

BY_NAME = {family.name: family for family in FAMILIES}


@dataclass(frozen=True)
class Known:
    """A distribution of scipy, which no fit knows of; and what it is called here."""

    name: str
    drawn_from: object
    low_ms: int
    values: tuple[float, ...]


KNOWN = (
    Known("lognormal", stats.lognorm(s=0.8, scale=180), 0, (180, 0.8)),
    Known("exponential", stats.expon(loc=30, scale=400), 30, (400,)),
    Known("gamma", stats.gamma(3, scale=100), 0, (300, 3)),
    Known("weibull", stats.weibull_min(1.7, loc=200, scale=900), 200, (900, 1.7)),
)


def drawn(known: Known, count: int, seed: int, censored_at_ms: float = np.inf) -> Lengths:
    """Lengths in whole ms; each is looked at for an exponential time, and may not have ended."""
    rng = np.random.default_rng(seed)
    lengths = Lengths()
    for value in known.drawn_from.rvs(count, random_state=rng):  # type: ignore[attr-defined]  # scipy has no types
        seen_ms = rng.exponential(censored_at_ms) if np.isfinite(censored_at_ms) else np.inf
        lengths.add(round(min(value, seen_ms)), bool(value <= seen_ms))
    return lengths


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
@pytest.mark.parametrize("censored_at_ms", [np.inf, 1_500.0])
def test_a_known_distribution_is_found_again(known: Known, censored_at_ms: float) -> None:
    lengths = drawn(known, 800, 3, censored_at_ms)
    assert (lengths.open.total() > 80) == np.isfinite(censored_at_ms)
    choice = best_family(lengths, bootstraps=0)
    assert choice.best.family.name == known.name
    assert abs(choice.best.low_ms - known.low_ms) <= 15
    for (low, high), value in zip(choice.best.intervals, known.values, strict=True):
        assert low < value < high
    assert not choice.is_table


def test_leaving_out_what_never_ended_would_be_wrong() -> None:
    lengths = drawn(KNOWN[1], 2_000, 5, 400.0)
    family = BY_NAME["exponential"]
    with_open = fit_family(family, lengths.ended, lengths.open)
    without = fit_family(family, lengths.ended, Counter())
    assert with_open.family.values(with_open.theta)[0] == pytest.approx(400, rel=0.08)
    assert without.family.values(without.theta)[0] < 300


@pytest.mark.parametrize("name", ["lognormal", "gamma", "weibull"])
def test_the_likelihood_agrees_with_scipys(name: str) -> None:
    known = next(item for item in KNOWN if item.name == name)
    lengths = drawn(known, 600, 11, 2_500.0)
    family, still = BY_NAME[name], sorted(lengths.open.elements())
    if known.low_ms:
        moved = Counter({value - 190: count for value, count in lengths.ended.items()})
        lengths = Lengths(Counter({max(1, v): n for v, n in moved.items()}))
        still = []
    fit = fit_family(family, lengths.ended, lengths.open)
    data = stats.CensoredData(uncensored=sorted(lengths.ended.elements()), right=still)
    theirs = {"lognormal": stats.lognorm, "gamma": stats.gamma, "weibull": stats.weibull_min}[name]
    shape, _, scale = theirs.fit(data, floc=0)
    wanted = {
        "lognormal": (scale, shape),
        "gamma": (shape * scale, shape),
        "weibull": (scale, shape),
    }[name]
    if fit.low_ms == 0:
        assert fit.family.values(fit.theta) == pytest.approx(wanted, rel=0.02)


def test_kaplan_and_meier_by_hand() -> None:
    # Six: 1 ends, 2 is cut, 3 and 3 end, 4 is cut, 5 ends.
    values, shares = kaplan_meier({1: 1, 3: 2, 5: 1}, {2: 1, 4: 1})
    assert values.tolist() == [1, 3, 5]
    assert shares == pytest.approx([1 / 6, 1 - 5 / 6 * 2 / 4, 1.0])


def test_what_no_family_fits_is_taken_as_it_is() -> None:
    rng = np.random.default_rng(1)
    lengths = Lengths()
    for value in (*rng.normal(50, 3, 60), *rng.normal(4_000, 40, 60)):
        lengths.add(round(value))
    choice = best_family(lengths, bootstraps=24)
    assert choice.p_value < 0.05
    assert choice.is_table
    assert choice.rows == sorted(lengths.ended.elements())
    lengths.add(9_000, has_ended=False)
    assert not best_family(lengths, bootstraps=24).is_table, "a table cannot say how that one ends"


def test_a_few_lengths_are_taken_as_they_are() -> None:
    lengths = Lengths()
    for value in (5, 6, 7):
        lengths.add(value)
    assert best_family(lengths).is_table


def test_the_same_seed_gives_the_same_choice() -> None:
    lengths = drawn(KNOWN[0], 60, 2)
    one, two = (
        best_family(lengths, seed=7, bootstraps=3),
        best_family(lengths, seed=7, bootstraps=3),
    )
    assert (one.p_value, one.best.settings) == (two.p_value, two.best.settings)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_scenario_draws_what_was_fitted(known: Known) -> None:
    fit = fit_family(BY_NAME[known.name], drawn(known, 800, 3).ended, Counter())
    delay = load_scenario(
        "everything-fast", {"blobs.put_delay_ms": fit.settings}
    ).blobs.put_delay_ms
    shares = np.linspace(0.01, 0.99, 99)
    ours = [delay.quantile(share) for share in shares]
    assert ours == pytest.approx(known.drawn_from.ppf(shares), rel=0.25)  # type: ignore[attr-defined]  # scipy has no types
    assert ours == pytest.approx(fit.quantiles(shares).tolist(), abs=1)
