"""The rules of delivery (D1-D5), each by name."""

from __future__ import annotations

import pytest

from lastchunk.model.trace import events as e
from lastchunk.model.world.object.delivery import Delivery
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import HandlerFailure, Response
from tests.support.probes import ON_DISK, Alarmed, Throws, bounds, created, pending, poke, started
from tests.support.worlds import ManualScheduler, of


@pytest.mark.parametrize(("end", "last_ms"), [(0, 126_000), (1, 157_500)])
def test_d1_retries_within_exact_bounds_then_dropped(end: int, last_ms: int) -> None:
    check_d1(end, last_ms)


def check_d1(end: int = 0, last_ms: int = 126_000) -> None:
    """Seven attempts, each as early (``end`` 0) or as late (1) as can be; then none."""
    scheduler = created(Throws)
    at_ms = 100
    scheduler.at(at_ms, "alarm")
    for k in range(6):
        low_ms, high_ms = 2_000 * 2**k, 2_500 * 2**k
        assert bounds(scheduler, "alarm") == (low_ms, high_ms)
        delay = pending(scheduler, "alarm").delay
        assert not isinstance(delay, int)
        assert (delay.quantile(1e-12), delay.quantile(1 - 1e-12)) == (low_ms, high_ms)
        poke(scheduler, at_ms)
        at_ms += (low_ms, high_ms)[end]
        scheduler.at(at_ms, "alarm")
    assert at_ms - 100 == last_ms
    assert [retry for _, _, retry in started(scheduler)] == list(range(7))
    assert Throws.seen == [100] * 6, "A3: in a back-off it is the old, past time"
    assert of(scheduler.world.trace, e.AlarmDropped) == [e.AlarmDropped(at_ms, 100)]
    poke(scheduler, at_ms)
    assert Throws.seen[-1] is None
    assert "alarm" not in scheduler.kinds()
    assert scheduler.world.object.storage.values["count"] == 7


def test_d1_the_drop_leaves_an_alarm_that_was_set_meanwhile() -> None:
    class Busy(Throws):
        async def alarm(self) -> None:
            await self.ctx.sleep(1)
            raise HandlerFailure("no luck")

        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(Time(900_000))
            return Response(200)

    scheduler = created(Busy, ON_DISK)
    scheduler.world.pending["alarm",].payload = Delivery(100, retry=6, back_off=6, was_counted=True)
    poke(scheduler, 100)
    scheduler.at(100, "alarm")  # its re-arm is not confirmed: the old alarm runs (R8)
    scheduler.at(101, "timer")
    assert len(of(scheduler.world.trace, e.AlarmDropped)) == 1
    scheduler.at(140, "commit")
    assert pending(scheduler, "alarm").delay == 899_860
    assert scheduler.world.object.alarms.get() == 900_000


