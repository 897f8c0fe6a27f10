"""The rules of the alarm slot in trouble (A5-A7), each by name."""

from __future__ import annotations

import pytest

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import HandlerFailure, Response
from tests.support.probes import ON_DISK, Alarmed, Throws, bounds, created, pending, poke, started
from tests.support.worlds import ManualScheduler, of

SET_TO_NOW = "platform.bug_alarm_set_to_now_is_lost=true"
WAITS = "platform.bug_alarm_waits_for_back_off=true"


def test_a5_set_in_the_handler_and_a_throw_replaces_the_retries() -> None:
    class SetsAndThrows(Alarmed):
        async def alarm(self) -> None:
            await self.ctx.storage.put("kept", bare(self.ctx.now()))
            if self.ctx.now() < Time(200):
                await self.ctx.storage.set_alarm(self.ctx.now() + 500)
                raise HandlerFailure("no luck")

    for storage in ((), (ON_DISK,)):
        scheduler = created(SetsAndThrows, *storage)
        scheduler.at(104, "alarm")
        assert of(scheduler.world.trace, e.AlarmFailed) == [e.AlarmFailed(104, 100, 1, "no luck")]
        assert scheduler.world.object.storage.values["kept"] == 104, "a write before a throw stays"
        assert pending(scheduler, "alarm").delay == 500
        scheduler.at(605, "alarm")
        assert started(scheduler) == [(104, 100, 0), (605, 604, 0)]
        assert "alarm" not in scheduler.kinds()


def test_a6_delete_in_the_handler_prevents_retries() -> None:
    class Deletes(Throws):
        async def alarm(self) -> None:
            await self.ctx.storage.delete_alarm()
            raise HandlerFailure("no luck")

    scheduler = created(Deletes)
    scheduler.at(100, "alarm")
    assert "alarm" not in scheduler.kinds()
    poke(scheduler, 200)
    assert Deletes.seen == [None]

    # Best effort: the retry is planned until the deletion is on disk.
    scheduler = created(Deletes, ON_DISK)
    scheduler.at(100, "alarm")
    assert bounds(scheduler, "alarm") == (2_000, 2_500)
    scheduler.at(140, "commit", outcome="failed")
    scheduler.at(2_100, "alarm")
    scheduler.at(2_140, "commit")
    assert started(scheduler) == [(100, 100, 0), (2_100, 100, 1)]
    assert "alarm" not in scheduler.kinds()


