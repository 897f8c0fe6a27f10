"""What a setting costs, and how long a session waits with it: the same sessions for each.

Each scenario counts alike. A session waits from the later of its stop and its last upload until it
is completed. One that never is counts before all waiting: a setting that leaves fewer of them is
prompter, however long the others wait.

The interval of a mean over scenarios is the mean of their intervals. Each of these is so much surer
that all of them hold at once with 95 % (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lastchunk.model.base.errors import InternalError
from lastchunk.model.estimate.choice.judged import ChoiceQuestion, JudgedSetting
from lastchunk.model.estimate.costs import dollars, mean_interval
from lastchunk.model.estimate.intervals import CONFIDENCE, Interval, wilson
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.properties.row import VIOLATED_CODE
from lastchunk.model.trace.prices import load_prices

PRICED_SESSIONS = 200
"""Sessions of each scenario that a setting is priced by."""
DIGITS = 6
"""Means that agree so far are the same: what is left is how floats are summed."""
NO_AMOUNT = Interval(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class SettingPrice:
    """Dollars per million sessions, the mean wait of those that are completed, and the share of
    sessions that never are; each with its interval (95 %)."""

    dollars_interval: Interval
    wait_interval_ms: Interval
    never_interval: Interval

    @property
    def dollars(self) -> float:
        """The mean of the sessions that were run."""
        return self.dollars_interval.estimate

    @property
    def wait_ms(self) -> float:
        """The mean of those of them that are completed."""
        return self.wait_interval_ms.estimate

    @property
    def never(self) -> float:
        """The share of them that never are."""
        return self.never_interval.estimate

    @property
    def lateness(self) -> tuple[float, float]:
        """What the promptest has the least of."""
        return self.never, self.wait_ms


@dataclass(frozen=True)
class PricedSetting:
    """A setting that holds, with its price."""

    setting: JudgedSetting
    price: SettingPrice


def priced(question: ChoiceQuestion, setting: JudgedSetting) -> PricedSetting:
    """Simulate some sessions of each scenario with a setting that holds.

    Raises `InternalError` where one violates what was proved.
    """
    prices = [_price(question, setting, place) for place in range(len(question.scenarios))]
    means = (_mean_of(each) for each in zip(*prices, strict=True))
    return PricedSetting(setting, SettingPrice(*means))


def _mean_of(found: Sequence[Interval]) -> Interval:
    """What some scenarios say together, each counting alike."""
    parts = ((each.estimate, each.low, each.high) for each in found)
    return Interval(*(round(sum(each) / len(found), DIGITS) for each in zip(*parts, strict=True)))


def _price(
    question: ChoiceQuestion, setting: JudgedSetting, place: int
) -> tuple[Interval, Interval, Interval]:
    asked = question.scenarios[place]
    scenario, design = question.load(asked, setting.values)
    rows = replicate(scenario, [design], PRICED_SESSIONS, question.seed, engine="auto")
    for each in setting.verdicts:
        is_proved = each.scenario == asked.name and each.verdict.kind == "proved"
        broken = rows[rows[each.requirement.slug] == VIOLATED_CODE]
        if is_proved and len(broken):
            raise InternalError(
                f"{each.requirement.slug} was proved of {design.name}, {design.settings}, in "
                f"{asked.name}, and session {broken['session'].min()} of seed {question.seed} "
                "violates it"
            )
    spent = dollars(rows, load_prices()).sum(axis=1)
    waits = waits_ms(rows)
    confidence = 1 - (1 - CONFIDENCE) / len(question.scenarios)
    count = int((waits < 0).sum())
    never = wilson(count, len(waits), confidence) if len(waits) else NO_AMOUNT
    return _mean(spent, confidence), _mean(waits[waits >= 0], confidence), never


def _mean(values: pd.Series[Any], confidence: float) -> Interval:
    """The mean of amounts, none below 0, and its interval; 0 where there are none."""
    if values.empty:
        return NO_AMOUNT
    mean, low, high = mean_interval(values.to_numpy(np.float64), confidence)
    return Interval(mean, max(0.0, low), high)


def waits_ms(rows: pd.DataFrame) -> pd.Series[int]:
    """How long each session waits, of those that end at all: -1 is one that is never completed."""
    since = rows[["stop_ms", "last_upload_ms"]].max(axis=1)
    asked = rows[since >= 0]
    waits = (asked["completed_ms"] - since[since >= 0]).clip(lower=0)
    return waits.where(asked["completed_ms"] >= 0, -1)
