"""Designs that only a trial of the runtime needs: twins of worker/conformance/trials.ts."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Context, HandlerFailure


@dataclass(frozen=True)
class TrialSettings:
    """As the alarm design; ``times`` is how often the alarm makes trouble before it works."""

    grace_ms: int = 5_000
    long_alarm_ms: int = 600_000
    times: int = 1


class Trial(AlarmDesign):
    """The alarm design, whose alarm makes trouble so many times first."""

    Settings = TrialSettings  # type: ignore[assignment]

    def __init__(self, ctx: Context, settings: TrialSettings) -> None:
        self.ctx = ctx
        self.settings: TrialSettings = settings  # type: ignore[assignment]

    async def alarm(self) -> None:
        """Count the tries; make trouble, or do as the alarm design does."""
        tries = await self.ctx.storage.get("tries") or 0
        await self.ctx.storage.put("tries", tries + 1)
        if tries < self.settings.times:
            await self.trouble()
            return
        await super().alarm()

    async def trouble(self) -> None:
        """What goes wrong."""


class Throws(Trial):
    """Throws: a counted failure (D1)."""

    async def trouble(self) -> None:
        """Throw."""
        raise HandlerFailure("as asked")


class SetsThenThrows(Trial):
    """Sets the alarm anew, then throws: no retry (A5)."""

    async def trouble(self) -> None:
        """Set, then throw."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 500)
        raise HandlerFailure("as asked")


class SetsToNow(Trial):
    """Sets the alarm to now inside the alarm: the local runtime never delivers it (A7)."""

    async def trouble(self) -> None:
        """Set it to now."""
        await self.ctx.storage.set_alarm(self.ctx.now())
