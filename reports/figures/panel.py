"""One panel of a session's picture: the lanes, their bars and marks, and words that keep apart."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from lastchunk.reports.base.palette import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    VERMILION,
    ink_on,
)
from lastchunk.reports.figures.bars import BAR_COLOURS, Bar, Mark, Spans

LANE_AT = {
    "client": 5.2,
    "network": 4.3,
    "object": 3.0,
    "run": 3.36,
    "status": 2.45,
    "blobs": 2.0,
    "alarm": 1.0,
}
LANE_WORDS = {
    "client": "client",
    "network": "network",
    "object": "object",
    "blobs": "blob store",
    "alarm": "alarm",
}
TOP, BOTTOM = 6.18, 0.35
BAND_COLOURS = {"tab closed": GREY, "laptop asleep": PURPLE, "process down": BLACK}
HEIGHTS = {"status": 0.18, "run": 0.12}
BESIDE, BESIDE_HIGH = 0.35, 0.16
"""A call beside the upload of an even chunk is a thin bar above it."""
WORDS_AT = {"client": (4.88, 4.75), "object": (3.52, 3.65, 3.78), "alarm": (1.24, 1.38, 1.52)}
BANDS_AT = (6.1, 5.97, 5.84)
CHAR_IN = 0.058  # the width of a character of the smallest words
SHIFTED = ("network", "object", "blobs")
LABELLED = ("alarm", "status", "network")


class Words:
    """Places short words in rows so that none lies on another. Times are ms."""

    def __init__(self, axes: Axes, panel: tuple[int, int], width_in: float) -> None:
        self.axes = axes
        self.char_ms = CHAR_IN * (panel[1] - panel[0]) / width_in
        self.ends: dict[float, float] = {}  # row -> where its last words end

    def put(self, at_ms: float, rows: tuple[float, ...], words: str, colour: str) -> None:
        """Write words from ``at_ms`` on, in the first row that is free there; if none is, the
        mark stays without them."""
        row = next((row for row in rows if self.ends.get(row, float("-inf")) <= at_ms), None)
        if row is None:
            return
        self.ends[row] = at_ms + self.char_ms * (len(words) + 1)
        self.axes.text(
            at_ms / 1000, row, " " + words, fontsize=7, color=colour, va="center", clip_on=True
        )


def draw_panel(axes: Axes, spans: Spans, panel: tuple[int, int], width_in: float) -> None:
    """Draw what lies in a panel of time, ``width_in`` inches wide."""
    from_ms, to_ms = panel
    words = Words(axes, panel, width_in)
    for name, begin_ms, end_ms in sorted(spans.bands, key=lambda band: band[1]):
        if end_ms >= from_ms and begin_ms <= to_ms:
            colour = BAND_COLOURS.get(name, VERMILION)
            end_s = max(end_ms, begin_ms + (to_ms - from_ms) // 200) / 1000
            axes.axvspan(begin_ms / 1000, end_s, color=colour, alpha=0.15, lw=0)
            words.put(max(begin_ms, from_ms), BANDS_AT, name, colour)
    for bar in spans.bars:
        if bar.to_ms >= from_ms and bar.from_ms <= to_ms and bar.lane in LANE_AT:
            _draw_bar(axes, bar, panel, words.char_ms, _is_beside_an_upload(bar, spans.bars))
    _draw_chunks(axes, spans, panel, words.char_ms)
    for at_ms in spans.stops:
        if from_ms <= at_ms <= to_ms:
            axes.axvline(at_ms / 1000, color=ORANGE, ls="--", lw=1.2)
            axes.text(at_ms / 1000, 0.42, " stop", fontsize=8, color=ORANGE)
    for mark in spans.marks:
        if from_ms <= mark.at_ms <= to_ms:
            draw_mark(axes, mark, LANE_AT[mark.lane])
            _say(words, mark)
    axes.set_xlim(from_ms / 1000, to_ms / 1000)


def _draw_chunks(axes: Axes, spans: Spans, panel: tuple[int, int], char_ms: float) -> None:
    """Chunks as they come out of the recorder; those at nearly one time are said together."""
    chunks = [(index, at_ms) for index, at_ms in spans.chunks if panel[0] <= at_ms <= panel[1]]
    together: list[tuple[int, str]] = []
    for index, at_ms in chunks:
        axes.plot(at_ms / 1000, LANE_AT["client"], "|", color=BLUE, ms=14, mew=2)
        name = f" chunk {index} recorded" if len(chunks) == 1 else f" {index}"
        if together and at_ms - together[-1][0] < char_ms * len(together[-1][1]):
            before_ms, said = together.pop()
            together.append((before_ms, f"{said},{name}"))
        else:
            together.append((at_ms, name))
    for at_ms, names in together:
        axes.text(at_ms / 1000, 5.35, names, fontsize=7, color=BLUE, clip_on=True)


def _is_beside_an_upload(bar: Bar, bars: Sequence[Bar]) -> bool:
    """Whether a call is under way while the upload of an even chunk is, whose row it would have."""
    return (
        bar.lane == "network"
        and not bar.label.isdigit()
        and any(
            other.lane == "network"
            and other.label.isdigit()
            and not int(other.label) % 2
            and other.from_ms < bar.to_ms
            and bar.from_ms < other.to_ms
            for other in bars
        )
    )


def _draw_bar(
    axes: Axes, bar: Bar, panel: tuple[int, int], char_ms: float, is_beside: bool
) -> None:
    # Odd chunks a little lower, so that neighbours that overlap in time both show.
    shift = -0.2 if bar.label.isdigit() and int(bar.label) % 2 else BESIDE if is_beside else 0.1
    at = LANE_AT[bar.lane] + (shift if bar.lane in SHIFTED else 0)
    span_ms = panel[1] - panel[0]
    fill_bar(axes, bar, at, BESIDE_HIGH if is_beside else HEIGHTS.get(bar.lane, 0.34), span_ms)
    begin_ms, end_ms = max(bar.from_ms, panel[0]), min(bar.to_ms, panel[1])
    words = bar.kind if bar.lane == "status" else bar.label
    words = f"chunk {words}" if words.isdigit() else words
    if bar.lane in LABELLED and end_ms - begin_ms > char_ms * len(words):
        middle_s = (begin_ms + end_ms) / 2000
        ink = ink_on(BAR_COLOURS.get(bar.kind, PALE))
        axes.text(
            middle_s, at, words, fontsize=7, color=ink, ha="center", va="center", clip_on=True
        )


def fill_bar(axes: Axes, bar: Bar, at: float, height: float, span_ms: int) -> None:
    """Draw one bar; a handler that went with its instance ends in vermilion."""
    width_s = max((bar.to_ms - bar.from_ms) / 1000, span_ms / 400_000)
    colour = BAR_COLOURS.get(bar.kind, PALE)
    begin_s = bar.from_ms / 1000
    axes.barh(at, width_s, left=begin_s, height=height, color=colour, edgecolor=BLACK, lw=0.4)
    if bar.kind == "handler lost":
        end_s = begin_s + width_s
        axes.plot([end_s, end_s], [at - height / 2, at + height / 2], color=VERMILION, lw=3)


def draw_mark(axes: Axes, mark: Mark, at: float) -> None:
    """Draw the sign of a mark; its words are placed apart from it."""
    at_s = mark.at_ms / 1000
    if mark.kind == "fired":
        axes.plot(at_s, at, "^", color=BLACK, ms=9)
    elif mark.kind == "stale":
        axes.plot(at_s, at, "^", mfc="white", mec=BLACK, ms=9)
    elif mark.kind in ("lost", "dropped") or (mark.kind == "failed" and mark.lane == "alarm"):
        axes.plot(at_s, at, "x", color=VERMILION, ms=7, mew=2)
    elif mark.kind == "instance lost":
        axes.plot([at_s, at_s], [at - 0.42, at + 0.58], color=BLACK, lw=1.6)
    elif mark.kind == "notified":
        axes.plot(at_s, at + 0.4, "D", color=GREEN, ms=4)


def _say(words: Words, mark: Mark) -> None:
    if not mark.words:
        return
    colour = {"notified": GREEN, "instance lost": BLACK, "reads": PURPLE, "stale": BLACK}
    rows = (LANE_AT["blobs"],) if mark.lane == "blobs" else WORDS_AT[mark.lane]
    words.put(mark.at_ms, rows, mark.words, colour.get(mark.kind, VERMILION))
