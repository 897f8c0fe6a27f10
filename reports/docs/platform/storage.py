"""The rules of what storage does beyond single keys, R16 and R17."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import Response
from lastchunk.reports.docs.platform.demo import OK, CallStep, Demo, Tiny


class ListsKeys(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.put({"part:2": 1, "part:10": 2, "other": 3})
        return OK

    async def poke(self) -> Response:
        first = await self.ctx.storage.list(prefix="part:", limit=1)
        await self.say(" ".join(first))
        last = await self.ctx.storage.list(prefix="part:", reverse=True, limit=1)
        await self.say(" ".join(last))
        return OK


class WaitsForTheDisk(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 50)
        return OK

    async def poke(self) -> Response:
        await self.ctx.storage.put("key", 1)
        await self.ctx.storage.sync()
        await self.say("on disk")
        return OK

    async def alarm(self) -> None:
        return None


DEMOS = (
    Demo(
        "R16",
        "several keys, in the order of their bytes",
        "doc",
        "`get`, `put` and `delete` take up to 128 keys, and are one operation then. `list` reads "
        "the keys within bounds: `start` is in, `end` is not, and `reverse` changes the order "
        "alone. Keys are in the order of their bytes in UTF-8, so `part:10` comes before `part:2`.",
        ListsKeys,
        (CallStep(0, "create"), CallStep(10, "poke")),
        100,
        (
            e.StateWritten(20, "part:10", 0, ""),
            e.StateWritten(20, "part:2", 0, "part:10"),
        ),
        (e.StateWritten,),
    ),
    Demo(
        "R17",
        "`sync()` waits for the disk",
        "doc, src",
        "`sync()` comes back once every write before it is on disk. The gate is open meanwhile, "
        "unlike at any other operation on storage: here the alarm runs while a request waits.",
        WaitsForTheDisk,
        (CallStep(0, "create"), CallStep(40, "poke")),
        500,
        (
            e.HandlerStarted(50, "poke", e.NO_CHUNK, 0),
            e.AlarmStarted(60, 60, 0),
            e.CommitConfirmed(150, 2),
            e.StateWritten(150, "on disk", 0, ""),
        ),
        (e.StateWritten,),
        settings={"platform": {"commit_ms": 100}},
    ),
)
