"""The map as SVG: a bar a column, proved and violated, with signs; beneath it sessions."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from lastchunk.model.explore.region import ExactRegion, RegionColumn
from lastchunk.reports.base.axes import nice_step
from lastchunk.reports.region.measured import MEASURES, MeasuredTimes
from lastchunk.reports.region.words import axis_number, axis_words, in_seconds

PICTURE_X, PICTURE_END, MAP_TOP, MAP_BOTTOM = 72, 700, 26, 330
SHARE_TOP, SHARE_BOTTOM = 396, 476
TICKS = 6
SIGNS = {"proved": "✓", "violated": "✗", "unknown": "?"}


class RegionPicture:
    """Draws one region. Both axes begin at 0."""

    def __init__(self, region: ExactRegion, measured: MeasuredTimes | None) -> None:
        self.region = region
        self.measured = measured
        values = [column.across_ms for column in region.columns]
        self.right_ms = max(*values, region.now_ms[0]) * 1.06
        found = [c.threshold.above_ms or 0 for c in region.columns if c.threshold is not None]
        self.top_ms = max(min(1.3 * max([*found, region.now_ms[1]]), region.span_ms[1]), 2)
        gaps = [b - a for a, b in pairwise(values)]
        self.width = min(26.0, 0.8 * min(self.x(gap) - PICTURE_X for gap in gaps))

    def x(self, ms: float) -> float:
        """Where a value across stands."""
        return round(PICTURE_X + ms / self.right_ms * (PICTURE_END - PICTURE_X), 1)

    def y(self, ms: float) -> float:
        """Where a value along stands."""
        share = min(max(ms / self.top_ms, 0), 1)
        return round(MAP_BOTTOM - share * (MAP_BOTTOM - MAP_TOP), 1)

    def svg(self) -> str:
        """The whole picture."""
        height = (SHARE_BOTTOM if self.measured else MAP_BOTTOM) + 44
        name = f"{self.region.slug} of {self.region.design}, by column: " + "; ".join(
            self._spoken(column) for column in self.region.columns
        )
        parts = "".join((*self._map(), *self._now(), *self._edges(), *self._share()))
        return (
            f'<svg class="rg-svg" role="img" viewBox="0 0 720 {height}" '
            f'aria-label="{escape(name)}">{parts}</svg>'
        )

    def _spoken(self, column: RegionColumn) -> str:
        seconds = in_seconds(round(self.right_ms))
        limit = column.threshold
        if limit is None:
            return f"{axis_number(column.across_ms, seconds)}: unknown"
        end = (
            "throughout"
            if limit.above_ms is None
            else f"below {axis_number(limit.above_ms, seconds)}"
        )
        return f"{axis_number(column.across_ms, seconds)}: {limit.below} {end}"

    def _map(self) -> Iterator[str]:
        yield from self._ticks_along()
        yield from self._ticks_across(MAP_BOTTOM)
        words = escape(axis_words(self.region.along, round(self.top_ms)))
        yield f'<text x="4" y="14">{words}</text>'
        words = escape(axis_words(self.region.across, round(self.right_ms)))
        end = f'x="{PICTURE_END}" y="{MAP_BOTTOM + 34}" text-anchor="end"'
        yield f"<text {end}>{words}</text>"
        for column in self.region.columns:
            yield from self._column(column)

    def _column(self, column: RegionColumn) -> Iterator[str]:
        limit, left = column.threshold, self.x(column.across_ms) - self.width / 2
        if limit is None:
            yield self._bar("unknown", left, MAP_TOP, MAP_BOTTOM)
            return
        if limit.above_ms is None or limit.below_ms is None:
            yield self._bar(limit.below, left, MAP_TOP, MAP_BOTTOM)
            return
        edge = self.y(limit.above_ms)
        above = "proved" if limit.below == "violated" else "violated"
        yield self._bar(above, left, MAP_TOP, edge)
        yield self._bar(limit.below, left, edge, MAP_BOTTOM)

    def _edges(self) -> Iterator[str]:
        """The boundaries with their numbers, on top of all else."""
        seconds = in_seconds(round(self.top_ms))
        for column in self.region.columns:
            limit = column.threshold
            if limit is None or limit.above_ms is None:
                continue
            edge, middle = self.y(limit.above_ms), self.x(column.across_ms)
            half = round(self.width / 2 + 3, 1)
            yield f'<path class="rg-edge" d="M{middle - half:.1f} {edge}h{2 * half}"/>'
            at = f'x="{middle}" y="{edge - 5}" text-anchor="middle"'
            words = axis_number(limit.above_ms, seconds)
            yield f'<text class="rg-exact" {at}>{words}</text>'

    def _bar(self, kind: str, left: float, top: float, bottom: float) -> str:
        height = round(bottom - top, 1)
        sign = ""
        if height > 34:
            at = f'x="{round(left + self.width / 2, 1)}" y="{round((top + bottom) / 2 + 5, 1)}"'
            at += f' text-anchor="middle" class="rg-sign rg-ink-{kind}"'
            sign = f"<text {at}>{SIGNS[kind]}</text>"
        return (
            f'<rect class="rg-{kind}" x="{round(left, 1)}" y="{top}" width="{self.width:.1f}" '
            f'height="{max(0.0, height)}"/>{sign}'
        )

    def _now(self) -> Iterator[str]:
        """Where scenario and design stand."""
        x, y = self.x(self.region.now_ms[0]), self.y(self.region.now_ms[1])
        across = f"M{x} {MAP_TOP}V{MAP_BOTTOM}" if self.region.marks_across else ""
        lines = f"M{PICTURE_X} {y}H{PICTURE_END}{across}"
        yield f'<path class="rg-now" d="{lines}"/>'
        if across:
            yield f'<circle class="rg-dot" cx="{x}" cy="{y}" r="5"/>'
        at = f'x="{PICTURE_END}" y="{y - 4}" text-anchor="end"'
        yield f'<text class="rg-now-words" {at}>now</text>'

    def _ticks_along(self) -> Iterator[str]:
        for ms in _round_values(self.top_ms):
            y = self.y(ms)
            words = axis_number(ms, in_seconds(round(self.top_ms)))
            yield f'<path class="rg-grid" d="M{PICTURE_X} {y}H{PICTURE_END}"/>'
            yield f'<text x="{PICTURE_X - 6}" y="{y + 4}" text-anchor="end">{words}</text>'

    def _ticks_across(self, bottom: float) -> Iterator[str]:
        for ms in _round_values(self.right_ms):
            words = axis_number(ms, in_seconds(round(self.right_ms)))
            yield f'<path class="rg-grid" d="M{self.x(ms)} {bottom}v5"/>'
            yield f'<text x="{self.x(ms)}" y="{bottom + 17}" text-anchor="middle">{words}</text>'

    def _share(self) -> Iterator[str]:
        """The share of sessions within each value across, as a curve of steps."""
        measured = self.measured
        if measured is None or not measured.longest_ms:
            return
        words = escape(f"% of {measured.origin}: {MEASURES[measured.measure]} is no longer")
        yield f'<text x="4" y="{SHARE_TOP - 10}">{words}</text>'
        tall, count = SHARE_BOTTOM - SHARE_TOP, len(measured.longest_ms)
        path, last = f"M{PICTURE_X} {SHARE_BOTTOM}", 0.0
        for place, ms in enumerate(measured.longest_ms, 1):
            if ms > self.right_ms:
                break
            last = round(SHARE_BOTTOM - tall * place / count, 1)
            path += f"H{self.x(ms)}V{last}"
        yield f'<path class="rg-share" d="{path}H{PICTURE_END}"/>'
        for share in (0, 50, 100):
            y = SHARE_BOTTOM - tall * share / 100
            yield f'<path class="rg-grid" d="M{PICTURE_X} {y}H{PICTURE_END}"/>'
            yield f'<text x="{PICTURE_X - 6}" y="{y + 4}" text-anchor="end">{share}</text>'
        yield from self._ticks_across(SHARE_BOTTOM)


def region_picture(region: ExactRegion, measured: MeasuredTimes | None = None) -> str:
    """The map of a region; beneath it the share of measured sessions, where there are any."""
    return RegionPicture(region, measured).svg()


def _round_values(largest: float) -> list[int]:
    """Round numbers from 0 on, some six of them."""
    step = nice_step(largest / TICKS)
    return list(range(0, int(largest) + 1, step))
