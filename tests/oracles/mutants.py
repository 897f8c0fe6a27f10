"""Mutants of the recommended design: each leaves out one thing that the design rests on.

Each is a small subclass of `LazyAlarmDesign`, with the situation in which it goes wrong and the
property that it then violates. A situation is the small scope with a few bounds of its own, from
the moment at which the session has been created to the end of everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    INCOMPLETE,
    STATE_KEY,
    Chunk,
    Context,
    Response,
)
from lastchunk.reference_impl.lazy_alarm import LazyAlarmDesign
from lastchunk.reference_impl.session import missing_chunks, note_chunk

ALWAYS = (
    "chunks=2",
    "expect.sometimes=[]",
    "start.session='created'",
    "limits.end_at_completion=false",
    "client.retry_jitter=0",
    "disconnects=0",
)
SLOW_PUTS = "blobs.put_delay_ms={distribution='uniform', low_ms=1, high_ms=4}"


@dataclass(frozen=True)
class Situation:
    """Bounds of the small scope. ``impossible`` are properties that no design can keep in it."""

    overrides: tuple[str, ...]
    impossible: frozenset[str] = frozenset()

    def scenario(self) -> Scenario:
        """The scenario of this situation."""
        return load_scenario("small-scope", [*ALWAYS, *self.overrides])


SITUATIONS = {
    "losses": Situation((SLOW_PUTS,)),
    "disconnect": Situation((SLOW_PUTS, "loss=0", "disconnects=1")),
    "silence": Situation((SLOW_PUTS, "design.watchdog_ms=6", "design.retention_ms=60")),
    "last moment": Situation(("design.watchdog_ms=10", "design.retention_ms=7")),
    "stray stop": Situation(
        ("loss=0", "faults=[{kind='stray_stop', offset_ms={low_ms=0, high_ms=8}}]")
    ),
    "client lost": Situation(
        ("loss=0", "faults=[{kind='tab_closed', offset_ms={low_ms=0, high_ms=8}}]"),
        frozenset(("nothing_lost",)),
    ),
    "instance lost": Situation(
        (SLOW_PUTS, "loss=0", "platform.instance_loss=0.5", "platform.instance_losses_max=1")
    ),
}
"""What may go wrong besides, by name; in each, the unmutated design keeps all that is possible."""


class DropsReRead(LazyAlarmDesign):
    """Writes back the copy that it read before the blob put."""

    async def upload(self, chunk: Chunk) -> Response:
        """Check, store, and note the chunk in the old copy."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None or not self.takes(state):
            return Response(403)
        await self.ctx.blobs.put(chunk)
        note_chunk(state, chunk)
        await self.save(state)
        return Response(200)


class CountsInsteadOfSet(LazyAlarmDesign):
    """Counts uploads; what is missing is still told from the set."""

    async def record(self, chunk: Chunk) -> Response:
        """One more, whichever chunk it is."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None or not self.takes(state):
            return Response(403)
        count = state["chunks_uploaded"] + 1
        note_chunk(state, chunk)
        state["chunks_uploaded"] = count
        await self.save(state)
        return Response(200)


class CompletesByCount(CountsInsteadOfSet):
    """Completes when as many uploads as chunks were counted."""

    async def save(self, state: dict[str, Any]) -> None:
        """Compare two numbers."""
        state["active_ms"] = self.ctx.now()
        if "expected" in state and state["chunks_uploaded"] >= state["expected"]:
            state["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)


class ForgetsThatCompletedIsFinal(LazyAlarmDesign):
    """Its watchdog does not look whether the session is completed."""

    async def alarm(self) -> None:
        """Nothing came for long: incomplete."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] != INCOMPLETE:
            state["status"] = INCOMPLETE
            await self.ctx.storage.put(STATE_KEY, state)


class StopCompletes(LazyAlarmDesign):
    """The stop completes the session, whatever is missing."""

    async def signal_stop(self, chunks: int | None = None) -> Response:
        """Learn the number, and complete."""
        response = await super().signal_stop(chunks)
        state = await self.ctx.storage.get(STATE_KEY)
        state["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)
        return response


class StrayStopCounts(LazyAlarmDesign):
    """A stop that names no number means as many chunks as there are."""

    async def signal_stop(self, chunks: int | None = None) -> Response:
        """Make a number up where there is none."""
        if chunks is None:
            state = await self.ctx.storage.get(STATE_KEY)
            chunks = state["chunks_uploaded"]
        return await super().signal_stop(chunks)


class RecordsBeforePut(LazyAlarmDesign):
    """Records a chunk before it is in the blob store."""

    async def upload(self, chunk: Chunk) -> Response:
        """The record first."""
        state = await self.ctx.storage.get(STATE_KEY)
        if chunk.index in state.get("chunks", ()):
            return Response(200)
        response = await self.record(chunk)
        if response.status == 200:
            await self.ctx.blobs.put(chunk)
        return response


class AlarmCompletes(LazyAlarmDesign):
    """Its watchdog declares the session completed, not incomplete."""

    async def alarm(self) -> None:
        """Nothing came for long: completed."""
        state = await self.ctx.storage.get(STATE_KEY)
        due_ms = state["active_ms"] + self.settings.watchdog_ms
        if state["status"] == ACTIVE and self.ctx.now() < due_ms:
            await self.ctx.storage.set_alarm(due_ms)
        elif state["status"] == ACTIVE:
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)


