"""An instance, what runs beside it (R11), and its gate and constructor (R1-R3, R13), by name."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.model.world.object import instances
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import (
    HandlerFailure,
    InstanceReplaced,
    Response,
)
from tests.support.probes import KV, Alarmed, Probe, Waits, answers, created, pending, poke, probe
from tests.support.worlds import ManualScheduler, of

DEPLOY = "faults=[{kind='deploy', offset_ms=0}]"


def deployed(*overrides: str) -> ManualScheduler:
    """A poke is suspended at 50; at 60 a new version comes."""
    scheduler = created(Waits, DEPLOY, *overrides)
    scheduler.at(20, "response", "create")
    poke(scheduler, 50)
    scheduler.at(60, "fault")
    return scheduler


def test_r11_an_old_instance_goes_on_until_it_touches_storage() -> None:
    scheduler = deployed()
    assert pending(scheduler, "old_ends").delay == 30_000
    poke(scheduler, 70)
    assert Waits.seen == [1, 1], "the new instance has a count of its own"
    scheduler.at(150, "timer", "poke", -1, 0)
    scheduler.at(250, "timer", "poke", -1, 0)
    assert Waits.seen == [1, 1, "replaced"]
    assert answers(scheduler) == [(250, 500)]
    assert "old_ends" not in scheduler.kinds()
    scheduler.at(260, "timer")
    scheduler.at(360, "timer")
    assert answers(scheduler) == [(250, 500), (360, 200)]


def test_r11_an_old_instance_ends_after_thirty_seconds() -> None:
    scheduler = deployed()
    scheduler.at(30_060, "old_ends")
    assert of(scheduler.world.trace, e.OldInstanceEnded) == [e.OldInstanceEnded(30_060, 0)]
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(30_060, "poke", -1, 0)]
    assert "timer" not in scheduler.kinds()


def test_r11_a_read_under_way_is_not_answered_to_an_old_instance() -> None:
    class Reads(Waits):
        async def poke(self) -> Response:
            self.seen.append("asks")
            try:
                await self.ctx.storage.get("key")
            except InstanceReplaced:
                self.seen.append("replaced")
                raise
            return Response(200)

    scheduler = created(Reads, DEPLOY, *KV)
    scheduler.at(20, "response", "create")
    poke(scheduler, 50)
    scheduler.at(60, "fault")
    poke(scheduler, 70)
    poke(scheduler, 80)
    scheduler.at(100, "storage", "poke", -1, 0)
    assert Reads.seen == ["asks", "asks", "replaced"], "and the new instance's gate stays closed"
    scheduler.at(120, "storage", "poke", -1, 1)
    assert answers(scheduler) == [(100, 500), (120, 200), (120, 200)]


def test_r11_an_alarm_in_an_old_instance_is_retried_in_the_new_one() -> None:
    class Slow(Waits):
        async def alarm(self) -> None:
            self.seen.append("alarm")
            await self.ctx.sleep(50)
            await self.ctx.storage.put("a", 1)

    scheduler = created(Slow, "faults=[{kind='deploy', offset_ms=0}, {kind='deploy', offset_ms=0}]")
    scheduler.at(20, "response", "create")
    scheduler.at(100, "alarm")
    scheduler.at(110, "fault", 0)
    scheduler.at(120, "fault", 1)  # again: the run is in the oldest instance of three
    assert of(scheduler.world.trace, e.AlarmFailed) == []
    scheduler.at(150, "timer")
    failed = of(scheduler.world.trace, e.AlarmFailed)
    assert failed == [e.AlarmFailed(150, 100, 0, "instance replaced")]
    scheduler.at(2_150, "alarm")
    scheduler.at(2_200, "timer")
    assert Slow.seen == ["alarm", "alarm"]
    assert scheduler.world.object.storage.values == {"a": 1}


def test_r11_a_deploy_hands_what_waits_to_the_new_instance() -> None:
    class Gated(Probe):
        async def create(self) -> Response:
            return Response(200)

        async def poke(self) -> Response:
            await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(1_000))
            return Response(200)

    scheduler = created(Gated, DEPLOY)
    scheduler.at(20, "response", "create")
    poke(scheduler, 50)
    poke(scheduler, 55, "create")
    scheduler.at(60, "fault")
    assert answers(scheduler, "create") == [(10, 200), (60, 200)]
    scheduler.at(1_050, "timer")
    assert answers(scheduler) == [(1_050, 200)], "its own gate, and no storage: it may end"


def test_r13_the_clock_is_that_of_the_instance() -> None:
    class Clocked(Waits):
        async def poke(self) -> Response:
            self.seen.append(bare(self.ctx.now()))
            await self.ctx.sleep(100)
            self.seen.append(bare(self.ctx.now()))
            return Response(200)

    scheduler = created(Clocked, offset=lambda instance: (300, -40)[instance])
    poke(scheduler, 50)
    scheduler.at(150, "timer")
    instances.lose(scheduler.world.object, "reset")
    poke(scheduler, 200)
    scheduler.at(300, "timer")
    assert Clocked.seen == [350, 450, 160, 260]


class Constructed(Alarmed):
    """Its constructor waits 100 ms, and throws the first time."""

    async def construct(self) -> None:
        """Wait; throw once."""
        self.seen.append("constructs")
        await self.ctx.sleep(100)
        if self.seen.count("constructs") == 1:
            raise HandlerFailure("no luck")

    async def poke(self) -> Response:
        """Report."""
        self.seen.append("poked")
        return Response(200)


def test_r3_the_constructor_runs_behind_a_closed_gate_and_may_throw() -> None:
    scheduler = probe(Constructed)
    poke(scheduler, 10)
    poke(scheduler, 20)
    assert scheduler.world.object.meter.event(60).active_ms == 50
    scheduler.at(110, "timer")
    assert Constructed.seen == ["constructs"]
    lost = of(scheduler.world.trace, e.InstanceLost)
    assert lost == [e.InstanceLost(110, 0, "the constructor threw")]
    poke(scheduler, 120)
    poke(scheduler, 130)
    scheduler.at(220, "timer")
    assert Constructed.seen == ["constructs", "constructs", "poked", "poked"]


def test_r3_an_event_whose_constructor_throws_at_once_does_not_run() -> None:
    class Throws(Alarmed):
        async def construct(self) -> None:
            raise HandlerFailure("no luck")

        async def create(self) -> Response:
            self.seen.append("ran")
            return Response(200)

    scheduler = probe(Throws)
    scheduler.at(10, "request", "create")
    assert Throws.seen == []
    assert pending(scheduler, "response", "create").payload == Response(500)


class Blocks(Alarmed):
    """A poke holds the gate for a second, and may throw then."""

    fails = False

    async def poke(self) -> Response:
        """Hold it."""
        await self.ctx.block_concurrency_while(self._work)
        self.seen.append("poked")
        return Response(200)

    async def _work(self) -> None:
        await self.ctx.sleep(1_000)
        if self.fails:
            raise HandlerFailure("no luck")


def test_r3_block_concurrency_while_holds_the_gate_and_resets_where_it_throws() -> None:
    scheduler = created(Blocks)
    poke(scheduler, 50)
    scheduler.at(100, "alarm")
    poke(scheduler, 110, "create")
    assert Blocks.seen == []
    scheduler.at(1_050, "timer")
    assert Blocks.seen == ["poked", ("alarm", 1_050)]
    assert answers(scheduler, "create") == [(10, 200), (1_050, 200)]

    class Fails(Blocks):
        fails = True

    scheduler = created(Fails)
    poke(scheduler, 50)
    scheduler.at(100, "alarm")
    scheduler.at(1_050, "timer")
    assert Fails.seen == []
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(1_050, "poke", -1, 0)]
    assert of(scheduler.world.trace, e.AlarmFailed)[-1].counted == 0
    scheduler.at(3_050, "alarm")
    assert Fails.seen == [("alarm", 3_050)]


class BlocksTwice(Blocks):
    """It holds the gate once more, within."""

    async def _work(self) -> None:
        await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(500))
        await self.ctx.sleep(1_000)


def test_r3_a_gate_held_within_another_opens_nothing_as_it_ends() -> None:
    scheduler = created(BlocksTwice)
    poke(scheduler, 50)
    scheduler.at(100, "alarm")
    scheduler.at(550, "timer")
    assert BlocksTwice.seen == []
    scheduler.at(1_550, "timer")
    assert BlocksTwice.seen == ["poked", ("alarm", 1_550)]


def test_r1_two_alarms_that_came_due_behind_the_gate_do_not_overlap() -> None:
    class Sets(Blocks):
        async def _work(self) -> None:
            await self.ctx.sleep(100)
            await self.ctx.storage.set_alarm(Time(200))
            await self.ctx.sleep(900)

        async def alarm(self) -> None:
            self.seen.append("begins")
            await self.ctx.sleep(50)
            self.seen.append("ends")

    scheduler = created(Sets)
    poke(scheduler, 50)
    scheduler.at(100, "alarm")
    scheduler.at(150, "timer")
    scheduler.at(200, "alarm")
    scheduler.at(1_050, "timer")
    scheduler.at(1_100, "timer")
    assert Sets.seen == ["poked", "begins", "ends"], "one alarm: the first was replaced"


def test_r2_an_alarm_that_waited_for_a_run_comes_behind_those_at_the_gate() -> None:
    class Reads(Alarmed):
        async def alarm(self) -> None:
            if not self.seen:
                await self.ctx.storage.set_alarm(Time(110))
            self.seen.append("alarm")
            await self.ctx.storage.get("key")

        async def poke(self) -> Response:
            self.seen.append("poked")
            return Response(200)

    scheduler = created(Reads, *KV)
    scheduler.at(100, "alarm")
    poke(scheduler, 105)
    scheduler.at(110, "alarm")
    scheduler.at(150, "storage")
    assert Reads.seen == ["alarm", "poked", "alarm"]
