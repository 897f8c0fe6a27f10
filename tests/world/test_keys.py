"""Several keys in one operation, a list of keys in some bounds, and a wait for the disk (R16, R17).

What a list answers is compared with the definition: the keys sorted by their bytes in UTF-8, and
filtered by hand.
"""

from __future__ import annotations

import itertools
import operator
from typing import Any, ClassVar

from lastchunk.model.trace import events as e
from lastchunk.model.world.object import instances
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.clock import bare
from lastchunk.reference_impl.contract import STATE_KEY, Chunk, Response
from tests.explore.small import explored
from tests.support.probes import KV, ON_DISK, Alarmed, Probe, answers, poke, probe
from tests.support.worlds import of

NAMES = ["b", "a", "a:2", "a:10", "ä", "Z", "\ue000", "\U0001f600", "", "a:"]
"""In UTF-16, as a JavaScript string is compared, the last but three would come after the next."""


def told(work: Any, *overrides: str) -> list[Any]:
    """What a poke's work reports, with `NAMES` stored under their own length."""

    class Works(Probe):
        async def poke(self) -> Response:
            await self.ctx.storage.put({name: len(name) for name in NAMES})
            await work(self)
            return Response(200)

    scheduler = probe(Works, *overrides)
    poke(scheduler, 10)
    return Works.seen


def by_definition(**bounds: Any) -> list[tuple[str, int]]:
    """The same list from its definition, on bytes."""
    found = sorted(NAMES, key=lambda name: name.encode())
    found = [name for name in found if name.startswith(bounds.get("prefix", ""))]
    for word, keeps in (("start", operator.ge), ("start_after", operator.gt), ("end", operator.lt)):
        bound = bounds.get(word)
        if bound is not None:
            found = [name for name in found if keeps(name.encode(), bound.encode())]
    found = found[::-1] if bounds.get("reverse") else found
    return [(name, len(name)) for name in found[: bounds.get("limit")]]


def test_r16_a_list_is_in_the_order_of_bytes_and_in_its_bounds() -> None:
    choices: tuple[tuple[dict[str, Any], ...], ...] = (
        ({"prefix": ""}, {"prefix": "a"}, {"prefix": "a:"}),
        ({}, {"start": "a"}, {"start_after": "a"}, {"start": "\ue000"}),
        ({}, {"end": "b"}, {"end": "a"}),
        ({}, {"reverse": True}),
        ({}, {"limit": 2}),
    )
    parts = itertools.product(*choices)
    asked = [{name: value for part in chosen for name, value in part.items()} for chosen in parts]

    async def lists(self: Probe) -> None:
        for bounds in asked:
            self.seen.append(list((await self.ctx.storage.list(**bounds)).items()))

    assert told(lists) == [by_definition(**bounds) for bounds in asked]


def test_r16_several_keys_come_back_in_order_and_without_those_that_are_not_there() -> None:
    async def reads(self: Probe) -> None:
        storage = self.ctx.storage
        self.seen.append(list(await storage.get(["b", "none", "a", "b"])))
        self.seen.append(await storage.delete(["b", "none", "a"]))
        self.seen.append((await storage.delete("Z"), await storage.delete("Z")))
        self.seen.append((await storage.get(["a", "b"]), await storage.get([])))

    assert told(reads) == [["a", "b"], 2, (True, False), ({}, {})]


def test_r16_what_is_read_of_several_keys_are_copies() -> None:
    async def changes(self: Probe) -> None:
        items = [1]
        await self.ctx.storage.put({"k": items, "l": items})
        items.append(2)
        read = await self.ctx.storage.list(prefix="k")
        read["k"].append(3)
        self.seen.append(await self.ctx.storage.get(["k", "l"]))

    assert told(changes) == [{"k": [1], "l": [1]}]


def test_r16_several_keys_are_one_commit() -> None:
    async def nothing(self: Probe) -> None:
        self.seen.append(len(NAMES))

    class Puts(Probe):
        async def poke(self) -> Response:
            await self.ctx.storage.put(dict.fromkeys(NAMES, 1))
            return Response(200)

    scheduler = probe(Puts, ON_DISK)
    poke(scheduler, 10)
    assert [key for key in scheduler.world.pending if key[0] == "commit"] == [("commit", 1)]
    assert scheduler.world.object.storage.batches[1].values == dict.fromkeys(NAMES, 1)
    assert told(nothing) == [len(NAMES)]


