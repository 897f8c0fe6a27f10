"""Intervals against closed forms and published values."""

from __future__ import annotations

import math

import pytest

from lastchunk.model.base.verdict import Verdict, exit_code, percent
from lastchunk.model.estimate.intervals import mcnemar, paired, upper_bound_if_none, wilson
from lastchunk.model.properties import PROPERTIES

Z = 1.959963984540054


@pytest.mark.parametrize(("failures", "sessions"), [(0, 10), (1, 29), (15, 148), (50, 50)])
def test_wilson_equals_its_closed_form(failures: int, sessions: int) -> None:
    p, z2 = failures / sessions, Z * Z
    centre = (p + z2 / (2 * sessions)) / (1 + z2 / sessions)
    half = Z / (1 + z2 / sessions) * math.sqrt(p * (1 - p) / sessions + z2 / (4 * sessions**2))
    found = wilson(failures, sessions)
    assert found.low == pytest.approx(max(0, centre - half), abs=1e-12)
    assert found.high == pytest.approx(min(1, centre + half), abs=1e-12)


def test_wilson_as_published() -> None:
    # Newcombe 1998, two-sided intervals for the single proportion, method 3.
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    found = wilson(15, 148)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0624, 0.1605)


def test_none_seen_is_bounded_by_the_rate_that_would_show() -> None:
    bound = upper_bound_if_none(1_000)
    assert (1 - bound) ** 1_000 == pytest.approx(0.05)
    assert bound == pytest.approx(3 / 1_000, rel=0.01)


def test_mcnemar_counts_coins() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 0) == pytest.approx(2 * 0.5**5)
    assert mcnemar(1, 7) == pytest.approx(2 * (1 + 8) * 0.5**8)


def test_a_paired_difference_covers_it_and_shrinks() -> None:
    small, large = paired(10, 20, 5, 65), paired(1_000, 2_000, 500, 6_500)
    for found in (small, large):
        assert found.difference.estimate == pytest.approx(0.15)
        assert found.difference.low < 0.15 < found.difference.high
    assert large.difference.half_width < small.difference.half_width / 8
    same = paired(30, 0, 0, 70)
    assert same.difference.low <= 0 <= same.difference.high
    assert same.p_value == 1.0


def test_a_paired_difference_as_published() -> None:
    # Newcombe 1998, paired data, table II: 36, 12, 2, 0 of 50 by method 10.
    found = paired(36, 12, 2, 0)
    assert found.difference.estimate == pytest.approx(0.20)
    assert round(found.difference.low, 4) == 0.0569
    assert round(found.difference.high, 4) == 0.3404


def verdict(kind: str) -> Verdict:
    return Verdict(kind, 10, int(kind == "violated"), 0.0, 0.3, "a reason")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        (["not seen", "proved"], 0),
        (["not seen", "violated", "unknown"], 1),
        (["not seen", "unknown"], 3),
        ([], 3),
    ],
)
def test_a_gate_exits_by_its_verdicts(kinds: list[str], code: int) -> None:
    assert exit_code(verdict(kind) for kind in kinds) == code


@pytest.mark.parametrize("kind", ["violated", "not seen", "unknown", "proved"])
def test_a_verdict_says_its_strength(kind: str) -> None:
    words = verdict(kind).sentence(PROPERTIES["finalizes"])
    assert kind.split()[0] in words
    assert PROPERTIES["finalizes"].meaning in words


def test_a_rate_is_never_rounded_to_certainty() -> None:
    assert percent(0.9999) != "100.0 %"
    assert percent(1.0) == "100.0 %"
    assert percent(1e-6) == "0.00010 %"
    assert percent(5.2e-5) == "0.0052 %"
    assert percent(0.123) == "12.3 %"
