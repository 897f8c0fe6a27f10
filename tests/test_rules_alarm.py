"""The rules of the alarm slot in trouble (A5-A7), each by name."""

from __future__ import annotations

import pytest

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import HandlerFailure, Response
from tests.probes import ON_DISK, Alarmed, Throws, bounds, created, pending, poke, started
from tests.worlds import Hand, of

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
        hand = created(SetsAndThrows, *storage)
        hand.at(104, "alarm")
        assert of(hand.world.trace, e.AlarmFailed) == [e.AlarmFailed(104, 100, 1, "no luck")]
        assert hand.world.object.storage.values["kept"] == 104, "a write before a throw stays"
        assert pending(hand, "alarm").delay == 500
        hand.at(605, "alarm")
        assert started(hand) == [(104, 100, 0), (605, 604, 0)]
        assert "alarm" not in hand.kinds()


def test_a6_delete_in_the_handler_prevents_retries() -> None:
    class Deletes(Throws):
        async def alarm(self) -> None:
            await self.ctx.storage.delete_alarm()
            raise HandlerFailure("no luck")

    hand = created(Deletes)
    hand.at(100, "alarm")
    assert "alarm" not in hand.kinds()
    poke(hand, 200)
    assert Deletes.seen == [None]

    # Best effort: the retry is planned until the deletion is on disk.
    hand = created(Deletes, ON_DISK)
    hand.at(100, "alarm")
    assert bounds(hand, "alarm") == (2_000, 2_500)
    hand.at(140, "commit", outcome="failed")
    hand.at(2_100, "alarm")
    hand.at(2_140, "commit")
    assert started(hand) == [(100, 100, 0), (2_100, 100, 1)]
    assert "alarm" not in hand.kinds()


