"""Exploring with a page and three properties of one's own against the shipped ones alone.

    python -m benchmarks.own_properties

CPU seconds of the small scope, in turns: each round asks the three questions one after the other.
The page of one's own does what the shipped one does, in code that lastchunk has never seen.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import Property, asked
from lastchunk.model.properties.language import after, at_most, completion, event, never, state
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, NetworkError

ROUNDS = 7
OWN = [
    never(completion & (state.missing > 0), name="whole"),
    after(event.StopPressed).eventually(completion, within=60, of="last upload", name="soon"),
    at_most(3, event.RequestSent, per="chunk", name="few"),
]


class OwnPage:
    """It sends what comes, oldest first, and the same again until it is taken."""

    def __init__(self, browser: Any, settings: Any, stop_flow: Any) -> None:
        self.browser = browser
        self.wait_ms = settings.retry_ms
        self.parallel = settings.uploads_parallel
        self.stop_flow = stop_flow
        self.waiting: list[Chunk] = []
        self.busy = 0

    async def start(self) -> None:
        """Create the session, start the recorder."""
        while not await self.is_sent("create", ()):
            await self.browser.sleep(self.wait_ms, self.wait_ms)
        await self.browser.start_recorder()

    async def is_sent(self, method: str, arguments: tuple[Any, ...]) -> bool:
        """Whether an answer comes, whatever it says."""
        try:
            await self.browser.fetch(method, arguments)
        except NetworkError:
            return False
        return True

    async def data_available(self, chunk: Chunk) -> None:
        """Send it, and what has come meanwhile."""
        self.waiting.append(chunk)
        if self.busy >= self.parallel:
            return
        self.busy += 1
        while self.waiting:
            oldest = self.waiting.pop(0)
            while not await self.is_sent("upload", (oldest,)):
                await self.browser.sleep(self.wait_ms, self.wait_ms)
        self.busy -= 1

    async def stop(self) -> None:
        """Write the row, and go through the design's stop flow."""
        await self.browser.write_row(await self.browser.stop_recorder())
        await self.stop_flow(self)


class OwnPageDesign(AlarmDesign):
    """The deployed design with that page."""

    page = OwnPage


def cpu_seconds(scenario: Scenario, design: Any, own: list[Property]) -> tuple[float, int]:
    """The CPU time of one exploration, and its classes."""
    asks: list[str | Property] = [*asked(AlarmDesign, scenario), *own]
    began = time.process_time()
    classes = verify(scenario, design, asks, counterexamples=False, attack=0).classes
    return time.process_time() - began, classes


def main() -> None:
    """Print a line for each question and size."""
    for chunks in (1, 2, 3):
        scenario = load_scenario("small-scope", [f"chunks={chunks}"])
        questions: dict[str, tuple[Any, list[Property]]] = {
            "shipped page, shipped properties": ("alarm", []),
            "own page, shipped properties": (OwnPageDesign, []),
            "own page, three own properties": (OwnPageDesign, OWN),
        }
        best: dict[str, tuple[float, int]] = {}
        for _ in range(ROUNDS):
            for words, (design, own) in questions.items():
                found = cpu_seconds(scenario, design, own)
                best[words] = min(best.get(words, found), found)
        plain, _ = best["shipped page, shipped properties"]
        for words, (seconds, classes) in best.items():
            times = f"{seconds:.2f} s CPU, {classes} classes, {seconds / plain:.2f} times"
            sys.stdout.write(f"{chunks} chunks, {words}: {times}\n")


if __name__ == "__main__":
    main()
