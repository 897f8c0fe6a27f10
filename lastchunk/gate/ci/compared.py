"""What has changed since the baseline: improved, regressed, within noise, or new.

The same sessions (same scenario, same seed) are compared pairwise, judgements by McNemar's exact
test and amounts by the exact sign test; other seeds by Fisher's exact test and the rank-sum test.
Holm's correction holds one error rate over all of them: the chance that anything is called a change
where nothing has changed is at most that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

import pandas as pd

from lastchunk.gate.ci.baseline import Amount, Baseline, Figure, Measured
from lastchunk.model.base.verdict import p_words, percent
from lastchunk.model.estimate.intervals import fisher, holm, more_often, rank_sum
from lastchunk.model.estimate.tally import paired_codes
from lastchunk.model.properties.row import HELD_CODE, UNSETTLED_CODE, VIOLATED_CODE

ChangeKind = Literal["improved", "regressed", "within noise", "new", "unknown"]
WORSE = {"regressed": "violated", "unknown": "unknown"}
"""The changes that pass no gate, and the verdict that each is told like."""


@dataclass(frozen=True)
class FigureChange:
    """A figure against its baseline. ``p_value`` is Holm's, over all figures; 1 for a new one.

    ``before`` and ``now`` are shares of sessions; of an amount, which is named then, its means.
    """

    check: str
    kind: ChangeKind
    before: float | None
    now: float | None
    p_value: float
    how: str
    amount: str = ""

    def line(self) -> str:
        """The change in one line."""
        if self.kind in ("new", "unknown"):
            return f"{self.kind}: {self.check}: {self._words(self.now)}, {self.how}"
        values = f"{self._words(self.before)} before, {self._words(self.now)} now"
        return f"{self.kind}: {self.check}: {values}, p {p_words(self.p_value)}; {self.how}"

    def _words(self, value: float | None) -> str:
        if value is None:
            return "nothing said"
        return f"mean {value:,.6g}" if self.amount else f"{percent(value)} violate it"


@dataclass(frozen=True)
class _Tested:
    """``is_known``: there is a test of it. ``is_worse``: which way it points. ``is_silent``: the
    baseline says something of it, and no session of now does that could be held to that."""

    before: float | None
    now: float | None
    p_value: float
    how: str
    is_known: bool = True
    is_worse: bool = False
    is_silent: bool = False


def figure_changes(
    measured: Sequence[Measured], baseline: Baseline, error_rate: float
) -> list[FigureChange]:
    """All that was measured now against the baseline, in order."""
    known = baseline.by_check()
    tested = [_tested(item, known.get(item.check)) for item in measured]
    corrected = iter(holm([item.p_value for item in tested if item.is_known]))
    return [
        _change(item, test, next(corrected) if test.is_known else 1.0, error_rate)
        for item, test in zip(measured, tested, strict=True)
    ]


def gone(measured: Sequence[Measured], baseline: Baseline) -> list[str]:
    """The checks that the baseline has and that are made no more."""
    now = {item.check for item in measured}
    return [item.check for item in baseline.everything if item.check not in now]


def _change(item: Measured, test: _Tested, p_value: float, error_rate: float) -> FigureChange:
    kind: ChangeKind = "within noise"
    if test.is_silent:
        kind = "unknown"
    elif not test.is_known or test.before is None or test.now is None:
        kind = "new"
    elif p_value <= error_rate:
        kind = "regressed" if test.is_worse else "improved"
    amount = item.name if isinstance(item, Amount) else ""
    return FigureChange(item.check, kind, test.before, test.now, p_value, test.how, amount)


def _tested(now: Measured, before: Measured | None) -> _Tested:
    value = _mean(now.sessions) if isinstance(now, Amount) else None
    if isinstance(now, Figure):
        value = _rate(now.codes())
    if before is None:
        return _Tested(None, value, 1.0, "the baseline does not have it", False)
    if before.scenario != now.scenario:
        priced = isinstance(now, Amount) and now.name == "dollars"
        other = "another scenario, or of other prices" if priced else "another scenario"
        return _Tested(None, value, 1.0, f"the baseline has it of {other}", False)
    design = "the same design" if before.design == now.design else "another design"
    is_paired = (before.seed, before.draws) == (now.seed, now.draws)
    if isinstance(now, Figure) and isinstance(before, Figure):
        tested = (_paired_rates if is_paired else _rates)(before, now, design)
        return _with_fewer(tested, len(before.sessions), len(now.sessions))
    if isinstance(now, Amount) and isinstance(before, Amount):
        tested = (_paired_amounts if is_paired else _amounts)(before, now, design)
        return _with_fewer(tested, len(before.sessions), len(now.sessions))
    return _Tested(None, value, 1.0, "the baseline has something else of that name", False)


def _with_fewer(tested: _Tested, before: int, now: int) -> _Tested:
    """Of fewer sessions a smaller share of changes is found: it is said how many are left."""
    if now >= before:
        return tested
    return replace(tested, how=f"{tested.how}; {now:,} sessions, the baseline has {before:,}")


def _silent(now: float | None, how: str, is_silent: bool) -> _Tested:
    """Nothing to hold to each other: that is new where the baseline says nothing of it either."""
    return _Tested(None, now, 1.0, how, is_known=False, is_silent=is_silent)


def _unpaired(before: Measured, now: Measured) -> str:
    """Why the sessions are others."""
    return "another seed" if before.seed != now.seed else "other random numbers"


def _paired_rates(before: Figure, now: Figure, design: str) -> _Tested:
    pair = paired_codes(pd.Series(now.codes()), pd.Series(before.codes()))
    if pair is None:
        is_silent = _rate(before.codes()) is not None
        return _silent(_rate(now.codes()), "no session speaks of both", is_silent)
    counts = f"{pair.only_a:,} against {pair.only_b:,}"
    how = f"{design}, {pair.sessions:,} sessions paired, {counts}"
    first, second = ((pair.both + one) / pair.sessions for one in (pair.only_b, pair.only_a))
    return _Tested(first, second, pair.p_value, how, is_worse=pair.only_a > pair.only_b)


def _rates(before: Figure, now: Figure, design: str) -> _Tested:
    rates = _rate(before.codes()), _rate(now.codes())
    if rates[0] is None or rates[1] is None:
        return _silent(rates[1], "no session says anything about it", rates[0] is not None)
    # Whatever the sessions were that were cut before it was settled: the weaker of both ends.
    ends = [
        (_counts(now.codes(), one), _counts(before.codes(), other))
        for one, other in ((HELD_CODE, VIOLATED_CODE), (VIOLATED_CODE, HELD_CODE))
    ]
    is_worse = {failed * n > others * m for (failed, m), (others, n) in ends}
    p_value = max(fisher(*one, *other) for one, other in ends) if len(is_worse) == 1 else 1.0
    how = f"{design}, {_unpaired(before, now)}"
    return _Tested(*rates, p_value, how, is_worse=rates[1] > rates[0])


def _paired_amounts(before: Amount, now: Amount, design: str) -> _Tested:
    """Of sessions that differ, is it as often more as less?"""
    both = zip(before.sessions, now.sessions, strict=False)
    pairs = [(one, other) for one, other in both if one is not None and other is not None]
    if not pairs:
        is_silent = _mean(before.sessions) is not None
        return _silent(_mean(now.sessions), "no session speaks of both", is_silent)
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    more, less, p_value = more_often(first, second)
    how = f"{design}, {len(pairs):,} sessions paired, {more:,} more and {less:,} less"
    return _Tested(fmean(first), fmean(second), p_value, how, is_worse=more > less)


def _amounts(before: Amount, now: Amount, design: str) -> _Tested:
    first, second = ([one for one in item.sessions if one is not None] for item in (before, now))
    if not first or not second:
        how = "no session says anything about it"
        return _silent(_mean(second), how, bool(first))
    share, p_value = rank_sum(first, second)
    how = f"{design}, {_unpaired(before, now)}"
    return _Tested(fmean(first), fmean(second), p_value, how, is_worse=share > 0.5)


def _counts(codes: Sequence[int], unsettled: int = UNSETTLED_CODE) -> tuple[int, int]:
    """How many violate it, and how many say anything; what is unsettled counts as it is told."""
    told = [unsettled if code == UNSETTLED_CODE else code for code in codes]
    return told.count(VIOLATED_CODE), sum(code >= 0 for code in told)


def _rate(codes: Sequence[int]) -> float | None:
    failures, total = _counts(codes)
    return failures / total if total else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return fmean(known) if known else None
