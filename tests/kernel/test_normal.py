"""The normal's quantiles in compiled code are those of Python's own library, to the last bit."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from lastchunk.model.base.streams import Streams

pytest.importorskip("numba", reason="compiled code needs numba")
from lastchunk.model.kernel.base.normal import MIDDLE, normal_quantile

EDGES = [2.0**-53, 2.0**-30, 1e-11, 1e-12, 0.5, 0.5 - MIDDLE, 0.5 + MIDDLE, 1 - 2.0**-53, 1 - 1e-12]


def test_quantiles_have_equal_bits() -> None:
    streams = Streams(5, 0)
    drawn = [streams.uniform("any", number) for number in range(20_000)]
    near = [edge + step * 2.0**-53 for edge in EDGES for step in range(-3, 4)]
    at = [u for u in [*drawn, *near, *EDGES] if 0 < u < 1]
    quantile = NormalDist().inv_cdf
    assert [normal_quantile(u) for u in at] == [quantile(u) for u in at]


def test_far_tails_are_those_of_scipy() -> None:
    from scipy.special import ndtri

    at = [10.0**-power for power in range(1, 16)]
    assert [normal_quantile(u) for u in at] == pytest.approx([float(ndtri(u)) for u in at])
