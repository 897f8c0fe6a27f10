"""What was seen of the page against what exploring predicts: each design, each network.

A property that is proved may not be seen violated, and one that is seen violated must be one that
exploring violates.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lastchunk.model.conformance.page.observed import judged, trace_of
from lastchunk.model.conformance.page.server import ServedPage
from lastchunk.model.properties import JudgeSettings, Violation
from tests.browser.page_runs import CUT, FAST, THROTTLED, PageRun, Script, drive, page_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DESIGNS = (
    *("manual", "alarm", "outbox", "short-grace", "re-read", "leases"),
    *("manifest", "lazy-alarm"),
)
CLOSED = "tab closed while recording"
FAULT_CLASSES = {
    FAST.name: "reliable",
    THROTTLED.name: "any-delay",
    CUT.name: "loss",
    CLOSED: "client-lost",
}
"""The class of faults that a situation of the page belongs to."""
ASKED = (
    *("complete_at_finalization", "nothing_refused", "nothing_lost", "completed_is_final"),
    *("count_true", "finalizes", "finalizes_promptly"),
)
GRACE_MS = 1_000
PAST_RETENTION_MS = 601_000


Predicted = Mapping[tuple[str, str, str], str]
"""By design, class of faults and property the verdict of exploring."""


@dataclass(frozen=True)
class Seen:
    """What one recording came to."""

    design: str
    situation: str
    status: str
    violated: tuple[str, ...]


def seen_in(
    browser: Browser, served: ServedPage, designs: tuple[str, ...], situation: str
) -> list[Seen]:
    """A recording with each design in one situation, at once, each watched until it is over."""
    networks = {network.name: network for network in (FAST, THROTTLED, CUT)}
    network = networks.get(situation, FAST)
    settings = {"grace_ms": GRACE_MS} if network.is_slow else {}
    with ExitStack() as stack:
        runs = [
            stack.enter_context(
                page_run(browser, served, design, network=network, settings=settings)
            )
            for design in designs
        ]
        spare = stack.enter_context(page_run(browser, served, designs[0])).page
        script = closed_tab if situation == CLOSED else PageRun.recorded
        drive(spare, *(script(run, 2) for run in runs))
        served.clock.jump(PAST_RETENTION_MS)
        drive(spare, *(iter([run.is_over]) for run in runs))
        return [_seen(run, situation) for run in runs]


def closed_tab(run: PageRun, chunks: int) -> Script:
    """Close the tab while it records."""
    yield from run.recording()
    yield lambda: len(run.said("answered")) > chunks
    run.close()


def _seen(run: PageRun, situation: str) -> Seen:
    settings = JudgeSettings(round(run.grace_seconds * 1000), notifies=True)
    found = judged(trace_of(run.observed()), settings)
    violated = tuple(slug for slug in ASKED if isinstance(found[slug], Violation))
    return Seen(run.design, situation, run.row()["status"], violated)


def contradictions(seen: Seen, predicted: Predicted) -> list[str]:
    """What was seen violated though exploring finds no schedule that violates it."""
    faults = FAULT_CLASSES[seen.situation]
    found = [(slug, predicted[seen.design, faults, slug]) for slug in seen.violated]
    return [slug for slug, verdict in found if verdict not in ("violated", "impossible")]
