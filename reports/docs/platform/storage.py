"""The rules of what storage does beyond single keys, R16 to R18."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import HandlerFailure, Response, Transaction
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


class RollsBack(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def poke(self) -> Response:
        try:
            await self.ctx.storage.transaction(self.tries)
        except HandlerFailure:
            await self.say(f"{await self.ctx.storage.get('row')}")
        return OK

    async def tries(self, opened: Transaction) -> None:
        await opened.put("row", 1)
        await opened.set_alarm(self.ctx.now() + 300)
        await self.ctx.sleep(200)
        raise HandlerFailure("no luck")

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
    Demo(
        "R18",
        "a transaction is kept whole, or not at all",
        "doc, src",
        "The gate is closed while a transaction is open, whatever is awaited in it. All that it "
        "writes, the alarm included, is one commit; where its work throws or rolls back, nothing "
        "is kept, and the object goes on. Here the alarm of 110 ms waits for a transaction that "
        "would have moved it, and runs; the row is not there.",
        RollsBack,
        (CallStep(0, "create"), CallStep(40, "poke")),
        600,
        (
            e.AlarmSet(10, 110),
            e.TransactionRolledBack(250),
            e.StateWritten(250, "None", 0, ""),
            e.AlarmStarted(250, 110, 0),
        ),
        (e.AlarmSet, e.AlarmStarted, e.StateWritten),
    ),
)
