"""Designs that look at times, at chunks or at the order of keys; and those that are refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.contract import COMPLETED, STATE_KEY, Chunk, Context, Response
from lastchunk.reference_impl.session import set_status
from tests.explore.small import COMPLETE, Remembers, explored, line_with


class Deadline(AlarmDesign):
    """Keeps a deadline of its own, and completes no sooner: time is stored and compared."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk; the deadline is a grace from now."""
        response = await super().upload(chunk)
        deadline_ms = self.ctx.now() + self.settings.grace_ms
        await self.ctx.storage.put("deadline", deadline_ms)
        await self.ctx.storage.set_alarm(deadline_ms)
        return response

    async def alarm(self) -> None:
        """Early: set it again. Else complete."""
        deadline_ms = await self.ctx.storage.get("deadline")
        if deadline_ms is not None and self.ctx.now() < deadline_ms:
            await self.ctx.storage.set_alarm(deadline_ms)
            return
        await set_status(self.ctx, COMPLETED)


@pytest.mark.parametrize(("grace_ms", "verdict"), [(16, "violated"), (17, "proved")])
def test_a_design_may_store_and_compare_times(grace_ms: int, verdict: str) -> None:
    assert explored(Deadline, [COMPLETE], f"grace_ms={grace_ms}").verdict == verdict


class Splits(Remembers):
    """Completes at the alarm only if it comes more than 3 ms after the last upload."""

    async def signal_stop(self) -> Response:
        """Complete at once if the last upload is more than 3 ms ago."""
        last_ms = await self.ctx.storage.get("last")
        if last_ms is not None and self.ctx.now() > last_ms + 3:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


@pytest.mark.parametrize(("high_ms", "verdict"), [(4, "proved"), (5, "violated")])
def test_a_comparison_splits_a_class(high_ms: int, verdict: str) -> None:
    # Sent at 0, legs 1 to high: the stop can be more than 3 ms behind an upload from high = 5 on.
    overrides = (f"high_ms={high_ms}", "failures=0", "disconnects=0", "long_alarm_ms=100")
    assert explored(Splits, [COMPLETE], *overrides).verdict == verdict


class Floats(AlarmDesign):
    """Turns a time into a fraction."""

    async def signal_stop(self) -> Response:
        """Divide it."""
        await self.ctx.storage.set_alarm(int(self.ctx.now() / 1000))  # type: ignore[arg-type]
        return Response(200)


class Shows(AlarmDesign):
    """Keeps a time as a text, in a list."""

    async def signal_stop(self) -> Response:
        """Write it."""
        await self.ctx.storage.put("shown", repr([self.ctx.now()]))
        return Response(200)


class LooksAtTheOrder(AlarmDesign):
    """Completes at a stop where chunk 1 and then chunk 0 came, and no more."""

    async def upload(self, chunk: Chunk) -> Response:
        """Remember the order."""
        response = await super().upload(chunk)
        order = await self.ctx.storage.get("order") or {}
        order[chunk.index] = True
        await self.ctx.storage.put("order", order)
        return response

    async def signal_stop(self) -> Response:
        """Look at it."""
        if list(await self.ctx.storage.get("order") or {}) == [1, 0]:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


class Random(AlarmDesign):
    """Does something else each time."""

    turns = 0

    async def upload(self, chunk: Chunk) -> Response:
        """Count outside of its instance."""
        type(self).turns += 1
        turns = type(self).turns
        await self.ctx.sleep(1)
        return Response(200 + 0 * turns)


class Born(AlarmDesign):
    """Knows how many instances there were before."""

    births = 0

    def __init__(self, ctx: Context, settings: AlarmSettings) -> None:
        type(self).births += 1
        self.born = type(self).births
        super().__init__(ctx, settings)


class Asks(Remembers):
    """Asks another question of time each time."""

    asked = 0

    async def signal_stop(self) -> Response:
        """Compare with something else than the last time."""
        last_ms = await self.ctx.storage.get("last")
        type(self).asked += 1
        if last_ms is not None and self.ctx.now() > last_ms + type(self).asked:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


class Spins(AlarmDesign):
    """Never comes to an end."""

    async def signal_stop(self) -> Response:
        """Go round."""
        while True:
            await self.ctx.storage.get(STATE_KEY)


