"""The best family for lengths: each fitted by maximum likelihood, one taken, and that one tested.

The shift of a family is its least length, found between 0 and the least that was met. Akaike's
criterion chooses; what it chose is tested by the distance of Kolmogorov and Smirnov, with p from
samples of the fit that were fitted again. Where the test refuses it, the rows themselves are the
better table, unless lengths never ended: of these no table knows how they would have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from lastchunk.model.fit.families import FAMILIES, HALF_MS, Family, Vector
from lastchunk.model.fit.samples import Lengths

LEAST_LENGTHS = 20
"""Fewer lengths are taken as they are."""
BOOTSTRAPS = 99
TESTED_MAX = 2_000
"""A test on more lengths refuses every family for what no scenario would notice."""
REFUSED = 0.05
Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""
STEP = 1e-3
NEAR_PARTS, NEAR_STEPS = 40, 3
"""Shifts around the best one are tried in such parts of the least length, for the intervals."""


@dataclass(frozen=True)
class Fitted:
    """A family with its parameters and their 95 % intervals; ``aic`` is less where it is better."""

    family: Family
    theta: Vector
    low_ms: int
    log_likelihood: float
    intervals: tuple[tuple[float, float], ...]

    @property
    def aic(self) -> float:
        """Akaike's criterion; a shift above 0 is a parameter more."""
        return 2 * (len(self.theta) + (self.low_ms > 0)) - 2 * self.log_likelihood

    @property
    def settings(self) -> dict[str, Any]:
        """The distribution as a scenario has it."""
        return self.family.settings(self.theta, self.low_ms)

    def quantiles(self, u: Vector) -> Vector:
        """The lengths at shares, in whole ms."""
        return np.rint(self.low_ms + self.family.back(self.theta, u))


@dataclass(frozen=True)
class FitChoice:
    """What is taken for a quantity. ``fits`` are all, the best first; none of few lengths.

    ``p_value`` is of the best; ``is_table``: the rows are taken in its place.
    """

    lengths: Lengths
    fits: tuple[Fitted, ...]
    distance: float
    p_value: float
    is_table: bool

    @property
    def best(self) -> Fitted:
        """The family that is taken, or would have been."""
        return self.fits[0]

    @property
    def rows(self) -> list[int]:
        """The lengths that ended, in order, for a table."""
        return sorted(self.lengths.ended.elements())


def best_family(lengths: Lengths, seed: int = 1, bootstraps: int | None = None) -> FitChoice:
    """The best family of lengths, tested; the same seed gives the same p."""
    if lengths.ended.total() < LEAST_LENGTHS or len(lengths.ended) < 3:
        return as_rows(lengths)
    fits = sorted(
        (fit_family(family, lengths.ended, lengths.open) for family in FAMILIES),
        key=lambda fit: fit.aic,
    )
    rng = np.random.default_rng(seed)
    ended, still = _thinned(lengths, rng)
    best = fits[0]
    distance = ks_distance(best, ended, still)
    times = BOOTSTRAPS if bootstraps is None else bootstraps
    p_value = _p_value(best, ended, still, distance, rng, times)
    is_table = p_value < REFUSED and not lengths.open
    return FitChoice(lengths, tuple(fits), distance, p_value, is_table)


def as_rows(lengths: Lengths) -> FitChoice:
    """Lengths that are taken as they were met."""
    return FitChoice(lengths, (), 0.0, float("nan"), True)


