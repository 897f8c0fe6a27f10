"""The rules of commits that take time and can fail (R8-R10, R15), each by name."""

from __future__ import annotations

import pytest

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import Chunk, Response
from tests.support.probes import ON_DISK, Alarmed, Probe, created, pending, poke, probe
from tests.support.worlds import ManualScheduler, of

MOVES_MAY_BE_LOST = "platform.alarm_move_loss=0.1"


class Moves(Alarmed):
    """Has an alarm for 100 ms; a poke moves it to 500, ``sooner`` to 70, ``drop`` deletes it."""

    async def poke(self) -> Response:
        """Move it later."""
        await self.ctx.storage.set_alarm(Time(500))
        return Response(200)

    async def sooner(self) -> Response:
        """Move it earlier."""
        await self.ctx.storage.set_alarm(Time(70))
        return Response(200)

    async def drop(self) -> Response:
        """Delete it."""
        await self.ctx.storage.delete_alarm()
        return Response(200)

    async def alarm(self) -> None:
        """Report the time, and the alarm that is set."""
        self.seen.append((bare(self.ctx.now()), bare(await self.ctx.storage.get_alarm())))


def moved(method: str) -> ManualScheduler:
    """The alarm was moved at 60, the commit confirmed at 99, and the scheduler not told of it."""
    scheduler = created(Moves, ON_DISK, MOVES_MAY_BE_LOST)
    poke(scheduler, 60, method)
    scheduler.at(99, "commit")
    scheduler.at(99, "move_alarm", outcome="lost")
    return scheduler


def stale(scheduler: ManualScheduler) -> list[e.StaleDelivery]:
    """The deliveries that were dropped."""
    return of(scheduler.world.trace, e.StaleDelivery)


def test_r8_a_delivery_that_meets_its_own_alarm_runs() -> None:
    scheduler = probe(Moves, ON_DISK)
    scheduler.at(10, "request", "create")
    scheduler.at(100, "alarm")  # not confirmed yet, and the same
    assert of(scheduler.world.trace, e.AlarmStarted) == [e.AlarmStarted(100, 100, 0)]
    assert Moves.seen == [(100, None)]


def test_r8_another_confirmed_alarm_that_is_past_runs() -> None:
    scheduler = moved("poke")
    scheduler.at(600, "alarm")
    assert of(scheduler.world.trace, e.AlarmStarted) == [e.AlarmStarted(600, 500, 0)]
    scheduler.at(640, "commit")
    assert scheduler.world.object.alarms.get() is None
    assert "alarm" not in scheduler.kinds()


def test_r8_another_confirmed_alarm_to_come_drops_the_delivery() -> None:
    scheduler = moved("poke")
    scheduler.at(100, "alarm")
    assert stale(scheduler) == [e.StaleDelivery(100, 100, 500)]
    assert pending(scheduler, "alarm").delay == 400
    scheduler.at(500, "alarm")
    assert of(scheduler.world.trace, e.AlarmStarted) == [e.AlarmStarted(500, 500, 0)]

    scheduler = moved("drop")
    scheduler.at(100, "alarm")
    assert stale(scheduler) == [e.StaleDelivery(100, 100, -1)]
    assert "alarm" not in scheduler.kinds()


def test_r8_another_alarm_that_is_not_confirmed_does_not_stop_it_and_is_kept() -> None:
    scheduler = created(Moves, ON_DISK, MOVES_MAY_BE_LOST)
    poke(scheduler, 90)
    scheduler.at(100, "alarm")
    assert Moves.seen == [(100, 500)]
    scheduler.at(130, "commit")
    assert pending(scheduler, "alarm").delay == 370, (
        "nothing else is planned: it must be told of it"
    )
    scheduler.at(500, "alarm")
    assert [x.due_ms for x in of(scheduler.world.trace, e.AlarmStarted)] == [100, 500]


def test_r9_moved_earlier_the_scheduler_is_told_before_the_commit() -> None:
    scheduler = created(Moves, ON_DISK)
    poke(scheduler, 60, "sooner")
    assert pending(scheduler, "alarm").delay == 10
    scheduler.at(65, "commit", outcome="failed")
    scheduler.at(70, "alarm")
    assert stale(scheduler) == [e.StaleDelivery(70, 70, 100)], "told, and never on disk"
    scheduler.at(100, "alarm")
    assert [x.due_ms for x in of(scheduler.world.trace, e.AlarmStarted)] == [100]


def test_r9_moved_later_it_is_told_after_the_commit_best_effort() -> None:
    scheduler = created(Moves, ON_DISK, MOVES_MAY_BE_LOST)
    poke(scheduler, 60)
    assert pending(scheduler, "alarm").payload.due_ms == 100
    scheduler.at(99, "commit")
    assert pending(scheduler, "alarm").payload.due_ms == 100
    scheduler.at(99, "move_alarm", outcome="told")
    assert pending(scheduler, "alarm").payload.due_ms == 500
    # The one that is lost: test_r8_another_confirmed_alarm_to_come_drops_the_delivery.


def test_r9_an_earlier_alarm_overtakes_the_news_of_a_later_one() -> None:
    scheduler = created(Moves, ON_DISK, MOVES_MAY_BE_LOST)
    poke(scheduler, 20, "drop")
    scheduler.at(60, "commit")
    poke(scheduler, 61)
    assert "move_alarm" not in scheduler.kinds(), "it would take the new alarm away"
    assert pending(scheduler, "alarm").payload.due_ms == 500


