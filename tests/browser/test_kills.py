"""The runtime is killed in the middle of recordings, and nothing that it acknowledged is lost.

`benchmarks/page_kills.py` kills it fifty times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lastchunk.model.conformance.page.server import ServedPage
from tests.browser.kills import survivors

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KILLS = 3


def test_nothing_acknowledged_is_lost_and_each_completion_is_told_once(
    browser: Browser, served: ServedPage
) -> None:
    found = survivors(browser, served, ("lazy-alarm", "alarm"), KILLS, seed=1)
    assert [one.lost for one in found] == [(), ()]
    assert [one.status for one in found] == ["completed", "completed"]
    assert [len(one.webhooks) for one in found] == [1, 1]
    assert found[0].acknowledged > 0
    assert found[0].violated == frozenset(), "the recommended design"
