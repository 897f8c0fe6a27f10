"""Whether a table pays: what its first sessions tell of how much it will grow.

Everything is counted in events of a session in SimPy, so that the answer is the same on every
machine and in every process. `python -m benchmarks.table` measures what these counts stand for.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from lastchunk.model.scenario.schema import Scenario

PILOTS, PILOT_SEED = 64, 1


class Price(NamedTuple):
    """What a way costs and saves: the share of a session's cost that it saves, and how many events
    in SimPy a new step costs as much as. A table that has hardly grown of late may meet what is
    rare yet: it is taken to grow by ``power_min`` at least. A pilot is given up where it has cost
    the share ``tried`` of all that could be saved."""

    saved: float
    step_events: int
    power_min: float
    tried: float


OF_TABLE = Price(0.6, 40, 0.45, 1 / 2)
OF_TABLE_WITH_UPLINK = Price(0.25, 40, 0.45, 1 / 2)
"""An uplink takes the same time either way."""
OF_COMPILED = Price(0.9, 100, 0.25, 1 / 4)
"""A new step is one of the table's, and written down for compiled code as well."""
POWER_FALLS = 1.5


def price_of_table(scenario: Scenario) -> Price:
    """What a walk in Python costs and saves."""
    return OF_TABLE if scenario.uplink is None else OF_TABLE_WITH_UPLINK


class Pilot:
    """How a table has grown in its first sessions."""

    def __init__(self, price: Price) -> None:
        self.price = price
        self.sessions = self.events = 0
        self.grown = self.grown_before = 0

    @property
    def is_over(self) -> bool:
        """Whether all its sessions have run."""
        return self.sessions >= PILOTS

    def has_run(self, events: int, grown: int) -> None:
        """One more session had so many events; the table has so many steps now."""
        self.sessions += 1
        self.events += events
        self.grown = grown
        if self.sessions == PILOTS // 2:
            self.grown_before = grown

    def may_pay(self, sessions: int) -> bool:
        """Whether it is worth while to go on."""
        return self.grown * self.price.step_events <= self.price.tried * self._saved_in(sessions)

    def pays(self, sessions: int) -> bool:
        """Whether so many sessions save more than the steps will cost that are new in them."""
        return self.may_pay(sessions) and (
            self._steps_in(sessions) * self.price.step_events <= self._saved_in(sessions)
        )

    def _saved_in(self, sessions: int) -> float:
        mean = self.events / self.sessions if self.sessions else math.inf
        return self.price.saved * mean * sessions

    def _steps_in(self, sessions: int) -> float:
        """A table grows as a power of the sessions, and ever more slowly: by a lower one than that
        of the pilot's last half, unless that has doubled it."""
        power = min(1.0, math.log2(max(1, self.grown) / max(1, self.grown_before)))
        power = max(self.price.power_min, power**POWER_FALLS)
        return self.grown * float(max(1.0, sessions / PILOTS) ** power)