def test_d2_uncounted_failures_are_retried_for_ever() -> None:
    class Once(Throws):
        async def alarm(self) -> None:
            if not self.seen:
                self.seen.append("ran")
                raise HandlerFailure("no luck")

    scheduler = created(Once)
    at_ms = 100
    for k in range(20):
        scheduler.at(at_ms, "alarm", outcome="uncounted")
        low_ms = min(2_000 * 2**k, 1_024_000)
        assert bounds(scheduler, "alarm") == (low_ms, low_ms + low_ms // 4)
        at_ms += low_ms
    assert started(scheduler) == [], "the code never ran"
    scheduler.at(at_ms, "alarm")
    assert started(scheduler) == [(at_ms, 100, 0)], "the count of retries has not grown"
    assert bounds(scheduler, "alarm") == (2_000, 2_500), "a counted failure begins anew"
    scheduler.at(at_ms + 2_000, "alarm", outcome="counted")
    assert bounds(scheduler, "alarm") == (4_000, 5_000)
    scheduler.at(at_ms + 6_000, "alarm")
    assert started(scheduler)[-1] == (at_ms + 6_000, 100, 2)


def test_d2_an_uncounted_failure_of_the_last_attempt_is_retried() -> None:
    scheduler = created(Throws)
    scheduler.world.pending["alarm",].payload = Delivery(100, retry=6, back_off=6, was_counted=True)
    scheduler.at(100, "alarm", outcome="uncounted")
    assert bounds(scheduler, "alarm") == (128_000, 160_000)
    scheduler.at(128_100, "alarm")
    assert started(scheduler) == [(128_100, 100, 6)]
    assert len(of(scheduler.world.trace, e.AlarmDropped)) == 1


def test_d2_a_failed_commit_is_not_counted() -> None:
    class Writes(Alarmed):
        async def alarm(self) -> None:
            await self.ctx.storage.put("a", 1)
            await self.ctx.sleep(90)

    scheduler = created(Writes, ON_DISK)
    scheduler.at(100, "alarm")
    scheduler.at(140, "commit", outcome="failed")
    failed = of(scheduler.world.trace, e.AlarmFailed)
    assert failed == [e.AlarmFailed(140, 100, 0, "commit failed")]
    scheduler.at(2_140, "alarm")
    assert started(scheduler) == [(100, 100, 0), (2_140, 100, 0)]


def test_d3_never_early_by_the_clock_of_the_object() -> None:
    behind = created(Alarmed, offset=lambda _: -50)
    # Its clock shows -40 as it sets 100, so it is due when the world's clock shows 150.
    assert pending(behind, "alarm").delay == 140
    ahead = created(Alarmed, offset=lambda _: 50)
    assert pending(ahead, "alarm").delay == 90, "nor early by the clock of the scheduler"

    scheduler = created(Alarmed, offset=lambda instance: -50 * instance)
    poke_and_hibernate(scheduler)
    scheduler.at(100, "alarm")
    assert started(scheduler) == [], "the new instance's clock shows 50"
    assert pending(scheduler, "alarm").delay == 50
    scheduler.at(150, "alarm")
    assert started(scheduler) == [(150, 100, 0)]


def poke_and_hibernate(scheduler: ManualScheduler) -> None:
    """The instance is lost, as it is by hibernation."""
    from lastchunk.model.world.object import instances

    instances.lose(scheduler.world.object, "hibernated")


def test_d3_a_delivery_may_be_a_minute_late_and_is_then_replaceable() -> None:
    class Moves(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(Time(90_000))
            return Response(200)

    trouble = "faults=[{kind='alarm_late', offset_ms=0, for_ms=60000}]"
    scheduler = created(Moves, trouble)
    scheduler.at(20, "response", "create")
    scheduler.at(20, "fault")
    scheduler.at(100, "alarm")
    scheduler.at(60_020, "trouble_ends")
    scheduler.at(60_020, "alarm")
    assert started(scheduler) == [(60_020, 100, 0)]

    scheduler = created(Moves, trouble)
    scheduler.at(20, "response", "create")
    scheduler.at(20, "fault")
    scheduler.at(100, "alarm")
    poke(scheduler, 200)
    scheduler.at(60_020, "trouble_ends")
    scheduler.at(90_000, "alarm")
    assert started(scheduler) == [(90_000, 90_000, 0)]


def test_d4_past_fifteen_minutes_the_object_is_reset_and_it_counts() -> None:
    class Long(Alarmed):
        async def alarm(self) -> None:
            await self.ctx.sleep(3_600_000)

    scheduler = created(Long)
    scheduler.at(100, "alarm")
    assert pending(scheduler, "alarm_limit").delay == 900_000
    poke(scheduler, 200)
    scheduler.at(900_100, "alarm_limit")
    reason = "alarm() ran for 15 minutes"
    assert of(scheduler.world.trace, e.InstanceLost) == [e.InstanceLost(900_100, 0, reason)]
    assert of(scheduler.world.trace, e.AlarmFailed) == [e.AlarmFailed(900_100, 100, 1, reason)]
    assert "timer" not in scheduler.kinds()
    scheduler.at(902_100, "alarm")
    assert started(scheduler) == [(100, 100, 0), (902_100, 100, 1)]
    scheduler.at(905_000, "timer")
    assert "alarm_limit" not in scheduler.kinds(), "a run that ends in time is left alone"


class Effects(Alarmed):
    """Its alarm has effects: a row, and a line of the test's own."""

    async def alarm(self) -> None:
        """Have them."""
        self.seen.append("effect")
        count = await self.ctx.storage.get("count") or 0
        await self.ctx.storage.put("count", count + 1)


def test_d5_a_crash_before_the_confirmation_runs_the_alarm_again() -> None:
    scheduler = created(Effects, ON_DISK)
    scheduler.at(100, "alarm")
    assert Effects.seen == ["effect"]
    scheduler.at(140, "commit", outcome="failed")
    scheduler.at(2_140, "alarm")
    scheduler.at(2_180, "commit")
    assert Effects.seen == ["effect", "effect"]
    assert started(scheduler) == [(100, 100, 0), (2_140, 100, 0)]
    assert scheduler.world.object.storage.disk.values == {"count": 1}
    assert "alarm" not in scheduler.kinds()


def test_d5_a_run_that_is_not_acknowledged_runs_again_after_its_effects() -> None:
    scheduler = created(Effects)
    scheduler.at(100, "alarm", outcome="unacknowledged")
    scheduler.at(2_100, "alarm")
    assert Effects.seen == ["effect", "effect"]
    assert scheduler.world.object.storage.values == {"count": 2}
    assert "alarm" not in scheduler.kinds()


def test_d5_after_a_kill_it_starts_at_retry_zero() -> None:
    class Slow(Throws):
        async def alarm(self) -> None:
            await self.ctx.sleep(50)
            await super().alarm()

    killed = "faults=[{kind='process_killed', offset_ms=0, for_ms=500}]"
    scheduler = created(Slow, killed)
    scheduler.at(20, "response", "create")
    scheduler.at(100, "alarm")
    scheduler.at(150, "timer")
    scheduler.at(2_150, "alarm")
    assert started(scheduler)[-1] == (2_150, 100, 1)
    scheduler.at(2_160, "fault")
    assert not {"alarm", "alarm_limit", "timer"} & set(scheduler.kinds())
    scheduler.at(2_660, "restart")
    scheduler.at(2_660, "alarm")
    assert started(scheduler)[-1] == (2_660, 100, 0)
