"""Every design's client on a fast network, a tab that is closed, a page that is reloaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from lastchunk.model.conformance.page.observed import judged, trace_of
from lastchunk.model.conformance.page.server import ServedPage
from lastchunk.model.properties import JudgeSettings, Violation
from tests.browser.page_runs import PageRun, Script, drive, page_run
from tests.browser.predicted import closed_tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAST_TEN_MINUTES_MS = 601_000
LOST_WITH_THE_TAB = {"duration_true", "nothing_lost"}
"""What no design can hold: the row is the page's to write, and the tab alone may have a chunk."""
OTHERS = ("manual", "outbox", "short-grace", "re-read", "leases", "manifest")


def reloaded(run: PageRun, chunks: int) -> Script:
    """Reload the page while its chunks wait, since there is no network."""
    yield from run.recording()
    run.line.cut()
    yield lambda: len(run.said("chunk recorded")) >= chunks
    run.line.mend()
    run.page.evaluate("location.reload()")
    yield lambda: bool(run.said("stop flow ended"))


@pytest.fixture(scope="module")
def runs(browser: Browser, served: ServedPage) -> Iterator[dict[str, PageRun]]:
    """All at once, and ten minutes later by the object's clock."""
    with ExitStack() as stack:

        def tab(design: str) -> PageRun:
            return stack.enter_context(page_run(browser, served, design))

        found = {design: tab(design) for design in OTHERS}
        scripts = [run.recorded(1) for run in found.values()]
        for design in ("alarm", "lazy-alarm"):
            found[f"{design}, closed"] = tab(design)
            scripts.append(closed_tab(found[f"{design}, closed"], 2))
        found["lazy-alarm, reloaded"] = tab("lazy-alarm")
        scripts.append(reloaded(found["lazy-alarm, reloaded"], 2))
        spare = found["manual"].page
        drive(spare, *scripts)
        served.clock.jump(PAST_TEN_MINUTES_MS)
        drive(spare, *(iter([run.is_settled]) for run in found.values()))
        yield found


def violated(run: PageRun) -> set[str]:
    found = judged(trace_of(run.observed()), JudgeSettings(notifies=True))
    return {slug for slug, judgement in found.items() if isinstance(judgement, Violation)}


@pytest.mark.parametrize("design", OTHERS)
def test_every_client_ends_its_session_and_its_consumer_is_told_once(
    runs: dict[str, PageRun], design: str
) -> None:
    run = runs[design]
    assert run.row()["status"] == "completed"
    assert len(run.observed().deliveries) == 1
    assert "count_true" not in violated(run)
    if design == "manifest":
        assert violated(run) == set()


def test_a_closed_tab_s_session_is_completed_by_the_deployed_design_all_the_same(
    runs: dict[str, PageRun],
) -> None:
    run = runs["alarm, closed"]
    assert run.row()["status"] == "completed"
    assert run.row()["durationMs"] == 0, "nobody was there to write it"
    assert violated(run) <= LOST_WITH_THE_TAB


def test_a_closed_tab_s_session_is_incomplete_for_the_recommended_design(
    runs: dict[str, PageRun],
) -> None:
    run = runs["lazy-alarm, closed"]
    assert run.row()["status"] == "incomplete"
    assert violated(run) <= LOST_WITH_THE_TAB
    assert run.observed().deliveries == []


def test_a_reloaded_page_goes_on_with_what_it_kept(runs: dict[str, PageRun]) -> None:
    run = runs["lazy-alarm, reloaded"]
    recorded = {line["chunk"] for line in run.said("chunk recorded")}
    assert run.row()["status"] == "completed"
    assert set(run.observed().puts) == recorded
    assert run.row()["durationMs"] == run.said("reopened")[0]["recordedMs"]
    assert violated(run) == set()
