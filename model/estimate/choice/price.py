"""What a setting costs, and how long a session waits with it: the same sessions for each.

Each scenario counts alike. A session waits from the later of its stop and its last upload until it
is completed. One that never is counts before all waiting: a setting that leaves fewer of them is
prompter, however long the others wait.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lastchunk.model.base.errors import InternalError
from lastchunk.model.estimate.choice.judged import ChoiceQuestion, JudgedSetting
from lastchunk.model.estimate.costs import dollars
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.properties.row import VIOLATED_CODE
from lastchunk.model.trace.prices import load_prices

PRICED_SESSIONS = 200
"""Sessions of each scenario that a setting is priced by."""
DIGITS = 6
"""Means that agree so far are the same: what is left is how floats are summed."""


@dataclass(frozen=True)
class SettingPrice:
    """Dollars per million sessions, the mean wait of those that are completed, and the share of
    sessions that never are."""

    dollars: float
    wait_ms: float
    never: float

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
    count = len(prices)
    means = [sum(each) / count for each in zip(*prices, strict=True)]
    return PricedSetting(setting, SettingPrice(*(round(mean, DIGITS) for mean in means)))


def _price(
    question: ChoiceQuestion, setting: JudgedSetting, place: int
) -> tuple[float, float, float]:
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
    never = float((waits < 0).mean()) if len(waits) else 0.0
    done = waits[waits >= 0]
    return float(spent.mean()), float(done.mean()) if len(done) else 0.0, never


def waits_ms(rows: pd.DataFrame) -> pd.Series[int]:
    """How long each session waits, of those that end at all: -1 is one that is never completed."""
    since = rows[["stop_ms", "last_upload_ms"]].max(axis=1)
    asked = rows[since >= 0]
    waits = (asked["completed_ms"] - since[since >= 0]).clip(lower=0)
    return waits.where(asked["completed_ms"] >= 0, -1)
