"""The picture of one session as SVG: whole as it stands, and so marked that a script can move it.

``data-a`` and ``data-b`` are the numbers of the events at which something begins and ends,
``data-ma`` and ``data-mb`` times in ms where no event is. The script places the same elements anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from lastchunk.model.trace.words import clock
from lastchunk.reports.figures.bars import Spans
from lastchunk.reports.timeline.layout import (
    BAR,
    CHAR,
    GUTTER,
    LANE_NAMES,
    LANES_TOP,
    OBJECT_LANE,
    PAGE_LANE,
    PICTURE_WIDTH,
    LaneLayout,
    Placed,
    RowWords,
    across,
    lane_at,
    stacked_lanes,
)
from lastchunk.reports.timeline.layout import LANES_OF_BARS as LANE_OF_MARK
from lastchunk.reports.timeline.scale import Scale, ticks_of
from lastchunk.reports.timeline.told import Told

SIGNS = {
    "fired": "▲",
    "stale": "△",
    "failed": "✕",
    "dropped": "✕",
    "lost": "✕",
    "refused": "✕",
    "notified": "◆",
    "reads": "◇",
    "instance lost": "┃",
}
TICKS = 8


class Picture:
    """Draws one session. ``events`` are the numbers of those that are told."""

    def __init__(
        self, told: Told, spans: Spans, scale: Scale, key: str, steps: Sequence[int]
    ) -> None:
        self.told = told
        self.spans = spans
        self.scale = scale
        self.key = key
        self.steps = steps
        self.layout: LaneLayout = stacked_lanes(spans)
        self.words = RowWords()

    def svg(self, label: str) -> str:
        """The whole picture."""
        height = self.layout.height
        inner = "".join(self._parts())
        return (
            f'<svg class="tl-svg" role="img" viewBox="0 0 {PICTURE_WIDTH} {height}" '
            f'data-height="{height}" aria-label="{escape(label)}">{self._clip()}{self._lanes()}'
            f'<g clip-path="url(#{self.key}-clip)">{inner}</g></svg>'
        )

    def _clip(self) -> str:
        width, height = PICTURE_WIDTH - GUTTER + 6, self.layout.height
        return (
            f'<clipPath id="{self.key}-clip"><rect class="tl-clip" x="{GUTTER - 6}" y="0" '
            f'width="{width}" height="{height}"/></clipPath>'
        )

    def _lanes(self) -> str:
        out = []
        for lane, name in enumerate(LANE_NAMES):
            y = self.layout.tops[lane]
            out.append(
                f'<path class="tl-rule" d="M0 {y - 4}H4000"/>'
                f'<text class="tl-lane" x="2" y="{y + 10}">{name}</text>'
            )
        return "".join(out)

    def _parts(self) -> Iterator[str]:
        yield from self._bands()
        yield from self._breaks()
        yield f'<g class="tl-ticks">{"".join(self._ticks())}</g>'
        yield from self._ranges()
        for item in self.layout.placed:
            yield self._bar(item)
        yield from self._moments()
        yield from self._marks()
        yield from self._dots()
        yield from self._violations()
        height = self.layout.height - 18
        line = f"M0 {LANES_TOP - 6}V{height}"
        yield f'<path class="tl-cursor" data-ma="0" d="{line}" visibility="hidden"/>'

    def _x(self, ms: float) -> float:
        return across(self.scale, ms)

    def _rect(self, kind: str, begin: int, end: int, y: float, height: float) -> str:
        one, two = self._x(begin), self._x(end)
        return (
            f'<rect class="{kind}"{_at("a", begin)}{_at("b", end)} x="{one}" y="{y}" '
            f'width="{round(max(1.5, two - one), 2)}" height="{height}"/>'
        )

    def _text(self, words: str, at_ms: int, y: float, kind: str, end: int | None = None) -> str:
        """RowWords that begin at a time; inside a bar only where they fit."""
        x, count = self._x(at_ms), len(words)
        fits = end is None or self._x(end) - x > count * CHAR + 4
        hidden = "" if fits and self.words.fit(x, y, count) else ' visibility="hidden"'
        last = "" if end is None else _at("b", end)
        return (
            f'<text class="tl-w {kind}"{_at("a", at_ms)}{last} transform="translate({x} 0)" x="3" '
            f'y="{y}"{hidden}>{escape(words)}</text>'
        )

    def _bands(self) -> Iterator[str]:
        height = self.layout.height - LANES_TOP - 14
        for words, begin, end in self.spans.bands:
            yield self._rect("tl-band", begin, end, LANES_TOP - 6, height)
            yield self._text(words, begin, LANES_TOP - 9, "tl-band-words")

    def _breaks(self) -> Iterator[str]:
        bottom = self.layout.height - 18
        for from_ms, to_ms in self.scale.breaks:
            middle = (from_ms + to_ms) // 2
            zigzag = "".join(f"l{3 if n % 2 else -3} 6" for n in range((bottom - LANES_TOP) // 6))
            words, x = lasting(to_ms - from_ms), self._x(middle)
            yield (
                f'<g class="tl-break" data-ma="{middle}" transform="translate({x} 0)">'
                f'<path d="M-2 {LANES_TOP}{zigzag}"/><path d="M3 {LANES_TOP}{zigzag}"/>'
                f'<text x="0" y="{self.layout.height - 4}" text-anchor="middle"'
                f"{self._fits_axis(x, words)}>{words}</text></g>"
            )

    def _ticks(self) -> Iterator[str]:
        bottom = self.layout.height - 18
        for ms in ticks_of(self.scale, TICKS):
            x = self._x(ms)
            text = clock(ms) if ms % 1000 else clock(ms)[:-4]
            label = f'<text x="{x}" y="{bottom + 14}" text-anchor="middle">{text}</text>'
            label = "" if self._fits_axis(x, text) else label
            yield f'<path d="M{x} {LANES_TOP - 4}V{bottom}"/>{label}'

    def _fits_axis(self, x: float, words: str) -> str:
        """What hides words that would lie on others of the axis; breaks come before ticks."""
        fits = self.words.fit(x - len(words) * CHAR / 2 - 3, self.layout.height, len(words))
        return "" if fits else ' visibility="hidden"'

    def _ranges(self) -> Iterator[str]:
        """What may vary, as a thin line under the dot of the step."""
        free = self.told.freedom
        if free is None:
            return
        for step, (low_ms, high_ms) in enumerate(free.ranges_ms, 1):
            if step not in self.steps or low_ms == high_ms:
                continue
            lane = lane_at(self.told.trace[self.steps.index(step)])
            high = self.scale.corners[-2][0] if high_ms is None else high_ms
            yield self._rect("tl-range", low_ms, high, self.layout.dot_y(lane) + 4, 2)

    def _bar(self, item: Placed) -> str:
        bar, y = item.bar, self.layout.bar_y(item.lane, item.row)
        rect = self._rect(f"tl-bar {look_of(bar.kind)}", bar.from_ms, bar.to_ms, y, BAR)
        words = bar.kind if bar.lane == "status" else bar.label
        words = f"chunk {words}" if words.isdigit() else words
        return rect + (self._text(words, bar.from_ms, y + 10, "", bar.to_ms) if words else "")

    def _moments(self) -> Iterator[str]:
        """Chunks as they are recorded, and the user's stop."""
        y = self.layout.tops[PAGE_LANE]
        for chunk, at_ms in self.spans.chunks:
            yield self._line("tl-chunk", at_ms, y, y + BAR)
            yield self._text(f"chunk {chunk}", at_ms, y + 10, "")
        for at_ms in self.spans.stops:
            yield self._line("tl-stop", at_ms, LANES_TOP - 6, self.layout.height - 18)
            yield self._text("stop", at_ms, LANES_TOP - 9, "tl-stop-words")

    def _line(self, kind: str, at_ms: int, top: float, bottom: float) -> str:
        x = self._x(at_ms)
        return (
            f'<path class="{kind}"{_at("a", at_ms)} transform="translate({x} 0)" '
            f'd="M0 {top}V{bottom}"/>'
        )

    def _marks(self) -> Iterator[str]:
        for mark in self.spans.marks:
            lane = LANE_OF_MARK.get(mark.lane, OBJECT_LANE)
            y, x = self.layout.tops[lane] + 11, self._x(mark.at_ms)
            bad = mark.kind in ("failed", "dropped", "lost", "refused", "instance lost")
            sign = SIGNS.get(mark.kind, "•")
            yield (
                f'<text class="tl-sign{" tl-sign-bad" if bad else ""}"{_at("a", mark.at_ms)} '
                f'transform="translate({x} 0)" x="0" y="{y}" text-anchor="middle">{sign}</text>'
            )
            if mark.words:
                yield self._text(f"  {mark.words}", mark.at_ms, y, "")

    def _dots(self) -> Iterator[str]:
        for number, event in enumerate(self.told.trace):
            y, x = self.layout.dot_y(lane_at(event)), self._x(event.at_ms)
            yield (
                f'<circle class="tl-dot" data-a="{number}" transform="translate({x} 0)" '
                f'cx="0" cy="{y}" r="3.5"/>'
            )

    def _violations(self) -> Iterator[str]:
        bottom = self.layout.height - 18
        for number, (at_ms, _, _) in enumerate(self.told.violations, 1):
            yield self._line("tl-violation", at_ms, 14, bottom)
            yield self._text(f"✗ {number}", at_ms, 12, "tl-violation-words")


def _at(name: str, ms: int) -> str:
    """Where an element stands: at an event, or at a time where there is none."""
    event = getattr(ms, "event", None)
    return f' data-m{name}="{int(ms)}"' if event is None else f' data-{name}="{event}"'


def look_of(kind: str) -> str:
    """The class that a kind of bar has on the page; a status may be any text of a design."""
    name = kind.replace("()", " runs").replace(" ", "-")
    return f"tl-{name}" if name.isascii() and name.replace("-", "").isalpha() else "tl-other"


def lasting(ms: int) -> str:
    """How long, in the largest units that say it."""
    seconds = round(ms / 1000)
    if seconds < 120:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
