"""The report in a browser: first screen, phone, keyboard, axe, paper, and how it looks.

One small report is built for all of them. Nothing here asks for anything but that file.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pypdf
import pytest
from PIL import Image

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reports.review import Front, make_review
from lastchunk.reports.write import write_report
from tests.support.cells import matrix_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., "Page"]
DESIGNS = ["manual", "alarm", "lazy-alarm"]
GOLDEN = Path(__file__).parents[1] / "golden" / "looks" / "report.txt"
COLUMNS, ROWS, LEVELS = 32, 20, "0123456789abcdef"
PAGES_MAX = 19
CORNER: Any = {"x": 0, "y": 300, "width": 8, "height": 300}
"""A part of the page that is bare paper."""
FOCUSABLE = "a[href], button:not([disabled]), summary, input, select, [tabindex='0']"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a report of two scenarios, three designs and a matrix made by hand."""
    scenarios = [load_scenario(name) for name in ("cellular-driving", "everything-fast")]
    found = [compare(item, load_designs(DESIGNS, item), 10, 1) for item in scenarios]
    cells: Any = {
        ("commits", "count_true"): "violated",
        ("client-lost", "nothing_lost"): ("impossible", "proved"),
    }
    matrix = matrix_of(cells, "proved", tuple(DESIGNS))
    front = Front("Uploads that finalize themselves", "A. Reviewer", "", "2026-11-27")
    review = make_review(found, [], "lastchunk report", 1.0, matrix=matrix, front=front)
    folder = tmp_path_factory.mktemp("page") / "out"
    write_report(review, folder)
    return folder / "report.html"


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Open]:
    """Opens the report; an error, a word on the console or a request but for it fails the test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def begin(width: int = 1280, height: int = 800, **how: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **how)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text))
        page.on("request", lambda item: wrong.append(item.url) if _is_foreign(item.url) else None)
        page.goto(report.as_uri())
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []


def _is_foreign(url: str) -> bool:
    return not url.startswith(("file:", "data:"))


def fold(page: Page, is_open: bool) -> None:
    """Open or close all that can be folded."""
    page.locator("details").evaluate_all("(all, is) => all.forEach(d => d.open = is)", is_open)


def bottom_of(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box["y"] + box["height"]


def test_the_first_screen_answers_without_a_scroll(opened: Open) -> None:
    page = opened()
    for part in ("h1", ".answer", ".boxes", "svg.race", ".scope"):
        assert 0 < bottom_of(page, part) <= 800, part
    words = page.locator("#answer").inner_text()
    assert "No: under “Cellular uplink, driving”, the deployed design, alarm, completes" in words
    assert "lazy-alarm, in place of alarm." in words
    assert "The alarm completes the session 5.0 s after the stop" in words
    assert "A. Reviewer, 2026-11-27" in page.locator("header").inner_text()
    assert "without chunks" in (page.locator("svg.race").text_content() or "")


@pytest.mark.parametrize("is_open", [False, True])
def test_a_phone_needs_no_sideways_scroll(opened: Open, is_open: bool) -> None:
    page = opened(390, 844)
    if is_open:
        fold(page, is_open)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert bottom_of(page, ".answer") <= 844
    if is_open:
        return
    recommended = page.locator(".glance thead th", has_text="lazy-alarm").bounding_box()
    assert recommended is not None
    assert recommended["x"] + recommended["width"] <= 390, "the recommended design is in sight"


def test_the_tab_key_reaches_every_control_and_enter_opens_words(opened: Open) -> None:
    page = opened()
    wanted = page.evaluate(
        """(which) => { const seen = [...document.querySelectorAll(which)]
            .filter(e => e.checkVisibility({contentVisibilityAuto: true}) && e.tabIndex >= 0);
            seen.forEach((e, at) => e.dataset.tab = at); return seen.length; }""",
        FOCUSABLE,
    )
    assert wanted > 60
    reached = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.tab"))
    assert {str(at) for at in range(wanted)} <= reached
    cell = page.locator(".glance tbody tr").first.locator("td details").nth(2)
    cell.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "complete_at_finalization fails in" in cell.inner_text()


def test_each_link_leads_to_its_section(opened: Open) -> None:
    page = opened()
    targets = [link.get_attribute("href") for link in page.locator("nav a").all()]
    assert len(targets) == 7
    for target in targets:
        assert page.locator(str(target)).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Open, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(color_scheme=scheme)
    fold(page, is_open=True)
    found = axe.run(page).response["violations"]
    assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []


# --- its theme -----------------------------------------------------------------------------------


def paper_of(page: Page) -> str:
    """Whether the page's paper is light or dark."""
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return "dark" if sum(map(int, re.findall(r"\d+", paper)[:3])) < 200 else "light"


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_is_chosen_by_key_kept_and_given_back_to_the_system(
    opened: Open, system: Literal["light", "dark"]
) -> None:
    page, other = opened(color_scheme=system), {"light": "dark", "dark": "light"}[system]
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    pick = page.get_by_label("Theme")
    assert (paper_of(page), pick.input_value()) == (system, "")
    pick.focus()
    page.keyboard.type(other)
    assert (paper_of(page), pick.input_value()) == (other, other)
    assert axe.run(page).response["violations"] == []
    page.reload()
    assert (paper_of(page), page.get_by_label("Theme").input_value()) == (other, other)
    page.emulate_media(media="print")
    assert paper_of(page) == "light"
    assert not page.get_by_label("Theme").is_visible()
    page.emulate_media(media="screen", color_scheme=system)
    page.get_by_label("Theme").select_option("")
    assert paper_of(page) == system


