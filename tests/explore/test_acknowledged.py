"""An acknowledged re-arm is never lost (R10): proved over commits that fail and memory that goes.

A design numbers its re-arms. The page keeps the number that it was told, and asks later whether the
object still knows of it; the object answers 409 if it does not. With the output gate that answer is
proved absent, without it it is found.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace import events as e
from lastchunk.model.world.object.storage import Storage
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, NetworkError, Response
from tests.support.worlds import NoSettings, spec_of

WAIT_MS = 9


class Acknowledged(AlarmDesign):
    """Re-arms by number, and tells whether a number that it gave out is still known."""

    Settings = NoSettings  # type: ignore[assignment]
    stop_call = "re_arm"

    async def create(self) -> Response:
        """Nothing is armed yet."""
        await self.ctx.storage.put("state", {"status": "active", "chunks_uploaded": 0})
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """Uploads are not what this is about."""
        return Response(200)

    async def re_arm(self) -> Response:
        """Number and alarm are one commit (R15); the answer waits for it (R10)."""
        number = (await self.ctx.storage.get("number") or 0) + 1
        due_ms = self.ctx.now() + WAIT_MS
        await self.ctx.storage.put("number", number)
        await self.ctx.storage.put("due", due_ms)
        await self.ctx.storage.set_alarm(due_ms)
        return Response(200, number)

    async def alarm(self) -> None:
        """Remember which re-arm has run."""
        await self.ctx.storage.put("ran", await self.ctx.storage.get("number"))

    async def check(self, number: int) -> Response:
        """409 if the re-arm of that number, or a later one, is neither armed nor run."""
        stored = await self.ctx.storage.get("number") or 0
        has_run = await self.ctx.storage.get("ran") == stored
        is_armed = await self.ctx.storage.get_alarm() == await self.ctx.storage.get("due")
        return Response(200 if stored >= number and (is_armed or has_run) else 409)

    @staticmethod
    async def stop_flow(page: Any, settings: Any) -> None:
        """Re-arm and check, twice."""
        known = 0
        for _ in range(2):
            try:
                answer = await page.browser.fetch("re_arm")
            except NetworkError:
                continue
            if answer.status == 200:
                known = answer.body
            await page.browser.sleep(3, 3)
            try:
                await page.browser.fetch("check", (known,))
            except NetworkError:
                continue


SETTINGS = (
    "recording.chunks=1",
    "recording.duration_ms=0",
    "start.session='active'",
    "network.request_delay_ms=1",
    "network.response_delay_ms=1",
    "platform.commit_ms={distribution='uniform', low_ms=1, high_ms=3}",
    "expect.sometimes=[]",
)
CASES = {
    "a commit fails": ("platform.commit_failure=0.5", "platform.commit_failures_max=1"),
    "an instance is lost": ("faults=[{kind='instance_lost', offset_ms={low_ms=0, high_ms=14}}]",),
    "the process is killed": (
        "faults=[{kind='process_killed', offset_ms={low_ms=0, high_ms=14}, for_ms=2}]",
    ),
    "a move is not told": ("platform.alarm_move_loss=0.5",),
}


class Listener(Machine):
    """Counts what the object answers to `check`, over every step of the exploration."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.answers: Counter[int] = Counter()

    def _leaf(self, happened: Any, facts: Any, times: Any, places: Any) -> Any:
        for event in happened.events:
            if isinstance(event, e.HandlerEnded) and event.method == "check":
                self.answers[event.status] += 1
        return super()._leaf(happened, facts, times, places)


def answers(case: str) -> Counter[int]:
    scenario = load_scenario("everything-fast", [*SETTINGS, *CASES[case]])
    design = spec_of(Acknowledged)
    machine = Listener(design, scenario, monitor_for(design, scenario, ["completed_is_final"]))
    found = Search(machine).run()
    assert not found.unfinished
    return machine.answers


@pytest.mark.parametrize("case", CASES)
def test_an_acknowledged_re_arm_is_never_lost(case: str) -> None:
    found = answers(case)
    assert found[200] > 3, "nothing was asked"
    assert found[409] == 0


@pytest.mark.parametrize("case", ["a commit fails", "an instance is lost", "the process is killed"])
def test_without_the_output_gate_the_loss_is_found(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaves_at_once(self: Storage, kind: str, task: Any, payload: Any) -> None:
        self.runtime.leave(kind, task, payload)

    monkeypatch.setattr(Storage, "send", leaves_at_once)
    assert answers(case)[409] > 0
