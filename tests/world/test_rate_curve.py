"""The rates of a fluctuating uplink against scipy's own gamma distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lastchunk.model.scenario.schema import FluctuatingUplinkSpec
from lastchunk.model.world.edge.rate_curve import FURTHEST, fresh_share, rate_at, rate_curve

MEAN_KBPS = 830


def spec_of(shape: float, correlation: float = 0.0) -> FluctuatingUplinkSpec:
    """An uplink of one mean."""
    return FluctuatingUplinkSpec(
        kind="fluctuating",
        mean_kbps=MEAN_KBPS,
        shape=shape,
        interval_ms=1_000,
        correlation=correlation,
    )


@pytest.mark.parametrize("shape", [0.02, 0.3, 1.0, 2.0, 14.0, 200.0])
def test_a_rate_is_a_quantile_of_the_gamma(shape: float) -> None:
    curve = rate_curve(spec_of(shape))
    normals = np.linspace(-6.9, 6.9, 4_001)
    exact = np.where(
        normals < 0,
        stats.gamma.ppf(stats.norm.cdf(normals), shape),
        stats.gamma.isf(stats.norm.sf(normals), shape),
    )
    rates = np.array([rate_at(curve, float(normal)) for normal in normals])
    assert np.abs(rates - exact * MEAN_KBPS / shape).max() < 1e-6 * MEAN_KBPS


def test_what_lies_further_out_is_taken_to_be_the_furthest() -> None:
    curve = rate_curve(spec_of(2.0))
    for sign in (-1, 1):
        assert rate_at(curve, sign * 9.0) == rate_at(curve, sign * FURTHEST)
    assert 0 < rate_at(curve, -9.0) < 0.01
    assert 10 * MEAN_KBPS < rate_at(curve, 9.0) < 20 * MEAN_KBPS


def test_what_is_new_and_what_is_kept_make_one_normal() -> None:
    for correlation in (0.0, 0.5, 0.9):
        share = fresh_share(spec_of(2.0, correlation))
        assert share**2 + correlation**2 == pytest.approx(1)
