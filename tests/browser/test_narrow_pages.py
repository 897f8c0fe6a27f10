"""A sweep and a matrix on a phone: no page is wider than the screen, and no verdict is hidden."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lastchunk.cli import app
from lastchunk.cli.ends import code_of
from lastchunk.model.explore.matrix.matrix import matrix
from lastchunk.reports.matrix.page import page as matrix_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTH = 390
PLAN = """scenarios = ["everything-fast", "cellular-driving"]
designs = ["alarm", "lazy-alarm"]
sessions = 2
set = { recording.chunks = 1 }
[axes]
"network.request_loss" = [0.0, 0.1]
"network.response_loss" = [0.0, 0.1]
"""
WIDE = "document.documentElement.scrollWidth"


def on_phone(browser: Browser, file: Path, width: int = WIDTH) -> Page:
    """The page of a file."""
    page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    page.goto(file.as_uri())
    return page


def audit(page: Page) -> list[str]:
    """What axe finds wrong."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [item["id"] for item in axe.run(page).response["violations"]]


def test_the_table_of_a_sweep_scrolls_alone(browser: Browser, tmp_path: Path) -> None:
    from typer.main import get_command

    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    words = ["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "o"), "--workers", "1"]
    assert code_of(lambda: get_command(app).main(words, "lastchunk", standalone_mode=False)) == 0
    page = on_phone(browser, tmp_path / "o" / "sweep.html")
    assert page.evaluate(WIDE) <= WIDTH
    box = page.locator(".scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert audit(page) == []


def test_every_verdict_of_a_claim_is_in_sight(browser: Browser, tmp_path: Path) -> None:
    designs = ("alarm", "lazy-alarm")
    found = matrix(designs, chunks=1, faults=("late-alarms", "client-lost"))
    file = tmp_path / "matrix.html"
    file.write_text(matrix_page(found), encoding="utf-8")
    page = on_phone(browser, file)
    assert page.evaluate(WIDE) <= WIDTH
    cells = page.locator("table.claims td")
    assert cells.count() == 22
    for place in range(cells.count()):
        where = cells.nth(place).bounding_box()
        assert where is not None
        assert where["x"] >= 0
        assert where["x"] + where["width"] <= WIDTH
        named = cells.nth(place).evaluate("cell => getComputedStyle(cell, '::before').content")
        assert designs[place % 2] in named, "the head of the table is not in sight there"
    assert audit(page) == []
    assert "alarm" in on_phone(browser, file, 1200).locator("table.claims thead").inner_text()
