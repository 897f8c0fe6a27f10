"""When the seconds of a budget are over: one clock for all that one answer needs.

Every phase looks at it: exploring at each step, the search for cycles, the attack, and the making
of schedules. What comes after exploring has a share of its own, so that a
violation that was found in time is shown, and all of it ends within a tenth of the budget.
"""

from __future__ import annotations

import time

SHARE_AFTER = 0.05
"""The share of the budget that schedules may take beyond it; the attack may as much."""


class OutOfTimeError(Exception):
    """The seconds of a budget are over."""


def now() -> float:
    """The clock, in seconds."""
    return time.perf_counter()


class Deadline:
    """When the seconds of a budget are over, from now; all that one answer needs shares it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = now() + seconds

    @property
    def words(self) -> str:
        """The budget in words."""
        return f"{self.seconds:g} seconds"

    @property
    def left(self) -> float:
        """The seconds that are left; 0 where they are over."""
        return max(0.0, self.ends - now())

    @property
    def share(self) -> float:
        """The seconds that a phase after exploring may take in any case."""
        return SHARE_AFTER * self.seconds

    def is_over(self) -> bool:
        """Whether they are over."""
        return now() >= self.ends

    def check(self) -> None:
        """Raise `OutOfTimeError` if they are over."""
        if self.is_over():
            raise OutOfTimeError

    def after(self) -> Deadline:
        """The deadline of what is made of the findings: the same, or a share of it from now."""
        later = Deadline(self.seconds)
        later.ends = max(self.ends, now() + self.share)
        return later
