"""All that a design may know is part of the state: each of these was left out once."""

from __future__ import annotations

from typing import Any

import pytest

import lastchunk
from lastchunk.model.explore.state.state_encoder import WorldEncoder
from lastchunk.model.properties import Property
from lastchunk.properties import never, state
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Page, Response

INCOMPLETE = never(state.status == "incomplete")
SMALL = (
    "expect.sometimes=[]",
    "limits.end_at_completion=false",
    "failures=0",
    "disconnects=0",
    "blobs.call_delay_ms=1",
)


def said(design: Any, scenario: Any, item: Property) -> tuple[str, bool]:
    """What exploring says, its attack left out, and whether any of 200 sessions violates it."""
    found = lastchunk.verify(scenario, design, properties={"own": item}, attack=0)
    sampled = lastchunk.compare(scenario, design, 200, properties={"own": item})
    (verdicts,) = sampled.verdicts.values()
    return found.verdicts["own"].kind, verdicts["own"].kind == "violated"


class MarksTheFirst(AlarmDesign):
    """The first upload that ends leaves a mark; the alarm says whether it is a bad one."""

    bad = 0

    async def upload(self, chunk: Chunk) -> Response:
        """Put it, and mark the first."""
        await self.ctx.blobs.put(chunk)
        count = (await self.ctx.storage.get("n")) or 0
        if count == 0:
            await self.mark(chunk.index == self.bad)
        await self.ctx.storage.put("n", count + 1)
        return Response(200)

    async def mark(self, is_bad: bool) -> None:
        """Keep it, in a way of its own."""
        raise NotImplementedError

    async def is_marked(self) -> bool:
        """Whether the mark is the bad one."""
        raise NotImplementedError

    async def signal_stop(self) -> Response:
        """The alarm comes soon."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 20)
        return Response(200)

    async def alarm(self) -> None:
        """Say what the mark was."""
        status = "incomplete" if await self.is_marked() else "completed"
        await self.ctx.storage.put("state", {"status": status, "chunks_uploaded": 0})


class ByPort(MarksTheFirst):
    """The mark is which of its ports a field holds."""

    async def mark(self, is_bad: bool) -> None:
        """One or the other."""
        self.port = self.ctx.storage if is_bad else self.ctx.blobs

    async def is_marked(self) -> bool:
        """By what it can do."""
        return hasattr(self.port, "get")


class ByField(MarksTheFirst):
    """The mark is that there is a field, which holds a port."""

    async def mark(self, is_bad: bool) -> None:
        """Make it, or do not."""
        self.is_seen = True
        if is_bad:
            self.port = self.ctx.storage

    async def is_marked(self) -> bool:
        """Whether it is there."""
        return hasattr(self, "port")


class ByTransaction(MarksTheFirst):
    """The mark is whether a field holds a transaction, or the storage."""

    async def mark(self, is_bad: bool) -> None:
        """Look at one."""
        self.is_bad = is_bad
        await self.ctx.storage.transaction(self.look)
        del self.is_bad

    async def look(self, opened: Any) -> None:
        """Keep it, or the storage."""
        self.port = opened if self.is_bad else self.ctx.storage

    async def is_marked(self) -> bool:
        """By what it can do."""
        return hasattr(self.port, "rollback")


class ByBlob(MarksTheFirst):
    """The mark is that the blob store has the bad one no more: it is deleted where it was first."""

    async def upload(self, chunk: Chunk) -> Response:
        """Keep its key, whether it is gone or not."""
        made = await self.ctx.blobs.put(chunk)
        await self.ctx.storage.put(f"key{chunk.index}", made.key)
        count = (await self.ctx.storage.get("n")) or 0
        is_bad_first = count == 0 and chunk.index == self.bad
        await self.ctx.storage.put("n", count + 1)
        await self.ctx.blobs.delete(made.key if is_bad_first else "none")
        return Response(200)

    async def is_marked(self) -> bool:
        """Whether one is gone."""
        kept = (await self.ctx.storage.list(prefix="key")).values()
        return None in [await self.ctx.blobs.head(key) for key in kept]


@pytest.mark.parametrize("bad", [0, 1])
@pytest.mark.parametrize("design", [ByPort, ByField, ByTransaction, ByBlob])
def test_which_port_a_field_holds(design: Any, bad: int) -> None:
    marked = type(f"{design.__name__}{bad}", (design,), {"bad": bad, "__module__": __name__})
    scenario = lastchunk.load_scenario("small-scope", [*SMALL, "chunks=2"])
    assert said(marked, scenario, INCOMPLETE) == ("violated", True)


def test_an_explorer_that_forgets_the_blob_store_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    forgets = type("ByBlob1", (ByBlob,), {"bad": 1, "__module__": __name__})
    scenario = lastchunk.load_scenario("small-scope", [*SMALL, "chunks=2"])
    monkeypatch.setattr(WorldEncoder, "_blobs", lambda self, store: [])
    assert said(forgets, scenario, INCOMPLETE) == ("proved", True)


class ComparesTransactions(MarksTheFirst):
    """Nothing tells two transactions apart: who compares them gets one answer everywhere."""

    async def mark(self, is_bad: bool) -> None:
        """Keep one twice, or two."""
        self.made: list[Any] = []
        await self.ctx.storage.transaction(self.look)
        await self.ctx.storage.transaction(self.look)
        one, two = self.made
        self.made = [one, one] if is_bad else [one, two]

    async def look(self, opened: Any) -> None:
        """Keep it."""
        self.made.append(opened)

    async def is_marked(self) -> bool:
        """Whether they are equal."""
        return bool(self.made[0] == self.made[1])


@pytest.mark.parametrize("bad", [0, 1])
def test_transactions_are_equal_wherever_they_are_compared(bad: int) -> None:
    kinds = {"bad": bad, "__module__": __name__}
    marked = type(f"ComparesTransactions{bad}", (ComparesTransactions,), kinds)
    scenario = lastchunk.load_scenario("small-scope", [*SMALL, "chunks=2"])
    assert said(marked, scenario, INCOMPLETE) == ("violated", True)


class SendsWhatItWasTold(MarksTheFirst):
    """A request that waits at the gate carries data that looks like the name of a chunk's call."""

    async def upload(self, chunk: Chunk) -> Response:
        """Put it, and count: nothing here tells chunks apart."""
        await self.ctx.blobs.put(chunk)
        count = (await self.ctx.storage.get("n")) or 0
        await self.ctx.storage.put("n", count + 1)
        return Response(200)

    async def probe(self) -> Response:
        """Whether an upload has ended."""
        return Response(200, int(bool(await self.ctx.storage.get("n"))))

    async def close(self) -> Response:
        """Hold the gate for a while."""
        self.ctx.wait_until(self.hold())
        return Response(200)

    async def hold(self) -> None:
        """Let nothing in meanwhile."""
        await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(30))

    async def signal_stop(self, word: str = "", told: int = -1) -> Response:
        """Keep what the page says."""
        await self.ctx.storage.put("told", told)
        await self.ctx.storage.set_alarm(self.ctx.now() + 20)
        return Response(200)

    async def is_marked(self) -> bool:
        """Whether the page said that one had ended."""
        return bool(await self.ctx.storage.get("told") == self.bad)

    @classmethod
    async def stop_flow(cls, page: Page, settings: Any) -> None:
        """Ask, close the gate, and send the answer while it is closed."""
        answer = await page.browser.fetch("probe")
        await page.browser.sleep(20, 20)
        await page.browser.fetch("close")
        await page.browser.send_beacon("signal_stop", ("upload", answer.body))


@pytest.mark.parametrize("bad", [0, 1])
def test_data_of_a_request_that_waits_is_data(bad: int) -> None:
    kinds = {"bad": bad, "__module__": __name__}
    marked = type(f"SendsWhatItWasTold{bad}", (SendsWhatItWasTold,), kinds)
    scenario = lastchunk.load_scenario("small-scope", [*SMALL, "chunks=2"])
    assert said(marked, scenario, INCOMPLETE) == ("violated", True)
