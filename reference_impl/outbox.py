"""The alarm design with an outbox: the consumer is told of a completion once, whatever breaks.

The completion and the promise to tell of it are written in one turn, so they are one commit (R15).
The next try is set before this one begins, so an instance that is lost in between tries again. The
consumer may hear the same notification twice, and knows it by its key.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, STATE_KEY, Context, NotifyError

OUTBOX_KEY = "outbox"
NOTIFICATION_KEY = "session-completed"


@dataclass(frozen=True)
class OutboxSettings:
    """As the alarm design, and how often a notification is tried again."""

    grace_ms: int = 5_000
    """From the stop to the alarm."""
    long_alarm_ms: int = 600_000
    """From the last upload to the alarm."""
    notify_retry_ms: int = 2_000
    """The first wait before a notification is sent again; each one after it is twice as long."""
    notify_retry_ms_max: int = 300_000
    """No wait is longer."""


class OutboxDesign(AlarmDesign):
    """Alarm design with an outbox: the alarm also tells a consumer, until it has answered."""

    Settings = OutboxSettings  # type: ignore[assignment]
    notifies = True

    def __init__(self, ctx: Context, settings: OutboxSettings) -> None:
        self.ctx = ctx
        self.settings: OutboxSettings = settings  # type: ignore[assignment]

    async def alarm(self) -> None:
        """Complete an active session, and send what is in the outbox."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == ACTIVE:
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)
            await self.ctx.storage.put(OUTBOX_KEY, 0)
        await self.send_outbox()

    async def send_outbox(self) -> None:
        """One try. The alarm of the next stays where it is; it will find an empty outbox."""
        failures = await self.ctx.storage.get(OUTBOX_KEY)
        if failures is None:
            return
        wait_ms = self.settings.notify_retry_ms * 2 ** min(failures, 30)
        wait_ms = min(wait_ms, self.settings.notify_retry_ms_max)
        await self.ctx.storage.set_alarm(self.ctx.now() + wait_ms)
        await self.ctx.storage.put(OUTBOX_KEY, failures + 1)
        try:
            await self.ctx.notify(NOTIFICATION_KEY)
        except NotifyError:
            return
        await self.ctx.storage.delete(OUTBOX_KEY)