def test_r9_the_scheduler_is_told_of_the_earliest_that_may_be_on_disk() -> None:
    class Unsure(Moves):
        async def later(self) -> Response:
            await self.ctx.storage.set_alarm(Time(900))
            return Response(200)

    scheduler = created(Unsure, ON_DISK)
    poke(scheduler, 90)
    scheduler.at(100, "alarm")  # runs, since 500 is not confirmed; now the scheduler has nothing
    poke(scheduler, 105, "later")
    assert pending(scheduler, "alarm").payload.due_ms == 500, "900 may fail, and 500 not"
    scheduler.at(130, "commit", 2)
    scheduler.at(145, "commit", 3)
    assert pending(scheduler, "alarm").payload.due_ms == 900


def test_r8_back_to_the_old_value_is_not_confirmed_while_another_is_under_way() -> None:
    scheduler = created(Moves, ON_DISK)
    poke(scheduler, 60)
    poke(scheduler, 65, "drop")
    scheduler.at(100, "commit", 2, outcome="confirmed")
    poke(scheduler, 101)
    poke(scheduler, 102, "drop")
    scheduler.at(105, "commit", 3)
    assert (
        scheduler.world.object.storage.disk.alarm_ms
        is scheduler.world.object.alarms.time_ms
        is None
    )
    scheduler.at(500, "alarm")
    assert stale(scheduler) == [], "the commit that may bring 500 back is still under way"
    assert Moves.seen == [(500, None)]


class Leaves(Probe):
    """Writes, then answers; an upload writes, then calls the blob store."""

    async def create(self) -> Response:
        """Write."""
        await self.ctx.storage.put("a", 1)
        await self.ctx.storage.set_alarm(Time(90_000))
        return Response(200)

    async def poke(self) -> Response:
        """Wait for something else."""
        await self.ctx.sleep(5_000)
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """Write, then put."""
        await self.ctx.storage.put("b", 1)
        await self.ctx.blobs.put(chunk)
        return Response(200)


@pytest.mark.parametrize("outcome", ["failed", "written"])
def test_r10_a_failed_commit_resets_discards_and_fails_the_callers(outcome: str) -> None:
    check_r10(outcome)


def check_r10(outcome: str = "failed") -> None:
    """A commit that is not confirmed, and whether it is on disk all the same."""
    scheduler = created(Leaves, ON_DISK)
    scheduler.at(60, "response", "create")
    scheduler.at(10_060, "tick")
    poke(scheduler, 10_065)
    scheduler.at(10_070, "request", "upload")
    scheduler.at(10_110, "commit", outcome=outcome)
    is_written = outcome == "written"
    assert of(scheduler.world.trace, e.CommitFailed) == [e.CommitFailed(10_110, 2, int(is_written))]
    assert of(scheduler.world.trace, e.InstanceLost) == [e.InstanceLost(10_110, 0, "commit failed")]
    assert "blob" not in scheduler.kinds(), "what had not left never leaves"
    assert pending(scheduler, "response", "upload").payload == Response(500)
    lost = [event.method for event in of(scheduler.world.trace, e.HandlerLost)]
    assert sorted(lost) == ["poke", "upload"]
    assert "timer" not in scheduler.kinds()
    expected = {"a": 1, "b": 1} if is_written else {"a": 1}
    assert scheduler.world.object.storage.values == expected, "not acknowledged means unknown"
    assert scheduler.world.object.alarms.get() == 90_000, "what was acknowledged stays"


def test_r10_an_answer_that_waits_at_the_output_gate_becomes_a_failure() -> None:
    scheduler = probe(Leaves, ON_DISK)
    scheduler.at(10, "request", "create")
    assert of(scheduler.world.trace, e.HandlerEnded)[-1].status == 200
    scheduler.at(50, "commit", outcome="failed")
    assert pending(scheduler, "response", "create").payload == Response(500)
    assert scheduler.world.object.storage.values == {}
    assert scheduler.world.object.alarms.get() is None


class Turns(Probe):
    """Two writes in one turn, then outside I/O, then another."""

    async def create(self) -> Response:
        """Write, wait, write."""
        await self.ctx.storage.put("a", 1)
        await self.ctx.storage.set_alarm(Time(90_000))
        await self.ctx.sleep(5)
        await self.ctx.storage.put("b", 1)
        return Response(200)


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_r15_a_turn_is_atomic_when_memory_is_lost(kept: int) -> None:
    check_r15(kept)


def check_r15(kept: int = 1) -> None:
    """Of two commits under way so many are on disk, the first ones, each whole or not at all."""
    fault = "faults=[{kind='instance_lost', offset_ms=0}]"
    scheduler = probe(Turns, ON_DISK, fault)
    scheduler.at(10, "request", "create")
    scheduler.at(15, "timer")
    assert scheduler.kinds().count("commit") == 2
    scheduler.world.recording_started()
    struck = pending(scheduler, "fault")
    assert len(scheduler.world.choices(struck)) == 3, "none, one or both"
    scheduler.at(16, "fault", outcome=f"strikes keeping {kept}")
    storage, alarms = scheduler.world.object.storage, scheduler.world.object.alarms
    found = (sorted(storage.values), alarms.get())
    assert found == [([], None), (["a"], 90_000), (["a", "b"], 90_000)][kept]
    assert "commit" not in scheduler.kinds()
