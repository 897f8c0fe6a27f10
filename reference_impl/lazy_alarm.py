"""Step f of the ladder: the watchdog looks at the clock itself, so an upload need not move it.

The time of the last activity is written with the state, which is written anyway. The alarm compares
it with its own clock and comes back for the remainder, as R8 asks of every alarm handler: a
delivery may be stale. One row less for each upload. This is the recommended design.
"""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, STATE_KEY, Response
from lastchunk.reference_impl.manifest import ManifestDesign
from lastchunk.reference_impl.session import missing_chunks, new_state


class LazyAlarmDesign(ManifestDesign):
    """Lazy alarm, recommended: the manifest design whose uploads write no alarm."""

    async def create(self) -> Response:
        """Make the session, or find it. Only a new one starts the watchdog."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            await self.ctx.storage.put(STATE_KEY, new_state() | {"active_ms": self.ctx.now()})
            await self.put_off()
        return Response(200)

    async def save(self, state: dict[str, Any]) -> None:
        """Write the state back with the time, completed if nothing is missing."""
        state["active_ms"] = self.ctx.now()
        if "expected" in state and not missing_chunks(state):
            state["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)

    async def alarm(self) -> None:
        """Come back for the remainder if there was activity; else as the manifest design."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == ACTIVE:
            due_ms = state["active_ms"] + self.settings.watchdog_ms
            if self.ctx.now() < due_ms:
                await self.ctx.storage.set_alarm(due_ms)
                return
        await super().alarm()
