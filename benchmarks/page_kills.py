"""The runtime of the recorder page is killed fifty times while a real browser records.

    python -m benchmarks.page_kills [KILLS] [SEED]

It fails where a chunk that was acknowledged is not stored, where a completed session is not told of
once as its receiver sees it, or where the recommended design violates a shipped property.
"""

from __future__ import annotations

import sys
from collections import Counter

from playwright.sync_api import sync_playwright

from lastchunk.model.conformance.page.built import built_page
from lastchunk.model.conformance.page.server import ServedPage
from lastchunk.model.conformance.runtime.toolbox import toolbox
from tests.browser.conftest import CHROMIUM, SWITCHES
from tests.browser.kills import Survivor, survivors

DESIGNS = ("lazy-alarm", "manifest", "alarm", "outbox")
KILLS_A_ROUND = 5


def wrong(one: Survivor) -> list[str]:
    """What is wrong with a session."""
    told = 1 if one.status == "completed" else 0
    found = [f"chunks {one.lost} were acknowledged and are lost"] if one.lost else []
    if len(one.webhooks) != told:
        found.append(f"{one.status}, and the receiver acted {len(one.webhooks)} times")
    if one.design == "lazy-alarm" and one.violated:
        found.append(f"violates {', '.join(sorted(one.violated))}")
    return found


def main(kills: int = 50, seed: int = 1) -> int:
    """Kill, judge, and print a line for each session."""
    tools = toolbox(print)
    failures = 0
    statuses: Counter[str] = Counter()
    with sync_playwright() as started, ServedPage(tools, built_page(tools)) as served:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        for at in range(0, kills, KILLS_A_ROUND):
            for one in survivors(browser, served, DESIGNS, KILLS_A_ROUND, seed * 1_000 + at):
                trouble = wrong(one)
                failures += bool(trouble)
                statuses[one.status] += 1
                came = ", ".join(map(str, one.webhooks)) or "never"
                violated = ", ".join(sorted(one.violated)) or "nothing"
                print(
                    f"{one.design}: {one.status}, {one.acknowledged} chunks acknowledged, "
                    f"webhook came {came}, violates {violated} {'; '.join(trouble)}",
                    flush=True,
                )
        browser.close()
    print(f"{kills} kills, sessions {dict(statuses)}, {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
