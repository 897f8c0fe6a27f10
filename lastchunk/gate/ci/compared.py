"""What has changed since the baseline: improved, regressed, within noise, or new.

The same sessions (same scenario, same seed) are compared pairwise by McNemar's exact test; other
seeds by Fisher's exact test. Holm's correction holds one error rate over all of them: the chance
that anything is called a change where nothing has changed is at most that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lastchunk.gate.ci.baseline import Baseline, Figure
from lastchunk.model.base.verdict import p_words, percent
from lastchunk.model.estimate.comparison import paired_codes
from lastchunk.model.estimate.intervals import fisher, holm
from lastchunk.model.properties.row import VIOLATED_CODE

ChangeKind = Literal["improved", "regressed", "within noise", "new"]


@dataclass(frozen=True)
class FigureChange:
    """A figure against its baseline. ``p_value`` is Holm's, over all figures; 1 for a new one."""

    check: str
    kind: ChangeKind
    before: float | None
    now: float | None
    p_value: float
    how: str

    def line(self) -> str:
        """The change in one line."""
        if self.kind == "new":
            return f"{self.kind}: {self.check}: {_share(self.now)}, {self.how}"
        rates = f"{_share(self.before)} before, {_share(self.now)} now"
        return f"{self.kind}: {self.check}: {rates}, p {p_words(self.p_value)}; {self.how}"


@dataclass(frozen=True)
class _Tested:
    figure: Figure
    before: float | None
    now: float | None
    p_value: float
    how: str
    is_known: bool


def figure_changes(
    figures: Sequence[Figure], baseline: Baseline, error_rate: float
) -> list[FigureChange]:
    """Each figure of now against the baseline, in order."""
    known = baseline.by_check()
    tested = [_tested(item, known.get(item.check)) for item in figures]
    compared = [item for item in tested if item.is_known]
    corrected = iter(holm([item.p_value for item in compared]))
    return [_change(item, next(corrected) if item.is_known else 1.0, error_rate) for item in tested]


def gone(figures: Sequence[Figure], baseline: Baseline) -> list[str]:
    """The checks that the baseline has and that are made no more."""
    now = {item.check for item in figures}
    return [item.check for item in baseline.figures if item.check not in now]


def _change(item: _Tested, p_value: float, error_rate: float) -> FigureChange:
    kind: ChangeKind = "within noise"
    if not item.is_known or item.before is None or item.now is None:
        kind = "new"
    elif p_value <= error_rate:
        kind = "regressed" if item.now > item.before else "improved"
    return FigureChange(item.figure.check, kind, item.before, item.now, p_value, item.how)


def _tested(now: Figure, before: Figure | None) -> _Tested:
    if before is None:
        return _Tested(now, None, _rate(now.codes()), 1.0, "the baseline does not have it", False)
    if before.scenario != now.scenario:
        how = "the baseline has it of another scenario"
        return _Tested(now, None, _rate(now.codes()), 1.0, how, False)
    design = "the same design" if before.design == now.design else "another design"
    if before.seed == now.seed:
        pair = paired_codes(pd.Series(now.codes()), pd.Series(before.codes()))
        if pair is None:
            how = "no session speaks of both"
            return _Tested(now, None, _rate(now.codes()), 1.0, how, False)
        how = (
            f"{design}, {pair.sessions:,} sessions paired, {pair.only_a:,} against {pair.only_b:,}"
        )
        rates = [(pair.both + one) / pair.sessions for one in (pair.only_b, pair.only_a)]
        return _Tested(now, rates[0], rates[1], pair.p_value, how, True)
    counts = [_counts(item.codes()) for item in (now, before)]
    if not all(total for _, total in counts):
        how = "no session says anything about it"
        return _Tested(now, _rate(before.codes()), _rate(now.codes()), 1.0, how, False)
    how = f"{design}, another seed"
    p_value = fisher(*counts[0], *counts[1])
    return _Tested(now, _rate(before.codes()), _rate(now.codes()), p_value, how, True)


def _counts(codes: Sequence[int]) -> tuple[int, int]:
    return codes.count(VIOLATED_CODE), sum(code >= 0 for code in codes)


def _rate(codes: Sequence[int]) -> float | None:
    failures, total = _counts(codes)
    return failures / total if total else None


def _share(rate: float | None) -> str:
    return "nothing said" if rate is None else f"{percent(rate)} violate it"
