"""Step b of the ladder: an upload after the stop puts the alarm off by the grace, not by 10 min.

The stop leaves a flag under a key of its own, so that the stale copy which an upload writes back
does not wipe it out. Mends F3 and nothing else: a session created again (F22) waits for one more
grace and no longer for 10 min, which is still later than promised.
"""

from __future__ import annotations

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Response
from lastchunk.reference_impl.session import create_session, store_chunk

STOPPING_KEY = "stopping"


class ShortGraceDesign(AlarmDesign):
    """Short grace after the stop: a stored flag keeps the alarm near once the user has stopped."""

    async def create(self) -> Response:
        """Make the session, or find it; the alarm starts again either way."""
        response = await create_session(self.ctx)
        await self.put_off()
        return response

    async def upload(self, chunk: Chunk) -> Response:
        """Store one chunk, then put the alarm off."""
        response = await store_chunk(self.ctx, chunk)
        if response.status == 200:
            await self.put_off()
        return response

    async def signal_stop(self) -> Response:
        """Remember the stop, and bring the alarm near."""
        await self.ctx.storage.put(STOPPING_KEY, True)
        await self.put_off()
        return Response(200)

    async def put_off(self) -> None:
        """The grace once the user has stopped, the long alarm before."""
        is_stopping = await self.ctx.storage.get(STOPPING_KEY)
        wait_ms = self.settings.grace_ms if is_stopping else self.settings.long_alarm_ms
        await self.ctx.storage.set_alarm(self.ctx.now() + wait_ms)
