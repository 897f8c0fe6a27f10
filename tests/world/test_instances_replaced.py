"""Instances that a deploy has replaced: what they may still do, and how they end (R11)."""

from __future__ import annotations

from lastchunk.model.scenario.faults import Deploy
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.clock import bare
from lastchunk.reference_impl.contract import Response
from tests.support.probes import bounds, started
from tests.support.worlds import of
from tests.world.test_instances_gone import DEPLOY, KILL, POKE, RESET, Works, answers, strike, world


def test_a_deploy_leaves_an_old_instance_only_where_something_runs() -> None:
    scheduler = world()
    scheduler.call("create", 0)
    strike(scheduler, 50, DEPLOY)
    assert "old_ends" not in scheduler.kinds()
    busy = world()
    busy.call("rest", 0)
    strike(busy, 50, DEPLOY)
    assert bounds(busy, "old_ends", 0) == (1_000, 1_000)
    assert of(busy.world.trace, e.HandlerLost) == []


def test_an_old_instance_that_ends_its_work_answers_and_is_gone() -> None:
    scheduler = world()
    scheduler.call("rest", 0)
    strike(scheduler, 50, DEPLOY)
    scheduler.call("rest", 60)
    scheduler.until(5_000)
    assert answers(scheduler) == [(120, "rest", 200), (180, "rest", 200)]
    assert of(scheduler.world.trace, e.OldInstanceEnded) == []
    assert scheduler.world.object.meter.event(5_000).active_ms == 160, (
        "from 10 to 170, in two instances"
    )


def test_an_old_instance_whose_time_is_over_fails_its_callers() -> None:
    class Long(Works):
        async def poke(self) -> Response:
            await self.ctx.sleep(9_000)
            return Response(200)

    scheduler = world(cls=Long)
    scheduler.call("poke", 0)
    strike(scheduler, 50, DEPLOY)
    scheduler.until(1_100)
    assert of(scheduler.world.trace, e.OldInstanceEnded) == [e.OldInstanceEnded(1_050, 0)]
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(1_050, *POKE)]
    assert answers(scheduler) == [(1_060, "poke", 500)]
    assert "timer" not in scheduler.kinds()


class Rings(Works):
    """An alarm that runs for as long as a test says."""

    run_ms = 9_000

    async def alarm(self) -> None:
        """Report, and wait."""
        self.seen.append(bare(self.ctx.now()))
        await self.ctx.sleep(type(self).run_ms)


def test_an_alarm_in_an_old_instance_that_is_cut_off_is_retried_uncounted() -> None:
    scheduler = world(cls=Rings)
    scheduler.call("create", 0)
    scheduler.until(100)
    strike(scheduler, 150, DEPLOY)
    scheduler.until(1_150)
    assert of(scheduler.world.trace, e.AlarmFailed) == [
        e.AlarmFailed(1_150, 100, 0, "instance replaced")
    ]
    assert of(scheduler.world.trace, e.HandlerLost) == [], "an alarm has no caller"
    assert "alarm_limit" not in scheduler.kinds()
    scheduler.at(3_150, "alarm")
    assert started(scheduler) == [(100, 100, 0), (3_150, 100, 0)]


def test_the_slot_of_a_new_instance_holds_the_alarm_that_an_old_one_runs() -> None:
    class Looks(Rings):
        async def poke(self) -> Response:
            self.seen.append(bare(await self.ctx.storage.get_alarm()))
            return Response(200)

    scheduler = world(cls=Looks)
    scheduler.call("create", 0)
    scheduler.until(100)
    scheduler.call("poke", 110)
    strike(scheduler, 150, DEPLOY)
    scheduler.call("poke", 160)
    scheduler.until(200)
    assert Looks.seen == [100, None, 100], "A3: that it runs was known to the old one alone"


def test_an_old_instance_may_go_on_for_a_millisecond() -> None:
    scheduler = world()
    scheduler.call("rest", 0)
    shortest = Deploy(kind="deploy", offset_ms=0, old_instance_ms=1)  # type: ignore[arg-type]
    strike(scheduler, 50, shortest)
    assert of(scheduler.world.trace, e.HandlerLost) == []
    scheduler.until(51)
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(51, "rest", -1, 0)]


def test_an_alarm_that_ends_in_an_old_instance_is_not_acknowledged() -> None:
    class Short(Rings):
        run_ms = 300

    scheduler = world(cls=Short)
    scheduler.call("create", 0)
    scheduler.until(100)
    strike(scheduler, 150, DEPLOY)
    scheduler.until(401)
    assert of(scheduler.world.trace, e.AlarmEnded) == [e.AlarmEnded(400)]
    assert [x.counted for x in of(scheduler.world.trace, e.AlarmFailed)] == [0]
    assert "old_ends" not in scheduler.kinds()


def test_a_kill_takes_old_instances_too() -> None:
    scheduler = world()
    scheduler.call("rest", 0)
    strike(scheduler, 50, DEPLOY)
    scheduler.call("rest", 50)
    strike(scheduler, 80, KILL)
    scheduler.until(5_000)
    assert [(x.at_ms, x.attempt) for x in of(scheduler.world.trace, e.HandlerLost)] == [
        (80, 0),
        (80, 1),
    ]
    assert answers(scheduler) == [(80, "rest", "object gone")] * 2
    assert of(scheduler.world.trace, e.OldInstanceEnded) == []
    assert scheduler.world.object.meter.event(5_000).active_ms == 70


def test_a_reset_after_a_deploy_spares_the_old_instance() -> None:
    scheduler = world()
    scheduler.call("rest", 0)
    strike(scheduler, 50, DEPLOY)
    scheduler.call("rest", 50)
    strike(scheduler, 80, RESET)
    scheduler.until(5_000)
    assert answers(scheduler) == [(90, "rest", 500), (120, "rest", 200)]
    assert [x.instance for x in of(scheduler.world.trace, e.InstanceLost)] == [0, 1]
