"""Recordings that go on while their runtime is killed, and what became of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lastchunk.model.conformance.page.observed import judged, trace_of
from lastchunk.model.conformance.page.server import ServedPage
from lastchunk.model.properties import JudgeSettings, Violation
from tests.browser.page_runs import PageRun, Script, after, drive, page_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SETTINGS = {"grace_ms": 1_000, "notify_retry_ms": 300}
TEN_MINUTES_MS = 600_000
SECONDS = (0.2, 1.3)
"""The runtime is killed again after so long, drawn anew each time."""


@dataclass(frozen=True)
class Survivor:
    """One session whose runtime was killed."""

    design: str
    status: str
    acknowledged: int
    lost: tuple[int, ...]
    """Chunks that were acknowledged, and that are not stored at their full size."""
    webhooks: tuple[int, ...]
    """How often each of its idempotency keys came to the receiver."""
    violated: frozenset[str]


def survivors(
    browser: Browser, served: ServedPage, designs: tuple[str, ...], kills: int, seed: int
) -> list[Survivor]:
    """A recording with each design, at once, while the runtime is killed so many times."""
    with ExitStack() as stack:
        runs = [
            stack.enter_context(page_run(browser, served, design, settings=SETTINGS))
            for design in designs
        ]
        page = runs[0].page
        drive(page, killing(served, runs, kills, seed), *(run.recorded(2) for run in runs))
        served.clock.jump(TEN_MINUTES_MS)
        drive(page, *(iter([run.is_settled]) for run in runs))
        return [_survivor(run) for run in runs]


def killing(served: ServedPage, runs: list[PageRun], kills: int, seed: int) -> Script:
    """Kill the runtime at drawn times, and start it again at once."""
    draw = random.Random(seed)
    for _ in range(kills):
        yield after(draw.uniform(*SECONDS))
        for run in runs:
            run.kills_ms.append(served.clock.now_ms())
        served.kill()
        served.start()


def _survivor(run: PageRun) -> Survivor:
    seen = run.observed()
    found = judged(trace_of(seen), JudgeSettings(SETTINGS["grace_ms"], notifies=True))
    taken = set(_acknowledged(run))
    sizes = {line["chunk"]: line["bytes"] for line in run.said("chunk recorded")}
    stored = {chunk: {len(blob.body) for blob in blobs} for chunk, blobs in seen.puts.items()}
    return Survivor(
        design=run.design,
        status=run.row()["status"],
        acknowledged=len(taken),
        lost=tuple(sorted(chunk for chunk in taken if stored.get(chunk) != {sizes[chunk]})),
        webhooks=tuple(delivery["times"] for delivery in seen.deliveries),
        violated=frozenset(slug for slug, item in found.items() if isinstance(item, Violation)),
    )


def _acknowledged(run: PageRun) -> Iterator[int]:
    for line in run.said("answered"):
        if line["procedure"] == "upload" and 200 <= line["status"] < 300:
            yield line["chunk"]
