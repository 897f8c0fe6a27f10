"""The timeline in a browser: by keyboard, by pointer, without script, narrow, dark, and by axe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lastchunk.model.explore.verify import verify
from lastchunk.model.simulate import record
from lastchunk.reports.timeline import timeline_page, told

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., "Page"]
COMPLETE = "complete_at_finalization"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a counterexample, and with two designs on one network."""
    folder = tmp_path_factory.mktemp("pages")
    found = verify(None, "alarm", [COMPLETE], kinds=("widest",), attack=1)
    text = timeline_page(found.counterexamples[COMPLETE][0], title="One")
    (folder / "one.html").write_text(text, encoding="utf-8")
    both = [record("cellular-driving", design, 1, 0) for design in ("alarm", "lazy-alarm")]
    text = timeline_page(*(told(run, schedule=made) for run, made in both), title="Two")
    (folder / "two.html").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def opened(browser: Browser, pages: Path) -> Iterator[Open]:
    """Opens a page; what its script throws, and any request but for the file, fails the test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def request(item: Any) -> None:
        if not item.url.startswith("file:"):
            wrong.append(item.url)

    def begin(name: str, width: int = 1200, **how: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text))
        page.on("request", request)
        page.goto((pages / name).as_uri())
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []


def box(page: Page) -> Any:
    return page.locator(".tl-box")


def said(page: Page) -> str:
    """What a reader of the screen is told of the selected event."""
    return box(page).get_attribute("aria-valuetext") or ""


def test_arrow_keys_step_through_every_event_and_its_state(opened: Open) -> None:
    page = opened("one.html")
    count = int(box(page).get_attribute("aria-valuemax") or 0)
    box(page).focus()
    seen = [said(page)]
    for _ in range(count - 1):
        page.keyboard.press("ArrowRight")
        seen.append(said(page))
    listed = page.locator(".tl-list li").all_text_contents()
    assert [re.sub(r"^[a-z ]+(?=\d)", "", line) for line in listed] == seen
    page.keyboard.press("Home")
    assert said(page) == seen[0]
    page.keyboard.press("PageDown")
    assert said(page) == seen[10]
    assert "record" in page.locator(".tl-now").inner_text()


def test_a_key_leads_to_the_violation_and_its_state(opened: Open) -> None:
    page = opened("one.html")
    box(page).focus()
    page.keyboard.press("v")
    assert "state written: status completed" in said(page)
    now = page.locator(".tl-now").inner_text()
    assert "upload of chunk 1: in the blob put" in now
    assert re.search(r"alarm slot\s+alarm\(\) runs", now)
    assert re.search(r"input gate\s+open", now)


def test_zoom_goes_in_to_a_ms_and_out_to_all_of_it(opened: Open) -> None:
    page = opened("one.html")
    box(page).focus()
    bar = page.locator("rect.tl-alarm").first
    whole = float(bar.get_attribute("width") or 0)
    page.keyboard.press("+")
    assert float(bar.get_attribute("width") or 0) == pytest.approx(2 * whole, rel=0.01)
    page.get_by_role("button", name="all of it").click()
    assert float(bar.get_attribute("width") or 0) == pytest.approx(whole, rel=0.001)
    for _ in range(30):
        page.keyboard.press("+")
    assert page.locator(".tl-ticks text").count() > 1


def test_a_dot_under_the_pointer_tells_its_event_and_its_rule(opened: Open) -> None:
    page = opened("one.html")
    dot = page.locator('.tl-dot[data-a="35"]')
    dot.dispatch_event("pointerover")
    now = page.locator(".tl-now")
    assert "alarm started" in now.inner_text()
    assert "R5: an alarm inside an upload" in now.inner_text()
    now.locator("a").first.click()
    shown = page.locator(page.evaluate("location.hash"))
    assert shown.is_visible()


def test_a_dragged_step_takes_along_what_its_bounds_ask(opened: Open) -> None:
    page = opened("one.html")
    sliders = page.locator(".tl-free input")
    stop = page.locator(".tl-free label", has_text=re.compile("^signal stop arrives")).locator(
        "input"
    )
    alarm = page.locator(".tl-free label", has_text=re.compile("^the alarm runs")).locator("input")
    gap = int(alarm.input_value()) - int(stop.input_value())
    assert gap == 5_000
    before = [item.input_value() for item in sliders.all()]
    stop.focus()
    page.keyboard.press("End")
    assert int(stop.input_value()) == int(stop.get_attribute("max") or 0)
    assert int(alarm.input_value()) - int(stop.input_value()) == gap
    times = [int(item.input_value()) for item in sliders.all()]
    for item, at_ms in zip(sliders.all(), times, strict=True):
        low, high = item.get_attribute("min") or 0, item.get_attribute("max") or 0
        assert int(low) <= at_ms <= int(high)
    page.get_by_role("button", name="as it was found").click()
    assert [item.input_value() for item in sliders.all()] == before


def test_two_designs_move_together(opened: Open) -> None:
    page = opened("two.html")
    box(page).focus()
    page.keyboard.press("v")
    page.keyboard.press("+")
    cursors = page.locator(".tl-cursor").all()
    assert len(cursors) == 2
    assert len({item.get_attribute("transform") for item in cursors}) == 1
    chunks = [svg.locator("path.tl-chunk").last for svg in page.locator(".tl-svg").all()]
    assert len({item.get_attribute("transform") for item in chunks}) == 1, "one network, one axis"
    assert page.locator(".tl-now > div").count() == 3


def test_without_script_there_are_picture_and_list(opened: Open) -> None:
    page = opened("one.html", java_script_enabled=False)
    assert page.locator(".tl-svg").is_visible()
    assert page.locator(".tl-list li").first.is_visible()
    assert not page.locator(".tl-controls").is_visible()
    assert page.get_by_text("What may vary").is_visible()


@pytest.mark.parametrize("name", ["one.html", "two.html"])
def test_it_fits_a_narrow_screen(opened: Open, name: str) -> None:
    page = opened(name, 390)
    box(page).focus()
    page.keyboard.press("v")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".tl-svg").first.bounding_box()["width"] <= 390  # type: ignore[index]


@pytest.mark.parametrize(("name", "scheme"), [("one.html", "light"), ("two.html", "dark")])
def test_axe_finds_nothing(opened: Open, name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(name, color_scheme=scheme)
    box(page).focus()
    page.keyboard.press("v")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    found = axe.run(page).response["violations"]
    assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []


def test_its_theme_is_chosen_by_key(opened: Open) -> None:
    page = opened("one.html", color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_label("Theme").focus()
    page.keyboard.type("dark")
    assert page.evaluate(paper) != light
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert axe.run(page).response["violations"] == []