@pytest.mark.parametrize("system", ["light", "dark"])
def test_without_script_the_theme_is_the_systems(opened: Open, system: str) -> None:
    page = opened(color_scheme=system, java_script_enabled=False)
    assert page.locator(".theme").count() == 0
    with_script = opened(color_scheme=system)
    assert page.screenshot(clip=CORNER) == with_script.screenshot(clip=CORNER)


# --- on paper ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper(browser: Browser, report: Path) -> tuple[pypdf.PdfReader, list[str], list[str]]:
    """The PDF, the headings of the page, and the heads of its tables' columns."""
    page = browser.new_page()
    page.goto(report.as_uri())
    headings = page.locator("h2, h3").all_text_contents()
    columns = page.locator("table:not(.screen *) th[scope=col]").all_text_contents()
    data = page.pdf(prefer_css_page_size=True)
    page.close()
    return pypdf.PdfReader(io.BytesIO(data)), headings, columns


def squeezed(text: str) -> str:
    """Without spaces, capitals and ligatures."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def test_paper_has_all_columns_and_opened_words_and_page_numbers(
    paper: tuple[pypdf.PdfReader, list[str], list[str]],
) -> None:
    reader, headings, columns = paper
    pages = [page.extract_text() for page in reader.pages]
    text = squeezed("".join(pages))
    assert 4 <= len(pages) <= PAGES_MAX
    assert len(columns) > 40
    missing = [name for name in columns if any(squeezed(w) not in text for w in name.split())]
    assert missing == [], "a head of several lines may be cut up, and has each of its words"
    assert [name for name in headings if squeezed(name) not in text] == []
    assert "yardstick:" in text, "what is folded is opened"
    assert re.search(r"areleftoutonpaper:\d+rowsofreport\.html", text), "and what is long is named"
    assert "allsettingsareleftoutonpaper" in text
    for number, words in enumerate(pages, 1):
        assert f"{number}/{len(pages)}" in squeezed(words), "each page has its number"
    first = reader.pages[0].mediabox
    assert (round(first.width), round(first.height)) == (595, 842), "A4"


def test_no_heading_is_the_last_on_its_page(
    paper: tuple[pypdf.PdfReader, list[str], list[str]],
) -> None:
    reader, headings, _ = paper
    known = {squeezed(name) for name in headings}
    ends = []
    for page in reader.pages:
        lines = [squeezed(text) for text in page.extract_text().splitlines() if text.strip()]
        body = [line for line in lines if "/" not in line or not line.replace("/", "").isdigit()]
        ends.append(body[-1] if body else "")
    assert len(ends) > 3
    assert [line for line in ends if line in known] == []


# --- how it looks --------------------------------------------------------------------------------


def looks_of(page: Page) -> list[str]:
    """How much of each field of the screen is not bare paper: so coarse that fonts do not matter.

    Lines of digits, from 0 for paper alone to f for none of it.
    """
    image = Image.open(io.BytesIO(page.screenshot())).convert("L")
    paper = image.tobytes()[0]
    marked = image.point(lambda shade: 255 if abs(shade - paper) > 24 else 0)
    shares = marked.resize((COLUMNS, ROWS), Image.Resampling.BOX).tobytes()
    lines = [shares[at : at + COLUMNS] for at in range(0, COLUMNS * ROWS, COLUMNS)]
    return ["".join(LEVELS[share // 16] for share in line) for line in lines]


def distance(one: list[str], other: list[str]) -> float:
    """By how many sixteenths two screens differ, in the mean of their fields."""
    pairs = zip("".join(one), "".join(other), strict=True)
    gaps = [abs(LEVELS.index(a) - LEVELS.index(b)) for a, b in pairs]
    return sum(gaps) / len(gaps)


VIEWS: dict[str, Any] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"width": 390, "height": 844},
}


def golden() -> dict[str, list[str]]:
    """The screens as they were when somebody last looked at them."""
    parts = GOLDEN.read_text(encoding="utf-8").split("\n\n")
    return {part.split("\n")[0]: part.strip().split("\n")[1:] for part in parts}


@pytest.mark.parametrize("view", list(VIEWS))
def test_the_first_screen_looks_as_it_did(opened: Open, view: str) -> None:
    looks = looks_of(opened(**VIEWS[view]))
    known = golden()[view]
    assert paper_of(opened(**VIEWS[view])) == ("dark" if view == "dark" else "light")
    assert distance(looks, known) < 0.9, "\n".join(looks)
    assert distance(["0" * COLUMNS] * ROWS, known) > 1.8, "bare paper is another thing"
    moved = ["0" * COLUMNS] * 2 + looks[:-2]
    assert distance(moved, known) > 0.9, "and so is the same, moved down by a line or two"
