"""How exactly something is to be known, and whether it is by now: where a comparison may stop.

The intervals are confidence sequences, so that to stop where they are narrow enough is allowed. Of
several figures each one's confidence is higher, and all hold at once with the confidence that is
said (Bonferroni).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import percent, points
from lastchunk.model.estimate.checks import check_kind
from lastchunk.model.estimate.costs import dollars
from lastchunk.model.estimate.intervals import CONFIDENCE, Interval
from lastchunk.model.estimate.intervals.confidence import (
    difference_sequence,
    mean_sequence,
    rate_sequence,
)
from lastchunk.model.estimate.replicate import BATCH
from lastchunk.model.estimate.tally import KeptSessions, together
from lastchunk.model.properties.row import NOT_APPLICABLE_CODE, UNSETTLED_CODE, VIOLATED_CODE
from lastchunk.model.trace.prices import load_prices

if TYPE_CHECKING:
    from lastchunk.model.estimate.comparison import Comparison

DOLLARS = "dollars"
AMOUNTS = (
    "delay_ms",
    DOLLARS,
    "alarm_writes",
    "alarm_runs",
    "requests",
    "rows_read",
    "rows_written",
    "retries",
    "media_lost_ms",
    "stop_wait_ms",
    "active_ms",
)
"""What a mean is taken of; -1 is none. A rate is taken of any property."""
AMOUNT_SESSIONS_MIN = 100
"""A mean's interval holds for many sessions, so before these nothing is known of it."""
WRITTEN = re.compile(r"(?:(?P<designs>[^=]+):)?(?P<name>\w+)=(?P<within>[^=%]+)(?P<share>%?)")
HOW = "FIGURE=HALF-WIDTH, such as nothing_lost=0.01, alarm:delay_ms=5% or manual,alarm:finalizes=1%"


@dataclass(frozen=True)
class PrecisionTarget:
    """A figure, and to how much on either side it is to be known.

    ``designs`` is empty for each design on its own; two are the first less the second, on the same
    sessions. ``is_share`` is a half-width as a share of the estimate.
    """

    name: str
    within: float
    designs: tuple[str, ...] = ()
    is_share: bool = False

    @staticmethod
    def of(text: str) -> PrecisionTarget:
        """A target as it is written. Raises `InputError`.

        >>> PrecisionTarget.of("manual,alarm:delay_ms=5%")
        PrecisionTarget(name='delay_ms', within=0.05, designs=('manual', 'alarm'), is_share=True)
        """
        found = WRITTEN.fullmatch(text) if isinstance(text, str) else None
        try:
            within = float(found["within"]) if found else 0.0
        except ValueError:
            within = 0.0
        if found is None or not 0 < within < float("inf"):
            raise InputError("until", text, HOW)
        is_share = bool(found["share"])
        designs = tuple(word.strip() for word in (found["designs"] or "").split(",") if word)
        return PrecisionTarget(
            found["name"], within / 100 if is_share else within, designs, is_share
        )


