"""The rules of delivering an alarm, D1 to D5."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import HandlerFailure, NotifyError, Response
from lastchunk.reports.docs.platform.demo import OK, CallStep, Demo, StrikeStep, Tiny


class AlwaysThrows(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return OK

    async def look(self) -> Response:
        await self.say(f"getAlarm() is {await self.ctx.storage.get_alarm()}")
        return OK

    async def alarm(self) -> None:
        raise HandlerFailure("as always")


class Finalizes(Tiny):
    async def create(self) -> Response:
        await self.say("active")
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return OK

    async def alarm(self) -> None:
        await self.say("completed")


class TooLong(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return OK

    async def alarm(self) -> None:
        if await self.ctx.storage.get("tried") is None:
            await self.ctx.storage.put("tried", 1)
            await self.ctx.sleep(20 * 60_000)


class TellsAndGoesOn(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def alarm(self) -> None:
        try:
            await self.ctx.notify("")
        except NotifyError:
            raise HandlerFailure("told nobody") from None
        await self.ctx.sleep(500)


DEMOS = (
    Demo(
        "D1",
        "at least once, and at most seven times",
        "src, run",
        "An attempt that fails because `alarm()` threw is *counted*. It is retried after 2, 4, 8, "
        "16, 32 and 64 s, each wait stretched by a jitter of up to a quarter (here by an eighth). "
        "After the seventh attempt the alarm is dropped, in silence: nothing in the object will "
        "run again by itself.",
        AlwaysThrows,
        (CallStep(0, "create"), CallStep(150_000, "look")),
        190_000,
        (
            e.AlarmStarted(1_010, 1_010, 0, 0),
            e.AlarmStarted(3_260, 1_010, 0, 1),
            e.AlarmStarted(7_760, 1_010, 0, 2),
            e.AlarmStarted(16_760, 1_010, 0, 3),
            e.AlarmStarted(34_760, 1_010, 0, 4),
            e.AlarmStarted(70_760, 1_010, 0, 5),
            e.AlarmStarted(142_760, 1_010, 0, 6),
            e.AlarmDropped(142_760, 1_010),
            e.StateWritten(150_010, "getAlarm() is None", 0, ""),
        ),
        (e.AlarmStarted, e.AlarmDropped),
    ),
    Demo(
        "D2",
        "failures that do not count",
        "src",
        "An attempt that the platform itself spoils (no machine, a lost instance, a commit that "
        "failed) is retried for ever, with the same growing waits, and the retry count stays as it "
        "was. The code is late, and never learns why.",
        Finalizes,
        (CallStep(0, "create"), StrikeStep(500, "alarm_fails", for_ms=20_000, how="uncounted")),
        40_000,
        (
            e.AlarmFailed(1_010, 1_010, 0, "the platform failed"),
            e.AlarmFailed(3_260, 1_010, 0, "the platform failed"),
            e.AlarmFailed(7_760, 1_010, 0, "the platform failed"),
            e.AlarmFailed(16_760, 1_010, 0, "the platform failed"),
            e.AlarmStarted(34_760, 1_010, 0, 0),
            e.StateWritten(34_760, "completed", 0, "active"),
        ),
        (e.AlarmFailed, e.AlarmStarted),
    ),
    Demo(
        "D3",
        "never early, sometimes late",
        "doc",
        "An alarm is never delivered before its time by the object's own clock. It is usually a "
        "few milliseconds late, and up to a minute late while machines are maintained or fail "
        "over. Until it is delivered it can still be replaced.",
        Finalizes,
        (CallStep(0, "create"), StrikeStep(500, "alarm_late", for_ms=30_000)),
        35_000,
        (
            e.AlarmSet(10, 1_010),
            e.AlarmStarted(30_500, 1_010, 0),
            e.StateWritten(30_500, "completed", 0, "active"),
        ),
        (e.AlarmStarted,),
    ),
    Demo(
        "D4",
        "fifteen minutes",
        "doc, src",
        "`alarm()` may take 15 minutes of wall time. Past that the whole object is reset, with "
        "everything that runs in it, and the attempt counts.",
        TooLong,
        (CallStep(0, "create"),),
        910_000,
        (
            e.AlarmStarted(1_010, 1_010, 0, 0),
            e.InstanceLost(901_010, 0, "alarm() ran for 15 minutes"),
            e.AlarmFailed(901_010, 1_010, 1, "alarm() ran for 15 minutes"),
            e.AlarmStarted(903_260, 1_010, 0, 1),
        ),
        (e.AlarmStarted, e.InstanceLost),
    ),
    Demo(
        "D5",
        "acknowledged at the very end",
        "src, run",
        "A run counts as done when the handler has ended *and* its writes are on disk. A crash "
        "before that runs the same alarm again from the start, after all its effects: the consumer "
        "is told twice. Only a key by which the consumer knows a repetition mends that.",
        TellsAndGoesOn,
        (CallStep(0, "create"), StrikeStep(400, "process_killed", for_ms=300)),
        1_500,
        (
            e.AlarmStarted(110, 110, 0, 0),
            e.Notified(160, ""),
            e.ProcessKilled(400),
            e.ProcessRestarted(700),
            e.AlarmStarted(700, 110, 0, 0),
            e.Notified(750, ""),
            e.AlarmEnded(1_250),
        ),
        (e.AlarmStarted, e.AlarmEnded, e.Notified),
    ),
)
