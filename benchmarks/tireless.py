"""A design that uses what `Restless` does not: detached work, transactions, lists, `sync`.

It comes with storms of its own, in which deploys wait for an idle object (R19).
"""

from __future__ import annotations

from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.contract import (
    AlarmInfo,
    Chunk,
    Context,
    HandlerFailure,
    Response,
    Transaction,
)

MOVE_MS = 300


class NotNow(Exception):  # noqa: N818 - what rolls a transaction back
    """A transaction gives up."""


class Tireless(AlarmDesign):
    """The alarm design, whose uploads leave work behind that moves the alarm in a transaction.

    Which way the work ends hangs on what it counts in storage and in a field.
    """

    def __init__(self, ctx: Context, settings: AlarmSettings) -> None:
        super().__init__(ctx, settings)
        self.left = 0

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk; what follows from it is left to the object."""
        response = await super().upload(chunk)
        if response.status == 200:
            self.ctx.wait_until(self._follow(chunk))
            await self.ctx.storage.sync()
        return response

    async def _follow(self, chunk: Chunk) -> None:
        """Note the chunk; leave more behind; move the alarm, or not after all."""
        self.left += 1
        await self.ctx.storage.put({f"seen:{chunk.index}": self.left, "last": chunk.index})
        await self.ctx.sleep(5)
        seen = await self.ctx.storage.list(prefix="seen:", reverse=True, limit=2)
        if len(seen) < 2:
            self.ctx.wait_until(self._forget())
            return
        try:
            await self.ctx.storage.transaction(self._move)
        except NotNow:
            await self.ctx.storage.sync()

    async def _forget(self) -> None:
        """Delete what was noted, one turn after the other."""
        await self.ctx.storage.delete(["last", "seen:0"])
        await self.ctx.sleep(20)
        await self.ctx.storage.delete("seen:1")

    async def _move(self, opened: Transaction) -> None:
        """Move the alarm and count that; the end hangs on the count: kept, or taken back."""
        moves = await opened.get("moves") or 0
        await opened.put("moves", moves + 1)
        await opened.set_alarm(self.ctx.now() + MOVE_MS * (moves % 2 + 1))
        await self.ctx.sleep(3)
        kind = (moves + self.left) % 4
        if kind == 1:
            await opened.rollback()
        elif kind == 2:
            raise NotNow
        elif kind == 3:
            await opened.delete_alarm()

    async def alarm(self, info: AlarmInfo) -> None:  # type: ignore[override]  # it is told (A8)
        """Work within a transaction, and throw now and then."""
        await self.ctx.storage.transaction(self._move)
        if info.retry_count == 0 and self.left % 2:
            raise HandlerFailure("not at the first try")
        await super().alarm()
