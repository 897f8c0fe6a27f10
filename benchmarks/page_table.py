"""The recorder page with each design in each situation: what was seen against what was predicted.

    python -m benchmarks.page_table [MATRIX.json]

It rewrites the table of docs/recorder-page.md and draws docs/recorder-page.png. The predictions are
those of a `matrix.json` of `lastchunk matrix`; without one they are explored first. It fails where
a property is seen violated that exploring does not find violated.
"""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from lastchunk.model.conformance.page.built import built_page
from lastchunk.model.conformance.page.server import ServedPage
from lastchunk.model.conformance.runtime.toolbox import toolbox
from lastchunk.model.explore.matrix.matrix import matrix
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from tests.browser.conftest import CHROMIUM, SWITCHES
from tests.browser.page_runs import THROTTLED, PageRun, after, drive, page_run
from tests.browser.predicted import (
    ASKED,
    DESIGNS,
    FAULT_CLASSES,
    GRACE_MS,
    Predicted,
    Seen,
    contradictions,
    seen_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
PAGE, FILM = ROOT / "docs/recorder-page.md", ROOT / "docs/recorder-page.png"
BEGIN, END = "<!-- seen: written by benchmarks/page_table.py -->\n", "<!-- end of seen -->\n"
TIMES = 1
SIDE_BY_SIDE = 4
FRAME = (420, 270)
LIST_SECONDS = 1.2
"""The page's list is as of a second ago at the most."""
LONG_PUTS = (
    *("expect.sometimes=[]", "start.session='created'", "limits.end_at_completion=false"),
    *("chunks=1", "disconnects=0", "client.retry_jitter=0", "high_ms=2000"),
    "blobs.put_delay_ms={distribution='uniform',low_ms=0,high_ms=8000}",
)
CAPTIONS = ("recording", "stopped: an upload is under way", "the grace is over", "all is uploaded")


def predicted_of(path: Path | None) -> Predicted:
    """By design, class of faults and property: what exploring says of two chunks."""
    found: dict[tuple[str, str, str], str]
    if path is not None:
        told = json.loads(path.read_text(encoding="utf-8"))["designs"]
        found = {
            (design, faults, slug): item["verdict"]
            for design, classes in told.items()
            for faults, properties in classes["fault_classes"].items()
            for slug, item in properties["properties"].items()
        }
    else:
        explored = matrix(DESIGNS, 2, workers=2, faults=tuple(set(FAULT_CLASSES.values())))
        found = {(cell.design, cell.faults, cell.slug): cell.kind for cell in explored.cells}
    return found | long_puts()


def long_puts() -> dict[tuple[str, str, str], str]:
    """What is violated besides where a put takes longer than the grace.

    The class of any finite delay has puts that take no time; on the throttled network here an
    upload is under way at the object while the alarm runs.
    """
    scenario = load_scenario("small-scope", LONG_PUTS)
    verdicts = {design: verify(scenario, design, ASKED).verdicts for design in DESIGNS}
    return {
        (design, FAULT_CLASSES[THROTTLED.name], slug): "violated"
        for design, found in verdicts.items()
        for slug, verdict in found.items()
        if verdict.kind == "violated"
    }


def table(seen: list[Seen], predicted: Predicted) -> str:
    """A row for each design and situation."""
    lines = ["| design | situation | predicted violated | seen violated | seen at the end |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for design in DESIGNS:
        for situation, faults in FAULT_CLASSES.items():
            own = [one for one in seen if (one.design, one.situation) == (design, situation)]
            may = [slug for slug in ASKED if predicted[design, faults, slug] == "violated"]
            counts = Counter(slug for one in own for slug in one.violated)
            was = [f"{slug} {counts[slug]}/{len(own)}" for slug in ASKED if counts[slug]]
            ends = Counter(one.status for one in own)
            cells = (
                ", ".join(may) or "nothing",
                ", ".join(was) or "nothing",
                ", ".join(f"{status} {count}/{len(own)}" for status, count in ends.items()),
            )
            lines.append(f"| {design} | {situation} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def film(browser: Browser, served: ServedPage) -> None:
    """Two designs on a throttled network, four moments each, one row for a design."""
    rows = [frames(browser, served, design) for design in ("lazy-alarm", "alarm")]
    width, height = FRAME
    strip = Image.new("RGB", (width * len(CAPTIONS), (height + 24) * len(rows)), "white")
    draw = ImageDraw.Draw(strip)
    for down, (row, design) in enumerate(zip(rows, ("lazy-alarm", "alarm"), strict=True)):
        for across, (frame, caption) in enumerate(zip(row, CAPTIONS, strict=True)):
            place = (across * width, down * (height + 24))
            draw.text((place[0] + 8, place[1] + 6), f"{design}: {caption}", fill="black")
            strip.paste(frame, (place[0], place[1] + 24))
    strip.quantize(64).save(FILM, optimize=True)


def frames(browser: Browser, served: ServedPage, design: str) -> list[Image.Image]:
    """What the page looks like at the four moments."""
    settings = {"grace_ms": 3 * GRACE_MS}  # long enough for a picture of it
    with page_run(browser, served, design, network=THROTTLED, settings=settings) as run:
        run.page.set_viewport_size({"width": 840, "height": 540})
        drive(run.page, run.recording(), iter([after(2.6)]))
        found = [shot(run)]
        script = run.stopping()
        while not run.said("stop pressed"):
            drive(run.page, iter([next(script)]))
        drive(run.page, iter([after(LIST_SECONDS)]))
        found.append(shot(run))
        drive(run.page, iter([after(run.grace_seconds)]))
        found.append(shot(run))
        run.line.mend()
        drive(run.page, iter([run.is_uploaded]))
        drive(run.page, iter([after(LIST_SECONDS)]))
        return [*found, shot(run)]


def shot(run: PageRun) -> Image.Image:
    """The page as a picture of half its size; the list has one row, this recording's."""
    others = f"tr[data-session]:not([data-session={json.dumps(run.session)}])"
    data = run.page.screenshot(style=f"{others} {{ display: none; }}", animations="disabled")
    return Image.open(io.BytesIO(data)).convert("RGB").resize(FRAME, Image.Resampling.LANCZOS)


def main(given: str = "") -> int:
    """Run, compare, and write both."""
    tools = toolbox(print)
    seen: list[Seen] = []
    with sync_playwright() as started, ServedPage(tools, built_page(tools)) as served:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        film(browser, served)
        for situation in FAULT_CLASSES:
            for at in range(0, len(DESIGNS) * TIMES, SIDE_BY_SIDE):
                designs = tuple((DESIGNS * TIMES)[at : at + SIDE_BY_SIDE])
                seen += seen_in(browser, served, designs, situation)
            print(f"{situation}: {len(seen)} recordings so far", flush=True)
        browser.close()
    predicted = predicted_of(Path(given) if given else None)
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    PAGE.write_text(
        f"{head}{BEGIN}\n{table(seen, predicted)}\n{END}{rest.partition(END)[2]}", encoding="utf-8"
    )
    wrong = [(one, slugs) for one in seen if (slugs := contradictions(one, predicted))]
    for one, slugs in wrong:
        print(f"{one.design}, {one.situation}: {', '.join(slugs)} is seen, and not predicted")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
