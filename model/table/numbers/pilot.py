"""Whether a table pays: what its first sessions tell of how much it will grow.

Everything is counted in events of a session in SimPy, so that the answer is the same on every
machine and in every process. `python -m benchmarks.table` measures what these counts stand for.
"""

from __future__ import annotations

import math

from lastchunk.model.scenario.schema import Scenario

PILOTS, PILOT_SEED = 64, 1
STEP_EVENTS = 40
"""A step that is new costs as much as so many events in SimPy."""
SAVED, SAVED_WITH_UPLINK = 0.6, 0.25
"""The share of a session's cost that a walk saves. An uplink takes the same time either way."""
POWER_MIN, POWER_FALLS = 0.45, 1.5
"""A table that has hardly grown of late may meet what is rare yet."""
TRIED = 1 / 2
"""A pilot is given up where it has cost this share of all that could be saved."""


class Pilot:
    """How a table has grown in its first sessions."""

    def __init__(self, scenario: Scenario) -> None:
        self.saved = SAVED if scenario.uplink is None else SAVED_WITH_UPLINK
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
        return self.grown * STEP_EVENTS <= TRIED * self._saved_in(sessions)

    def pays(self, sessions: int) -> bool:
        """Whether so many sessions save more than the steps will cost that are new in them."""
        return self.may_pay(sessions) and (
            self._steps_in(sessions) * STEP_EVENTS <= self._saved_in(sessions)
        )

    def _saved_in(self, sessions: int) -> float:
        mean = self.events / self.sessions if self.sessions else math.inf
        return self.saved * mean * sessions

    def _steps_in(self, sessions: int) -> float:
        """A table grows as a power of the sessions, and ever more slowly: by a lower one than that
        of the pilot's last half, unless that has doubled it."""
        power = min(1.0, math.log2(self.grown / self.grown_before))
        power = max(POWER_MIN, power**POWER_FALLS)
        return self.grown * float(max(1.0, sessions / PILOTS) ** power)
