"""The platform rules, each with a test named after it, on tiny designs driven by hand."""

from __future__ import annotations

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.trace import events as e
from lastchunk.model.world.edge import lifecycle
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import Chunk, Response
from tests.support.probes import Probe, poke, probe
from tests.support.worlds import ManualScheduler, of, quiet, spec_of


def test_a1_one_alarm_replaced_later_and_earlier() -> None:
    class Setter(Probe):
        async def create(self) -> Response:
            await self.ctx.storage.set_alarm(Time(300))
            return Response(200)

        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(Time(900 if self.ctx.now() < Time(50) else 400))
            return Response(200)

    scheduler = probe(Setter)
    scheduler.at(10, "request", "create")
    poke(scheduler, 14)
    assert [p.delay for p in scheduler.world.pending.values() if p.key == ("alarm",)] == [886]
    poke(scheduler, 60)
    assert [p.delay for p in scheduler.world.pending.values() if p.key == ("alarm",)] == [340]
    scheduler.at(400, "alarm")
    assert of(scheduler.world.trace, e.AlarmStarted) == [e.AlarmStarted(400, 400, 0)]
    assert "alarm" not in scheduler.kinds()


def test_a2_the_past_is_now_and_zero_is_refused() -> None:
    class Past(Probe):
        async def create(self) -> Response:
            await self.ctx.storage.set_alarm(Time(3))
            return Response(200)

        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(0)  # type: ignore[arg-type]  # what is refused
            return Response(200)

    scheduler = probe(Past)
    scheduler.at(10, "request", "create")
    assert of(scheduler.world.trace, e.AlarmSet) == [e.AlarmSet(10, 10)]
    with pytest.raises(DesignError, match=r"set the alarm to 0 at line \d+, in poke.*a time, .*A2"):
        poke(scheduler, 20)


def test_a3_get_alarm_is_none_inside_alarm_unless_set_again() -> None:
    class Reader(Probe):
        async def create(self) -> Response:
            await self.ctx.storage.set_alarm(Time(100))
            self.seen.append(bare(await self.ctx.storage.get_alarm()))
            return Response(200)

        async def alarm(self) -> None:
            self.seen.append(bare(await self.ctx.storage.get_alarm()))
            await self.ctx.storage.set_alarm(Time(700))
            self.seen.append(bare(await self.ctx.storage.get_alarm()))

    scheduler = probe(Reader)
    scheduler.at(10, "request", "create")
    scheduler.at(100, "alarm")
    assert Reader.seen == [100, None, 700]


def test_a4_an_alarm_due_while_alarm_runs_waits() -> None:
    class Long(Probe):
        async def create(self) -> Response:
            await self.ctx.storage.set_alarm(Time(100))
            return Response(200)

        async def alarm(self) -> None:
            started_ms = bare(self.ctx.now())
            if started_ms == 100:
                await self.ctx.storage.set_alarm(Time(300))
            await self.ctx.sleep(1_000)
            self.seen.append((started_ms, bare(self.ctx.now())))

    scheduler = probe(Long)
    scheduler.at(10, "request", "create")
    scheduler.at(100, "alarm")
    scheduler.at(300, "alarm")
    assert len(of(scheduler.world.trace, e.AlarmStarted)) == 1
    scheduler.at(1_100, "timer", "alarm")
    assert of(scheduler.world.trace, e.AlarmStarted)[-1] == e.AlarmStarted(1_100, 300, 0)
    scheduler.at(2_100, "timer", "alarm")
    assert Long.seen == [(100, 1_100), (1_100, 2_100)]


