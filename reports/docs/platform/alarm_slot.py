"""The rules of the alarm slot, A1 to A7."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import AlarmInfo, HandlerFailure, Response
from lastchunk.reports.docs.platform.demo import OK, CallStep, Demo, Tiny


class OneAlarm(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 300)
        return OK

    async def later(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 900)
        return OK

    async def alarm(self) -> None:
        await self.say("fired")


class InThePast(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() - 60_000)
        return OK

    async def alarm(self) -> None:
        await self.say("fired")


class AsksTheSlot(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 500)
        return OK

    async def look(self) -> Response:
        await self.say(f"getAlarm() is {bare(await self.ctx.storage.get_alarm())}")
        return OK

    async def alarm(self) -> None:
        await self.say(f"getAlarm() is {bare(await self.ctx.storage.get_alarm())}")
        raise HandlerFailure("not yet")


class SetsTheNext(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def alarm(self) -> None:
        if self.ctx.now() < Time(200):
            await self.ctx.storage.set_alarm(self.ctx.now() + 300)
        await self.ctx.sleep(800)


class SetsAndThrows(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def alarm(self) -> None:
        if self.ctx.now() < Time(200):
            await self.say("tried")
            await self.ctx.storage.set_alarm(self.ctx.now() + 500)
            raise HandlerFailure("after setting another")


class DeletesAndThrows(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def alarm(self) -> None:
        await self.ctx.storage.delete_alarm()
        raise HandlerFailure("after deleting")


class SetsTheSame(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(Time(500))
        return OK

    async def alarm(self) -> None:
        await self.say("fired")


class SaysWhatItIsTold(Tiny):
    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + 100)
        return OK

    async def alarm(self, info: AlarmInfo) -> None:
        await self.say(f"{info.retry_count} {info.is_retry}")
        if not info.is_retry:
            raise HandlerFailure("the first time")


DEMOS = (
    Demo(
        "A1",
        "one alarm, replaced",
        "doc, run",
        "An object has one alarm. Setting it again replaces it, to an earlier or a later time; the "
        "old time never fires. This is the whole mechanism by which an upload puts a finalization "
        "off, and by which it puts a *near* one off too.",
        OneAlarm,
        (CallStep(0, "create"), CallStep(90, "later"), CallStep(190, "create")),
        1_200,
        (
            e.AlarmSet(10, 310),
            e.AlarmSet(100, 1_000),
            e.AlarmSet(200, 500),
            e.AlarmStarted(500, 500, 0),
        ),
        (e.AlarmStarted,),
    ),
    Demo(
        "A2",
        "the past is now",
        "doc, src, run",
        "A time that has passed is stored as now and fires at once. A time of zero or less is an "
        "error of the code.",
        InThePast,
        (CallStep(99_990, "create"),),
        100_100,
        (e.AlarmSet(100_000, 100_000), e.AlarmStarted(100_000, 100_000, 0)),
        (e.AlarmStarted,),
    ),
    Demo(
        "A3",
        "what `getAlarm()` says",
        "doc, run",
        "While `alarm()` runs, `getAlarm()` answers null, unless the code has set the alarm again "
        "since the run began. Between a failed attempt and its retry it answers the old time, "
        "which has passed by then. The status shows each answer (None is null).",
        AsksTheSlot,
        (CallStep(0, "create"), CallStep(90, "look"), CallStep(1_490, "look")),
        2_000,
        (
            e.StateWritten(100, "getAlarm() is 510", 0, ""),
            e.StateWritten(510, "getAlarm() is None", 0, "getAlarm() is 510"),
            e.StateWritten(1_500, "getAlarm() is 510", 0, "getAlarm() is None"),
        ),
        (e.StateWritten,),
    ),
    Demo(
        "A4",
        "an alarm set inside `alarm()`",
        "run",
        "An alarm that the running `alarm()` sets is the next one; the run goes on. Where it comes "
        "due before the run has ended, it waits for that end.",
        SetsTheNext,
        (CallStep(0, "create"),),
        2_000,
        (
            e.AlarmStarted(110, 110, 0),
            e.AlarmSet(110, 410),
            e.AlarmEnded(910),
            e.AlarmStarted(910, 410, 0),
            e.AlarmEnded(1_710),
        ),
        (e.AlarmStarted, e.AlarmEnded),
    ),
    Demo(
        "A5",
        "set, then throw",
        "src, run",
        "Where `alarm()` sets an alarm and then throws, the new alarm takes the place of the "
        "retries, and counts its own from zero. What was written before the throw stays written: "
        "a handler is no transaction.",
        SetsAndThrows,
        (CallStep(0, "create"),),
        4_000,
        (
            e.AlarmStarted(110, 110, 0),
            e.StateWritten(110, "tried", 0, ""),
            e.AlarmSet(110, 610),
            e.AlarmFailed(110, 110, 1, "after setting another"),
            e.AlarmStarted(610, 610, 0, 0),
        ),
        (e.AlarmStarted,),
    ),
    Demo(
        "A6",
        "delete, then throw",
        "doc, src, run",
        "Deleting the alarm inside `alarm()` ends its retries too, best effort. `deleteAll()` "
        "deletes the alarm with the data from compatibility date 2026-02-24 on, and leaves it "
        "where it is before that.",
        DeletesAndThrows,
        (CallStep(0, "create"),),
        4_000,
        (
            e.AlarmStarted(110, 110, 0),
            e.AlarmDeleted(110),
            e.AlarmFailed(110, 110, 1, "after deleting"),
        ),
        (e.AlarmStarted,),
    ),
    Demo(
        "A7",
        "the same time again",
        "src",
        "Setting the time that is already stored does nothing: nothing is written, and the "
        "scheduler is not told. Two known bugs of the platform hang on this, and are switches here "
        "(`platform.bug_alarm_set_to_now_is_lost`, `platform.bug_alarm_waits_for_back_off`), off "
        "unless a scenario asks for them.",
        SetsTheSame,
        (CallStep(0, "create"), CallStep(200, "create")),
        700,
        (
            e.AlarmSet(10, 500),
            e.HandlerEnded(210, "create", e.NO_CHUNK, 1, 200),
            e.AlarmStarted(500, 500, 0),
        ),
        (e.AlarmSet, e.AlarmStarted),
    ),
    Demo(
        "A8",
        "what the handler is told",
        "doc",
        "A handler that takes an argument is told the time that its alarm was set for, how many "
        "counted failures came before, and whether this is a retry. An alarm that is set anew "
        "begins at 0.",
        SaysWhatItIsTold,
        (CallStep(0, "create"),),
        6_000,
        (
            e.AlarmStarted(110, 110, 0, 0),
            e.StateWritten(110, "0 False", 0, ""),
            e.StateWritten(2_360, "1 True", 0, "0 False"),
        ),
        (e.StateWritten,),
    ),
)
