"""A recording by the real page in a real browser, driven and watched."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lastchunk.model.conformance.page.line import PageLine
from lastchunk.model.conformance.page.observed import SeenLine, SeenRecording
from lastchunk.model.conformance.page.server import ServedPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

KBPS = 250
"""The video's bit rate here: enough to meet a slow uplink, little for the encoder."""
CHUNK_MS = 1_000
LISTEN = "window.addEventListener('lastchunk', said => window.watch(said.detail))"
HAR_URLS = re.compile("/(sessions|recordings)")
TOO_LONG_SECONDS = 150
SLACK_SECONDS = 0.3
MORE_SECONDS = 0.3
LOOK_MS = 20
UNDER_WAY_MS = 150
"""An upload that was sent so long ago has begun at the object."""


Condition = Callable[[], bool]
Script = Iterator[Condition]


@dataclass(frozen=True)
class NetworkKind:
    """A network, as Chromium emulates it. ``upload_kbps`` -1 does not hold anything up."""

    name: str
    upload_kbps: float = -1
    latency_ms: float = 0
    is_cut: bool = False
    """Whether it is away from the stop until the grace is over."""

    @property
    def is_slow(self) -> bool:
        """Whether uploads take longer than the grace."""
        return self.upload_kbps >= 0

    def conditions(self) -> dict[str, Any]:
        """As the browser takes it."""
        upload = self.upload_kbps * 125 if self.upload_kbps >= 0 else -1
        return {
            "offline": False,
            "latency": self.latency_ms,
            "downloadThroughput": -1,
            "uploadThroughput": upload,
        }


FAST = NetworkKind("fast")
THROTTLED = NetworkKind("throttled", 60, 20)
CUT = NetworkKind("throttled, cut after the stop", 60, 20, is_cut=True)


