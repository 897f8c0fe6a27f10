"""An instance that holds what it held at first is not one that was never told anything.

Whether an idle object is put to sleep hangs on that. A state that does not say it has two worlds,
of which only one goes the search's way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    Page,
    Response,
)

SLUG = "complete_at_finalization"
SCOPE = (
    "expect.sometimes=[]",
    "limits.end_at_completion=false",
    "start.session='created'",
    "chunks=2",
    "low_ms=1",
    "high_ms=2",
    "failures=0",
    "faults=[{kind='deploy', offset_ms={low_ms=0, high_ms=3}, old_instance_ms=2}]",
)


@dataclass(frozen=True)
class Soon:
    """The stop's alarm comes at once."""

    grace_ms: int = 1


class KeepsAList:
    """A list that nothing is ever put into: its program keeps what it was told, as it might be."""

    Settings = Soon
    stop_call = "stop"

    def __init__(self, ctx: Context, settings: Soon) -> None:
        self.ctx = ctx
        self.settings = settings
        self.marks: list[int] = []

    async def create(self) -> Response:
        """Make the session."""
        await self.ctx.storage.put(STATE_KEY, {"status": ACTIVE, "chunks_uploaded": 0})
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """Wait, store, count: an old instance gets as far as the store."""
        await self.ctx.sleep(1)
        await self.ctx.blobs.put(chunk)
        state: Any = await self.ctx.storage.get(STATE_KEY)
        state["chunks_uploaded"] += 1
        await self.ctx.storage.put(STATE_KEY, state)
        return Response(200)

    async def stop(self) -> Response:
        """Complete soon."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
        return Response(200)

    async def alarm(self) -> None:
        """Complete, whatever is under way."""
        state: Any = await self.ctx.storage.get(STATE_KEY)
        state["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)

    @staticmethod
    async def stop_flow(page: Page, settings: Soon) -> None:
        """Signal the stop once."""
        await page.browser.fetch("stop")


def test_a_schedule_past_a_replaced_instance_is_found_again() -> None:
    scenario = load_scenario("small-scope", list(SCOPE))
    design = DesignSpec("KeepsAList", KeepsAList, Soon(), "KeepsAList")
    slugs = [SLUG, "nothing_refused", "nothing_lost", "count_true", "finalizes"]
    result = verify(scenario, design, slugs, Budget(classes=300), kinds=("shortest",), attack=0)
    assert result.verdicts[SLUG].kind == "violated"
    assert len(result.counterexamples[SLUG]) == 1, "it was replayed before it is here"
