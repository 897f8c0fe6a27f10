"""An attempt to deliver the alarm: how it may go, and when the next one comes (D1, D2)."""

from __future__ import annotations

from typing import NamedTuple

from lastchunk.model.world.base.pending import Between
from lastchunk.model.world.code.deeds import TaskId

DELIVERED = "delivered"
UNCOUNTED = "uncounted"
COUNTED = "counted"
UNACKNOWLEDGED = "unacknowledged"

RUN_MS_MAX = 15 * 60_000
RETRY_START_MS = 2_000
COUNTED_RETRIES_MAX = 6
BACK_OFF_MAX = 9
JITTER_PART = 4  # a quarter of the wait


class Delivery(NamedTuple):
    """One attempt to deliver the alarm set for ``due_ms``: its retries so far (D1, D2)."""

    due_ms: int
    retry: int = 0
    back_off: int = 0
    was_counted: bool = False

    @property
    def is_last(self) -> bool:
        """D1: whether a counted failure of this one is the last there is."""
        return self.retry >= COUNTED_RETRIES_MAX

    def again(self, counted: bool) -> tuple[Between, Delivery]:
        """The wait and the delivery after a failure of this one.

        2 s doubled each time, up to a quarter more; an error of the code after one of the platform
        begins anew.
        """
        back_off = 0 if counted and not self.was_counted else self.back_off
        back_off = min(back_off, BACK_OFF_MAX)
        wait_ms = RETRY_START_MS << back_off
        following = Delivery(self.due_ms, self.retry + counted, back_off + 1, counted)
        return Between(wait_ms, wait_ms + wait_ms // JITTER_PART), following


class Attempt(NamedTuple):
    """A run of ``alarm()``. ``outcome`` says whether the platform will lose its end (D5)."""

    task: TaskId
    delivery: Delivery
    outcome: str
