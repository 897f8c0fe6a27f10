"""Turns and gates to the millisecond: what is one commit, what waits for it, whose clock counts.

Nobody but the test calls: each request takes 10 ms each way, a put 20 ms, a commit 40 ms where the
storage is on disk.
"""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.faults import InstanceLost
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import Chunk, Response
from tests.support.probes import ON_DISK, Alarmed, Probe
from tests.support.worlds import ManualScheduler, of, quiet, spec_of

RESET = InstanceLost(kind="instance_lost", offset_ms=0)  # type: ignore[arg-type]


def world(cls: type[Probe], *overrides: str, clock_ms: int = 0) -> ManualScheduler:
    """An object that nobody has called yet, on a clock that is so far ahead."""
    cls.seen = []
    return ManualScheduler(
        spec_of(cls), quiet(*overrides), has_page=False, offset=lambda instance: clock_ms
    )


class Stores(Alarmed):
    """An upload stores its chunk; a poke writes the time, reads it, and sets the alarm by it."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store."""
        await self.ctx.blobs.put(chunk)
        return Response(200)

    async def poke(self) -> Response:
        """Write, read, set."""
        await self.ctx.storage.put("time", bare(self.ctx.now()))
        time_ms = await self.ctx.storage.get("time")
        self.seen.append((time_ms, bare(self.ctx.now())))
        await self.ctx.storage.set_alarm(Time(time_ms + 1_000))
        return Response(200)

    async def note(self) -> Response:
        """Write something else."""
        await self.ctx.storage.put("note", bare(self.ctx.now()))
        return Response(200)


@pytest.mark.parametrize("clock_ms", [-7, 0, 300])
def test_all_of_a_turn_is_on_the_clock_of_the_object(clock_ms: int) -> None:
    scheduler = world(Stores, clock_ms=clock_ms)
    scheduler.call("poke", 100)
    scheduler.until(110)
    assert Stores.seen == [(110 + clock_ms,) * 2], "R13: it stands still within a turn"
    assert of(scheduler.world.trace, e.AlarmSet) == [e.AlarmSet(110, 1_110 + clock_ms)]
    scheduler.until(5_000)
    # D3: never early by the clock of the scheduler, nor by that of the object where it is behind.
    late_ms = max(0, -clock_ms)
    (run,) = of(scheduler.world.trace, e.AlarmStarted)
    assert run.at_ms == 1_110 + clock_ms + late_ms
    assert Stores.seen[1] == ("alarm", run.at_ms + clock_ms)


def test_a_put_of_no_length_still_waits_at_the_output_gate() -> None:
    scheduler = world(Stores, ON_DISK, "blobs.put_delay_ms=0")
    scheduler.call("note", 0)
    scheduler.call("upload", 10, chunk=0)
    scheduler.until(49)
    assert of(scheduler.world.trace, e.BlobStored) == []
    scheduler.until(50)
    assert of(scheduler.world.trace, e.BlobStored) == [e.BlobStored(50, 0, 0)], "R10"
    scheduler.call("upload", 100, chunk=1)
    scheduler.until(110)
    assert of(scheduler.world.trace, e.BlobStored)[1:] == [e.BlobStored(110, 1, 0)]


def test_what_a_constructor_writes_is_a_commit_of_its_own() -> None:
    class Constructs(Stores):
        async def construct(self) -> None:
            await self.ctx.storage.put("made", bare(self.ctx.now()))

    scheduler = world(Constructs, ON_DISK)
    scheduler.call("note", 0)
    scheduler.until(10)
    assert scheduler.world.object.storage.values == {"made": 10, "note": 10}
    begun = sorted(key[1] for key in scheduler.world.pending if key[0] == "commit")
    assert begun == [1, 2], "R15: the request came in after the constructor"
    scheduler.until(50)
    assert [x.batch for x in of(scheduler.world.trace, e.CommitConfirmed)] == [1, 2]


def test_one_turn_of_three_writes_is_one_commit() -> None:
    scheduler = world(Stores, ON_DISK)
    scheduler.call("poke", 0)
    scheduler.call("note", 0)
    scheduler.until(400)
    assert [x.batch for x in of(scheduler.world.trace, e.CommitConfirmed)] == [1, 2]
    disk = scheduler.world.object.storage.disk
    assert (disk.values, disk.alarm_ms) == ({"time": 10, "note": 10}, 1_010)


def test_an_unrelated_commit_under_way_leaves_the_alarm_confirmed() -> None:
    scheduler = world(Stores, ON_DISK, "platform.alarm_move_loss=0.5")
    scheduler.call("create", 0)  # the alarm is for 100
    scheduler.until(55)
    scheduler.decide("lost", "move_alarm")
    scheduler.call("poke", 40, delay_ms=15)  # and now for 1,055, on disk at 95; nobody tells of it
    scheduler.until(96)
    scheduler.call("note", 96, delay_ms=0)
    scheduler.until(100)
    assert of(scheduler.world.trace, e.StaleDelivery) == [e.StaleDelivery(100, 100, 1_055)], "R8"
    assert of(scheduler.world.trace, e.AlarmStarted) == []


@pytest.mark.parametrize("outcome", ["stored", "failed"])
def test_the_end_of_a_put_finds_no_handler_after_a_reset(outcome: str) -> None:
    scheduler = world(Stores, "blobs.failure=0.5")
    scheduler.call("upload", 0, chunk=0)
    scheduler.until(15)
    scheduler.world.add(Pending(("fault", 0), 0, (), RESET))
    scheduler.at(15, "fault")
    scheduler.at(30, "blob", outcome=outcome)
    stored = of(scheduler.world.trace, e.BlobStored)
    failed = of(scheduler.world.trace, e.BlobPutFailed)
    assert (len(stored), len(failed)) == ((1, 0) if outcome == "stored" else (0, 1))
    scheduler.until(400)
    (answer,) = of(scheduler.world.trace, e.ResponseArrived)
    assert (answer.at_ms, answer.status) == (25, 500)


def test_a_body_that_breaks_takes_no_other_with_it() -> None:
    settings = (
        "uplink={kind='constant', rate_kbps=1200}",
        "client.video_kbps=2400",
        "client.chunk_ms=50",
        "client.uploads_parallel=2",
        "client.request_timeout_ms=75",
        "client.retries_max=0",
        "limits.horizon_ms=200",
    )
    # Chunks of ten packets at 70, 120, ... share one packet each 10 ms: each times out by itself.
    scenario = quiet(*settings)
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    broken = [(x.at_ms, x.chunk) for x in of(trace, e.BlobPutBroken)]
    failed = [(x.at_ms, x.chunk) for x in of(trace, e.RequestFailed)]
    assert broken == failed == [(145, 0), (195, 1)]
