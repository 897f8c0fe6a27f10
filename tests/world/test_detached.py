"""Work that a handler leaves to its object, and that dies with the instance (R20, `wait_until`)."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.clock import bare
from lastchunk.reference_impl.contract import COMPLETED, Response
from lastchunk.reference_impl.session import set_status
from tests.explore.small import explored
from tests.support.probes import KV, Alarmed
from tests.support.worlds import of
from tests.world.test_instances_gone import DEPLOY, KILL, RESET, answers, strike, world

WORK = ("detached work", -1, 0)


class Leaves(Alarmed):
    """Leaves work of 100 ms that writes at its end, and answers at once."""

    async def poke(self) -> Response:
        """Leave the work."""
        self.ctx.wait_until(self.work())
        self.seen.append(("answers", bare(self.ctx.now())))
        return Response(200)

    async def work(self) -> None:
        """Wait, and write."""
        self.seen.append(("begins", bare(self.ctx.now())))
        await self.ctx.sleep(100)
        await self.ctx.storage.put("state", {"status": COMPLETED, "chunks_uploaded": 1})
        self.seen.append(("ends", bare(self.ctx.now())))

    async def read(self) -> Response:
        """Leave the work, and read with the gate closed."""
        self.ctx.wait_until(self.work())
        await self.ctx.storage.get("key")
        self.seen.append(("answers", bare(self.ctx.now())))
        return Response(200)


def test_r20_detached_work_goes_on_and_keeps_the_object_busy() -> None:
    scheduler = world(cls=Leaves)
    scheduler.call("poke", 0)
    scheduler.until(5_000)
    assert answers(scheduler) == [(20, "poke", 200)]
    assert Leaves.seen == [("answers", 10), ("begins", 10), ("ends", 110)]
    assert scheduler.world.object.meter.event(5_000).active_ms == 100


@pytest.mark.parametrize("fault", [RESET, KILL])
def test_detached_work_dies_with_its_instance(fault: Any) -> None:
    scheduler = world(cls=Leaves)
    scheduler.call("poke", 0)
    strike(scheduler, 50, fault)
    scheduler.until(5_000)
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(50, *WORK)]
    assert scheduler.world.object.storage.values == {}
    assert answers(scheduler) == [(20, "poke", 200)]


def test_detached_work_waits_for_the_gate() -> None:
    scheduler = world(*KV, cls=Leaves)
    scheduler.call("read", 0)
    scheduler.until(5_000)
    assert Leaves.seen == [("answers", 60), ("begins", 60), ("ends", 160)]


def test_a_copy_goes_on_with_detached_work() -> None:
    for at_ms in (20, 70):  # before it has begun, and after
        scheduler = world(*KV, cls=Leaves)
        scheduler.call("read", 0)
        scheduler.until(at_ms)
        scheduler.world.object.program.shed()
        scheduler.until(5_000)
        assert scheduler.world.object.storage.values["state"]["status"] == COMPLETED


@pytest.mark.parametrize("give", [lambda self: 1, lambda self: self.ctx.storage.get("key")])
def test_what_is_no_coroutine_is_refused(give: Any) -> None:
    class Gives(Alarmed):
        async def poke(self) -> Response:
            self.ctx.wait_until(give(self))
            return Response(200)

    scheduler = world(cls=Gives)
    scheduler.call("poke", 0)
    with pytest.raises(DesignError, match="allowed: a call of an async method"):
        scheduler.until(100)


def test_the_constructor_has_no_object_yet_that_could_work() -> None:
    class Early(Leaves):
        def __init__(self, ctx: Any, settings: Any) -> None:
            super().__init__(ctx, settings)
            ctx.wait_until(self.work())

    scheduler = world(cls=Early)
    scheduler.call("poke", 0)
    with pytest.raises(DesignError, match="allowed: in a method"):
        scheduler.until(100)


def test_a_replaced_instance_goes_on_with_what_it_was_left() -> None:
    class Later(Leaves):
        async def poke(self) -> Response:
            await self.ctx.sleep(100)
            return await super().poke()

        async def work(self) -> None:
            await self.ctx.sleep(50)
            self.seen.append(("ends", bare(self.ctx.now())))

    scheduler = world(cls=Later)
    scheduler.call("poke", 0)
    strike(scheduler, 50, DEPLOY)
    scheduler.call("poke", 55)
    scheduler.until(5_000)
    assert Later.seen == [("answers", 110), ("ends", 160), ("answers", 165), ("ends", 215)]
    assert "old_ends" not in scheduler.kinds()


def test_work_of_a_replaced_instance_is_not_taken_for_that_of_the_new_one() -> None:
    class Later(Leaves):
        async def poke(self) -> Response:
            self.mine = bare(self.ctx.now())
            await self.ctx.sleep(100)
            return await super().poke()

        async def work(self) -> None:
            await self.ctx.sleep(100)
            self.seen.append((f"ends, of the instance of {self.mine}", bare(self.ctx.now())))

    scheduler = world(cls=Later)
    scheduler.call("poke", 0)
    strike(scheduler, 20, DEPLOY)
    scheduler.call("poke", 25)
    scheduler.until(5_000)
    ends = [item for item in Later.seen if item[0].startswith("ends")]
    assert ends == [("ends, of the instance of 10", 210), ("ends, of the instance of 35", 235)]


# --- B09: an alarm that leaves its failing work behind -------------------------------------------


class WorksBehind(AlarmDesign):
    """Its alarm leaves the completion to detached work."""

    async def alarm(self) -> None:
        """Leave the work."""
        self.ctx.wait_until(self.complete())

    async def complete(self) -> None:
        """Complete the session after a while."""
        await self.ctx.sleep(2)
        await set_status(self.ctx, COMPLETED)


class ArmsFirst(WorksBehind):
    """Arms the next alarm before it leaves the work."""

    async def alarm(self) -> None:
        """Arm, then leave the work."""
        state = await self.ctx.storage.get("state")
        if state["status"] == COMPLETED:
            return
        await self.ctx.storage.set_alarm(self.ctx.now() + 10)
        await super().alarm()


LOST = "faults=[{kind='instance_lost',offset_ms={low_ms=0,high_ms=60}}]"


@pytest.mark.parametrize(("design", "verdict"), [(WorksBehind, "violated"), (ArmsFirst, "proved")])
@pytest.mark.parametrize("gate", [(), ("platform.storage='kv'", "platform.storage_read_ms=1")])
def test_b09_is_explored(design: Any, verdict: str, gate: tuple[str, ...]) -> None:
    assert explored(design, ["finalizes"], "chunks=1", LOST, *gate).verdict == verdict
    assert explored(design, ["finalizes"], "chunks=1", "faults=[]", *gate).verdict == "proved"