def test_d3_never_early_and_late_by_a_setting() -> None:
    class Setter(Probe):
        async def create(self) -> Response:
            await self.ctx.storage.set_alarm(Time(500))
            return Response(200)

    late = "platform.alarm_late_ms={distribution='uniform', low_ms=0, high_ms=60000}"
    scheduler = probe(Setter, late)
    scheduler.at(10, "request", "create")
    (pending,) = [item for item in scheduler.world.pending.values() if item.key == ("alarm",)]
    assert not isinstance(pending.delay, int)
    assert pending.delay.quantile(1e-9) == 490
    assert pending.delay.quantile(1 - 1e-9) == 490 + 60_000


class Reads(Probe):
    """Reads an uncached key on a poke, and nothing else."""

    async def poke(self) -> Response:
        key = f"key {len(self.seen)}"
        self.seen.append("asks")
        await self.ctx.storage.get(key)
        self.seen.append("has")
        return Response(200)


def test_r2_waiters_are_served_first_in_first_out() -> None:
    scheduler = probe(Reads, "platform.storage='kv'", "platform.storage_read_ms=50")
    scheduler.at(10, "request", "create")
    for at_ms in (100, 110, 120):
        poke(scheduler, at_ms)
    assert [event.attempt for event in of(scheduler.world.trace, e.HandlerStarted)[1:]] == [0]
    scheduler.at(150, "storage")
    scheduler.at(200, "storage")
    scheduler.at(250, "storage")
    started = [
        (event.at_ms, event.attempt)
        for event in of(scheduler.world.trace, e.HandlerStarted)
        if event.method == "poke"
    ]
    assert started == [(100, 0), (150, 1), (200, 2)]


def test_r3_the_gate_is_closed_while_storage_is_awaited() -> None:
    class Alarmed(Reads):
        async def create(self) -> Response:
            await self.ctx.storage.set_alarm(Time(120))
            return Response(200)

    scheduler = probe(Alarmed, "platform.storage='kv'", "platform.storage_read_ms=50")
    scheduler.at(10, "request", "create")
    poke(scheduler, 100)
    scheduler.at(120, "alarm")
    assert Alarmed.seen == ["asks"]
    scheduler.at(150, "storage")
    assert Alarmed.seen == ["asks", "has", ("alarm", 150)]


class Puts(Probe):
    """Stores a chunk on upload; sets an alarm on create."""

    async def create(self) -> Response:
        await self.ctx.storage.set_alarm(Time(10_020))
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        self.seen.append("before")
        await self.ctx.blobs.put(chunk)
        self.seen.append("after")
        return Response(200)


def puts() -> ManualScheduler:
    scheduler = probe(Puts)
    scheduler.at(10, "request", "create")
    scheduler.at(20, "response", "create")
    scheduler.at(10_020, "tick")
    scheduler.at(10_020, "request", "upload")
    return scheduler


def test_r7_sqlite_storage_is_synchronous_and_hands_out_copies() -> None:
    class Copies(Probe):
        async def create(self) -> Response:
            value = {"list": [1]}
            await self.ctx.storage.put("key", value)
            value["list"].append(2)
            read = await self.ctx.storage.get("key")
            self.seen.append(read["list"].copy())
            read["list"].append(3)
            self.seen.append(await self.ctx.storage.get("key"))
            await self.ctx.storage.delete("key")
            self.seen.append(await self.ctx.storage.get("key"))
            return Response(200)

    scheduler = probe(Copies)
    scheduler.at(10, "request", "create")
    assert Copies.seen == [[1], {"list": [1]}, None]
    assert of(scheduler.world.trace, e.HandlerEnded) == [e.HandlerEnded(10, "create", -1, 0, 200)]


class Writes(Probe):
    """Two writes in one turn, then outside I/O, then another."""

    async def create(self) -> Response:
        await self.ctx.storage.put("a", 1)
        await self.ctx.storage.set_alarm(Time(90_000))
        await self.ctx.sleep(5)
        await self.ctx.storage.put("b", 2)
        return Response(200)


