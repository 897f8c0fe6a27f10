"""The rate of a fluctuating uplink as a function of its normal: a gamma's quantile, interpolated.

The quantile function itself takes longer than all else that an uplink does, and gives other bits in
another version of scipy, and none in compiled code. So it is asked at points that lie close, and a
cubic through the four nearest gives what lies between: sums and products alone, which are equal to
the last bit wherever they are worked out. It is off by less than 1e-7 of the mean rate.
"""

from __future__ import annotations

import math
from functools import lru_cache

from lastchunk.model.scenario.schema import FluctuatingUplinkSpec

POINTS_PER_UNIT = 256
FURTHEST = 7.03125
"""Normals further out, one in 10^12, are taken to be so far out."""
_POINTS = int(FURTHEST * POINTS_PER_UNIT)


@lru_cache(maxsize=64)
def rate_curve(spec: FluctuatingUplinkSpec) -> tuple[float, ...]:
    """The rates in kbit/s at equal distances, the first one step before ``-FURTHEST``."""
    from scipy.special import gammainccinv, gammaincinv  # slow to import, and seldom needed

    scale_kbps = spec.mean_kbps / spec.shape
    steps = range(-_POINTS - 1, _POINTS + 3)
    # The share beyond a normal, which keeps its digits where that below it is nearly 1.
    tails = [math.erfc(abs(step) / POINTS_PER_UNIT / math.sqrt(2)) / 2 for step in steps]
    return tuple(
        float((gammaincinv if step <= 0 else gammainccinv)(spec.shape, tail)) * scale_kbps
        for step, tail in zip(steps, tails, strict=True)
    )


def rate_at(curve: tuple[float, ...], normal: float) -> float:
    """The rate in kbit/s for a normal; ``model/kernel/uplink.py`` makes the same sums."""
    position = (min(max(normal, -FURTHEST), FURTHEST) + FURTHEST) * POINTS_PER_UNIT
    at = int(position)
    t = position - at
    before, here, after, last = curve[at : at + 4]
    left, right, far = t + 1.0, t - 1.0, t - 2.0
    return (
        here * (left * right * far * 0.5)
        - after * (left * t * far * 0.5)
        + (last * (left * t * right) - before * (t * right * far)) * (1.0 / 6.0)
    )


def fresh_share(spec: FluctuatingUplinkSpec) -> float:
    """What is new in the normal of an interval; the rest is that of the one before."""
    share: float = (1 - spec.correlation * spec.correlation) ** 0.5
    return share