class Throws(AlarmDesign):
    """Throws."""

    async def signal_stop(self) -> Response:
        """Divide by zero."""
        return Response(200 // 0)


def test_time_that_cannot_be_exact_is_refused_with_its_line() -> None:
    with pytest.raises(
        DesignError, match=r"test_what_designs_do\.py, line \d+.*multiply or divide a time"
    ):
        explored(Floats, [COMPLETE])


def test_a_time_in_a_text_is_refused_also_within_a_list() -> None:
    line = line_with(Shows, "repr([self.ctx.now()])")
    with pytest.raises(DesignError, match=rf"line {line}, .*write into a text a time"):
        explored(Shows, [COMPLETE])


def test_the_order_of_the_keys_of_a_dictionary_is_part_of_a_state() -> None:
    overrides = ("chunks=3", "failures=0", "disconnects=0", "high_ms=2")
    found = explored(LooksAtTheOrder, [COMPLETE], *overrides)
    assert found.verdict == "violated"
    steps = found.counterexamples[COMPLETE][0].schedule.steps
    assert [step.key[2] for step in steps if step.key[1] == "upload"] == [1, 0]


def test_a_design_that_is_not_repeatable_is_refused() -> None:
    line = line_with(Random, "type(self).turns += 1")
    with pytest.raises(DesignError, match="turns outlives the instance") as caught:
        explored(Random, [COMPLETE])
    assert f"at line {line}, in upload()" in str(caught.value)


def test_a_field_that_comes_out_another_is_named() -> None:
    with pytest.raises(DesignError, match=r"births outlives the instance"):
        explored(Born, [COMPLETE])


def test_a_design_that_asks_another_question_is_refused_with_its_line() -> None:
    where = f"at line {line_with(Asks, 'type(self).asked += 1')}, in signal_stop()"
    with pytest.raises(DesignError, match=re.escape(where) + ".*outlives the instance"):
        explored(Asks, [COMPLETE])


def test_a_design_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lastchunk.model.explore.code.watched.STEP_SECONDS_MAX", 0.5)
    with pytest.raises(DesignError, match=r"did not come to an await or an end.*signal_stop"):
        explored(Spins, [COMPLETE], "limits.awaits_max=10_000_000")


class NeverBegins(AlarmDesign):
    """Its page's code does not end as the session begins."""

    @staticmethod
    async def stop_flow(page: Any, settings: Any) -> None:
        """Go on and on."""
        while True:
            pass


def test_a_beginning_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lastchunk.model.explore.code.watched.STEP_SECONDS_MAX", 0.5)
    with pytest.raises(DesignError, match=r"did not come to an await or an end.*stop_flow"):
        explored(NeverBegins, [COMPLETE])


def test_a_design_that_throws_is_answered_500_and_judged() -> None:
    found = explored(Throws, [COMPLETE])
    assert found.verdict == "proved", "the stop failed, and nothing was completed too early"


class FirstMatters(AlarmDesign):
    """Treats chunk 0 in its own way."""

    async def upload(self, chunk: Chunk) -> Response:
        """Complete with the first chunk, whatever the others do."""
        response = await super().upload(chunk)
        if chunk.index == 0:
            await set_status(self.ctx, COMPLETED)
        return response


def test_a_design_that_tells_chunks_apart_is_explored_without_the_symmetry() -> None:
    found = explored(FirstMatters, [COMPLETE])
    assert found.verdict == "violated"
    assert "without chunk 1" in found.verdicts[COMPLETE].reason


class SecondMatters(AlarmDesign):
    """Treats chunk 1 in its own way, and keeps nothing that says so."""

    async def upload(self, chunk: Chunk) -> Response:
        """Refuse chunk 1 once it comes a second time."""
        if chunk.index == 1 and await self.ctx.storage.get("one"):
            return Response(403)
        if chunk.index == 1:
            await self.ctx.storage.put("one", True)
        return await super().upload(chunk)


def test_without_the_symmetry_a_chunk_keeps_its_index() -> None:
    # Uploads one after the other: which chunk is left is all that tells some states apart.
    found = explored(
        SecondMatters,
        ["nothing_refused"],
        "client.uploads_parallel=1",
        "network.request_loss=0",
        "network.response_loss=0.5",
        "disconnects=0",
        "chunks=3",
    )
    assert found.verdict == "violated"
    assert "chunk 1 was answered 403" in found.verdicts["nothing_refused"].reason
