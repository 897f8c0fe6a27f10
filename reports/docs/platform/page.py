"""docs/platform.md and its pictures, from the demos."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from pathlib import Path

from lastchunk.model.base.files import write_bytes, write_text
from lastchunk.model.trace.events import LANES, Event, lane_of
from lastchunk.model.trace.words import clock, words_of
from lastchunk.reports.docs.platform import (
    alarm_slot,
    blobs,
    delivery,
    gates,
    outside,
    storage,
    writes,
)
from lastchunk.reports.docs.platform.demo import Demo, Tiny, misses, run_demo
from lastchunk.reports.docs.platform.picture import demo_figure
from lastchunk.reports.figures.save import png_bytes

COMMAND = "python -m lastchunk.reports.docs.platform"
FOLDER = "platform"
RULES_FILE = Path(__file__).parents[2] / "timeline" / "rules.json"
"""The rules as data, beside what shows them (`rules_json`)."""
DEMOS: tuple[Demo, ...] = tuple(
    sorted(
        (
            *alarm_slot.DEMOS,
            *delivery.DEMOS,
            *gates.DEMOS,
            *writes.DEMOS,
            *storage.DEMOS,
            *outside.DEMOS,
            *blobs.DEMOS,
        ),
        key=lambda demo: ("ADRm".index(demo.rule[0]), int("0" + demo.rule[1:].strip("emory"))),
    )
)
"""All demos, in the order of the rules; the one without a number comes last."""

TITLES = {
    "A": "The alarm slot",
    "D": "Delivery",
    "R": "Who may run when, and what lasts",
    "m": "Losing memory",
}
OPENING = f"""# The platform's rules, each with a trace

<!-- blocks run by tests/reports/test_platform_page.py -->

What a Durable Object with an alarm really does, rule by rule, on designs small enough to read at
a glance. Each section has the rule, a tiny design, what happens to it, the picture of what it
did, and the trace. Nothing here is drawn by hand: `{COMMAND}` runs the designs in the world of
`model/world` and writes this page, and a test compares it with what they do now.

*doc*: promised by Cloudflare's documentation. *src*: read in the open-source runtime. *run*: seen
on the real runtime; a rule without a tag has no single source noted. The scheduler of
Cloudflare's production is closed source; where its behaviour is not known, the rule does not
claim it. `model/world/__init__.py` tells how the rules hang together, and where the model is
simpler than the platform.

**To read a picture.** Time runs to the right, in seconds. *network*: a request on its way (blue),
its answer from the end of the handler to the caller (grey), with the wait at the output gate in
it. *object*: handlers (dark blue; vermilion where they answer an error; pale where they run on in
an instance that was replaced) and `alarm()` (purple). *status*: the public record. *storage*: a
commit, from the write to its confirmation. *blob store*: puts. *alarm*: yellow from the moment an
alarm is set until it fires (▲) or is replaced; sand while a failed attempt waits for its retry; ✕
a failed attempt. Dashed lines are the moments that the rule is about; in the trace they begin
with `>`.

**To read a design.** All of them inherit from this one; `OK` is a response with status 200. A
request takes 10 ms, an answer 10 ms, a blob put 400 ms, a commit no time where nothing else is
said.
"""


def page_text(demos: tuple[Demo, ...] = DEMOS) -> str:
    """The whole page."""
    parts = [OPENING, _code(Tiny)]
    title = ""
    for demo in demos:
        if TITLES[demo.rule[0]] != title:
            title = TITLES[demo.rule[0]]
            parts.append(f"## {title}\n")
        parts.append(_section(demo))
    return "\n".join(parts)


def picture_name(demo: Demo) -> str:
    """The file of a demo's picture, in the page's folder."""
    return f"{demo.rule}.png"


def picture_bytes(demo: Demo) -> bytes:
    """The picture of a demo; the same bytes each time."""
    return png_bytes(demo_figure(demo, run_demo(demo)))


def write_page(folder: Path) -> list[Path]:
    """Write platform.md and the pictures into a folder. Returns what was written."""
    pictures = folder / FOLDER
    pictures.mkdir(parents=True, exist_ok=True)
    written = [folder / "platform.md"]
    write_text(written[0], page_text())
    for demo in DEMOS:
        written.append(pictures / picture_name(demo))
        write_bytes(written[-1], picture_bytes(demo))
    return written


def _section(demo: Demo) -> str:
    trace = run_demo(demo)
    wrong = misses(demo, trace)
    if wrong:
        raise AssertionError(f"the demo of {demo.rule} does not show it: {'; '.join(wrong)}")
    return "\n".join(
        (
            f"{_heading(demo)}\n",
            f"{_wrap(demo.words)}\n",
            _code(demo.design),
            f"{_wrap(_run_words(demo))}\n",
            f"![{demo.rule}]({FOLDER}/{picture_name(demo)})\n",
            f"```text\n{trace_text(demo, trace)}\n```\n",
        )
    )


def _heading(demo: Demo) -> str:
    name = demo.name[0].upper() + demo.name[1:]
    heading = f"### {demo.rule}: {demo.name}" if demo.rule[1:].isdigit() else f"### {name}"
    return heading + (f" ({demo.tags})" if demo.tags else "")


def _wrap(words: str) -> str:
    return textwrap.fill(words, 98, break_on_hyphens=False, break_long_words=False)


def _code(cls: type) -> str:
    return f"```python\n{inspect.getsource(cls).rstrip()}\n```\n"


def _run_words(demo: Demo) -> str:
    settings = [
        f"`{table}.{name} = {value}`"
        for table, values in demo.settings.items()
        for name, value in values.items()
    ]
    steps = "; ".join(step.words() for step in demo.steps)
    words = f"Run: {steps}."
    return words + (f" Settings: {', '.join(settings)}." if settings else "")


def trace_text(demo: Demo, trace: list[Event]) -> str:
    """The trace as lines: time, lane, what happened; `>` before what the rule is about."""
    shown = [(type(event), event) for event in demo.shows]
    lines = []
    for event in trace:
        mark = ">" if (type(event), event) in shown else " "
        lane = LANES[lane_of(event)]
        lines.append(f"{mark} {clock(event.at_ms):>9}  {lane:<10}  {words_of(event)}")
    return "\n".join(line.rstrip() for line in lines)


def rules_json(demos: tuple[Demo, ...] = DEMOS) -> str:
    """The rules as data, for pages that name one: its name, its words, its section of the page."""
    rules = {
        demo.rule: {
            "name": _bare(demo.name),
            "words": _bare(demo.words),
            "anchor": anchor_of(_heading(demo)),
        }
        for demo in demos
        if demo.rule[1:].isdigit()
    }
    return json.dumps(rules, indent=1, ensure_ascii=False) + "\n"


def _bare(words: str) -> str:
    return " ".join(words.replace("`", "").replace("*", "").split())


def anchor_of(heading: str) -> str:
    """The link to a section, as readers of Markdown make it of its heading."""
    words = re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower())
    return words.replace(" ", "-")
