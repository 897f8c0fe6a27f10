"""A cold start that the code could notice is never left out, while sampling or exploring.

What it may notice: its constructor, its fields, the clock of another machine, an empty cache.
"""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.properties import check_all
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.simulate.run import Run
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.clock import bare
from lastchunk.reference_impl.contract import Chunk, Context, HandlerFailure, Response
from lastchunk.reference_impl.session import create_session, store_chunk
from tests.explore.small import explored
from tests.support.probes import KV, Alarmed, created, pending, poke
from tests.support.worlds import of

ONE_CHUNK = (
    "chunks=1",
    "start.session=created",
    "design.grace_ms=20",
    "design.long_alarm_ms=40",
    "platform.hibernate_after_ms=10",
)
"""The object is idle long enough to lose its memory before its alarm is due."""
EVICTED = ("platform.hibernates=false", "platform.evict_after_ms=10")


class Keeps(AlarmDesign):
    """Mixed in: a field that requests change, so that an instance has something to lose."""

    def __init__(self, ctx: Context, settings: Any) -> None:
        super().__init__(ctx, settings)
        self.seen: list[int] = []

    async def upload(self, chunk: Chunk) -> Response:
        """Remember it."""
        self.seen.append(chunk.index)
        return await super().upload(chunk)


class SetsAlarm(AlarmDesign):
    """Only its constructor sets the alarm: each cold start pushes it away."""

    async def construct(self) -> None:
        """Set it 40 ms ahead, or as far as the settings say."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.long_alarm_ms)

    async def create(self) -> Response:
        """Set no alarm."""
        return await create_session(self.ctx)

    async def upload(self, chunk: Chunk) -> Response:
        """Set no alarm."""
        return await store_chunk(self.ctx, chunk)

    async def signal_stop(self) -> Response:
        """Set no alarm."""
        return Response(200)


class SetsAlarmAndKeeps(SetsAlarm, Keeps):
    """The same, with a field."""


class RowsPileUp(AlarmDesign):
    """Each cold start adds a row, and the alarm runs every row."""

    notifies = True

    async def construct(self) -> None:
        """Add a row."""
        rows = await self.ctx.storage.get("rows") or 0
        await self.ctx.storage.put("rows", rows + 1)

    async def alarm(self) -> None:
        """Tell the consumer once for each row."""
        await super().alarm()
        for _ in range(await self.ctx.storage.get("rows") or 0):
            await self.ctx.notify("")
        await self.ctx.storage.put("rows", 0)


class RowsPileUpAndKeeps(RowsPileUp, Keeps):
    """The same, with a field."""


class NameInMemory(AlarmDesign):
    """Its alarm needs a name that only a request can tell it."""

    name: str | None = None

    async def upload(self, chunk: Chunk) -> Response:
        """Learn it."""
        self.name = "session"
        return await super().upload(chunk)

    async def alarm(self) -> None:
        """Throw without it."""
        if self.name is None:
            raise HandlerFailure("no name in this instance")
        await super().alarm()


def sampled(cls: Any, *overrides: str, seed: int = 1) -> Run:
    scenario = load_scenario("everything-fast", overrides)
    return simulate(scenario, design(cls, scenario), seed)


def design(cls: Any, scenario: Scenario) -> DesignSpec:
    """A class with the alarm design's settings."""
    return DesignSpec(cls.__name__, cls, load_design("alarm", scenario).settings, "alarm")


def lost(run: Run) -> list[str]:
    return [event.reason for event in of(run.trace, e.InstanceLost)]


@pytest.mark.parametrize("idle", [(), EVICTED], ids=["hibernated", "evicted"])
@pytest.mark.parametrize("cls", [SetsAlarm, SetsAlarmAndKeeps])
def test_a_constructor_that_moves_the_alarm_is_explored(cls: Any, idle: tuple[str, ...]) -> None:
    found = explored(cls, ["finalizes"], *ONE_CHUNK, *idle)
    assert found.verdicts["finalizes"].kind == "violated"
    assert "without an end" in found.verdicts["finalizes"].reason


def test_without_idleness_the_same_constructor_is_harmless() -> None:
    found = explored(SetsAlarm, ["finalizes"], *ONE_CHUNK, "platform.hibernate_after_ms=100")
    assert found.verdicts["finalizes"].kind == "proved"


@pytest.mark.parametrize("cls", [RowsPileUp, RowsPileUpAndKeeps])
def test_what_each_cold_start_adds_is_there_in_every_session(cls: Any) -> None:
    scenario = load_scenario("everything-fast")
    for session in range(10):
        run = simulate(scenario, design(cls, scenario), 1, session)
        assert type(check_all(run.facts, run.judge)["notified_once"]).__name__ == "Violation"
        assert len(of(run.trace, e.Notified)) == len(lost(run)), "the last one follows the alarm"


def test_a_constructor_runs_once_for_each_time_that_was_long_enough() -> None:
    """From the session's creation to the first chunk it is idle for 50 ms more than to the next."""
    for chunk_ms, cold_starts in ((5_000, 2), (10_000, 3), (12_000, 4)):
        run = sampled(RowsPileUp, "recording.duration_ms=25000", f"client.chunk_ms={chunk_ms}")
        assert len(of(run.trace, e.Notified)) == cold_starts, chunk_ms


def test_a_name_that_only_a_request_tells_is_gone_when_the_alarm_comes() -> None:
    assert (
        explored(NameInMemory, ["finalizes"], *ONE_CHUNK).verdicts["finalizes"].kind == "violated"
    )
    run = sampled(NameInMemory)
    assert type(check_all(run.facts, run.judge)["finalizes"]).__name__ == "Violation"
    assert len(of(run.trace, e.AlarmDropped)) == 1


def test_an_object_that_could_not_tell_falls_asleep_unnoticed() -> None:
    assert lost(sampled(AlarmDesign)) == []
    assert lost(sampled(Keeps)) == ["hibernated"] * len(lost(sampled(Keeps))) != []


def test_another_machine_shows_another_clock() -> None:
    """D3 looks at the clock of the instance that is there; so its change is no secret."""
    found = lost(sampled(AlarmDesign, "platform.clock_offset_ms={low_ms=-40, high_ms=40}"))
    assert found[0] == "hibernated"
    assert lost(sampled(AlarmDesign, "platform.clock_offset_ms=-40")) == []


def test_r7_a_cold_start_empties_the_cache_of_kv() -> None:
    class Reads(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.storage.get("key")
            self.seen.append(bare(self.ctx.now()))
            return Response(200)

    scheduler = created(Reads, *KV)
    assert "idle_end" not in scheduler.kinds(), "nothing was read yet"
    poke(scheduler, 60)
    scheduler.at(110, "storage")
    assert pending(scheduler, "idle_end").since_ms == 110
    scheduler.at(10_110, "idle_end")
    poke(scheduler, 10_200)
    scheduler.at(10_250, "storage")
    assert Reads.seen == [110, 10_250]


def test_an_instance_that_was_never_there_cannot_fall_asleep() -> None:
    """The old one ends after a deploy; its successor has not begun (R11)."""

    class Constructs(Alarmed):
        async def construct(self) -> None:
            self.seen.append("constructs")

        async def poke(self) -> Response:
            await self.ctx.sleep(100)
            return Response(200)

    scheduler = created(Constructs, "faults=[{kind='deploy', offset_ms=50}]")
    scheduler.at(20, "response", "create")
    poke(scheduler, 45)
    scheduler.at(70, "fault")
    scheduler.at(145, "timer")
    assert "idle_end" not in scheduler.kinds()
    assert Constructs.seen == ["constructs"]
