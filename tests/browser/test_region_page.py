"""The page of a region in a browser: a slider for the third setting, narrow, dark, and by axe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lastchunk.model.explore.region import ExactRegion, RegionColumn
from lastchunk.model.explore.threshold import Threshold
from lastchunk.reports.region import region_page
from lastchunk.reports.region.measured import MeasuredTimes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TURNS = [(2_000, 1_991), (4_000, 3_991), (8_000, 7_991)]


def made(grace_ms: int) -> ExactRegion:
    """A region as it may be found, by hand."""
    columns = tuple(
        RegionColumn(at, Threshold("complete", "grace_ms", "violated", edge - 1, edge, ()))
        for at, edge in TURNS
    )
    keys = ("complete", "high_ms", "grace_ms", (1, 20_000))
    whole = ExactRegion("s", "A <b>scope</b>", "alarm", *keys, columns, (4_000, grace_ms), None)
    return replace(whole, fixed=("back_off_ms", grace_ms))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_third_setting_is_moved_by_key_and_axe_finds_nothing(
    browser: Browser, tmp_path: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    times = MeasuredTimes("upload", "3 sessions of <i>x</i>", (900, 5_000, 40_000))
    file = tmp_path / "map.html"
    page_text = region_page([made(1_000), made(2_000), made(5_000)], times)
    file.write_text(page_text, encoding="utf-8")
    context = browser.new_context(
        viewport={"width": 390, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of its words
    )
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".rg-one:visible").count() == 1
    page.locator(".rg-pick input").focus()
    page.keyboard.press("End")
    assert page.locator(".rg-pick output").inner_text() == "5 s"
    assert page.locator(".rg-one:visible").get_attribute("data-words") == "5 s"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = axe.run(page).response["violations"]
    assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []
    context.close()
