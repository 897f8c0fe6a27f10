"""Mutants of which one property alone tells: each is a few lines of a design that keeps them all.

A case is a mutant, the design that it changes, and a scope in which that design keeps all that can
be said of it, so that what is violated is the change's doing and not the scope's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    NetworkError,
    Response,
    StopFlowError,
)
from lastchunk.reference_impl.lazy_alarm import LazyAlarmDesign
from lastchunk.reference_impl.outbox import OUTBOX_KEY, OutboxDesign
from lastchunk.reference_impl.session import missing_chunks
from tests.oracles.mutants import ALWAYS, SLOW_PUTS, CountsInsteadOfSet, StopCompletes

NO_TROUBLE = (*ALWAYS, "loss=0")
WITH_LOSSES = ALWAYS
TWO_ATTEMPTS = (*NO_TROUBLE, SLOW_PUTS, "disconnects=1")
LOST_ANSWERS = (*NO_TROUBLE, "network.response_loss=0.5", "network.stop_may_fail=true")
A_READER = (*NO_TROUBLE, "consumer.reads_after_ms=60")
WHILE_RECORDING = (
    *("recording.duration_ms=20", "client.chunk_ms=10", "client.retry_jitter=0"),
    *("network.request_delay_ms=1", "network.response_delay_ms=1", "network.body='buffered'"),
    *("blobs.put_delay_ms={distribution='uniform', low_ms=1, high_ms=3}", "expect.sometimes=[]"),
)


class CompletesWithoutTheRest(StopCompletes):
    """What is missing when the stop completes the session is still taken, and counted."""

    def takes(self, state: dict[str, Any]) -> bool:
        """Always."""
        return True


class RefusesWhatItHas(LazyAlarmDesign):
    """A chunk that comes once more is a conflict."""

    def answer(self, state: dict[str, Any] | None, chunk: Chunk) -> Response | None:
        """Refuse what is recorded."""
        if state is not None and chunk.index in state.get("chunks", ()):
            return Response(409)
        return super().answer(state, chunk)


class GivesUpAtOnce(LazyAlarmDesign):
    """Its page sends each chunk once."""

    client = {**LazyAlarmDesign.client, "retries_max": 0}


class OpensAgain(LazyAlarmDesign):
    """The turn that completes the session opens it again, and completes it again."""

    async def save(self, state: dict[str, Any]) -> None:
        """Write it three times."""
        await super().save(state)
        if state["status"] == COMPLETED:
            await self.ctx.storage.put(STATE_KEY, state | {"status": ACTIVE})
            await self.ctx.storage.put(STATE_KEY, state)


class CountsEachCopy(CountsInsteadOfSet):
    """Counts uploads, also those that come when all is there."""

    def takes(self, state: dict[str, Any]) -> bool:
        """Always."""
        return True


class StopDoesNothing(LazyAlarmDesign):
    """The stop is answered, and its number is not kept."""

    async def signal_stop(self, chunks: int | None = None) -> Response:
        """Say yes."""
        return Response(200)


class CompletesLater(LazyAlarmDesign):
    """An alarm completes the session, so long after its last chunk or the stop."""

    later_ms = 8_000

    async def save(self, state: dict[str, Any]) -> None:
        """Write it; where nothing is missing, come back."""
        state["active_ms"] = self.ctx.now()
        await self.ctx.storage.put(STATE_KEY, state)
        if "expected" in state and not missing_chunks(state):
            await self.ctx.storage.set_alarm(self.ctx.now() + self.later_ms)

    async def alarm(self) -> None:
        """Complete it, if nothing is missing."""
        state = await self.ctx.storage.get(STATE_KEY)
        if "expected" in state and not missing_chunks(state):
            await self.ctx.storage.put(STATE_KEY, state | {"status": COMPLETED})
            return
        await super().alarm()


class CompletesAfterTheReader(CompletesLater):
    """Soon enough for the user, and too late for whoever reads the session."""

    later_ms = 100


class EachChunkCompletes(LazyAlarmDesign):
    """A session is complete when all that has come is recorded; more is welcome."""

    def takes(self, state: dict[str, Any]) -> bool:
        """Always."""
        return True

    async def save(self, state: dict[str, Any]) -> None:
        """Completed, every time."""
        state["active_ms"], state["status"] = self.ctx.now(), COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)


class WritesNoDuration(LazyAlarmDesign):
    """Its page writes the row once more at the end, with no duration."""

    @staticmethod
    async def stop_flow(page: Any, settings: Any) -> None:
        """Stop, and begin the row anew."""
        await LazyAlarmDesign.stop_flow(page, settings)
        await page.browser.write_row(0)


class SaysThatItFailed(LazyAlarmDesign):
    """Its page takes a stop without an answer for a failure."""

    @staticmethod
    async def stop_flow(page: Any, settings: Any) -> None:
        """Ask once."""
        chunks = await page.browser.last_chunk()
        try:
            await page.browser.fetch("signal_stop", (chunks,))
        except NetworkError as error:
            raise StopFlowError("the recording could not be saved") from error


class ArmsItselfAgain(LazyAlarmDesign):
    """Its alarm comes again every second, whatever is left to do."""

    async def alarm(self) -> None:
        """Do the work, and come again."""
        await super().alarm()
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)


class ReadsAllDay(LazyAlarmDesign):
    """Reads the record a hundred times for each chunk."""

    async def record(self, chunk: Chunk) -> Response:
        """Look again and again."""
        for _ in range(100):
            await self.ctx.storage.get(STATE_KEY)
        return await super().record(chunk)


class UploadsThreeAtOnce(LazyAlarmDesign):
    """Its page has three uploads under way at once."""

    client = {**LazyAlarmDesign.client, "uploads_parallel": 3}


class StoresTwice(LazyAlarmDesign):
    """Puts each chunk into the blob store once more."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store it first without the rest."""
        await self.ctx.blobs.put(chunk)
        return await super().upload(chunk)


