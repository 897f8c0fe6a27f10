"""The site is built without a warning, has every document, and asks nobody for anything."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.documents.blocks import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOADED = re.compile(
    r"<(?:script|img|iframe|source)[^>]+src=[\"']?(?:https?:)?//"
    r"|<link(?![^>]*rel=[\"']?(?:canonical|edit))[^>]+href=[\"']?(?:https?:)?//"
)
"""What a browser fetches from elsewhere as it opens a page; a link is fetched by a reader."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    names = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    pages = [site / name.with_suffix(".html") for name in names]
    pages += [site / "contributing.html", site / "changelog.html"]
    pages += [site / "notebooks" / f"{p.stem}.html" for p in (ROOT / "notebooks").glob("*.ipynb")]
    assert [str(page) for page in pages if not page.exists()] == []
    assert len(pages) > 25


def test_nothing_is_asked_of_anybody(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = LOADED.search(page.read_text(encoding="utf-8"))
        assert found is None, (page.name, found[0])
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", text), sheet.name


def test_a_font_from_elsewhere_would_be_seen() -> None:
    assert LOADED.search('<link rel="stylesheet" href="https://fonts.example/css">')
    assert LOADED.search("<script src=//cdn.example/x.js>")
    assert not LOADED.search('<a href="https://example.org">')


def test_it_can_be_searched(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = [item["location"] for item in index["docs"] if "empirical" in item["text"]]
    assert any(place.startswith("reference/delays.html") for place in found)


def test_a_browser_fetches_nothing_from_elsewhere(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("index.html", "designs.html", "notebooks/01_the_race.html"):
        page.goto((site / name).as_uri())
        page.wait_for_load_state("load")
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len(asked) > 6