def test_a6_delete_all_deletes_the_alarm_by_compatibility_date() -> None:
    class Clears(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.put("key", 1)
            await self.ctx.storage.delete_all()
            self.seen.append(await self.ctx.storage.get("key"))
            self.seen.append(bare(await self.ctx.storage.get_alarm()))
            return Response(200)

    for date, alarm_ms in (("2026-02-23", 100), ("2026-02-24", None), ("2026-06-01", None)):
        hand = created(Clears, f"platform.compatibility_date='{date}'")
        poke(hand, 50)
        assert Clears.seen == [None, alarm_ms]
        assert ("alarm" in hand.kinds()) == (alarm_ms is not None)


def test_a7_the_value_already_stored_is_a_no_op() -> None:
    class SetsAgain(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(Time(100))
            return Response(200)

    hand = created(SetsAgain)
    planned = pending(hand, "alarm")
    poke(hand, 50)
    assert of(hand.world.trace, e.AlarmSet) == [e.AlarmSet(10, 100)]
    assert pending(hand, "alarm") is planned


class SetsToNow(Alarmed):
    """The first run sets the alarm to now."""

    async def alarm(self) -> None:
        """Set it, once."""
        if not self.seen:
            await self.ctx.storage.set_alarm(self.ctx.now())
        self.seen.append(bare(self.ctx.now()))


@pytest.mark.parametrize("storage", [(), (ON_DISK,)], ids=["memory", "disk"])
def test_a7_known_bug_set_to_now_inside_alarm_is_lost(storage: tuple[str, ...]) -> None:
    def play(*switches: str) -> Hand:
        hand = created(SetsToNow, *storage, *switches)
        hand.at(100, "alarm")
        while "commit" in hand.kinds():
            hand.at(140, "commit")
        return hand

    hand = play()
    hand.at(150, "alarm")
    assert started(hand) == [(100, 100, 0), (150, 100, 0)]
    hand = play(SET_TO_NOW)
    assert "alarm" not in hand.kinds()
    assert hand.world.object.alarms.get() == 100, "it is set, and nobody will deliver it"


class SetsInBackOff(Throws):
    """A poke sets the alarm to a second from now."""

    async def poke(self) -> Response:
        """Set it."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return Response(200)


def in_long_back_off(*switches: str) -> Hand:
    """After two failures, at 2,100 ms: the next attempt is 4 to 5 s away."""
    hand = created(SetsInBackOff, *switches)
    hand.at(100, "alarm")
    hand.at(2_100, "alarm")
    assert bounds(hand, "alarm") == (4_000, 5_000)
    return hand


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


def waiting_retry(storage: tuple[str, ...], *methods: str) -> Hand:
    """The bug on, two runs failed by 2,100 ms, and methods called at 2,200 ms. R: 6,200 ms."""
    hand = created(SucceedsLater, *storage, WAITS)
    for at_ms in (100, 2_100):
        hand.at(at_ms, "alarm")
        confirm(hand)
    for method in methods:
        poke(hand, 2_200, method)
    confirm(hand)
    return hand


def confirm(hand: Hand) -> None:
    """Every commit under way is on disk."""
    while "commit" in hand.kinds():
        first = min(key for key in hand.world.pending if key[0] == "commit")
        hand.at(hand.world.now_ms, *first)


def runs_after(hand: Hand, *times_ms: int) -> list[tuple[int, int, int]]:
    """The third run and those after it, with the alarm delivered at these times and no other."""
    for at_ms in times_ms:
        hand.at(at_ms, "alarm")
        confirm(hand)
    assert "alarm" not in hand.kinds()
    assert hand.world.object.alarms.get() is None
    return started(hand)[2:]


@DISK
def test_a7_known_bug_set_before_the_retry_runs_as_the_retry(storage: tuple[str, ...]) -> None:
    hand = waiting_retry(storage, "one")
    assert pending(hand, "alarm").window() == (6_100, 7_100), "the retry waits on"
    assert runs_after(hand, 6_200) == [(6_200, 100, 2)]


@DISK
def test_a7_known_bug_set_beyond_the_retry_is_a_new_alarm(storage: tuple[str, ...]) -> None:
    hand = waiting_retry(storage, "nine")
    hand.at(6_200, "alarm")
    assert len(started(hand)) == 2, "the retry finds another alarm, and is dropped (R8)"
    assert pending(hand, "alarm").window() == (11_200, 11_200)
    assert runs_after(hand, 11_200) == [(11_200, 11_200, 0)]


@DISK
def test_a7_known_bug_set_to_the_very_time_of_the_retry_is_a_new_alarm(
    storage: tuple[str, ...],
) -> None:
    hand = waiting_retry(storage, "four")
    assert runs_after(hand, 6_200) == [(6_200, 6_200, 0)]


@DISK
@pytest.mark.parametrize("methods", [("delete", "one"), ("delete_and_one",)], ids=str)
def test_a7_known_bug_set_after_a_deletion_is_a_new_alarm(
    storage: tuple[str, ...], methods: tuple[str, ...]
) -> None:
    hand = waiting_retry(storage, *methods)
    assert runs_after(hand, 3_200) == [(3_200, 3_200, 0)]


@DISK
def test_a7_known_bug_the_last_time_that_is_set_counts(storage: tuple[str, ...]) -> None:
    assert runs_after(waiting_retry(storage, "one", "nine"), 6_200, 11_200) == [(11_200, 11_200, 0)]
    assert runs_after(waiting_retry(storage, "nine", "one"), 6_200) == [(6_200, 100, 2)]
    hand = waiting_retry(storage, "one", "delete")
    assert "alarm" not in hand.kinds()


@DISK
def test_a7_known_bug_a_deletion_that_is_lost_undoes_nothing(storage: tuple[str, ...]) -> None:
    """The instance goes before the deletion is on disk; the retry then waits as before."""
    hand = created(SucceedsLater, ON_DISK, WAITS)
    for at_ms in (100, 2_100):
        hand.at(at_ms, "alarm")
        confirm(hand)
    poke(hand, 2_200, "delete")
    hand.at(2_240, "commit", outcome="failed")
    poke(hand, 2_300, "one")
    confirm(hand)
    assert runs_after(hand, 6_200) == [(6_200, 100, 2)]


def test_a7_known_bug_a_failed_run_makes_room_for_the_alarm_that_waited() -> None:
    hand = in_long_back_off(WAITS)
    poke(hand, 2_200)
    hand.at(6_100, "alarm")
    assert started(hand)[-1] == (6_100, 100, 2)
    assert pending(hand, "alarm").payload == (3_200, 0, 0, False), "A5: it replaces the retries"


def test_without_the_bug_an_alarm_set_in_a_back_off_runs_at_its_own_time() -> None:
    for method, at_ms in (("one", 3_200), ("four", 6_200), ("nine", 11_200)):
        hand = created(SucceedsLater)
        hand.at(100, "alarm")
        hand.at(2_100, "alarm")
        poke(hand, 2_200, method)
        assert runs_after(hand, at_ms) == [(at_ms, at_ms, 0)]
