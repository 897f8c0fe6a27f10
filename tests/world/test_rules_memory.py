"""Losing memory: hibernation, eviction, a killed process, caches; and the 429 of a busy key."""

from __future__ import annotations

import pytest

from lastchunk.model.trace import events as e
from lastchunk.model.world.object import instances
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import (
    BlobStoreError,
    Chunk,
    Context,
    Response,
)
from tests.support.probes import (
    KV,
    Alarmed,
    Probe,
    Waits,
    answers,
    bounds,
    created,
    pending,
    poke,
    probe,
)
from tests.support.worlds import NoSettings, of


def test_hibernation_after_ten_seconds_takes_the_fields_and_leaves_the_rest() -> None:
    class Counts(Alarmed):
        def __init__(self, ctx: Context, settings: NoSettings) -> None:
            super().__init__(ctx, settings)
            self.count = 0

        async def create(self) -> Response:
            await self.ctx.storage.set_alarm(Time(90_000))
            return Response(200)

        async def poke(self) -> Response:
            self.count += 1
            stored = await self.ctx.storage.get("count") or 0
            await self.ctx.storage.put("count", stored + 1)
            self.seen.append((self.count, stored + 1))
            return Response(200)

    scheduler = created(Counts)
    assert "idle_end" not in scheduler.kinds(), "an instance that keeps nothing has nothing to lose"
    poke(scheduler, 50)
    assert pending(scheduler, "idle_end").delay == 10_000
    poke(scheduler, 60)
    scheduler.at(10_060, "idle_end")
    poke(scheduler, 10_070)
    assert Counts.seen == [(1, 1), (2, 2), (1, 3)]
    assert of(scheduler.world.trace, e.InstanceLost) == [e.InstanceLost(10_060, 0, "hibernated")]
    assert pending(scheduler, "alarm").payload.due_ms == 90_000

    scheduler = created(Counts, "platform.hibernates=false")
    poke(scheduler, 50)
    assert bounds(scheduler, "idle_end") == (70_000, 140_000)
    scheduler.at(70_050, "idle_end")
    assert of(scheduler.world.trace, e.InstanceLost) == [e.InstanceLost(70_050, 0, "evicted")]


def test_an_idle_object_with_a_write_under_way_does_not_hibernate() -> None:
    class Keeps(Waits):
        async def create(self) -> Response:
            self.count += 1
            await self.ctx.storage.put("a", 1)
            return Response(200)

    scheduler = probe(Keeps, "platform.commit_ms=40")
    scheduler.at(10, "request", "create")
    scheduler.at(10_010, "idle_end")
    assert of(scheduler.world.trace, e.InstanceLost) == []
    scheduler.at(10_020, "commit")
    scheduler.at(20_010, "idle_end")
    assert len(of(scheduler.world.trace, e.InstanceLost)) == 1


def test_a_killed_process_answers_nobody_until_it_is_there_again() -> None:
    fault = "faults=[{kind='process_killed', offset_ms=0, for_ms=500}]"
    scheduler = created(Waits, fault)
    scheduler.at(20, "response", "create")
    poke(scheduler, 50)
    scheduler.at(60, "fault")
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(60, "poke", -1, 0)]
    assert not {"alarm", "timer", "response"} & set(scheduler.kinds())
    poke(scheduler, 70)
    assert answers(scheduler) == []
    scheduler.at(560, "restart")
    scheduler.at(560, "alarm")
    assert of(scheduler.world.trace, e.AlarmStarted) == [e.AlarmStarted(560, 100, 0)]
    poke(scheduler, 600)
    assert Waits.seen == [1, ("alarm", 560), 1]


def test_a_trouble_that_ends_while_the_process_is_down_delivers_nothing() -> None:
    faults = (
        "faults=[{kind='process_killed', offset_ms=0, for_ms=500},"
        " {kind='alarm_late', offset_ms=0, for_ms=200}]"
    )
    scheduler = created(Alarmed, faults)
    scheduler.at(20, "response", "create")
    scheduler.at(30, "fault", 1)
    scheduler.at(100, "alarm")
    scheduler.at(110, "fault", 0)
    scheduler.at(230, "trouble_ends")
    assert "alarm" not in scheduler.kinds()
    scheduler.at(610, "restart")
    scheduler.at(610, "alarm")
    assert Alarmed.seen == [("alarm", 610)]


def test_a_process_that_is_down_has_no_instance_to_lose() -> None:
    faults = (
        "faults=[{kind='process_killed', offset_ms=0, for_ms=500},"
        " {kind='deploy', offset_ms=0}, {kind='instance_lost', offset_ms=0}]"
    )
    scheduler = created(Alarmed, faults)
    scheduler.at(20, "response", "create")
    for number in (0, 1, 2):
        scheduler.at(30, "fault", number)
    assert of(scheduler.world.trace, e.InstanceLost) == []
    assert scheduler.world.object.instance == 1


def test_a_notification_arrives_though_the_instance_is_lost_as_its_answer_comes() -> None:
    class Tells(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.notify("key")
            return Response(200)

    scheduler = created(Tells, "platform.instance_loss=0.5", "consumer.notify_loss=0.1")
    poke(scheduler, 50)
    scheduler.at(100, "notify", outcome="instance lost")
    assert of(scheduler.world.trace, e.Notified) == [e.Notified(100, "key")]
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(100, "poke", -1, 0)]


def test_r7_the_cache_of_kv_storage_is_lost_with_the_instance() -> None:
    class Reads(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.get("key")
            return Response(200)

    scheduler = created(Reads, *KV)
    poke(scheduler, 200)
    scheduler.at(250, "storage")
    poke(scheduler, 300)
    assert answers(scheduler) == [(250, 200), (300, 200)]
    instances.lose(scheduler.world.object, "reset")
    poke(scheduler, 400)
    assert answers(scheduler) == [(250, 200), (300, 200)]
    scheduler.at(450, "storage")
    assert answers(scheduler)[-1] == (450, 200)


@pytest.mark.parametrize(("gap_ms", "status"), [(999, 429), (1_000, 200)])
def test_a_second_put_to_a_key_within_a_second_is_refused(gap_ms: int, status: int) -> None:
    class PutsTwice(Probe):
        async def upload(self, chunk: Chunk) -> Response:
            await self.ctx.blobs.put(chunk)
            await self.ctx.sleep(gap_ms - 20)
            try:
                await self.ctx.blobs.put(chunk)
            except BlobStoreError as error:
                return Response(error.status)
            return Response(200)

    scheduler = created(PutsTwice, "blobs.same_key_ms=1000")
    scheduler.at(20, "response", "create")
    scheduler.at(10_020, "tick")
    scheduler.at(10_030, "request", "upload")
    scheduler.at(10_050, "blob")
    scheduler.at(10_030 + gap_ms, "timer")
    (kind,) = {"blob", "blob_refused"} & set(scheduler.kinds())
    scheduler.at(10_050 + gap_ms, kind)
    assert answers(scheduler, "upload") == [(10_050 + gap_ms, status)]
