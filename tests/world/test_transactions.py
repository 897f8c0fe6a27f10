"""Transactions: all of what one writes is kept, the alarm included, or nothing (R18)."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.trace import events as e
from lastchunk.model.world.object import instances
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import Chunk, HandlerFailure, Response, Transaction
from lastchunk.reference_impl.session import store_chunk
from tests.explore.small import explored
from tests.support.probes import ON_DISK, Alarmed, created, poke, started
from tests.support.worlds import ManualScheduler, of

COMPLETED_RECORD = {"status": "completed", "chunks_uploaded": 0}


class Moves(Alarmed):
    """A poke writes rows and moves the alarm in a transaction that may wait, and may fail."""

    waits = False
    fails = False

    async def poke(self) -> Response:
        """Run the transaction, and report what is there after it."""
        storage = self.ctx.storage
        try:
            await storage.transaction(self.work)
        except HandlerFailure:
            self.seen.append("failed")
        self.seen.append((await storage.get("row"), bare(await storage.get_alarm())))
        return Response(200)

    async def work(self, opened: Transaction) -> None:
        """What the transaction does."""
        await opened.put({"row": 1, "state": COMPLETED_RECORD})
        await opened.set_alarm(Time(500))
        if self.waits:
            await self.ctx.sleep(200)
        if self.fails:
            raise HandlerFailure("no luck")


class Fails(Moves):
    """Its transaction throws."""

    fails = True


class WaitsAndFails(Fails):
    """Its transaction waits, and throws then."""

    waits = True


class JustWaits(Moves):
    """Its transaction waits."""

    waits = True


def settled(scheduler: ManualScheduler) -> ManualScheduler:
    """All that is pending has happened, until 1,000 ms."""
    scheduler.until(1_000)
    return scheduler


@pytest.mark.parametrize("disk", [(), (ON_DISK,)])
def test_r18_what_is_committed_is_kept(disk: tuple[str, ...]) -> None:
    scheduler = created(Moves, *disk)
    poke(scheduler, 55)
    assert Moves.seen == [(1, 500)]
    settled(scheduler)
    assert started(scheduler) == [(500, 500, 0)]
    assert [x.status for x in of(scheduler.world.trace, e.StateWritten)] == ["completed"]


def check_r18(cls: type[Moves], disk: tuple[str, ...]) -> None:
    scheduler = created(cls, *disk)
    poke(scheduler, 60)
    settled(scheduler)
    assert cls.seen[:2] == ["failed", (None, 100)]
    at_ms = 260 if cls.waits else 100
    assert started(scheduler) == [(at_ms, 100, 0)], "the alarm of before, behind the gate"
    assert of(scheduler.world.trace, e.StateWritten) == []
    assert "row" not in scheduler.world.object.storage.disk.values


def test_r18_what_throws_leaves_nothing_behind() -> None:
    for cls in (Fails, WaitsAndFails):
        for disk in ((), (ON_DISK,)):
            check_r18(cls, disk)


def test_r18_rollback_takes_all_back_and_goes_on() -> None:
    class RollsBack(Moves):
        async def work(self, opened: Transaction) -> None:
            await super().work(opened)
            await opened.rollback()

    scheduler = created(RollsBack)
    poke(scheduler, 60)
    assert RollsBack.seen == [(None, 100)]
    assert started(settled(scheduler)) == [(100, 100, 0)]


def test_r18_other_events_wait_while_a_transaction_is_open() -> None:
    scheduler = created(JustWaits)
    poke(scheduler, 60)
    poke(scheduler, 70, "create")
    assert [x.method for x in of(scheduler.world.trace, e.HandlerStarted)] == ["create", "poke"]
    scheduler.at(260, "timer")
    assert of(scheduler.world.trace, e.HandlerStarted)[-1].at_ms == 260


@pytest.mark.parametrize("old_instance_ms", [0, 1_000])
@pytest.mark.parametrize("disk", [(), (ON_DISK,)])
def test_r18_a_lost_instance_takes_its_transaction_along(
    disk: tuple[str, ...], old_instance_ms: int
) -> None:
    scheduler = created(JustWaits, *disk)
    poke(scheduler, 60)
    scheduler.world.now_ms = 80
    instances.lose(scheduler.world.object, "deploy", 0, old_instance_ms)
    settled(scheduler)
    assert started(scheduler) == [(100, 100, 0)]
    assert scheduler.world.object.storage.values == {}
    assert of(scheduler.world.trace, e.StateWritten) == []


class WritesAfterRollback(JustWaits):
    """It takes its transaction back, writes all the same, and waits."""

    async def work(self, opened: Transaction) -> None:
        """What comes after the rollback is refused as the transaction ends, if it does."""
        await opened.rollback()
        await super().work(opened)


@pytest.mark.parametrize("disk", [(), (ON_DISK,)])
def test_what_is_written_after_a_rollback_is_lost_with_the_instance(disk: tuple[str, ...]) -> None:
    scheduler = created(WritesAfterRollback, *disk)
    poke(scheduler, 60)
    scheduler.world.now_ms = 80
    instances.lose(scheduler.world.object, "deploy", 0, 0)
    settled(scheduler)
    assert started(scheduler) == [(100, 100, 0)]
    assert scheduler.world.object.storage.values == {}


def test_r18_a_fork_has_an_open_transaction_of_its_own() -> None:
    scheduler = created(WaitsAndFails)
    poke(scheduler, 60)
    world = scheduler.world
    other = world.fork()
    assert other.fingerprint() == world.fingerprint()
    other.happen(next(x for x in other.pending.values() if x.key[0] == "timer"), 260)
    assert other.object.storage.values == {}
    assert world.object.storage.values["row"] == 1
    assert other.fingerprint() != world.fingerprint()


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda self, opened: opened.transaction(self.work), "opens a transaction in another"),
        (lambda self, opened: writes_on(opened), "writes after rollback()"),
    ],
)
def test_a_transaction_that_is_misused_is_refused(work: Any, words: str) -> None:
    class Misuses(Moves):
        async def poke(self) -> Response:
            await self.ctx.storage.transaction(lambda opened: work(self, opened))
            return Response(200)

    with pytest.raises(DesignError) as caught:
        poke(created(Misuses), 60)
    assert words in str(caught.value)


async def writes_on(opened: Transaction) -> None:
    await opened.rollback()
    await opened.put("row", 1)


# --- a stop in a transaction ---------------------------------------------------------------------


class StopsInOne(AlarmDesign):
    """Arms the short alarm in a transaction that waits for the outside; an upload arms none."""

    fails = False

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk."""
        return await store_chunk(self.ctx, chunk)

    async def signal_stop(self) -> Response:
        """Arm, and notify before the transaction ends."""
        try:
            await self.ctx.storage.transaction(self.arm)
        except HandlerFailure:
            return Response(200)
        return Response(200)

    async def arm(self, opened: Transaction) -> None:
        """Write a row and set the alarm."""
        await opened.put("stopped", True)
        await opened.set_alarm(self.ctx.now() + self.settings.grace_ms)
        await self.ctx.sleep(1)
        if self.fails:
            raise HandlerFailure("no luck")


class StopRollsBack(StopsInOne):
    """Its transaction fails: the alarm is not set."""

    fails = True


def test_a_stop_in_a_transaction_is_explored() -> None:
    small = ("chunks=1", "start.session=active")
    assert explored(StopsInOne, ["finalizes"], *small).verdict == "proved"
    assert explored(StopRollsBack, ["finalizes"], *small).verdict == "violated"