def test_a6_delete_all_deletes_the_alarm_by_compatibility_date() -> None:
    class Clears(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.put("key", 1)
            await self.ctx.storage.delete_all()
            self.seen.append(await self.ctx.storage.get("key"))
            self.seen.append(bare(await self.ctx.storage.get_alarm()))
            return Response(200)

    for date, alarm_ms in (("2026-02-23", 100), ("2026-02-24", None), ("2026-06-01", None)):
        scheduler = created(Clears, f"platform.compatibility_date='{date}'")
        poke(scheduler, 50)
        assert Clears.seen == [None, alarm_ms]
        assert ("alarm" in scheduler.kinds()) == (alarm_ms is not None)


def test_a7_the_value_already_stored_is_a_no_op() -> None:
    class SetsAgain(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(Time(100))
            return Response(200)

    scheduler = created(SetsAgain)
    planned = pending(scheduler, "alarm")
    poke(scheduler, 50)
    assert of(scheduler.world.trace, e.AlarmSet) == [e.AlarmSet(10, 100)]
    assert pending(scheduler, "alarm") is planned


class SetsToNow(Alarmed):
    """The first run sets the alarm to now."""

    async def alarm(self) -> None:
        """Set it, once."""
        if not self.seen:
            await self.ctx.storage.set_alarm(self.ctx.now())
        self.seen.append(bare(self.ctx.now()))


@pytest.mark.parametrize("storage", [(), (ON_DISK,)], ids=["memory", "disk"])
def test_a7_known_bug_set_to_now_inside_alarm_is_lost(storage: tuple[str, ...]) -> None:
    def play(*switches: str) -> ManualScheduler:
        scheduler = created(SetsToNow, *storage, *switches)
        scheduler.at(100, "alarm")
        while "commit" in scheduler.kinds():
            scheduler.at(140, "commit")
        return scheduler

    scheduler = play()
    scheduler.at(150, "alarm")
    assert started(scheduler) == [(100, 100, 0), (150, 100, 0)]
    scheduler = play(SET_TO_NOW)
    assert "alarm" not in scheduler.kinds()
    assert scheduler.world.object.alarms.get() == 100, "it is set, and nobody will deliver it"


class SetsInBackOff(Throws):
    """A poke sets the alarm to a second from now."""

    async def poke(self) -> Response:
        """Set it."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return Response(200)


def in_long_back_off(*switches: str) -> ManualScheduler:
    """After two failures, at 2,100 ms: the next attempt is 4 to 5 s away."""
    scheduler = created(SetsInBackOff, *switches)
    scheduler.at(100, "alarm")
    scheduler.at(2_100, "alarm")
    assert bounds(scheduler, "alarm") == (4_000, 5_000)
    return scheduler


DISK = pytest.mark.parametrize("storage", [(), (ON_DISK,)], ids=["memory", "disk"])


class SucceedsLater(Throws):
    """Its alarm throws twice; requests set it 1 s, 4 s or 9 s ahead, or delete it first."""

    async def alarm(self) -> None:
        """Throw while the count is below 3."""
        count = await self.ctx.storage.get("count") or 0
        await self.ctx.storage.put("count", count + 1)
        if count < 2:
            raise HandlerFailure("no luck")

    async def one(self) -> Response:
        """Set it to a second from now."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return Response(200)

    async def four(self) -> Response:
        """Set it to four seconds from now."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 4_000)
        return Response(200)

    async def nine(self) -> Response:
        """Set it to nine seconds from now."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 9_000)
        return Response(200)

    async def delete(self) -> Response:
        """Delete it."""
        await self.ctx.storage.delete_alarm()
        return Response(200)

    async def delete_and_one(self) -> Response:
        """Delete it, then set it to a second from now."""
        await self.ctx.storage.delete_alarm()
        return await self.one()


def waiting_retry(storage: tuple[str, ...], *methods: str) -> ManualScheduler:
    """The bug on, two runs failed by 2,100 ms, and methods called at 2,200 ms. R: 6,200 ms."""
    scheduler = created(SucceedsLater, *storage, WAITS)
    for at_ms in (100, 2_100):
        scheduler.at(at_ms, "alarm")
        confirm(scheduler)
    for method in methods:
        poke(scheduler, 2_200, method)
    confirm(scheduler)
    return scheduler


def confirm(scheduler: ManualScheduler) -> None:
    """Every commit under way is on disk."""
    while "commit" in scheduler.kinds():
        first = min(key for key in scheduler.world.pending if key[0] == "commit")
        scheduler.at(scheduler.world.now_ms, *first)


def runs_after(scheduler: ManualScheduler, *times_ms: int) -> list[tuple[int, int, int]]:
    """The third run and those after it, with the alarm delivered at these times and no other."""
    for at_ms in times_ms:
        scheduler.at(at_ms, "alarm")
        confirm(scheduler)
    assert "alarm" not in scheduler.kinds()
    assert scheduler.world.object.alarms.get() is None
    return started(scheduler)[2:]


@DISK
def test_a7_known_bug_set_before_the_retry_runs_as_the_retry(storage: tuple[str, ...]) -> None:
    scheduler = waiting_retry(storage, "one")
    assert pending(scheduler, "alarm").window() == (6_100, 7_100), "the retry waits on"
    assert runs_after(scheduler, 6_200) == [(6_200, 100, 2)]


@DISK
def test_a7_known_bug_set_beyond_the_retry_is_a_new_alarm(storage: tuple[str, ...]) -> None:
    scheduler = waiting_retry(storage, "nine")
    scheduler.at(6_200, "alarm")
    assert len(started(scheduler)) == 2, "the retry finds another alarm, and is dropped (R8)"
    assert pending(scheduler, "alarm").window() == (11_200, 11_200)
    assert runs_after(scheduler, 11_200) == [(11_200, 11_200, 0)]


@DISK
def test_a7_known_bug_set_to_the_very_time_of_the_retry_is_a_new_alarm(
    storage: tuple[str, ...],
) -> None:
    scheduler = waiting_retry(storage, "four")
    assert runs_after(scheduler, 6_200) == [(6_200, 6_200, 0)]


@DISK
@pytest.mark.parametrize("methods", [("delete", "one"), ("delete_and_one",)], ids=str)
def test_a7_known_bug_set_after_a_deletion_is_a_new_alarm(
    storage: tuple[str, ...], methods: tuple[str, ...]
) -> None:
    scheduler = waiting_retry(storage, *methods)
    assert runs_after(scheduler, 3_200) == [(3_200, 3_200, 0)]


@DISK
def test_a7_known_bug_the_last_time_that_is_set_counts(storage: tuple[str, ...]) -> None:
    assert runs_after(waiting_retry(storage, "one", "nine"), 6_200, 11_200) == [(11_200, 11_200, 0)]
    assert runs_after(waiting_retry(storage, "nine", "one"), 6_200) == [(6_200, 100, 2)]
    scheduler = waiting_retry(storage, "one", "delete")
    assert "alarm" not in scheduler.kinds()


@DISK
def test_a7_known_bug_a_deletion_that_is_lost_undoes_nothing(storage: tuple[str, ...]) -> None:
    """The instance goes before the deletion is on disk; the retry then waits as before."""
    scheduler = created(SucceedsLater, ON_DISK, WAITS)
    for at_ms in (100, 2_100):
        scheduler.at(at_ms, "alarm")
        confirm(scheduler)
    poke(scheduler, 2_200, "delete")
    scheduler.at(2_240, "commit", outcome="failed")
    poke(scheduler, 2_300, "one")
    confirm(scheduler)
    assert runs_after(scheduler, 6_200) == [(6_200, 100, 2)]


def test_a7_known_bug_a_failed_run_makes_room_for_the_alarm_that_waited() -> None:
    scheduler = in_long_back_off(WAITS)
    poke(scheduler, 2_200)
    scheduler.at(6_100, "alarm")
    assert started(scheduler)[-1] == (6_100, 100, 2)
    assert pending(scheduler, "alarm").payload == (3_200, 0, 0, False), (
        "A5: it replaces the retries"
    )


def test_without_the_bug_an_alarm_set_in_a_back_off_runs_at_its_own_time() -> None:
    for method, at_ms in (("one", 3_200), ("four", 6_200), ("nine", 11_200)):
        scheduler = created(SucceedsLater)
        scheduler.at(100, "alarm")
        scheduler.at(2_100, "alarm")
        poke(scheduler, 2_200, method)
        assert runs_after(scheduler, at_ms) == [(at_ms, at_ms, 0)]
