"""Distributions of delays: their likelihood in whole ms, and how a scenario writes them.

A length is a whole number of ms, so its likelihood is the probability of that ms: it has no pole at
a shift, as a density has. A length that never ended has the probability of a longer one. Parameters
are estimated as logarithms, which keeps them above 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

Vector = np.ndarray[Any, np.dtype[np.float64]]
TINY = 1e-300
HALF_MS = 0.5


@dataclass(frozen=True)
class Family:
    """A family of distributions. ``tail`` is the share above a length, by logarithms of parameters.

    ``start`` guesses these from the mean and the standard deviation of the logarithms;
    ``settings`` are what a scenario is told; ``names`` what the parameters are called there.
    """

    name: str
    names: tuple[str, ...]
    tail: Callable[[Vector, Vector], Vector]
    back: Callable[[Vector, Vector], Vector]
    start: Callable[[float, float, float], tuple[float, ...]]
    values: Callable[[Vector], tuple[float, ...]]

    def settings(self, theta: Vector, low_ms: int) -> dict[str, Any]:
        """The distribution as a scenario has it."""
        rounded = [_digits(value) for value in self.values(theta)]
        shift = {"low_ms": low_ms} if low_ms else {}
        return {"distribution": self.name, **dict(zip(self.names, rounded, strict=True)), **shift}

    def log_likelihood(
        self, theta: Vector, low_ms: int, ended: Mapping[int, int], still: Mapping[int, int]
    ) -> float:
        """Of lengths that ended and lengths that did not, each with its count."""
        found = 0.0
        if ended:
            at = np.fromiter(ended.keys(), float) - low_ms
            counts = np.fromiter(ended.values(), float)
            above = self.share_above(theta, at - HALF_MS)
            share = above - self.share_above(theta, at + HALF_MS)
            found += float(counts @ np.log(np.maximum(share, TINY)))
        if still:
            at = np.fromiter(still.keys(), float) - low_ms
            counts = np.fromiter(still.values(), float)
            above = self.share_above(theta, at + HALF_MS)
            found += float(counts @ np.log(np.maximum(above, TINY)))
        return found

    def share_above(self, theta: Vector, at: Vector) -> Vector:
        """The share of lengths above each, the shift taken off."""
        return np.where(at <= 0, 1.0, self.tail(theta, np.maximum(at, TINY)))


def _digits(value: float) -> float:
    """Six digits that count: more would say what no sample can."""
    return float(f"{value:.6g}")


def _exponential_tail(theta: Vector, at: Vector) -> Vector:
    return np.asarray(np.exp(-at / np.exp(theta[0])))


def _exponential_back(theta: Vector, u: Vector) -> Vector:
    return np.asarray(-np.exp(theta[0]) * np.log1p(-u))


def _lognormal_tail(theta: Vector, at: Vector) -> Vector:
    return np.asarray(special.ndtr(-(np.log(at) - theta[0]) / np.exp(theta[1])))


def _lognormal_back(theta: Vector, u: Vector) -> Vector:
    return np.asarray(np.exp(theta[0] + np.exp(theta[1]) * special.ndtri(u)))


def _gamma_tail(theta: Vector, at: Vector) -> Vector:
    shape = np.exp(theta[1])
    return np.asarray(special.gammaincc(shape, at * shape / np.exp(theta[0])))


def _gamma_back(theta: Vector, u: Vector) -> Vector:
    shape = np.exp(theta[1])
    return np.asarray(special.gammaincinv(shape, u) * np.exp(theta[0]) / shape)


def _weibull_tail(theta: Vector, at: Vector) -> Vector:
    return np.asarray(np.exp(-((at / np.exp(theta[0])) ** np.exp(theta[1]))))


def _weibull_back(theta: Vector, u: Vector) -> Vector:
    return np.asarray(np.exp(theta[0]) * (-np.log1p(-u)) ** np.exp(-theta[1]))


FAMILIES = (
    Family(
        "exponential",
        ("mean_ms",),
        _exponential_tail,
        _exponential_back,
        lambda mean, middle, spread: (np.log(mean),),
        lambda theta: (float(np.exp(theta[0])),),
    ),
    Family(
        "lognormal",
        ("median_ms", "sigma"),
        _lognormal_tail,
        _lognormal_back,
        lambda mean, middle, spread: (middle, np.log(spread)),
        lambda theta: (float(np.exp(theta[0])), float(np.exp(theta[1]))),
    ),
    Family(
        "gamma",
        ("mean_ms", "shape"),
        _gamma_tail,
        _gamma_back,
        lambda mean, middle, spread: (np.log(mean), -2 * np.log(spread)),
        lambda theta: (float(np.exp(theta[0])), float(np.exp(theta[1]))),
    ),
    Family(
        "weibull",
        ("scale_ms", "shape"),
        _weibull_tail,
        _weibull_back,
        lambda mean, middle, spread: (np.log(mean), -np.log(spread)),
        lambda theta: (float(np.exp(theta[0])), float(np.exp(theta[1]))),
    ),
)
"""Every family, the simplest first."""