def test_r16_a_list_holds_the_gate_of_a_storage_that_is_slow() -> None:
    class Lists(Alarmed):
        async def poke(self) -> Response:
            self.seen.append(list(await self.ctx.storage.list()))
            self.seen.append(await self.ctx.storage.get(["a"]))
            return Response(200)

    scheduler = probe(Lists, *KV)
    poke(scheduler, 10)
    scheduler.at(20, "request", "create")
    assert of(scheduler.world.trace, e.HandlerEnded) == [], "create waits behind the gate"
    scheduler.at(60, "storage", "poke")
    scheduler.at(110, "storage", "poke")
    assert answers(scheduler) == [(110, 200)]
    assert answers(scheduler, "create") == [(110, 200)]


def test_r16_the_bill_counts_each_row() -> None:
    async def reads(self: Probe) -> None:
        await self.ctx.storage.get(["a", "b", "none"])
        await self.ctx.storage.list(prefix="a:")

    class Works(Probe):
        async def poke(self) -> Response:
            await self.ctx.storage.put(dict.fromkeys(NAMES, 1))
            await reads(self)
            await self.ctx.storage.delete(["a", "b"])
            return Response(200)

    scheduler = probe(Works)
    poke(scheduler, 10)
    meter = scheduler.world.object.meter
    assert (meter.rows_read, meter.rows_written) == (3 + 3, len(NAMES) + 2)


# --- sync ----------------------------------------------------------------------------------------


class Syncs(Alarmed):
    """A poke writes, waits for the disk, and reports when it goes on."""

    async def poke(self) -> Response:
        """Write and wait."""
        await self.ctx.storage.put("key", 1)
        await self.ctx.storage.sync()
        self.seen.append(bare(self.ctx.now()))
        return Response(200)

    async def alarm(self) -> None:
        """Report the time."""
        self.seen.append(("alarm", bare(self.ctx.now())))


def test_r17_sync_waits_for_the_disk_with_the_gate_open() -> None:
    scheduler = probe(Syncs, ON_DISK)
    scheduler.at(10, "request", "create")
    scheduler.at(50, "commit")
    poke(scheduler, 90)
    scheduler.at(100, "alarm")
    assert Syncs.seen == [("alarm", 100)], "the gate is open"
    scheduler.at(130, "commit", 2)
    assert Syncs.seen == [("alarm", 100), 130]


def test_r17_sync_is_at_once_where_all_is_on_disk() -> None:
    scheduler = probe(Syncs)
    poke(scheduler, 30)
    assert Syncs.seen == [30]


def test_r17_a_failed_commit_ends_who_waits_for_it() -> None:
    scheduler = probe(Syncs, ON_DISK)
    poke(scheduler, 30)
    scheduler.at(40, "commit", outcome="failed")
    assert Syncs.seen == []
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(40, "poke", -1, 0)]
    assert not scheduler.world.object.program.tasks


def test_r17_at_a_deploy_the_old_instance_that_waits_is_told_so() -> None:
    class Catches(Syncs):
        async def poke(self) -> Response:
            try:
                return await super().poke()
            except Exception as error:
                self.seen.append(type(error).__name__)
                raise

    scheduler = probe(Catches, ON_DISK)
    poke(scheduler, 30)
    scheduler.world.now_ms = 40
    instances.lose(scheduler.world.object, "deploy", 0, 1000)
    assert Catches.seen == ["InstanceReplaced"]
    assert not scheduler.world.object.replaced


# --- while exploring -----------------------------------------------------------------------------


class KeyForEachChunk(AlarmDesign):
    """Keeps a key for each chunk; their number is the count."""

    prefix: ClassVar[str] = "chunk:"

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, then count the keys."""
        await self.ctx.blobs.put(chunk)
        await self.ctx.storage.put(f"chunk:{chunk.index}", chunk.index)
        found = await self.ctx.storage.list(prefix=self.prefix)
        state = await self.ctx.storage.get(STATE_KEY)
        await self.ctx.storage.put({STATE_KEY: {**state, "chunks_uploaded": len(found)}})
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.long_alarm_ms)
        return Response(200)


class CountsOneKey(KeyForEachChunk):
    """Lists the key of the first chunk alone."""

    prefix = "chunk:0"


def test_a_design_that_keeps_a_key_for_each_chunk_is_explored() -> None:
    assert explored(KeyForEachChunk, ["count_true"]).verdict == "proved"
    assert explored(CountsOneKey, ["count_true"]).verdict == "violated"


class SyncsFirst(AlarmDesign):
    """Completes, and waits for the disk in the middle of its alarm."""

    async def alarm(self) -> None:
        """Complete, after all that was written before is on disk."""
        await self.ctx.storage.put("tried", 1)
        await self.ctx.storage.sync()
        await super().alarm()


def test_a_handler_that_waits_for_the_disk_is_explored() -> None:
    slow = ("platform.commit_ms={distribution='uniform',low_ms=1,high_ms=3}", "chunks=1")
    assert explored(SyncsFirst, ["finalizes"], *slow).verdict == "proved"
