"""The rules of writes, R7 to R10, R13 and R15: storage, its commits, and the output gate."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import Response
from lastchunk.reports.docs.platform.demo import OK, CallStep, Decide, Demo, StrikeStep, Tiny

SLOW = {"platform": {"commit_ms": 100}}


class ReadsAndWrites(Tiny):
    async def add(self) -> Response:
        value = await self.ctx.storage.get("numbers") or []
        value.append(bare(self.ctx.now()))
        await self.ctx.storage.put("numbers", value)
        await self.say(f"{len(value)} numbers")
        return OK


class Rearms(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(Time(400))
        return OK

    async def rearm(self) -> Response:
        await self.ctx.storage.set_alarm(Time(1_000))
        return OK

    async def alarm(self) -> None:
        await self.say(f"ran at {bare(self.ctx.now())}")


class Promises(Tiny):
    async def add(self) -> Response:
        await self.say(f"promised at {bare(self.ctx.now())}")
        return OK


class LooksAtTheClock(Tiny):
    async def create(self) -> Response:
        first = bare(self.ctx.now())
        await self.ctx.storage.put("a", 1)
        second = bare(self.ctx.now())
        await self.ctx.sleep(300)
        await self.say(f"{first}, {second}, {bare(self.ctx.now())}")
        return OK


class WritesTogether(Tiny):
    async def create(self) -> Response:
        await self.say("active")
        await self.ctx.storage.set_alarm(Time(60_000))
        await self.ctx.sleep(300)
        await self.say("ready")
        return OK


DEMOS = (
    Demo(
        "R7",
        "storage answers at once, and promises little",
        "",
        "SQLite-backed storage is synchronous: `get`, `put` and `setAlarm` return at once and let "
        "nothing else in, so two requests that arrive together do not mix. But a `put` that has "
        "been awaited is not on disk yet. What is read and written are copies. Storage backed by "
        "KV makes an uncached read wait, with the gate closed (the picture of R2).",
        ReadsAndWrites,
        (CallStep(0, "add"), CallStep(0, "add")),
        300,
        (
            e.HandlerStarted(10, "add", e.NO_CHUNK, 0),
            e.StateWritten(10, "1 numbers", 0, ""),
            e.HandlerEnded(10, "add", e.NO_CHUNK, 0, 200),
            e.HandlerStarted(10, "add", e.NO_CHUNK, 1),
            e.StateWritten(10, "2 numbers", 0, "1 numbers"),
            e.HandlerEnded(10, "add", e.NO_CHUNK, 1, 200),
            e.CommitConfirmed(110, 1),
            e.CommitConfirmed(110, 2),
        ),
        (e.HandlerStarted, e.HandlerEnded, e.CommitConfirmed),
        SLOW,
    ),
    Demo(
        "R8",
        "a re-arm that is not confirmed",
        "src, run",
        "A delivery for a time T meets the object's own alarm. Where that is T, `alarm()` runs. "
        "Where it is another and on disk, the delivery is dropped, or the passed alarm runs. But "
        "where it is another and *not yet confirmed*, `alarm()` runs anyway, and the new alarm "
        "stays. So a re-arm that has executed does not stop an old alarm that is due before the "
        "commit. A handler that must not be early compares a deadline of its own with the time.",
        Rearms,
        (CallStep(0, "create"), CallStep(340, "rearm")),
        1_300,
        (
            e.AlarmSet(350, 1_000),
            e.AlarmStarted(400, 400, 0),
            e.CommitConfirmed(450, 2),
            e.AlarmStarted(1_000, 1_000, 0),
        ),
        (e.AlarmStarted,),
        SLOW,
    ),
    Demo(
        "R9",
        "earlier: told first; later: told last",
        "",
        "Moving the alarm earlier tells the scheduler first and commits then. Moving it later "
        "commits first and tells the scheduler afterwards, best effort. Here it is not told: it "
        "delivers at the old time, and the object drops that delivery and registers its own (R8).",
        Rearms,
        (CallStep(0, "create"), CallStep(90, "rearm"), Decide("lost", "move_alarm")),
        1_300,
        (
            e.AlarmSet(10, 400),
            e.AlarmSet(100, 1_000),
            e.CommitConfirmed(200, 2),
            e.StaleDelivery(400, 400, 1_000),
            e.AlarmStarted(1_000, 1_000, 0),
        ),
        (e.AlarmStarted, e.StaleDelivery),
        {"platform": {"commit_ms": 100, "alarm_move_loss": 0.5}},
    ),
    Demo(
        "R10",
        "the output gate",
        "",
        "An answer, and every call to the outside, waits until all earlier writes are on disk. "
        "Where a write fails, the object is reset, what waited is thrown away, and the callers see "
        "an error. An error therefore says nothing of the write: it may be on disk or not.",
        Promises,
        (
            CallStep(0, "add"),
            CallStep(290, "add"),
            StrikeStep(350, "commits_fail", for_ms=100),
        ),
        600,
        (
            e.HandlerEnded(10, "add", e.NO_CHUNK, 0, 200),
            e.CommitConfirmed(110, 1),
            e.ResponseArrived(120, "add", e.NO_CHUNK, 0, 200),
            e.HandlerEnded(300, "add", e.NO_CHUNK, 1, 200),
            e.CommitFailed(400, 2, 0),
            e.InstanceLost(400, 0, "commit failed"),
            e.StorageReverted(400, "promised at 10", 0),
            e.ResponseArrived(410, "add", e.NO_CHUNK, 1, 500),
        ),
        (e.ResponseArrived, e.CommitFailed),
        SLOW,
    ),
    Demo(
        "R13",
        "the clock stands still between I/O",
        "src",
        "`Date.now()` in an object is the time of its last I/O. It does not move while code runs, "
        "nor over a write to storage; it moves when something comes in from outside. The status "
        "shows the three times that this handler saw.",
        LooksAtTheClock,
        (CallStep(0, "create"),),
        500,
        (
            e.HandlerStarted(10, "create", e.NO_CHUNK, 0),
            e.StateWritten(310, "10, 10, 310", 0, ""),
        ),
    ),
    Demo(
        "R15",
        "the writes of one turn are one commit",
        "src",
        "Consecutive writes up to the next turn of the event loop are one atomic commit: the "
        "record and the alarm of this design are on disk together or not at all. After an await "
        "of anything outside, a new commit begins.",
        WritesTogether,
        (CallStep(0, "create"),),
        600,
        (
            e.StateWritten(10, "active", 0, ""),
            e.AlarmSet(10, 60_000),
            e.CommitConfirmed(110, 1),
            e.StateWritten(310, "ready", 0, "active"),
            e.CommitConfirmed(410, 2),
        ),
        (e.CommitConfirmed,),
        SLOW,
    ),
)