@dataclass(frozen=True)
class KnownFigure:
    """A figure as it is known by now: its interval holds at every look.

    ``is_rate`` tells the share of sessions that violate a property from a mean.
    """

    label: str
    interval: Interval
    wanted: float
    sessions: int
    is_rate: bool
    is_difference: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it is known as exactly as was wanted."""
        return self.sessions > 0 and self.interval.half_width <= self.wanted

    @property
    def sessions_wanted(self) -> int:
        """About how many sessions it takes: half as wide an interval takes four times as many.

        Twice as many do where none has failed yet.
        """
        if self.is_met or not self.wanted or not math.isfinite(self.interval.half_width):
            return self.sessions
        power = 1 if self.is_rate and not self.interval.estimate else 2
        return math.ceil(self.sessions * (self.interval.half_width / self.wanted) ** power)

    def sentence(self) -> str:
        """The figure, its interval, and whether that is what was wanted."""
        is_open = self.sessions > 0 and not self.is_met
        return self.words + ("; not as exact as was wanted" if is_open else "")

    @property
    def words(self) -> str:
        """The figure and its interval."""
        if not self.sessions:
            return f"{self.label}: no session says anything about it"
        found = self.interval
        if not self.is_rate:
            numbers = [f"{each:,.5g}" for each in (found.estimate, found.low, found.high)]
        elif self.is_difference:
            numbers = [f"{points(each)}" for each in (found.estimate, found.low, found.high)]
            numbers[0] += " points"
        else:
            numbers = [percent(each) for each in (found.estimate, found.low, found.high)]
        return f"{self.label}: {numbers[0]}, {numbers[1]} to {numbers[2]} at every look"


def more_until_enough(
    more: Callable[[int, int], KeptSessions],
    so_far: Callable[[KeptSessions, int], Comparison],
    between: tuple[int, int],
    half_width: float | None,
    looked: Callable[[Comparison], None] | None,
) -> Comparison:
    """Go on from so many sessions until enough is known, or up to so many."""
    sessions, sessions_max = between
    kept = more(sessions, 0)
    while True:
        found = so_far(kept, sessions)
        if looked is not None:
            looked(found)
        is_wide = half_width is not None and found.tally.widest() > half_width
        is_enough = not is_wide and all(each.is_met for each in found.known)
        if sessions >= sessions_max or is_enough:
            return found
        # Whole batches, so that the next ones begin where a batch begins.
        count = min(_more(sessions, half_width is None), sessions_max - sessions)
        kept = together(kept, more(count, sessions))
        sessions += count


def _more(sessions: int, is_looked_at: bool) -> int:
    """How many sessions more before the next look: as many again, or half of them."""
    return max(BATCH, sessions // 2 // BATCH * BATCH if is_looked_at else sessions)


def read_targets(
    until: Sequence[str] | str, designs: Sequence[str], slugs: Sequence[str], has_rows: bool
) -> list[PrecisionTarget]:
    """What is to be known. Raises `InputError` for a figure that there is not, and for a design
    that is not compared; and where there are no rows to take figures of."""
    check_kind("until", until, Sequence, HOW)
    targets = [PrecisionTarget.of(each) for each in ([until] if isinstance(until, str) else until)]
    if targets and not has_rows:
        raise InputError("keep_rows", has_rows, "True with until, which takes each session's row")
    for target in targets:
        if target.name not in (*slugs, *AMOUNTS):
            raise InputError("until", target.name, "one of " + ", ".join([*slugs, *AMOUNTS]))
        if target.name in slugs and not target.is_share and target.within >= 1:
            allowed = "below 1 for a share of sessions, such as 0.01; or a share of it, such as 5%"
            raise InputError("until", f"{target.name}={target.within:g}", allowed)
        for name in target.designs:
            if name not in designs:
                raise InputError("until", name, "one of " + ", ".join(designs))
        if len(set(target.designs)) != len(target.designs) or len(target.designs) > 2:
            raise InputError("until", ",".join(target.designs), "one design, or two different ones")
    return targets


def figures_now(
    frame: pd.DataFrame, targets: Sequence[PrecisionTarget], designs: Sequence[str]
) -> list[KnownFigure]:
    """All figures as they are known by now, in order."""
    wanted = [
        (target, of)
        for target in targets
        for of in ([target.designs] if target.designs else [(name,) for name in designs])
    ]
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(wanted))
    return [_figure(frame, target, of, confidence) for target, of in wanted]


def _figure(
    frame: pd.DataFrame, target: PrecisionTarget, of: tuple[str, ...], confidence: float
) -> KnownFigure:
    values = [_values(frame[frame["design"] == name], target.name) for name in of]
    is_rate = target.name not in AMOUNTS
    speaks = np.logical_and.reduce([~np.isnan(each) for each in values])
    kept = [each[speaks] for each in values]
    settled = np.logical_and.reduce([each != UNSETTLED_CODE for each in kept])
    sessions = int(settled.sum()) if is_rate else int(speaks.sum())
    if not sessions:
        interval = Interval(0.0, -1.0, 1.0)
    elif is_rate:
        interval = _rate(kept, confidence)
    else:
        interval = _mean(kept[0] - (kept[1] if len(kept) == 2 else 0.0), confidence)
    wanted = target.within * (abs(interval.estimate) if target.is_share else 1.0)
    what = "violations of" if is_rate else "mean"
    label = f"{what} {target.name}, {' less '.join(of)}"
    return KnownFigure(label, interval, wanted, sessions, is_rate, len(of) == 2)


def _rate(failed: Sequence[NDArray[np.float64]], confidence: float) -> Interval:
    """The share of failures, or the difference of two; it holds whatever unsettled ones were."""
    least = _rate_if(failed, (0.0, 1.0), confidence)
    most = _rate_if(failed, (1.0, 0.0), confidence)
    settled = np.logical_and.reduce([each != UNSETTLED_CODE for each in failed])
    only = _rate_if([each[settled] for each in failed], (0.0, 0.0), confidence)
    return Interval(only.estimate, least.low, most.high)


def _rate_if(
    failed: Sequence[NDArray[np.float64]], unsettled: tuple[float, float], confidence: float
) -> Interval:
    """The same where an unsettled session of each design counts as so many failures."""
    whole = [
        np.where(each == UNSETTLED_CODE, worth, each)
        for each, worth in zip(failed, unsettled, strict=False)
    ]
    sessions = len(whole[0])
    if len(whole) == 1:
        return rate_sequence(int(whole[0].sum()), sessions, confidence)
    only_a, only_b = (int((one > other).sum()) for one, other in (whole, whole[::-1]))
    return difference_sequence(only_a, only_b, sessions, confidence)


def _mean(each: NDArray[np.float64], confidence: float) -> Interval:
    count = len(each)
    deviation = float(each.std(ddof=1)) if count >= AMOUNT_SESSIONS_MIN else float("inf")
    return mean_sequence(float(each.mean()), deviation, count, confidence)


def _values(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """What each session says, in order; nan where it says nothing.

    Of a property 1 where it is violated, and the code of a session that was cut before that.
    """
    if name == DOLLARS:
        return dollars(rows, load_prices()).sum(axis=1).to_numpy(dtype=float)
    values = rows[name].to_numpy(dtype=float)
    if name in AMOUNTS:
        return np.where(values < 0, np.nan, values)
    said = np.where(values == UNSETTLED_CODE, UNSETTLED_CODE, values == VIOLATED_CODE)
    return np.where(values == NOT_APPLICABLE_CODE, np.nan, said)
