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
from tests.probes import KV, Alarmed, Probe, Waits, answers, bounds, created, pending, poke, probe
from tests.worlds import NoSettings, of


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

    hand = created(Counts)
    assert "idle_end" not in hand.kinds(), "an instance that keeps nothing has nothing to lose"
    poke(hand, 50)
    assert pending(hand, "idle_end").delay == 10_000
    poke(hand, 60)
    hand.at(10_060, "idle_end")
    poke(hand, 10_070)
    assert Counts.seen == [(1, 1), (2, 2), (1, 3)]
    assert of(hand.world.trace, e.InstanceLost) == [e.InstanceLost(10_060, 0, "hibernated")]
    assert pending(hand, "alarm").payload.due_ms == 90_000

    hand = created(Counts, "platform.hibernates=false")
    poke(hand, 50)
    assert bounds(hand, "idle_end") == (70_000, 140_000)
    hand.at(70_050, "idle_end")
    assert of(hand.world.trace, e.InstanceLost) == [e.InstanceLost(70_050, 0, "evicted")]


def test_an_idle_object_with_a_write_under_way_does_not_hibernate() -> None:
    class Keeps(Waits):
        async def create(self) -> Response:
            self.count += 1
            await self.ctx.storage.put("a", 1)
            return Response(200)

    hand = probe(Keeps, "platform.commit_ms=40")
    hand.at(10, "request", "create")
    hand.at(10_010, "idle_end")
    assert of(hand.world.trace, e.InstanceLost) == []
    hand.at(10_020, "commit")
    hand.at(20_010, "idle_end")
    assert len(of(hand.world.trace, e.InstanceLost)) == 1


def test_a_killed_process_answers_nobody_until_it_is_there_again() -> None:
    fault = "faults=[{kind='process_killed', offset_ms=0, for_ms=500}]"
    hand = created(Waits, fault)
    hand.at(20, "response", "create")
    poke(hand, 50)
    hand.at(60, "fault")
    assert of(hand.world.trace, e.HandlerLost) == [e.HandlerLost(60, "poke", -1, 0)]
    assert not {"alarm", "timer", "response"} & set(hand.kinds())
    poke(hand, 70)
    assert answers(hand) == []
    hand.at(560, "restart")
    hand.at(560, "alarm")
    assert of(hand.world.trace, e.AlarmStarted) == [e.AlarmStarted(560, 100, 0)]
    poke(hand, 600)
    assert Waits.seen == [1, ("alarm", 560), 1]


def test_a_trouble_that_ends_while_the_process_is_down_delivers_nothing() -> None:
    faults = (
        "faults=[{kind='process_killed', offset_ms=0, for_ms=500},"
        " {kind='alarm_late', offset_ms=0, for_ms=200}]"
    )
    hand = created(Alarmed, faults)
    hand.at(20, "response", "create")
    hand.at(30, "fault", 1)
    hand.at(100, "alarm")
    hand.at(110, "fault", 0)
    hand.at(230, "trouble_ends")
    assert "alarm" not in hand.kinds()
    hand.at(610, "restart")
    hand.at(610, "alarm")
    assert Alarmed.seen == [("alarm", 610)]


def test_a_process_that_is_down_has_no_instance_to_lose() -> None:
    faults = (
        "faults=[{kind='process_killed', offset_ms=0, for_ms=500},"
        " {kind='deploy', offset_ms=0}, {kind='instance_lost', offset_ms=0}]"
    )
    hand = created(Alarmed, faults)
    hand.at(20, "response", "create")
    for number in (0, 1, 2):
        hand.at(30, "fault", number)
    assert of(hand.world.trace, e.InstanceLost) == []
    assert hand.world.object.instance == 1


def test_a_notification_arrives_though_the_instance_is_lost_as_its_answer_comes() -> None:
    class Tells(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.notify("key")
            return Response(200)

    hand = created(Tells, "platform.instance_loss=0.5", "consumer.notify_loss=0.1")
    poke(hand, 50)
    hand.at(100, "notify", outcome="instance lost")
    assert of(hand.world.trace, e.Notified) == [e.Notified(100, "key")]
    assert of(hand.world.trace, e.HandlerLost) == [e.HandlerLost(100, "poke", -1, 0)]


def test_r7_the_cache_of_kv_storage_is_lost_with_the_instance() -> None:
    class Reads(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.get("key")
            return Response(200)

    hand = created(Reads, *KV)
    poke(hand, 200)
    hand.at(250, "storage")
    poke(hand, 300)
    assert answers(hand) == [(250, 200), (300, 200)]
    instances.lose(hand.world.object, "reset")
    poke(hand, 400)
    assert answers(hand) == [(250, 200), (300, 200)]
    hand.at(450, "storage")
    assert answers(hand)[-1] == (450, 200)


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

    hand = created(PutsTwice, "blobs.same_key_ms=1000")
    hand.at(20, "response", "create")
    hand.at(10_020, "tick")
    hand.at(10_030, "request", "upload")
    hand.at(10_050, "blob")
    hand.at(10_030 + gap_ms, "timer")
    (kind,) = {"blob", "blob_refused"} & set(hand.kinds())
    hand.at(10_050 + gap_ms, kind)
    assert answers(hand, "upload") == [(10_050 + gap_ms, status)]
