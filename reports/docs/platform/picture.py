"""The picture of a demo: its lanes on a time axis, each bar in a row where nothing lies on it.

Dashed lines mark the moments that the rule is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lastchunk.model.trace.events import Event
from lastchunk.reports.base.palette import BLACK, GREY, ORANGE, PALE, VERMILION
from lastchunk.reports.docs.platform.demo import Demo
from lastchunk.reports.figures.bars import Bar, Mark, Spans
from lastchunk.reports.figures.panel import BAND_COLOURS, draw_mark, fill_bar
from lastchunk.reports.figures.spans import spans_of
from lastchunk.reports.figures.style import new_figure, styled

LANE_TITLES = {
    "network": "network",
    "object": "object",
    "status": "status",
    "storage": "storage",
    "blobs": "blob store",
    "alarm": "alarm",
}
WIDTH_IN, ROW_IN, EDGE_IN, PLOT_IN, CHAR_IN = 8.0, 0.27, 0.62, 7.0, 0.068
HEIGHT = 0.62
BAR_LANES = {"run": "object"}
INSIDE_ONLY = ("alarm",)
SIDES = {"inside": ("center", 0), "right": ("left", 5), "left": ("right", -5)}
WHITE_ON = ("handler", "handler lost", "handler refused", "put", "commit failed")


@dataclass(frozen=True)
class Piece:
    """A bar or a mark in its row, and where its words begin: inside a bar, or beside it."""

    item: Bar | Mark
    words: str = ""
    side: str = "inside"


@dataclass
class Row:
    """One row of a lane: where its last bar or words end, and what it holds."""

    end_ms: float
    pieces: list[Piece]


class BarRows:
    """Rows for every lane, the first that is free for each bar. Times are ms."""

    def __init__(self, spans: Spans, from_ms: int, to_ms: int) -> None:
        self.to_ms = to_ms
        self.char_ms = CHAR_IN * (to_ms - from_ms) / PLOT_IN
        self.lanes: dict[str, list[Row]] = {lane: [] for lane in LANE_TITLES}
        self.placed: set[int] = set()
        bars = sorted(spans.bars, key=lambda bar: (bar.from_ms, -bar.to_ms))
        for bar in bars:
            if id(bar) not in self.placed:
                self._place_bar(bar, self._answer_of(bar, bars))
        for mark in spans.marks:
            lane = "network" if mark.lane == "client" else mark.lane
            if not mark.words and self.lanes[lane]:
                self.lanes[lane][0].pieces.append(Piece(mark))
            else:
                self._place(lane, [mark], mark.words)

    def _answer_of(self, bar: Bar, bars: list[Bar]) -> Bar | None:
        """The answer to a request, where it follows so soon that both share their words."""
        if bar.lane != "network" or bar.kind == "response":
            return None
        for other in bars:
            is_answer = other.kind == "response" and other.label == bar.label
            if is_answer and id(other) not in self.placed:
                gap_ms = other.from_ms - bar.to_ms
                if 0 <= gap_ms < self.char_ms * (len(words_of_item(bar)) + 2):
                    return other
        return None

    def _place_bar(self, bar: Bar, answer: Bar | None) -> None:
        self.placed |= {id(bar), id(answer)}
        lane = BAR_LANES.get(bar.lane, bar.lane)
        self._place(lane, [bar] if answer is None else [bar, answer], words_of_item(bar))

    def _place(self, lane: str, items: Sequence[Bar | Mark], words: str) -> None:
        """Put items and their words in one row: inside the last bar, or at one of its sides."""
        from_ms, to_ms = _begin(items[0]), _end(items[-1])
        wide_ms = self.char_ms * (len(words) + 1)
        side = "inside" if wide_ms <= to_ms - _begin(items[-1]) else "right"
        reach_ms: tuple[float, float] = (from_ms, to_ms)
        if side == "right":
            if lane in INSIDE_ONLY and isinstance(items[-1], Bar):
                words = ""
            elif to_ms + wide_ms > self.to_ms:
                side, reach_ms = "left", (from_ms - wide_ms, to_ms)
            else:
                reach_ms = (from_ms, to_ms + wide_ms)
        row = next((row for row in self.lanes[lane] if row.end_ms <= reach_ms[0]), None)
        if row is None:
            row = Row(0, [])
            self.lanes[lane].append(row)
        row.end_ms = reach_ms[1]
        row.pieces += [Piece(item) for item in items[:-1]]
        row.pieces.append(Piece(items[-1], words, side))

    @property
    def rows(self) -> list[tuple[str, Row]]:
        """All rows from the top down, each with its lane."""
        return [(lane, row) for lane, rows in self.lanes.items() for row in rows]


def _begin(item: Bar | Mark) -> int:
    return item.from_ms if isinstance(item, Bar) else item.at_ms


def _end(item: Bar | Mark) -> int:
    return item.to_ms if isinstance(item, Bar) else item.at_ms


def words_of_item(item: Bar | Mark) -> str:
    """What is written on a bar, or beside a mark."""
    if isinstance(item, Mark):
        return item.words
    if item.lane == "status":
        return item.kind
    return ("chunk " if item.label.isdigit() else "") + item.label


def demo_figure(demo: Demo, trace: Sequence[Event]) -> Figure:
    """Draw the trace of a demo."""
    from_ms, to_ms = trace[0].at_ms, max(demo.until_ms, trace[-1].at_ms)
    margin_ms = (to_ms - from_ms) // 50
    spans = spans_of(list(trace), to_ms - trace[-1].at_ms)
    layout = BarRows(spans, from_ms - margin_ms, to_ms + margin_ms)
    rows = layout.rows
    with styled():
        figure = new_figure(WIDTH_IN, ROW_IN * (len(rows) + bool(spans.bands)) + EDGE_IN)
        axes = figure.subplots()
        for at_ms in sorted({event.at_ms for event in demo.shows}):
            axes.axvline(at_ms / 1000, color=ORANGE, ls=(0, (2, 3)), lw=0.9, zorder=0)
        _draw_bands(axes, spans, len(rows))
        for place, (_, row) in enumerate(rows):
            for piece in row.pieces:
                _draw_piece(axes, piece, len(rows) - 1 - place, to_ms - from_ms)
        _draw_losses(axes, spans, rows)
        _dress(axes, rows, bool(spans.bands))
        axes.set_xlim((from_ms - margin_ms) / 1000, (to_ms + margin_ms) / 1000)
    return figure


def _draw_bands(axes: Axes, spans: Spans, at: int) -> None:
    for words, begin_ms, end_ms in spans.bands:
        colour = BAND_COLOURS.get(words, VERMILION)
        axes.axvspan(begin_ms / 1000, end_ms / 1000, color=colour, alpha=0.13, lw=0, zorder=0)
        axes.text(begin_ms / 1000, at, " " + words, fontsize=8, color=colour, va="center")


def _draw_losses(axes: Axes, spans: Spans, rows: list[tuple[str, Row]]) -> None:
    """A lost instance is a line through all rows of the object."""
    places = [len(rows) - 1 - place for place, (lane, _) in enumerate(rows) if lane == "object"]
    for mark in spans.marks:
        if mark.kind == "instance lost":
            at_s, ends = mark.at_ms / 1000, [min(places) - 0.45, max(places) + 0.45]
            axes.plot([at_s, at_s], ends, color=BLACK, lw=1.8)


def _draw_piece(axes: Axes, piece: Piece, at: int, span_ms: int) -> None:
    item = piece.item
    if isinstance(item, Bar):
        is_call = item.kind == "stop" and item.label != "stop"
        bar = replace(item, kind="request") if is_call else item
        fill_bar(axes, bar, at, HEIGHT, span_ms)
        colour = "white" if bar.kind in WHITE_ON and piece.side == "inside" else BLACK
    else:
        if item.kind != "instance lost":
            draw_mark(axes, item, at)
        is_plain = item.kind in ("stale", "instance lost", "notified")
        colour = BLACK if is_plain else VERMILION
    if piece.words and piece.side == "inside":
        _write(axes, (_begin(item) + _end(item)) / 2, at, piece, colour)
    elif piece.words:
        _write(axes, _begin(item) if piece.side == "left" else _end(item), at, piece, colour)


def _write(axes: Axes, at_ms: float, at: int, piece: Piece, colour: str) -> None:
    """Words on a bar, or beside it: what lies behind those shines through only a little."""
    side, shift = SIDES[piece.side]
    behind = {"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.2} if shift else None
    axes.annotate(
        piece.words,
        (at_ms / 1000, at),
        (shift, 0),
        textcoords="offset points",
        fontsize=8,
        color=colour,
        va="center",
        ha=side,
        bbox=behind,
    )


def _dress(axes: Axes, rows: list[tuple[str, Row]], has_bands: bool) -> None:
    """Name each lane once, at its first row, and part the lanes."""
    places, names = [], []
    for place, (lane, _) in enumerate(rows):
        if place == 0 or rows[place - 1][0] != lane:
            at = len(rows) - 1 - place
            places.append(at)
            names.append(LANE_TITLES[lane])
            if place:
                axes.axhline(at + 0.5, color=PALE, lw=0.6, zorder=0)
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.6, len(rows) - 0.4 + has_bands)
    axes.set_xlabel("s", fontsize=8, color=GREY)
