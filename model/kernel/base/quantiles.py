"""Delays as arrays, so that compiled code draws what `quantile` gives, to the last bit.

Whole ms that are equally likely, and rows of measurements, take one product that is exact in both.
Any other distribution is a list of *thresholds*: its value is how many of them a draw has reached.
Where they lie comes from the distribution function; the quantile function itself is asked just
below and just above each. A draw that falls so near to one, or beyond the last, is left to the walk
in Python, about one in 10 million.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lastchunk.model.scenario.delay import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Offset,
    Uniform,
    Weibull,
)
from lastchunk.model.scenario.lateness import Ahead, MeasuredLateness
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.world.base.pending import Between

Floats = npt.NDArray[np.float64]
EVEN, IN_ROWS, STEPS = range(3)
STEPS_MAX = 2**16
STEPS_LEAST_U = 1 - 2.0**-24
"""Thresholds go up to this quantile, or to so many."""
TOO_NEAR = 2.0**-40
"""The draws of `Streams` are 2**-52 apart: 4,096 of them on either side of a threshold."""
GUIDE = 1_024


def spread_key(spread: Any) -> tuple[Any, ...]:
    """What tells distributions apart, in plain data."""
    if type(spread) is Between:
        return ("between", spread.low_ms, spread.high_ms)
    if type(spread) is Offset:
        return ("offset", spread.low_ms, spread.high_ms)
    if isinstance(spread, Ahead | MeasuredLateness):
        raise NotCarried("alarms that are as late as measured")
    if type(spread) not in _WAYS_TO_STEPS and type(spread) not in (Constant, Uniform, Empirical):
        raise NotCarried(f"a delay of the kind {type(spread).__name__}")
    return tuple(str(item) for item in spread.model_dump().items())


class SpreadArrays:
    """Distributions one after another; each is a kind, the least value, a count, and its values."""

    def __init__(self) -> None:
        self.heads: list[tuple[int, int, int, int, int]] = []
        """Kind, least value, count, the first of its values, the first of its guide."""
        self.values: list[float] = []
        self.guides: list[int] = []
        self.numbers: dict[tuple[Any, ...], int] = {}

    def number_of(self, spread: Any) -> int:
        """The number of a distribution. Raises `NotCarried` for one that is no such list."""
        key = spread_key(spread)
        if key not in self.numbers:
            self.heads.append(self._head(spread))
            self.numbers[key] = len(self.heads) - 1
        return self.numbers[key]

    def _head(self, spread: Any) -> tuple[int, int, int, int, int]:
        at, guide = len(self.values), len(self.guides)
        if isinstance(spread, Constant):
            return EVEN, spread.value_ms, 1, at, guide
        if isinstance(spread, Uniform | Offset | Between):
            return EVEN, spread.low_ms, spread.high_ms - spread.low_ms + 1, at, guide
        if isinstance(spread, Empirical):
            self.values += map(float, spread.values_ms)
            return IN_ROWS, 0, len(spread.values_ms), at, guide
        steps = thresholds(spread)
        self.values += steps.tolist()
        self.guides += np.searchsorted(steps, np.arange(GUIDE + 1) / GUIDE, "right").tolist()
        return STEPS, spread.low_ms, len(steps), at, guide


def thresholds(spread: Any) -> Floats:
    """From where on the draws give at least ``low_ms`` and 1, and 2, and so on; the last one is
    where the list ends. Raises `NotCarried` where they cannot be told apart."""
    top = min(spread.quantile(STEPS_LEAST_U) - spread.low_ms + 1, STEPS_MAX)
    values = np.arange(1, top + 1)
    found: Floats = _WAYS_TO_STEPS[type(spread)](spread, values - 0.5)
    quantile, low_ms = spread.quantile, spread.low_ms
    for value, at in zip(values.tolist(), found.tolist(), strict=True):
        below, above = at - TOO_NEAR, at + TOO_NEAR
        is_right = below <= 0 or quantile(below) - low_ms < value
        if not is_right or (above < 1 and quantile(above) - low_ms < value):
            raise NotCarried(f"a delay that is too fine ({spread.distribution})")
    return found


def _exponential(spread: Exponential, wait_ms: Floats) -> Floats:
    return np.asarray(-np.expm1(-wait_ms / spread.mean_ms))


def _weibull(spread: Weibull, wait_ms: Floats) -> Floats:
    return np.asarray(-np.expm1(-np.power(wait_ms / spread.scale_ms, spread.shape)))


def _lognormal(spread: Lognormal, wait_ms: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr(np.log(wait_ms / spread.median_ms) / spread.sigma))


def _gamma(spread: Gamma, wait_ms: Floats) -> Floats:
    from scipy.special import gammainc

    return np.asarray(gammainc(spread.shape, wait_ms * spread.shape / spread.mean_ms))


_WAYS_TO_STEPS: dict[type, Any] = {
    Exponential: _exponential,
    Weibull: _weibull,
    Lognormal: _lognormal,
    Gamma: _gamma,
}