class TellsTwice(OutboxDesign):
    """Tells the consumer once more, under another key."""

    async def send_outbox(self) -> None:
        """Tell it first without the outbox."""
        if await self.ctx.storage.get(OUTBOX_KEY) is not None:
            await self.ctx.notify("completed")
        await super().send_outbox()


@dataclass(frozen=True)
class Case:
    """A mutant, what it changes, and where: everything but the one property holds."""

    mutant: Any
    scope: tuple[str, ...]
    design: str = "lazy-alarm"
    scenario: str = "small-scope"


CASES = {
    "complete_at_finalization": Case(CompletesWithoutTheRest, NO_TROUBLE),
    "nothing_refused": Case(RefusesWhatItHas, TWO_ATTEMPTS),
    "nothing_lost": Case(GivesUpAtOnce, WITH_LOSSES),
    "completed_is_final": Case(OpensAgain, NO_TROUBLE),
    "count_true": Case(CountsEachCopy, TWO_ATTEMPTS),
    "finalizes": Case(StopDoesNothing, NO_TROUBLE),
    "finalizes_promptly": Case(CompletesLater, NO_TROUBLE),
    "not_while_recording": Case(EachChunkCompletes, WHILE_RECORDING, scenario="everything-fast"),
    "duration_true": Case(WritesNoDuration, WHILE_RECORDING, scenario="everything-fast"),
    "notified_once": Case(TellsTwice, NO_TROUBLE, "outbox"),
    "consumer_sees_all": Case(CompletesAfterTheReader, A_READER),
    "told_truth": Case(SaysThatItFailed, LOST_ANSWERS),
    "quiet_once_settled": Case(ArmsItselfAgain, NO_TROUBLE),
}
"""The case of each shipped property, by its slug."""

ONCE_EACH = (
    "client.chunk_ms=3000",
    "network.request_loss=0",
    "network.response_loss=0",
    "network.request_duplication=0",
)
SAMPLED = {
    "stored_in_order": Case(UploadsThreeAtOnce, ONCE_EACH, scenario="lossy-mobile"),
    "stored_once_in_order": Case(StoresTwice, ONCE_EACH, scenario="lossy-mobile"),
    "bill": Case(ReadsAllDay, (), scenario="lossy-mobile"),
}
"""The same for those that no exploration can ask: sessions are sampled."""
