"""One Chromium a process for all tests of pages; they are skipped where it is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lastchunk.model.conformance.page.built import built_page
from lastchunk.model.conformance.page.server import ServedPage
from tests.support.real_runtime import tools_or_skip

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window. Its loop ends with the file, since other tests have their own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield found
        found.close()


@pytest.fixture(scope="module")
def served() -> Iterator[ServedPage]:
    """The recorder page, served by the real runtime; skipped where that is not here."""
    tools = tools_or_skip()
    with ServedPage(tools, built_page(tools)) as found:
        yield found