def test_r10_replies_and_outgoing_calls_wait_for_earlier_writes() -> None:
    scheduler = probe(Writes, "platform.commit_ms=40")
    scheduler.at(10, "request", "create")
    scheduler.at(15, "timer")
    assert "response" not in scheduler.kinds()
    scheduler.at(50, "commit", 1)
    assert "response" not in scheduler.kinds()
    scheduler.at(55, "commit", 2)
    assert "response" in scheduler.kinds()

    class PutsAfterWriting(Probe):
        async def upload(self, chunk: Chunk) -> Response:
            await self.ctx.storage.put("a", 1)
            await self.ctx.blobs.put(chunk)
            return Response(200)

    scheduler = probe(PutsAfterWriting, "platform.commit_ms=40")
    scheduler.at(10, "request", "create")
    scheduler.at(20, "response", "create")
    scheduler.at(10_020, "tick")
    scheduler.at(10_030, "request", "upload")
    assert "blob" not in scheduler.kinds()
    scheduler.at(10_070, "commit")
    assert "blob" in scheduler.kinds()


def test_r10_commits_are_confirmed_in_order() -> None:
    scheduler = probe(Writes, "platform.commit_ms=40")
    scheduler.at(10, "request", "create")
    scheduler.at(15, "timer")
    scheduler.at(20, "commit", 2)
    assert of(scheduler.world.trace, e.CommitConfirmed) == []
    scheduler.at(50, "commit", 1)
    confirmed = of(scheduler.world.trace, e.CommitConfirmed)
    assert confirmed == [e.CommitConfirmed(50, 1), e.CommitConfirmed(50, 2)]


def test_r12_a_client_that_goes_away_does_not_cancel_the_handler() -> None:
    scheduler = puts()
    lifecycle.close(scheduler.world.client)
    scheduler.at(10_040, "blob")
    assert Puts.seen == ["before", "after"]
    assert of(scheduler.world.trace, e.BlobStored) == [e.BlobStored(10_040, 0, 0)]
    assert "response" not in scheduler.kinds()


def test_r12_a_streamed_body_breaks_the_put() -> None:
    from lastchunk.model.base.streams import Streams
    from lastchunk.model.world.edge.uplink import SharedUplink, build_uplink

    scenario = quiet("uplink={kind='constant', rate_kbps=1000}")
    uplink = build_uplink(scenario.uplink, Streams(1, 0))
    assert uplink is not None
    Puts.seen = []
    scheduler = ManualScheduler(spec_of(Puts), scenario, uplink=SharedUplink(uplink))
    scheduler.at(10, "request", "create")
    scheduler.at(20, "response", "create")
    scheduler.at(10_020, "tick")
    scheduler.at(10_030, "request", "upload")
    assert Puts.seen == ["before"]
    lifecycle.close(scheduler.world.client)
    assert of(scheduler.world.trace, e.BlobPutBroken) == [e.BlobPutBroken(10_030, 0, 0)]
    assert of(scheduler.world.trace, e.HandlerEnded)[-1] == e.HandlerEnded(
        10_030, "upload", 0, 0, 500
    )
    assert "blob" not in scheduler.kinds()


def test_r13_now_is_the_time_of_the_last_io() -> None:
    class Clocked(Probe):
        async def create(self) -> Response:
            times = [bare(self.ctx.now())]
            await self.ctx.storage.put("a", 1)
            times.append(bare(self.ctx.now()))
            await self.ctx.sleep(70)
            times.append(bare(self.ctx.now()))
            self.seen.append(times)
            return Response(200)

    scheduler = probe(Clocked)
    scheduler.at(10, "request", "create")
    scheduler.at(80, "timer")
    assert Clocked.seen == [[10, 10, 80]]


def test_r15_writes_of_one_turn_are_one_commit() -> None:
    scheduler = probe(Writes, "platform.commit_ms=40")
    scheduler.at(10, "request", "create")
    assert scheduler.kinds().count("commit") == 1
    scheduler.at(15, "timer")
    assert scheduler.kinds().count("commit") == 2