class NeverComesBack(LazyAlarmDesign):
    """Its alarm finds that there was activity, and leaves it at that."""

    async def alarm(self) -> None:
        """Early: nothing to do."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state["status"] == ACTIVE:
            due_ms = state["active_ms"] + self.settings.watchdog_ms
            if self.ctx.now() < due_ms:
                return
        await super().alarm()


class RefusesLateChunks(LazyAlarmDesign):
    """Takes no chunk once the session is incomplete."""

    def takes(self, state: dict[str, Any]) -> bool:
        """Only an active session does."""
        return bool(state["status"] == ACTIVE)


class RefusesTheSecondCopy(LazyAlarmDesign):
    """Refuses, at the end of its put, a chunk that another attempt has recorded meanwhile."""

    async def record(self, chunk: Chunk) -> Response:
        """Look at the status first."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None or not self.takes(state):
            return Response(403)
        return await super().record(chunk)


class ForgetsActivity(LazyAlarmDesign):
    """Does not write when it was last active."""

    async def save(self, state: dict[str, Any]) -> None:
        """The state without the time."""
        if "expected" in state and not missing_chunks(state):
            state["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)


class RemembersInMemory(LazyAlarmDesign):
    """Keeps the chunks that it has in a field of the instance."""

    def __init__(self, ctx: Context, settings: Any) -> None:
        super().__init__(ctx, settings)
        self.known: list[int] = []

    async def record(self, chunk: Chunk) -> Response:
        """Note the chunk in the field, and write that out."""
        state = await self.ctx.storage.get(STATE_KEY)
        if not self.takes(state):
            return Response(403)
        self.known = sorted({*self.known, chunk.index})
        state["chunks"], state["chunks_uploaded"] = list(self.known), len(self.known)
        await self.save(state)
        return Response(200)


class StopDoesNotComplete(LazyAlarmDesign):
    """A stop that comes last leaves the session to the watchdog."""

    async def signal_stop(self, chunks: int | None = None) -> Response:
        """Learn the number, and look at nothing."""
        state = await self.ctx.storage.get(STATE_KEY)
        if chunks is not None and "expected" not in state:
            state["expected"], state["active_ms"] = chunks, self.ctx.now()
            await self.ctx.storage.put(STATE_KEY, state)
        return Response(200)


class IgnoresLateStop(LazyAlarmDesign):
    """A stop that comes after the watchdog changes nothing."""

    async def signal_stop(self, chunks: int | None = None) -> Response:
        """Only an active session learns the number."""
        state = await self.ctx.storage.get(STATE_KEY)
        return await super().signal_stop(chunks if state["status"] == ACTIVE else None)


MUTANTS: tuple[tuple[type[LazyAlarmDesign], str, str], ...] = (
    (DropsReRead, "losses", "count_true"),
    (CountsInsteadOfSet, "disconnect", "count_true"),
    (CompletesByCount, "disconnect", "complete_at_finalization"),
    (ForgetsThatCompletedIsFinal, "silence", "completed_is_final"),
    (StopCompletes, "losses", "complete_at_finalization"),
    (StrayStopCounts, "stray stop", "complete_at_finalization"),
    (RecordsBeforePut, "losses", "complete_at_finalization"),
    (AlarmCompletes, "silence", "complete_at_finalization"),
    (StopDoesNotComplete, "last moment", "finalizes"),
    (IgnoresLateStop, "silence", "finalizes"),
    (NeverComesBack, "client lost", "finalizes"),
    (RefusesLateChunks, "silence", "nothing_refused"),
    (RefusesTheSecondCopy, "disconnect", "nothing_refused"),
    (ForgetsActivity, "last moment", "nothing_refused"),
    (RemembersInMemory, "instance lost", "count_true"),
)
"""Each mutant, the situation that it fails in, and the property that says so."""


def spec(cls: Any, scenario: Scenario) -> DesignSpec:
    """A mutant as the world takes it, with the recommended design's settings."""
    return DesignSpec(cls.__name__, cls, load_design("lazy-alarm", scenario).settings, cls.__name__)