def fit_family(family: Family, ended: Mapping[int, int], still: Mapping[int, int]) -> Fitted:
    """The parameters of the greatest likelihood, with the best shift."""
    least = min(ended)
    tried: dict[int, tuple[float, Vector]] = {0: _fit_at(family, 0, ended, still)}

    def loss(low: float) -> float:
        low_ms = round(low)
        if low_ms not in tried:
            tried[low_ms] = _fit_at(family, low_ms, ended, still)
        return tried[low_ms][0]

    if least > 1:
        bounds = (0, least)
        minimize_scalar(loss, bounds=bounds, method="bounded", options={"maxiter": 12})
        loss(least)
        near, step = min(tried, key=lambda low: tried[low][0]), max(1, least // NEAR_PARTS)
        for steps in range(-NEAR_STEPS, NEAR_STEPS + 1):
            loss(min(least, max(0, near + steps * step)))
    low_ms = min(tried, key=lambda low: tried[low][0] + (low > 0))  # Akaike's, so a shift must pay
    found, theta = tried[low_ms]
    parts = [
        _intervals(family, at, low, ended, still, 1 - 2 * (loss_there - found) / Z**2)
        for low, (loss_there, at) in tried.items()
        if 2 * (loss_there - found) < Z**2
    ]
    # The profile of the likelihood over the shift: what some likely shift would allow is allowed.
    intervals = tuple(
        (min(low for low, _ in sides), max(high for _, high in sides))
        for sides in zip(*parts, strict=True)
    )
    return Fitted(family, theta, low_ms, -found, intervals)


def _fit_at(
    family: Family, low_ms: int, ended: Mapping[int, int], still: Mapping[int, int]
) -> tuple[float, Vector]:
    """The least negative log-likelihood with a shift, and its parameters."""
    values = np.fromiter(ended.keys(), float) - low_ms
    counts = np.fromiter(ended.values(), float)
    logs = np.log(np.maximum(values, HALF_MS))
    middle = float(np.average(logs, weights=counts))
    spread = max(0.05, float(np.sqrt(np.average((logs - middle) ** 2, weights=counts))))
    mean = max(HALF_MS, float(np.average(values, weights=counts)))
    start = np.array(family.start(mean, middle, spread))

    def loss(theta: Vector) -> float:
        return -family.log_likelihood(theta, low_ms, ended, still)

    options = {"xatol": 1e-5, "fatol": 1e-6, "maxiter": 600}
    found = minimize(loss, start, method="Nelder-Mead", options=options)
    return float(found.fun), np.asarray(found.x)


def _intervals(
    family: Family,
    theta: Vector,
    low_ms: int,
    ended: Mapping[int, int],
    still: Mapping[int, int],
    left: float,
) -> tuple[tuple[float, float], ...]:
    """Intervals of the parameters at one shift, from the curvature of the likelihood.

    ``left`` is the share of what a 95 % interval may lose of likelihood that the shift has left.
    """
    size = len(theta)
    hessian = np.zeros((size, size))
    steps = np.eye(size) * STEP

    def at(point: Vector) -> float:
        return -family.log_likelihood(point, low_ms, ended, still)

    for i in range(size):
        for j in range(size):
            corners = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
            values = [a * b * at(theta + a * steps[i] + b * steps[j]) for a, b in corners]
            hessian[i, j] = sum(values) / (4 * STEP**2)
    try:
        spread = np.sqrt(np.maximum(np.diag(np.linalg.inv(hessian)), 0))
    except np.linalg.LinAlgError:
        return tuple((0.0, float("inf")) for _ in theta)
    width = Z * spread * np.sqrt(max(0.0, left))
    lows, highs = (family.values(theta + sign * width) for sign in (-1, 1))
    return tuple(zip(lows, highs, strict=True))


def ks_distance(fit: Fitted, ended: Mapping[int, int], still: Mapping[int, int]) -> float:
    """The greatest distance of the fit from the lengths, as far as these are known to end.

    Lengths that never ended count by the estimate of Kaplan and Meier.
    """
    values, shares = kaplan_meier(ended, still)
    modelled = 1 - fit.family.share_above(fit.theta, values - fit.low_ms + HALF_MS)
    return float(np.max(np.abs(shares - modelled)))


def kaplan_meier(ended: Mapping[int, int], still: Mapping[int, int]) -> tuple[Vector, Vector]:
    """The share of lengths at most as long as each that ended."""
    points = sorted({*ended, *still})
    left, alive = sum(ended.values()) + sum(still.values()), 1.0
    values, shares = [], []
    for point in points:
        over = ended.get(point, 0)
        if over:
            alive *= 1 - over / left
            values.append(float(point))
            shares.append(1 - alive)
        left -= over + still.get(point, 0)
    return np.array(values), np.array(shares)


def _p_value(
    fit: Fitted,
    ended: Mapping[int, int],
    still: Mapping[int, int],
    distance: float,
    rng: np.random.Generator,
    bootstraps: int,
) -> float:
    """How often a sample of the fit is as far from its own fit as the lengths are from theirs."""
    size = sum(ended.values()) + sum(still.values())
    limits, shares = kaplan_meier(still, ended) if still else (np.array([]), np.array([]))
    farther = 0
    for _ in range(bootstraps):
        drawn = fit.quantiles(rng.random(size))
        cut = np.full(size, np.inf)
        if still:
            places = np.searchsorted(shares, rng.random(size))
            cut = np.where(places < len(limits), np.append(limits, np.inf)[places], np.inf)
        is_over = drawn <= cut
        again = Counter(drawn[is_over].astype(int).tolist())
        open_ = Counter(cut[~is_over].astype(int).tolist())
        if len(again) < 2:
            continue
        theta = _fit_at(fit.family, fit.low_ms, again, open_)[1]
        refit = Fitted(fit.family, theta, fit.low_ms, 0.0, ())
        farther += ks_distance(refit, again, open_) >= distance
    return (farther + 1) / (bootstraps + 1)


def _thinned(lengths: Lengths, rng: np.random.Generator) -> tuple[Counter[int], Counter[int]]:
    """At most so many of the lengths as a test takes, by lot."""
    every = [(value, True) for value in sorted(lengths.ended.elements())]
    every += [(value, False) for value in sorted(lengths.open.elements())]
    if len(every) > TESTED_MAX:
        places = sorted(rng.choice(len(every), TESTED_MAX, replace=False).tolist())
        every = [every[place] for place in places]
    ended = Counter(value for value, has_ended in every if has_ended)
    return ended, Counter(value for value, has_ended in every if not has_ended)
