"""The rules of the alarm slot in trouble (A5-A7), each by name."""

from __future__ import annotations

import pytest

from model.trace import events as e
from reference_impl.contract import HandlerFailure, Response
from tests.probes import ON_DISK, Alarmed, Throws, bounds, created, pending, poke, started
from tests.worlds import Hand, of

SET_TO_NOW = "platform.bug_alarm_set_to_now_is_lost=true"
WAITS = "platform.bug_alarm_waits_for_back_off=true"


def test_a5_set_in_the_handler_and_a_throw_replaces_the_retries() -> None:
    class SetsAndThrows(Alarmed):
        async def alarm(self) -> None:
            await self.ctx.storage.put("kept", self.ctx.now())
            if self.ctx.now() < 200:
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
            self.seen.append(await self.ctx.storage.get_alarm())
            return Response(200)

    for date, alarm_ms in (("2026-02-23", 100), ("2026-02-24", None), ("2026-06-01", None)):
        hand = created(Clears, f"platform.compatibility_date='{date}'")
        poke(hand, 50)
        assert Clears.seen == [None, alarm_ms]
        assert ("alarm" in hand.kinds()) == (alarm_ms is not None)


def test_a7_the_value_already_stored_is_a_no_op() -> None:
    class SetsAgain(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(100)
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
        self.seen.append(self.ctx.now())


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
    """A poke sets the alarm to a second from now; another method deletes it first."""

    async def poke(self) -> Response:
        """Set it."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return Response(200)

    async def delete_and_poke(self) -> Response:
        """Delete it, then set it."""
        await self.ctx.storage.delete_alarm()
        return await self.poke()


def in_long_back_off(*switches: str) -> Hand:
    """After two failures, at 2,100 ms: the next attempt is 4 to 5 s away."""
    hand = created(SetsInBackOff, *switches)
    hand.at(100, "alarm")
    hand.at(2_100, "alarm")
    assert bounds(hand, "alarm") == (4_000, 5_000)
    return hand


def test_a7_known_bug_an_alarm_set_in_a_back_off_waits_for_the_retry() -> None:
    hand = in_long_back_off()
    poke(hand, 2_200)
    assert pending(hand, "alarm").delay == 1_000
    hand.at(3_200, "alarm")
    assert started(hand)[-1] == (3_200, 3_200, 0)

    hand = in_long_back_off(WAITS)
    retry = pending(hand, "alarm")
    poke(hand, 2_200)
    assert pending(hand, "alarm") is retry
    hand.at(6_100, "alarm")
    assert started(hand)[-1] == (6_100, 3_200, 2)

    hand = in_long_back_off(WAITS)
    poke(hand, 2_200, "delete_and_poke")
    hand.at(3_200, "alarm")
    assert started(hand)[-1] == (3_200, 3_200, 0)
