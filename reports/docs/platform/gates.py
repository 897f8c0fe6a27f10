"""The rules of who may run when, R1 to R6: the input gate."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import STATE_KEY, Chunk, Response
from lastchunk.reports.docs.platform.demo import OK, CallStep, Demo, Tiny


class LongAlarm(Tiny):
    async def rearm(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def alarm(self) -> None:
        await self.ctx.sleep(500)


class ReadsFromDisk(Tiny):
    async def first(self) -> Response:
        await self.ctx.storage.get("one")
        return OK

    async def second(self) -> Response:
        await self.ctx.storage.get("two")
        return OK

    async def third(self) -> Response:
        return OK


class HoldsTheGate(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 200)
        return OK

    async def migrate(self) -> Response:
        await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(500))
        return OK

    async def alarm(self) -> None:
        await self.say("fired")


class CountsACopy(Tiny):
    async def upload(self, chunk: Chunk) -> Response:
        state = await self.ctx.storage.get(STATE_KEY)
        state = state or {"status": "active", "chunks_uploaded": 0}
        await self.ctx.blobs.put(chunk)
        state["chunks_uploaded"] += 1
        await self.ctx.storage.put(STATE_KEY, state)
        return OK


class UploadAndAlarm(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 300)
        return OK

    async def upload(self, chunk: Chunk) -> Response:
        await self.ctx.blobs.put(chunk)
        return OK

    async def poke(self) -> Response:
        return OK

    async def alarm(self) -> None:
        await self.ctx.sleep(500)


class Completes(CountsACopy):
    async def stop(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def alarm(self) -> None:
        await self.say("completed")


DEMOS = (
    Demo(
        "R1",
        "one `alarm()` at a time",
        "run",
        "Within one instance two runs of `alarm()` never overlap. One delivery may wait for the "
        "run to end.",
        LongAlarm,
        (CallStep(0, "rearm"), CallStep(190, "rearm")),
        1_500,
        (
            e.AlarmStarted(110, 110, 0),
            e.AlarmSet(200, 300),
            e.AlarmEnded(610),
            e.AlarmStarted(610, 300, 0),
            e.AlarmEnded(1_110),
        ),
        (e.AlarmStarted, e.AlarmEnded),
    ),
    Demo(
        "R2",
        "the input gate, first in, first out",
        "",
        "Every event (a request, the alarm, a timer, an answer from outside) enters through the "
        "object's input gate. Behind a closed gate events wait in a line. Here two reads of a "
        "storage that answers after 50 ms hold it closed one after the other.",
        ReadsFromDisk,
        (CallStep(0, "first"), CallStep(10, "second"), CallStep(20, "third")),
        200,
        (
            e.RequestArrived(20, "second", e.NO_CHUNK, 0),
            e.RequestArrived(30, "third", e.NO_CHUNK, 0),
            e.HandlerEnded(60, "first", e.NO_CHUNK, 0, 200),
            e.HandlerStarted(60, "second", e.NO_CHUNK, 0),
            e.HandlerEnded(110, "second", e.NO_CHUNK, 0, 200),
            e.HandlerStarted(110, "third", e.NO_CHUNK, 0),
        ),
        settings={"platform": {"storage": "kv", "storage_read_ms": 50}},
    ),
    Demo(
        "R3",
        "when the gate is closed",
        "run",
        "The gate is closed while code runs, while an operation on *storage* is awaited, in the "
        "constructor, and inside `blockConcurrencyWhile`, whatever is awaited in there. The alarm "
        "of this design is due at 210 ms and waits until 510 ms.",
        HoldsTheGate,
        (CallStep(0, "create"), CallStep(0, "migrate")),
        700,
        (
            e.AlarmSet(10, 210),
            e.HandlerStarted(10, "migrate", e.NO_CHUNK, 0),
            e.HandlerEnded(510, "migrate", e.NO_CHUNK, 0, 200),
            e.AlarmStarted(510, 210, 0),
        ),
        (e.AlarmStarted,),
    ),
    Demo(
        "R4",
        "when the gate is open",
        "run",
        "The gate is open while anything else is awaited: the blob store, another service, a "
        "timer, the body of the request. So other events run between two lines of a handler. Two "
        "uploads that read the count before their blob put both write 1: one is lost.",
        CountsACopy,
        (CallStep(0, "upload", 0), CallStep(100, "upload", 1)),
        800,
        (
            e.HandlerStarted(10, "upload", 0, 0),
            e.HandlerStarted(110, "upload", 1, 0),
            e.StateWritten(410, "active", 1, ""),
            e.StateWritten(510, "active", 1, "active"),
        ),
        (e.StateWritten,),
    ),
    Demo(
        "R5",
        "an alarm inside an upload, a request inside an alarm",
        "run",
        "It follows that `alarm()` runs while an upload is suspended in its blob put, and that a "
        "request runs while `alarm()` is suspended.",
        UploadAndAlarm,
        (CallStep(0, "create"), CallStep(90, "upload", 0), CallStep(590, "poke")),
        1_000,
        (
            e.HandlerStarted(100, "upload", 0, 0),
            e.AlarmStarted(310, 310, 1),
            e.HandlerEnded(500, "upload", 0, 0, 200),
            e.HandlerStarted(600, "poke", e.NO_CHUNK, 0),
            e.AlarmEnded(810),
        ),
        (e.AlarmStarted, e.AlarmEnded),
    ),
    Demo(
        "R6",
        "an alarm waits for nobody",
        "run",
        "The platform has no notion of a session that is idle: an alarm does not wait for the "
        "requests that are under way. Here it completes the session between the moment when an "
        "upload reads the record and the moment when it writes its copy back: the session is "
        "active again, and no alarm is left.",
        Completes,
        (CallStep(0, "upload", 0), CallStep(90, "upload", 1), CallStep(190, "stop")),
        900,
        (
            e.HandlerStarted(10, "upload", 0, 0),
            e.HandlerStarted(100, "upload", 1, 0),
            e.AlarmStarted(300, 300, 2),
            e.StateWritten(300, "completed", 0, ""),
            e.StateWritten(410, "active", 1, "completed"),
        ),
        (e.AlarmStarted,),
    ),
)