@dataclass
class PageRun:
    """The page in a tab of its own. ``lines`` is what it tells, ``console`` what it writes."""

    served: ServedPage
    design: str
    context: BrowserContext
    line: PageLine
    network: NetworkKind = FAST
    settings: dict[str, int] = field(default_factory=dict)
    chunk_ms: int = CHUNK_MS
    lines: list[SeenLine] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    responses: list[tuple[str, int]] = field(default_factory=list)
    closed_ms: int = -1
    kills_ms: list[int] = field(default_factory=list)
    session: str = ""

    def __post_init__(self) -> None:
        self.context.expose_binding("watch", lambda _, line: self._told(line))
        self.context.add_init_script(LISTEN)
        self.page = self.open_tab()

    def _told(self, line: SeenLine) -> None:
        self.session = self.session or line["session"]
        self.lines.append(line)

    def open_tab(self) -> Page:
        """A tab with the page."""
        page = self.context.new_page()
        page.on("console", lambda said: self.console.append(said.text))
        page.on("response", lambda got: self.responses.append((got.url, got.status)))
        self.devtools = self.context.new_cdp_session(page)
        self.devtools.send("Network.enable")
        self.devtools.send("Network.emulateNetworkConditions", self.network.conditions())
        query = f"design={self.design}&chunk_ms={self.chunk_ms}&kbps={KBPS}"
        page.goto(f"{self.line.url}/?{query}&settings={json.dumps(self.settings)}")
        return page

    # --- what the user does: each yields what must come true before it goes on -----------------

    def recording(self) -> Script:
        """Press start, and wait until it records."""
        self.press("start")
        yield lambda: bool(self.said("recording started"))

    def stopping(self) -> Script:
        """Press stop. On a slow network an upload is under way then, and is so until the grace is
        over; or the line is cut for so long."""
        if self.network.is_slow:
            while not self.line.holds:
                self.line.mend()
                yield self.is_uploading
                if self.line.stall():
                    yield lambda: self.line.holds or not self.is_uploading()
        self.press("stop")
        if self.network.is_slow:
            yield self._has_signalled
            if self.network.is_cut:
                self.line.cut()
            yield after(self.grace_seconds + SLACK_SECONDS)
            yield self.has_no_late_alarm  # a busy machine's runtime is late
            self.line.mend()

    def recorded(self, chunks: int) -> Script:
        """Record a little more than so many chunks, stop, and wait until all is over."""
        yield from self.recording()
        yield lambda: len(self.said("chunk recorded")) >= chunks
        yield after(MORE_SECONDS)
        yield from self.stopping()
        yield self.is_uploaded
        yield after(self.grace_seconds + SLACK_SECONDS)

    def press(self, button: str) -> None:
        """Press a button."""
        self.page.evaluate(f"document.getElementById('{button}').click()")

    @property
    def grace_seconds(self) -> float:
        """How long the object waits after the stop."""
        return self.settings.get("grace_ms", 5_000) / 1000

    def _has_signalled(self) -> bool:
        """Whether the stop has been answered; a page that waits for its queue sends none yet."""
        answered = any(x["procedure"] == "signalStop" for x in self.said("answered"))
        return answered or (self.design == "manual" and bool(self.said("stop pressed")))

    def close(self) -> None:
        """Close the tab."""
        self.closed_ms = self.served.clock.now_ms()
        self.page.close()

    # --- what is seen --------------------------------------------------------------------------

    def said(self, event: str) -> list[SeenLine]:
        """What the page has told of one kind."""
        return [line for line in self.lines if line["event"] == event]

    def is_uploading(self) -> bool:
        """Whether an upload was sent a moment ago that is not answered."""
        uploads = [line for line in self.lines if line.get("procedure") == "upload"]
        if not uploads or uploads[-1]["event"] != "request sent":
            return False
        sent_ms: int = uploads[-1]["at"]
        return time.time() * 1000 - sent_ms > UNDER_WAY_MS

    def is_uploaded(self) -> bool:
        """Whether the stop flow has ended, and the upload of every chunk is answered."""
        recorded = {line["chunk"] for line in self.said("chunk recorded")}
        answered = {line["chunk"] for line in self.said("answered") if line["status"]}
        return bool(self.said("stop flow ended")) and recorded <= answered

    def row(self) -> dict[str, Any]:
        """This recording's row in the list, as the worker gives it."""
        return next(row for row in self.served.recordings() if row["session"] == self.session)

    def is_settled(self) -> bool:
        """Whether the session is over, and its consumer told."""
        row = self.row()
        return row["status"] in ("completed", "incomplete") and not row["isTelling"]

    def is_over(self) -> bool:
        """Whether nothing more comes soon: it is settled, or active and nobody will end it."""
        row = self.row()
        return self.is_settled() or (row["status"] != "none" and row["alarmInMs"] is None)

    def has_no_late_alarm(self) -> bool:
        """Whether every alarm whose time has come has gone off."""
        due_in_ms = self.row()["alarmInMs"]
        return due_in_ms is None or due_in_ms > 0

    def shown_row(self) -> list[str]:
        """The same, as the page shows it; empty where it shows none."""
        row = self.page.locator(f"tr[data-session={json.dumps(self.session)}]")
        return row.locator("td").all_inner_texts()

    def shows(self, status: str) -> bool:
        """Whether the page's list has the recording with this status."""
        return status in self.shown_row()

    def observed(self) -> SeenRecording:
        """All that there was to see of it so far."""
        prefix = f"{self.session}/"
        puts = self.served.blobs.blobs.items()
        row = self.row()
        is_open = row["status"] in ("recording", "processing")
        return SeenRecording(
            page=list(self.lines),
            puts={
                int(key.removeprefix(prefix)): list(blobs)
                for key, blobs in puts
                if key.startswith(prefix)
            },
            history=self.served.history(self.design, self.session),
            deliveries=[
                item for item in self.served.deliveries() if item["key"].startswith(prefix)
            ],
            closed_ms=self.closed_ms,
            kills_ms=list(self.kills_ms),
            ended_ms=self.served.clock.now_ms(),
            is_quiet=not (is_open and row["alarmInMs"] is not None),
        )


@contextmanager
def page_run(
    browser: Browser, served: ServedPage, design: str, har: Path | None = None, **more: Any
) -> Iterator[PageRun]:
    """The page in a fresh context; what it sends is recorded in a HAR file if one is named."""
    recorded: dict[str, Any] = {}
    if har is not None:
        recorded = {
            "record_har_path": har,
            "record_har_content": "embed",
            "record_har_url_filter": HAR_URLS,
        }
    context = browser.new_context(viewport={"width": 900, "height": 640}, **recorded)
    line = PageLine(served)
    try:
        yield PageRun(served, design, context, line, **more)
    finally:
        context.close()
        line.close()


def drive(page: Page, *scripts: Script) -> None:
    """Let scripts go on side by side, each as soon as what it waits for has come true.

    Any open page will do: waiting on it lets what all of them tell come in.
    """
    waiting = {script: next(script, None) for script in scripts}
    end = time.monotonic() + TOO_LONG_SECONDS
    while any(is_so is not None for is_so in waiting.values()):
        if time.monotonic() > end:
            raise AssertionError(f"nothing more came in {TOO_LONG_SECONDS} s")
        page.wait_for_timeout(LOOK_MS)
        for script, is_so in waiting.items():
            if is_so is not None and is_so():
                waiting[script] = next(script, None)


def after(seconds: float) -> Condition:
    """True once so long has gone by from now on."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end
